"""The month as data, and that the columnar engine follows it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

from sim.words.schedule import PHASE_NAMES, PHASES, STATES, Phase

SIM = REPOSITORY / "sim"
RULE_FILES = sorted((SIM / "rules").glob("*.py"))
COLUMNAR = tuple(sorted((SIM / "engines" / "columnar").glob("[a-z]*.py")))
BUILDING = {
    "scattered",
    "repeat_victims",
    "likely_mass",
    "roster_length",
    "log_odds",
    "months_left_until_return",
}
"""Rules that build the world or the constants, or serve other rules; no phase is theirs."""


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(module: ast.AST) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}


def called(node: ast.AST) -> list[str]:
    """Return the names of functions called, in the order of the source."""
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return [ast.unparse(call.func).split(".")[-1] for call in calls]


RULES = {name for path in RULE_FILES for name in functions(tree(path))}
ENGINE = {name: node for module in COLUMNAR for name, node in functions(tree(module)).items()}


def test_fourteen_phases_in_the_order_of_the_design() -> None:
    assert [phase.number for phase in PHASES] == list(range(1, 15))
    assert PHASE_NAMES == (
        "policy",
        "patrol",
        "opportunity",
        "offending",
        "reporting",
        "recording",
        "clearance",
        "street_arrest",
        "booking",
        "detainer",
        "custody",
        "word_of_mouth",
        "news",
        "count",
    )


def test_barriers_stand_before_booking_and_count() -> None:
    assert [phase.name for phase in PHASES if phase.barrier] == ["booking", "count"]


@pytest.mark.parametrize("phase", PHASES, ids=PHASE_NAMES)
def test_phase_says_who_and_what_by_existing_rules(phase: Phase) -> None:
    assert phase.who
    assert phase.what
    assert phase.rules
    assert set(phase.rules) <= RULES


@pytest.mark.parametrize("phase", PHASES, ids=PHASE_NAMES)
def test_phase_says_what_it_reads_and_writes_and_why_it_stands_there(phase: Phase) -> None:
    names = {state.name for state in STATES}
    assert len(names) == len(STATES)
    for named in (phase.reads, phase.writes):
        assert named
        assert len(set(named)) == len(named)
        assert set(named) <= names
    assert len(phase.why) > 20


def test_states_are_read_and_all_but_what_is_given_is_written() -> None:
    read = {name for phase in PHASES for name in phase.reads}
    written = {name for phase in PHASES for name in phase.writes}
    assert read == {state.name for state in STATES}
    assert read - written == {"world", "calendar"}


def test_what_belongs_to_a_month_is_written_in_it_before_it_is_read() -> None:
    lasting = {state.name for state in STATES if state.lasts}
    there = set(lasting)
    for phase in PHASES:
        assert set(phase.reads) <= there, phase.name
        there |= set(phase.writes)


def test_what_runs_block_by_block_changes_nothing_that_lasts() -> None:
    lasting = {state.name for state in STATES if state.lasts}
    assert not lasting & {name for phase in PHASES[2:8] for name in phase.writes}


def test_every_rule_belongs_to_one_phase() -> None:
    named = [rule for phase in PHASES for rule in phase.rules]
    assert len(named) == len(set(named))
    assert set(named) | BUILDING == RULES


@pytest.mark.parametrize("phase", PHASES, ids=PHASE_NAMES)
def test_columnar_engine_has_one_function_per_phase(phase: Phase) -> None:
    assert phase.name in ENGINE
    number = f"Phase {phase.number}"
    documented = [ast.get_docstring(node) or "" for module in COLUMNAR for node in functions(tree(module)).values()]
    assert any(text.startswith(number) for text in documented)


def test_columnar_month_follows_the_schedule() -> None:
    engine = functions(tree(SIM / "engines" / "columnar" / "engine.py"))
    month = [name for name in called(engine["step"]) if name in (*PHASE_NAMES, "blocks")]
    inside = [name for name in called(ENGINE["run_block"]) if name in PHASE_NAMES]
    at = month.index("blocks")
    assert tuple(month[:at] + inside + month[at + 1 :]) == PHASE_NAMES


def test_engine_uses_every_scheduled_rule() -> None:
    sources = [*COLUMNAR, SIM / "world" / "constants.py"]
    used = {name for path in sources for name in called(tree(path))}
    assert {rule for phase in PHASES for rule in phase.rules} <= used
