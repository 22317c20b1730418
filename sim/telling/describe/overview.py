"""The model printed from its own tables: the month's phases, the rules, and every parameter."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim import rules
from sim.parameters import Parameters, Table
from sim.parameters.listing import Row, field_alternatives, in_words, plain_number, rows
from sim.telling.describe.shares import share_words
from sim.telling.describe.sources import parameter_sources, sources_of
from sim.words.schedule import PHASES, STATES

WIDTH = 120
"""Characters of the widest line."""

PHASE_WIDTHS = (3, 14, 26, 34, 35)
ORDER_HEADS = ("", "phase", "reads", "writes", "why it stands here")
ORDER_WIDTHS = (3, 14, 36, 28, 31)
STATE_HEADS = ("what is read and written", "lasts", "what it is")
STATE_WIDTHS = (24, 9, 83)
RULE_WIDTHS = (14, 26, 76)
PARAMETER_WIDTHS = (24, 17, 15, 14, 18, 22)
PARAMETER_HEADS = ("parameter", "default", "unit", "range", "source", "meaning")


class Rule(NamedTuple):
    """One public function of the rules: its file, its name, its arguments and the first line of its docstring."""

    module: str
    name: str
    arguments: tuple[str, ...]
    meaning: str


def model_text() -> str:
    """Return the whole model as plain text, at most 120 characters wide."""
    phases = [(str(p.number), p.name, p.who, p.what, ", ".join(p.rules)) for p in PHASES]
    order = [(str(p.number), p.name, ", ".join(p.reads), ", ".join(p.writes), p.why) for p in PHASES]
    listed_rules = [(rule.module, rule.name, rule.meaning) for rule in rule_list()]
    parts = [
        "THE MONTH",
        textwrap.fill(month_sentence(), WIDTH),
        text_table(("", "phase", "who decides", "what happens", "rules"), phases, PHASE_WIDTHS),
        "THE ORDER OF THE MONTH",
        text_table(ORDER_HEADS, order, ORDER_WIDTHS),
        text_table(STATE_HEADS, state_cells(), STATE_WIDTHS),
        "THE RULES",
        text_table(("file", "rule", "meaning"), listed_rules, RULE_WIDTHS),
        "THE PARAMETERS",
    ]
    for section, listed in parameter_sections():
        cells = [parameter_cells(row, len(section)) for row in listed]
        title = ".".join(section) or "(top level)"
        parts.append(f"{title}\n{text_table(PARAMETER_HEADS, cells, PARAMETER_WIDTHS)}")
    lines = [
        textwrap.fill(line, WIDTH, subsequent_indent="     ", break_on_hyphens=False)
        for line in sources_of(parameter_sources())
    ]
    parts += ["THE SOURCES", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def month_sentence() -> str:
    """Return in a sentence how phases follow each other."""
    barriers = [str(phase.number) for phase in PHASES if phase.barrier]
    return (
        f"A month has {len(PHASES)} phases. Each reads what was true when it began. Barriers stand before phases "
        f"{' and '.join(barriers)}, where everything earlier must be complete."
    )


def state_cells() -> list[tuple[str, str, str]]:
    """Return what phases read and write: its name, whether it lasts beyond the month, and what it is."""
    return [(state.name, "yes" if state.lasts else "one month", state.meaning) for state in STATES]


def rule_list(folder: Path | None = None) -> list[Rule]:
    """Return the public functions in the files of ``folder`` (default: the model's rules), read without importing."""
    found = []
    for file in sorted((folder or Path(rules.__file__ or "").parent).glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                meaning = (ast.get_docstring(node) or "").partition("\n")[0]
                arguments = tuple(argument.arg for argument in node.args.args)
                found.append(Rule(file.stem, node.name, arguments, meaning))
    return found


def parameter_sections() -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    """Yield the path of each section with its parameters, in the order of the table."""
    listed: dict[tuple[str, ...], list[Row]] = {}
    for row in rows(Parameters):
        listed.setdefault(row.path[:-1], []).append(row)
    yield from listed.items()


def parameter_cells(row: Row, depth: int = 0) -> tuple[str, ...]:
    """Return path, default, unit, range, source and meaning; the first ``depth`` parts of the path are left out."""
    name, meaning = ".".join(row.path[depth:]), row.field.description or ""
    source = "; ".join(filter(None, (row.fact("source"), share_words(row.path))))
    return name, default_in_words(row.default), row.fact("unit"), range_in_words(row), source, meaning


def range_in_words(row: Row) -> str:
    """Return what a parameter may be."""
    words = in_words(field_alternatives(row.section, row.path[-1]))
    return words.removeprefix("a number from ").removeprefix("a whole number from ")


def default_in_words(value: Any) -> str:
    """Return a default; a table's entries one by one."""
    if isinstance(value, Table):
        names = type(value).model_fields
        numbers = [plain_number(number) for number in value.values()]
        if len(set(numbers)) == 1:
            return f"{numbers[0]} for each"
        return "; ".join(f"{name} {number}" for name, number in zip(names, numbers, strict=True))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return plain_number(value)
    return str(value) if value not in (None, "") else "(empty)"


def text_table(heads: Sequence[str], cells: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    """Return a table of wrapped columns, separated by two spaces."""
    lines = [_line(heads, widths), _line(["-" * width for width in widths], widths)]
    for row in cells:
        columns = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
        height = max(len(column) for column in columns)
        filled = [column + [""] * (height - len(column)) for column in columns]
        lines += [_line(parts, widths) for parts in zip(*filled, strict=True)]
    return "\n".join(lines)


def _line(parts: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of at most ``width``; names break after an underscore where they must."""
    lines: list[str] = []
    for line in textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]:
        while len(line) > width:
            cut = max(line.rfind("_", 0, width), line.rfind(".", 0, width), 0) + 1
            cut = cut if cut > 1 else width
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    return lines
