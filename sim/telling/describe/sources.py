"""The page of sources: each published figure, where it stands, and which parameters rest on it."""

from __future__ import annotations

from collections.abc import Iterable

from sim.parameters import Parameters
from sim.parameters.listing import rows
from sim.words.published import FIGURES
from sim.words.sources import WORDS, figures_named_in, source_line

HEAD = """\
# Sources

Parameters, reports and the model's description name published figures by numbers such as T23. This page says what each
is and where it was published, how sure its value is, and which parameters rest on it. No parameter rests on those that
begin with V. It is made by `darkfigure describe --sources`.

*Read* means read in the publication; *as quoted elsewhere* in a source that quotes it; *worked out* from published
numbers; *not checked* is from memory and indicative only."""


def sources_text() -> str:
    """Return the page as Markdown."""
    users = _users()
    lines = [
        "| | what | value | period | published in | sureness | parameters |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for number, it in FIGURES.items():
        cells = (number, it.what, it.value, it.period, it.publication, it.sureness, ", ".join(users.get(number, [])))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    words = "\n".join(f"- *{word}*: {meaning}" for word, meaning in WORDS.items())
    return f"{HEAD}\n\n" + "\n".join(lines) + f"\n\n## What else a source can say\n\n{words}\n"


def sources_of(texts: Iterable[str]) -> list[str]:
    """Return a line on each published figure that texts name, and on each other word that they use for a source."""
    told = list(texts)
    words = [f"{word}: {meaning}" for word, meaning in WORDS.items() if any(word in text for text in told)]
    return [source_line(number) for number in figures_named_in(told)] + words


def parameter_sources() -> list[str]:
    """Return what every parameter says of its source."""
    return [row.fact("source") for row in rows(Parameters)]


def _users() -> dict[str, list[str]]:
    """Return the parameters that name each figure."""
    found: dict[str, list[str]] = {}
    for row in rows(Parameters):
        for number in figures_named_in([row.fact("source")]):
            found.setdefault(number, []).append(f"`{'.'.join(row.path)}`")
    return found
