"""What the points of a sweep say, against closed forms; and what a design does not allow is refused with the reason."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_sweeps import COOPERATION, FADE, SENSITIVITY, listed, ranged, runs_of, sweep_of, table_of

from sim.analysis.statistics import t_quantile
from sim.analysis.sweep.curves import curve, surface
from sim.analysis.sweep.effects import parts, signs
from sim.analysis.sweep.outcomes import outcome_names, sweep_runs
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.scenario.design.sweep import Design, Sweep
from sim.telling.reports.sweep_wording import flips_by_value, signs_text
from sim.words.faults import UserError

LUCK = (-1.0, 0.0, 1.0)
FIVE = tuple(k / 4 for k in range(5))
TWO = (listed(COOPERATION, FIVE), listed(SENSITIVITY, (0.0, 1.0, 2.0), "uncertainty"))
THREE = (ranged(COOPERATION, role="lever"), ranged(SENSITIVITY), ranged(FADE))


def linear(*slopes: float, luck: float = 0.0):  # type: ignore[no-untyped-def]
    """An effect on true crime that is linear in the values, with luck that all points share; recorded: half of it."""

    def effect(values: tuple[float, ...], replication: int) -> tuple[float, float]:
        true = sum(slope * value for slope, value in zip(slopes, values, strict=True)) + luck * LUCK[replication % 3]
        return true, true / 2

    return effect


def test_outcomes_are_paired_differences_at_the_same_point() -> None:
    runs = runs_of(sweep_of(Design("grid"), TWO), linear(4.0, 1.0, luck=0.1))
    true, gap = runs.outcome("occurred_total"), runs.outcome("gap_violent")
    assert true.values.shape == (15, 3)
    assert true.is_change
    assert true.unit == "% change"
    expected = np.array([[4 * a + b + 0.1 * luck for luck in LUCK] for a in FIVE for b in (0, 1, 2)])
    assert true.values == pytest.approx(expected, abs=1e-9)
    assert gap.values == pytest.approx(-expected / 2, abs=1e-9)
    assert runs.outcome("removed").unit.startswith("change per 100,000")
    assert runs.notes == ()
    with pytest.raises(UserError, match=r"no outcome is called gap_totl; did you mean gap_total\?"):
        runs.outcome("gap_totl")
    assert {"gap_total", "occurred_total", "reporting_total_hispanic"} <= set(outcome_names())


def test_outcomes_against_a_reference_point_and_levels_without_one() -> None:
    factors = (listed(COOPERATION, (0.0, 1.0)),)
    effect = linear(10.0, luck=1.0)
    referred = runs_of(sweep_of(Design("grid"), factors, paired=False, reference=(0.0,)), effect)
    assert referred.outcome("occurred_total").values[0] == pytest.approx([0, 0, 0])
    assert referred.outcome("occurred_total").values[1] == pytest.approx([10.1, 10, 9.9])  # a ratio of means
    alone = runs_of(sweep_of(Design("grid"), factors, paired=False), effect)
    level, gap = alone.outcome("occurred_total"), alone.outcome("gap_total")
    assert not level.is_change
    assert level.values[1] == pytest.approx([1090, 1100, 1110])
    assert gap.unit == "% of true crime"
    assert gap.values[0][1] == pytest.approx(-60)


def test_missing_runs_are_told_and_what_is_left_stays_paired() -> None:
    sweep = sweep_of(Design("grid"), TWO)
    table = table_of(sweep, linear(4.0, 1.0))
    names, numbers = table.column("scenario").to_pylist(), table.column("replication").to_pylist()
    pairs = list(zip(names, numbers, strict=True))
    one_lost = table.filter([pair != ("p00003-against", 1) for pair in pairs])
    runs = sweep_runs(sweep, one_lost)
    assert (runs.replications, len(runs.points), runs.is_whole) == ((0, 2), 15, True)
    assert runs.notes == ("1 of 3 replications are left out, as runs are missing: p00003.1.",)
    point_lost = sweep_runs(sweep, table.filter([name != "p00003" for name in names]))
    assert (point_lost.replications, len(point_lost.points), point_lost.is_whole) == ((0, 1, 2), 14, False)
    assert "left out: p00003" in point_lost.notes[0]
    with pytest.raises(UserError, match="no replication is finished"):
        sweep_runs(sweep, table.filter([number != 0 or name == "p00001" for name, number in pairs]).slice(0, 0))


def test_further_replications_and_points_change_no_other_outcome() -> None:
    effect = linear(4.0, 1.0, luck=0.1)
    few, many = (runs_of(sweep_of(Design("grid"), TWO, number), effect) for number in (3, 6))
    assert np.array_equal(many.outcome("occurred_total").values[:, :3], few.outcome("occurred_total").values)
    longer = (listed(COOPERATION, (*FIVE, 2.0)), TWO[1])
    wide = runs_of(sweep_of(Design("grid"), longer), effect)
    assert np.array_equal(wide.outcome("occurred_total").values[:15], few.outcome("occurred_total").values)


def test_a_curve_averages_over_the_other_parameters_and_keeps_chance_apart_from_them() -> None:
    runs = runs_of(sweep_of(Design("grid"), TWO), linear(4.0, 1.0, luck=0.1))
    found = curve(runs, runs.outcome("occurred_total"), "cooperation")
    assert found.values == FIVE
    assert found.band.estimate == pytest.approx([4 * a + 1 for a in FIVE])
    half = t_quantile(2) * 0.1 / math.sqrt(3)
    assert found.band.high - found.band.estimate == pytest.approx([half] * 5)
    assert found.low == pytest.approx([4 * a + 0.05 for a in FIVE])
    assert found.high == pytest.approx([4 * a + 1.95 for a in FIVE])
    assert list(found.counts) == [3] * 5
    held = curve(runs, runs.outcome("occurred_total"), COOPERATION, {SENSITIVITY: 2.0})
    assert held.band.estimate == pytest.approx([4 * a + 2 for a in FIVE])
    assert held.fixed == {SENSITIVITY: 2.0}
    with pytest.raises(UserError, match=r"no point has the value 1\.5; there are 0, 1, 2"):
        curve(runs, runs.outcome("occurred_total"), COOPERATION, {SENSITIVITY: 1.5})


def test_a_surface_has_a_cell_for_each_pair_of_values() -> None:
    factors = (*TWO, listed(FADE, (0.0, 10.0), "uncertainty"))
    runs = runs_of(sweep_of(Design("grid"), factors), linear(4.0, 1.0, 0.1))
    found = surface(runs, runs.outcome("occurred_total"), COOPERATION, SENSITIVITY)
    assert (found.columns, found.rows, found.count) == (FIVE, (0.0, 1.0, 2.0), 2)
    assert found.band.estimate == pytest.approx(np.array([[4 * a + b + 0.5 for a in FIVE] for b in range(3)]))
    at_ten = surface(runs, runs.outcome("occurred_total"), SENSITIVITY, COOPERATION, {FADE: 10.0})
    assert at_ten.band.estimate == pytest.approx(np.array([[4 * a + b + 1 for b in range(3)] for a in FIVE]))
    with pytest.raises(UserError, match="two different parameters"):
        surface(runs, runs.outcome("occurred_total"), COOPERATION, COOPERATION)
    with pytest.raises(UserError, match=r"coperation: the sweep does not vary this parameter; did you mean"):
        surface(runs, runs.outcome("occurred_total"), "detainers.coperation", SENSITIVITY)


def test_a_list_that_crosses_its_parameters_serves_as_a_grid() -> None:
    grid = sweep_of(Design("grid"), TWO)
    rows = tuple(point.values for point in reversed(grid.points))
    runs = [runs_of(it, linear(4.0, 1.0)) for it in (grid, sweep_of(Design("list", rows=rows), TWO))]
    first, second = (surface(it, it.outcome("occurred_total"), COOPERATION, SENSITIVITY) for it in runs)
    assert np.array_equal(first.band.estimate, second.band.estimate)
    assert first.columns == second.columns


def test_parts_keep_chance_apart_from_parameters() -> None:
    runs = runs_of(sweep_of(Design("grid"), TWO), linear(4.0, 1.0, luck=0.5))
    found = parts(runs.outcome("occurred_total"))
    means = np.array([4 * a + b for a in FIVE for b in (0, 1, 2)])
    assert found.mean.estimate == pytest.approx(means.mean())
    assert found.mean.high == pytest.approx(means.mean() + t_quantile(2) * 0.5 / math.sqrt(3))
    assert found.parameters == pytest.approx(means.std(ddof=1))
    assert found.luck == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(means, [2.5, 97.5])))


def test_chance_of_each_point_is_taken_off_the_spread_between_points() -> None:
    """With no effect of the parameters at all, 40 points of noise 1 in 4 runs spread by 0.5, and none is left."""
    noise = np.random.default_rng(3).normal(size=(40, 4))
    factors = (listed(COOPERATION, tuple(k / 39 for k in range(40))),)
    runs = runs_of(
        sweep_of(Design("grid"), factors, 4), lambda values, number: (noise[round(39 * values[0]), number], 0.0)
    )
    found = parts(runs.outcome("occurred_total"))
    assert runs.outcome("occurred_total").means.std(ddof=1) == pytest.approx(0.5, abs=0.1)
    assert found.parameters < 0.2
    assert found.luck == pytest.approx(1.0, abs=0.15)


def crossing(values: tuple[float, ...], replication: int) -> tuple[float, float]:
    """True crime falls below a cooperation of 0.4 and rises above; the sensitivity moves the place up."""
    change = 10 * (values[0] - 0.4 - 0.1 * values[1])
    return change + 0.5 * LUCK[replication], 1.0 + change * 0


def test_a_change_of_sign_is_interpolated_with_the_interval_in_which_0_is_possible() -> None:
    runs = runs_of(sweep_of(Design("grid"), TWO), crossing)
    found = signs(curve(runs, runs.outcome("occurred_total"), COOPERATION, {SENSITIVITY: 0.0}))
    half = t_quantile(2) * 0.5 / math.sqrt(3) / 10
    (flip,) = found.flips
    assert flip.at == pytest.approx(0.4)
    assert (flip.low, flip.high) == pytest.approx((0.4 - half, 0.4 + half))
    assert flip.rises
    assert signs_text(found) == f"at 0.4 ({0.4 - half:.3g} to {0.4 + half:.3g}), − to +"
    by_value = flips_by_value(runs, "occurred_total", runs.sweep.factors[0], runs.sweep.factors[1])
    assert [value for value, _ in by_value] == ["0", "1", "2"]
    assert [told.split()[1] for _, told in by_value] == ["0.4", "0.5", "0.6"]


def test_what_does_not_flip_says_so() -> None:
    runs = runs_of(sweep_of(Design("grid"), TWO), crossing)
    never = signs(curve(runs, runs.outcome("recorded_total"), COOPERATION))
    assert (never.flips, never.sign) == ((), 1)
    assert signs_text(never) == "does not flip in this range: +"
    unsure = runs_of(sweep_of(Design("grid"), TWO), lambda values, number: (values[0] + 0.2 * LUCK[number], 0.0))
    found = signs(curve(unsure, unsure.outcome("occurred_total"), COOPERATION))
    assert (found.sign, found.unclear) == (1, (0.0, 0.25))
    assert signs_text(found) == "does not flip in this range: +, not certain at 0, 0.25"
    nothing = signs(curve(unsure, unsure.outcome("recorded_total"), COOPERATION))
    assert (nothing.sign, signs_text(nothing)) == (0, "no certain sign")


def test_without_replications_every_sign_counts_and_there_is_no_interval() -> None:
    runs = runs_of(sweep_of(Design("grid"), TWO, 1), lambda values, number: (values[0] - 0.4, 0.0))
    found = signs(curve(runs, runs.outcome("occurred_total"), COOPERATION))
    assert not found.has_intervals
    assert (found.flips[0].at, found.flips[0].low) == (pytest.approx(0.4), None)


def test_a_flip_between_values_that_are_no_numbers_names_both() -> None:
    factors = (listed("responses.deterrence", (False, True)), TWO[1])
    runs = runs_of(sweep_of(Design("grid"), factors), lambda values, number: (0.5 - values[0], 0.0))
    found = signs(curve(runs, runs.outcome("occurred_total"), "responses.deterrence"))
    assert signs_text(found) == "between false and true, + to −"


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_curves_of_sampled_designs_are_means_of_bins(kind: str) -> None:
    design = Design(kind, samples=128)  # type: ignore[arg-type]
    runs = runs_of(sweep_of(design, THREE, 1), linear(10.0, 0.0, 0.0))
    found = curve(runs, runs.outcome("occurred_total"), COOPERATION)
    assert found.is_binned
    assert len(found.values) == 10
    assert found.band.estimate == pytest.approx([10 * value for value in found.values])  # type: ignore[operator]
    assert sum(found.counts) == (128 if kind == "latin_hypercube" else 256)
    flat = curve(runs, runs.outcome("occurred_total"), FADE)
    assert np.abs(flat.band.estimate - 5).max() < 3
    assert ((flat.band.low < 5) & (flat.band.high > 5)).sum() >= 8


def sampled(kind: str, **sizes: int) -> Sweep:
    return sweep_of(Design(kind, **sizes), THREE, 1)  # type: ignore[arg-type]


def test_analyses_that_a_design_does_not_allow_are_refused_with_the_reason() -> None:
    hypercube = runs_of(sampled("latin_hypercube", samples=20), linear(1.0, 1.0, 1.0))
    morris = runs_of(sampled("morris", trajectories=4), linear(1.0, 1.0, 1.0))
    grid = runs_of(sweep_of(Design("grid"), TWO), linear(1.0, 1.0))
    uncrossed = Design("list", rows=((0.0, 0.0), (0.25, 1.0), (0.5, 2.0)))
    listing = runs_of(sweep_of(uncrossed, TWO), linear(1.0, 1.0))
    few = runs_of(sampled("latin_hypercube", samples=15), linear(1.0, 1.0, 1.0))
    for runs, call, words in (
        (
            hypercube,
            lambda it, y: surface(it, y, COOPERATION, FADE),
            "latin_hypercube design does not cross.*would do: grid",
        ),
        (morris, lambda it, y: surface(it, y, COOPERATION, FADE), "morris design does not cross them"),
        (morris, lambda it, y: curve(it, y, COOPERATION), "single steps.*grid, list, latin_hypercube or sobol"),
        (listing, lambda it, y: surface(it, y, COOPERATION, SENSITIVITY), "the list has 3 of 9 combinations.*grid"),
        (listing, lambda it, y: curve(it, y, COOPERATION), "do not have the same values there.*would do: grid"),
        (hypercube, lambda it, y: curve(it, y, COOPERATION, {FADE: it.values[0][2]}), "no two points in line"),
        (few, lambda it, y: curve(it, y, COOPERATION), "15 points are too few, 16 would do"),
        (grid, sobol_indices, "Sobol' indices: they need the points of a sobol design, and this is a grid"),
        (morris, sobol_indices, "this is a morris design"),
        (grid, morris_effects, "Morris' measures: they need the points of a morris design"),
    ):
        with pytest.raises(UserError, match=words):
            call(runs, runs.outcome("occurred_total"))


def test_sensitivities_need_every_point_and_an_outcome_that_varies() -> None:
    sweep = sampled("sobol", samples=8)
    table = table_of(sweep, linear(1.0, 2.0, 3.0))
    lost = sweep_runs(sweep, table.filter([name != "p00007" for name in table.column("scenario").to_pylist()]))
    with pytest.raises(UserError, match="1 of 40 points have no finished run"):
        sobol_indices(lost, lost.outcome("occurred_total"))
    constant = runs_of(sweep, linear(0.0, 0.0, 0.0))
    with pytest.raises(UserError, match="occurred_total is the same at all points"):
        sobol_indices(constant, constant.outcome("occurred_total"))


def test_sobol_indices_of_a_linear_function_are_the_shares_of_its_squared_slopes() -> None:
    """512 base samples estimate them to 0.05; the smallest difference between two of them is 0.21."""
    slopes = np.array([1.0, 2.0, 3.0])
    runs = runs_of(sampled("sobol", samples=512), linear(*slopes))
    found = sobol_indices(runs, runs.outcome("occurred_total"))
    expected = slopes**2 / (slopes**2).sum()
    assert found.first == pytest.approx(expected, abs=0.05)
    assert found.total == pytest.approx(expected, abs=0.05)
    assert (np.abs(found.first - expected) < found.first_half).all()
    assert (found.first_half < 0.2).all()
    assert found.luck_share is None
    again = sobol_indices(runs, runs.outcome("occurred_total"))
    assert np.array_equal(again.first_half, found.first_half)


def test_sobol_indices_of_the_ishigami_function() -> None:
    """The third parameter acts through the first alone: a total index of 0.24 with nothing of its own."""

    def ishigami(values: tuple[float, ...], replication: int) -> tuple[float, float]:
        x, y, z = (-math.pi + 2 * math.pi * value for value in values)
        return math.sin(x) + 7 * math.sin(y) ** 2 + 0.1 * z**4 * math.sin(x), 0.0

    runs = runs_of(sampled("sobol", samples=1024), ishigami)
    found = sobol_indices(runs, runs.outcome("occurred_total"))
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.06)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.06)


def test_chance_shows_in_the_share_of_luck() -> None:
    noise = np.random.default_rng(1).normal(size=(10_000, 4))
    numbers = iter(range(10_000))
    places: dict[tuple[float, ...], int] = {}

    def effect(values: tuple[float, ...], replication: int) -> tuple[float, float]:
        return 4 * values[0] + noise[places.setdefault(values, next(numbers)), replication], 0.0

    runs = runs_of(sweep_of(Design("sobol", samples=256), THREE, 4), effect)
    found = sobol_indices(runs, runs.outcome("occurred_total"))
    assert found.luck_share == pytest.approx(0.25 / (16 / 12 + 0.25), abs=0.05)


def test_morris_is_exact_for_a_linear_function() -> None:
    runs = runs_of(sampled("morris", trajectories=8), linear(3.0, -2.0, 0.0))
    found = morris_effects(runs, runs.outcome("occurred_total"))
    assert found.mean == pytest.approx([3.0, -2.0, 0.0], abs=1e-9)
    assert found.size == pytest.approx([3.0, 2.0, 0.0], abs=1e-9)
    assert found.spread == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_morris_tells_an_interaction_by_its_spread_and_uses_the_whole_range() -> None:
    factors = (ranged(COOPERATION, role="lever"), ranged(SENSITIVITY, 0.0, 4.0), ranged(FADE, 0.02, 0.12))
    runs = runs_of(
        sweep_of(Design("morris", trajectories=40, levels=6), factors, 1),
        lambda values, number: (values[0] * values[1] + 100 * values[2], 0.0),
    )
    found = morris_effects(runs, runs.outcome("occurred_total"))
    assert found.mean[2] == pytest.approx(10.0)
    assert found.spread[2] == pytest.approx(0.0, abs=1e-9)
    assert found.mean[:2] == pytest.approx([2.0, 2.0], abs=0.6)
    assert (found.spread[:2] > 0.8).all()
