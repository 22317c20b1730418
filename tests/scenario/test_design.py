"""Designs: which points they take, that they follow from their own seed alone, and that more of them keep the first."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_sweeps import COOPERATION, FADE, SENSITIVITY, listed, ranged, sweep_of

from sim.parameters import Parameters
from sim.scenario.design.sweep import AGAINST, REFERENCE, Design, Factor, spaced

THREE = (ranged(COOPERATION, role="lever"), ranged(SENSITIVITY, 0.0, 4.0), ranged(FADE, 0.02, 0.12))
SAMPLED = {
    "latin_hypercube": Design("latin_hypercube", samples=12),
    "sobol": Design("sobol", samples=8),
    "morris": Design("morris", trajectories=6),
}


def values_of(design: Design, factors: tuple[Factor, ...] = THREE) -> list[tuple[object, ...]]:
    return [point.values for point in sweep_of(design, factors).points]


def test_a_grid_crosses_all_values_the_last_running_fastest() -> None:
    found = values_of(Design("grid"), (listed(COOPERATION, (0.0, 1.0)), listed(SENSITIVITY, (1.0, 2.0, 3.0))))
    assert found == [(0.0, 1.0), (0.0, 2.0), (0.0, 3.0), (1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]


def test_steps_are_even_and_read_well() -> None:
    assert spaced(0.0, 1.0, 11) == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    assert spaced(0.02, 0.12, 2) == (0.02, 0.12)


def test_a_list_takes_its_rows_as_they_are() -> None:
    rows = ((0.5, 1.0, 0.1), (0.1, 2.0, 0.05))
    assert values_of(Design("list", rows=rows)) == list(rows)


def test_a_latin_hypercube_has_one_point_in_each_stratum() -> None:
    found = values_of(SAMPLED["latin_hypercube"])
    for place, factor in enumerate(THREE):
        strata = sorted(int(12 * factor.position(values[place])) for values in found)  # type: ignore[arg-type]
        assert strata == list(range(12))


def test_a_sobol_design_comes_in_blocks_of_a_base_its_exchanges_and_a_second_base() -> None:
    found = values_of(SAMPLED["sobol"])
    assert len(found) == 8 * (3 + 2)
    for start in range(0, len(found), 5):
        first, *exchanged, second = found[start : start + 5]
        for place, point in enumerate(exchanged):
            expected = tuple(second[k] if k == place else first[k] for k in range(3))
            assert point == expected


def test_a_morris_design_steps_once_in_each_factor_by_two_thirds_of_four_levels() -> None:
    found = values_of(SAMPLED["morris"])
    assert len(found) == 6 * (3 + 1)
    for start in range(0, len(found), 4):
        path = [[f.position(v) for f, v in zip(THREE, found[start + k], strict=True)] for k in range(4)]  # type: ignore[arg-type]
        steps = [
            [round(abs(b - a), 9) for a, b in zip(one, other, strict=True)] for one, other in itertools.pairwise(path)
        ]
        assert sorted(map(sorted, steps)) == [[0.0, 0.0, pytest.approx(2 / 3)]] * 3
        assert sorted(max(range(3), key=step.__getitem__) for step in steps) == [0, 1, 2]


@pytest.mark.parametrize("kind", SAMPLED)
def test_points_lie_within_their_ranges(kind: str) -> None:
    for values in values_of(SAMPLED[kind]):
        for factor, value in zip(THREE, values, strict=True):
            assert factor.low <= value <= factor.high  # type: ignore[operator]


@pytest.mark.parametrize("kind", SAMPLED)
def test_the_seed_of_the_design_decides_and_nothing_else(kind: str) -> None:
    design = SAMPLED[kind]
    assert values_of(design) == values_of(design)
    other = Design(design.kind, design.samples, design.trajectories, design.levels, seed=2)
    assert values_of(other) != values_of(design)
    assert sweep_of(design, THREE, 3).points == sweep_of(design, THREE, 30, paired=False).points


@pytest.mark.slow
def test_another_process_gets_the_same_points() -> None:
    code = (
        "import sys; sys.path[:0] = ['tests/scenario', 'tests/made']; from test_design import SAMPLED, values_of;"
        "print([values_of(design) for design in SAMPLED.values()])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == str([values_of(design) for design in SAMPLED.values()])


def test_designs_of_another_day_have_the_same_points() -> None:
    """Stored designs are what is run; this tells when a new version of a library would choose other points."""
    assert values_of(SAMPLED["latin_hypercube"])[0] == pytest.approx(FIRST_POINTS["latin_hypercube"])
    assert values_of(SAMPLED["sobol"])[0] == pytest.approx(FIRST_POINTS["sobol"])
    assert values_of(SAMPLED["morris"])[0] == pytest.approx(FIRST_POINTS["morris"])


FIRST_POINTS = {
    "latin_hypercube": (0.441747121047, 1.27522149288, 0.0646240122317),
    "sobol": (0.28616916202, 0.650541216135, 0.0788359585032),
    "morris": (1 / 3, 4.0, 0.02),
}


@pytest.mark.parametrize(
    ("few", "many"),
    [
        (Design("sobol", samples=8), Design("sobol", samples=32)),
        (Design("morris", trajectories=6), Design("morris", trajectories=9)),
        (Design("list", rows=((0.1, 1.0, 0.1),)), Design("list", rows=((0.1, 1.0, 0.1), (0.2, 1.0, 0.1)))),
    ],
    ids=lambda design: design.kind,
)
def test_a_larger_design_keeps_the_points_of_a_smaller_one_and_their_names(few: Design, many: Design) -> None:
    first, larger = sweep_of(few, THREE).points, sweep_of(many, THREE).points
    assert larger[: len(first)] == first
    assert len(larger) > len(first)


def test_listed_values_get_equal_shares_and_each_step_of_a_trajectory_changes_them() -> None:
    factors = (
        listed("responses.deterrence", (False, True)),
        listed("police.patrol", ("even", "population", "hot_spots")),
    )
    found = values_of(Design("latin_hypercube", samples=12), factors)
    assert sum(values[0] is True for values in found) == 6
    assert [sum(values[1] == name for values in found) for name in factors[1].values] == [4, 4, 4]
    path = values_of(Design("morris", trajectories=20), factors)
    for start in range(0, len(path), 3):
        first, second, third = path[start : start + 3]
        assert sum(a != b for a, b in zip(first, second, strict=True)) == 1
        assert sum(a != b for a, b in zip(second, third, strict=True)) == 1


@given(low=st.integers(0, 20), width=st.integers(1, 10), position=st.floats(0, 1))
def test_whole_numbers_stay_whole_and_within_their_range(low: int, width: int, position: float) -> None:
    factor = Factor("a", "lever", "", "", (), float(low), float(low + width), whole=True)
    value = factor.at(position)
    assert isinstance(value, int)
    assert low <= value <= low + width
    assert factor.at(0.0) == low
    assert factor.at(1.0) == low + width


def test_pairs_and_references_are_named_after_their_points() -> None:
    factors = (listed(COOPERATION, (0.0, 1.0)),)
    paired = sweep_of(Design("grid"), factors)
    assert paired.scenario_names == ("p00000", f"p00000{AGAINST}", "p00001", f"p00001{AGAINST}")
    own = sweep_of(Design("grid"), factors, paired=False, reference=(1.0,))
    assert (own.reference_name, own.scenario_names) == ("p00001", ("p00000", "p00001"))
    further = sweep_of(Design("grid"), factors, paired=False, reference=(0.5,))
    assert further.scenario_names == (REFERENCE, "p00000", "p00001")
    assert further.scenario(REFERENCE).parameters.detainers.cooperation.level_1 == 0.5


def test_a_point_is_the_base_with_its_values() -> None:
    factors = (listed(COOPERATION, (0.25, 1.0)), listed(SENSITIVITY, (3.0, 4.0)))
    sweep, usual = sweep_of(Design("grid"), factors), Parameters().trust.sensitivity
    for name in ("p00001", f"p00001{AGAINST}"):
        found = sweep.scenario(name)
        assert found.name == name
        assert found.parameters.detainers.cooperation.values() == (0.25,) * 4
        assert found.parameters.trust.sensitivity.unauthorized == 4.0
        assert found.parameters.trust.sensitivity.citizen == pytest.approx(usual.citizen / usual.unauthorized * 4.0)
        assert found.differences().keys() == {
            *(f"{COOPERATION}.{level}" for level in ("level_1", "level_2", "level_3", "none")),
            *(f"{SENSITIVITY}.{tie}" for tie in ("citizen", "citizen_mixed_household", "lawful_noncitizen")),
            f"{SENSITIVITY}.unauthorized",
        }
    with pytest.raises(KeyError):
        sweep.scenario("p00009")
