"""Rosters too short for whole people who offend often: who is met is at liberty as often as the engines find them."""

import numpy as np
import pytest
from roster_entries import held_by_entries

from sim.parameters import Parameters
from sim.rules.opportunity import likely_mass, roster_entry, roster_length
from sim.words.codes import FREQUENT, LIKELY, ORDINARY
from sim.world.settled.rosters import rosters_of

OFTEN, SELDOM, NEVER = 0.5, 0.08, 0.01
"""Odds of being held or away of those who only offend often, only seldom, and hardly ever."""


def encounters_at_liberty(agents: int) -> tuple[float, float]:
    """Return how often the rules' own choice of an entry finds somebody at liberty, in either part of a roster."""
    parameters = Parameters()
    people = parameters.people
    mass, share = likely_mass(agents, people.likely_offender_share), people.frequent_share
    part, rest = held_by_entries(parameters, np.array(float(agents)))
    assert len(part) == roster_length(mass)
    at_liberty = 1.0 / (1.0 + part * OFTEN + rest * SELDOM)
    met: tuple[list[int], list[int]] = ([], [])
    for uniform in (np.arange(100_000) + 0.5) / 100_000:
        met[int(uniform >= people.frequent_offending)].append(
            roster_entry(uniform, mass, share, people.frequent_offending)
        )
    return at_liberty[met[0]].mean(), at_liberty[met[1]].mean()


def settled_at_liberty(agents: float) -> np.ndarray:
    """Return shares at liberty by class, as the settled state has them."""
    odds = np.empty((3, 3, 3, 1))
    odds[:, :, FREQUENT], odds[:, :, LIKELY], odds[:, :, ORDINARY] = OFTEN, SELDOM, NEVER
    return rosters_of(Parameters(), np.full((3, 1), agents)).at_liberty(odds)[0, 0, :, 0]


@pytest.mark.parametrize("agents", [1, 19, 20, 50, 111, 112, 250, 333, 1999])
def test_the_settled_state_meets_offenders_at_liberty_as_often_as_the_rules_do(agents: int) -> None:
    settled = settled_at_liberty(agents)
    often, seldom = encounters_at_liberty(agents)
    assert settled[FREQUENT] == pytest.approx(often, abs=2e-5)
    assert settled[LIKELY] == pytest.approx(seldom, abs=2e-5)
    assert settled[ORDINARY] == pytest.approx(1.0 / (1.0 + NEVER))


def test_in_a_small_group_more_of_those_who_offend_often_is_at_liberty() -> None:
    assert settled_at_liberty(20)[FREQUENT] > settled_at_liberty(100)[FREQUENT] > 1.02 / (1.0 + OFTEN)
    assert settled_at_liberty(5e9) == pytest.approx([1 / (1 + OFTEN), 1 / (1 + SELDOM), 1 / (1 + NEVER)], rel=5e-3)


def test_where_all_likely_offenders_offend_often_none_offends_seldom() -> None:
    parameters = Parameters.model_validate({"people": {"frequent_share": 1.0}})
    odds = np.full((3, 3, 3, 1), OFTEN)
    assert rosters_of(parameters, np.full((3, 1), 500.0)).at_liberty(odds) == pytest.approx(1.0 / (1.0 + OFTEN))
