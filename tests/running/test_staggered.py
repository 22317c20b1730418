"""Which program is evaluated, and what is refused before anything runs."""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import grid, scenario

from sim.running.staggered import evaluated_program
from sim.scenario.scenario import Scenario
from sim.words.faults import UserError


def made(months: int = 96, **programs: dict[str, Any]) -> Scenario:
    return scenario(grid(3, 3, 3_000, months, {"programs": programs}))


DATES = {"counties": "file"}
SOME = {"counties": 0.5, "start": "2009-03"}


def test_secure_communities_is_meant_where_it_is_among_several() -> None:
    found = evaluated_program(made(secure_communities=DATES, agreement_287g_jail=SOME))
    assert found.program == "secure_communities"
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith("The 287(g) jail agreement also changes in 5 counties")


def test_the_only_program_with_dates_is_meant() -> None:
    found = evaluated_program(made(agreement_287g_jail=SOME))
    assert (found.program, found.warnings) == ("agreement_287g_jail", ())


@pytest.mark.parametrize(
    ("programs", "wanted", "message"),
    [
        ({}, None, "no program begins in some counties before others"),
        ({}, "secure_comunities", "no such program; did you mean secure_communities?"),
        ({}, "secure_communities", "begins nowhere"),
        ({"secure_communities": {"counties": "all", "start": "2009-01"}}, "secure_communities", "all counties at once"),
        ({"agreement_287g_jail": SOME, "detainer_resolution": SOME}, None, "choose one by --program"),
        (
            {"secure_communities": {**DATES, "until": "2012-05"}},
            None,
            r"switched off again in \d counties, first in 2012-05.*--set months=76",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_refused(programs: dict[str, Any], wanted: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message):
        evaluated_program(made(**programs), wanted)


def test_the_window_that_a_refusal_names_is_taken() -> None:
    assert evaluated_program(made(76, secure_communities={**DATES, "until": "2012-05"})).program == "secure_communities"
