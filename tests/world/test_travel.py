"""Offenders who live across a county line: a county of few people beside a larger one is sought out more often."""

import numpy as np
import pytest

from sim.world.settled.travel import Travel, travel_between

COUNTY = np.array([0, 0, 1], dtype=np.int32)
"""Of three cells in a row: two of a county of 200 people, one of a county of 20."""
PEOPLE = np.array([100.0, 100.0, 20.0])
START, NEIGHBOUR = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1], dtype=np.int32)


def travel(share: float = 0.1) -> Travel:
    return travel_between(share, COUNTY, PEOPLE, START, NEIGHBOUR)


def test_opportunities_meet_the_share_that_travels_across_the_line() -> None:
    """Of the larger county's 200 opportunities half of a tenth of 100 leave, of the smaller one's 20 a tenth."""
    assert travel().met(np.array([[1.0, 0.0], [0.0, 8.0]])) == pytest.approx(np.array([[0.975, 0.1], [0.2, 7.2]]))


def test_offenders_of_the_smaller_county_bear_more_than_their_share() -> None:
    """On its 20 people fall 18 opportunities of their own and 5 of the larger county."""
    assert travel().borne(np.ones(2)) == pytest.approx([197 / 200, 23 / 20])


def test_of_a_group_only_its_own_members_bear_what_it_brings() -> None:
    """Of 20 people of the group in the larger county, and 10 in the smaller: 0.5 of 20 come, and 1 of 10 leaves."""
    assert travel().borne(np.ones(2), np.array([0.1, 0.5])) == pytest.approx([20.5 / 20, 9.5 / 10])
    assert travel().borne(np.ones(2), np.array([0.1, 0.0])) == pytest.approx([0.975, 0.0])


def test_nothing_is_lost_on_the_way() -> None:
    brought = np.array([[0.3, 2.0], [1.0, 0.0]])
    assert travel().borne(brought) @ travel().agents == pytest.approx(brought @ travel().agents)


def test_where_nobody_travels_all_stays_as_it_is() -> None:
    alone = travel_between(0.1, COUNTY[1:], PEOPLE[1:], np.zeros(3, dtype=np.int64), NEIGHBOUR[:0])
    values = np.array([0.3, 2.0])
    for nobody in (travel(share=0.0), alone):
        assert (nobody.met(values) == values).all()
        assert (nobody.borne(values) == values).all()
