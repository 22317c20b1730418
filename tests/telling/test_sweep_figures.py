"""Figures of sweeps: what they show is the data, on scales that several batches can share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from small_sweeps import COOPERATION, FADE, SENSITIVITY, listed, ranged, runs_of, sweep_of

from sim.analysis.sweep.curves import curve, surface
from sim.analysis.sweep.outcomes import SweepRuns
from sim.analysis.sweep.sensitivity import morris_effects, sobol_indices
from sim.scenario.design.sweep import Design
from sim.telling.figures.heat_maps import common_scale, heat_maps
from sim.telling.figures.sensitivity import morris_bars, sobol_bars
from sim.telling.figures.sweep_panels import common_limits, curve_panels
from sim.telling.figures.sweeps import Named, draw_sweeps, heat_map_pair, write_sweep_figures
from sim.words.faults import UserError

LUCK = (-0.1, 0.0, 0.1)
FIVE = tuple(k / 4 for k in range(5))
TWO = (listed(COOPERATION, FIVE), listed(SENSITIVITY, (0.0, 1.0, 2.0), "uncertainty"))
THREE = (ranged(COOPERATION, role="lever"), ranged(SENSITIVITY), ranged(FADE))


def grid(slope: float = 10.0, paired: bool = True) -> SweepRuns:
    return runs_of(
        sweep_of(Design("grid"), TWO, paired=paired),
        lambda values, number: (slope * (values[0] - 0.4) + LUCK[number], values[1]),
    )


def panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_visible() and axes.get_label() != "<colorbar>"]


def mesh(axes: Axes) -> QuadMesh:
    return next(it for it in axes.collections if isinstance(it, QuadMesh))


def test_a_heat_map_shows_each_cell_its_number_and_where_the_sign_changes() -> None:
    runs = grid()
    found = surface(runs, runs.outcome("occurred_total"), COOPERATION, SENSITIVITY)
    axes = panels(heat_maps([found]))[0]
    assert np.asarray(mesh(axes).get_array()) == pytest.approx(found.band.estimate)
    assert [text.get_text() for text in axes.texts][:5] == ["−4.0", "−1.5", "+1.0", "+3.5", "+6.0"]
    line = next(it for it in axes.collections if isinstance(it, QuadContourSet))
    assert np.unique(line.get_paths()[0].vertices[:, 0].round(9)) == pytest.approx([0.4])
    assert axes.get_xlabel() == f"a meaning\n{COOPERATION} (share)"
    assert axes.get_ylabel().startswith(f"a meaning\n{SENSITIVITY} (")


def test_the_bar_shows_the_colours_that_occur_and_no_others() -> None:
    """Its two halves keep their meaning: white is 0 on every map."""
    runs = grid()
    figure = heat_maps([surface(runs, runs.outcome("occurred_total"), COOPERATION, SENSITIVITY)])
    bar = next(axes for axes in figure.axes if axes.get_label() == "<colorbar>")
    assert bar.get_xlim() == pytest.approx((-4.0, 6.0))
    assert mesh(panels(figure)[0]).get_clim() == pytest.approx((-6.0, 6.0))


def test_no_sign_changes_where_it_is_certain_on_one_side_alone() -> None:
    runs = runs_of(sweep_of(Design("grid"), TWO), lambda values, number: (values[0] + 3 * LUCK[number] - 0.05, 0.0))
    axes = panels(heat_maps([surface(runs, runs.outcome("occurred_total"), COOPERATION, SENSITIVITY)]))[0]
    lines = [it for it in axes.collections if isinstance(it, QuadContourSet)]
    assert not lines
    assert axes.texts[0].get_text() == "(−0.1)" or axes.texts[0].get_text().startswith("(")


def test_the_line_of_a_changing_sign_keeps_out_of_columns_in_which_one_sign_alone_is_certain() -> None:
    """At sensitivity 0 the effect is above 0 for certain in the first column, and in the others 0 give or take."""

    def effect(values: tuple[float, ...], replication: int) -> tuple[float, float]:
        at_zero = 0.5 if values[0] == 0 else 0.01
        return (at_zero if values[1] == 0 else -values[1]) + LUCK[replication], 0.0

    runs = runs_of(sweep_of(Design("grid"), TWO), effect)
    axes = panels(heat_maps([surface(runs, runs.outcome("occurred_total"), COOPERATION, SENSITIVITY)]))[0]
    lines = [it for it in axes.collections if isinstance(it, QuadContourSet)]
    assert not any(len(path.vertices) for it in lines for path in it.get_paths())


def test_cells_without_numbers_are_hatched_below_0_and_limits_of_intervals_are_dashed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where numbers stand they tell sign and certainty, and hatching would only make them harder to read."""

    def drawn() -> tuple[bool, list[float], list[str]]:
        runs = grid()
        figure = heat_maps([surface(runs, runs.outcome("occurred_total"), COOPERATION, SENSITIVITY)])
        axes = panels(figure)[0]
        lines = [it for it in axes.collections if isinstance(it, QuadContourSet)]
        labels = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
        return any(it.get_hatch() for it in axes.collections), [float(it.get_linewidths()[0]) for it in lines], labels

    assert drawn() == (False, [2.2], ["the sign changes here"])
    monkeypatch.setattr("sim.telling.figures.heat_maps.MOST_NUMBERS", 0)
    hatched, widths, labels = drawn()
    assert hatched
    assert widths == [2.2, 1.1, 1.1]
    assert labels == ["the sign changes here", "a limit of the 95 % interval is 0", "below 0"]


def test_two_batches_share_their_scales() -> None:
    maps = [surface(runs, runs.outcome("occurred_total"), COOPERATION, SENSITIVITY) for runs in (grid(), grid(20.0))]
    assert common_scale(maps) == pytest.approx((-12.0, 12.0))
    figure = heat_maps(maps, ["first", "second"])
    assert [axes.get_title("left") for axes in panels(figure)] == ["first", "second"]
    assert {mesh(axes).get_clim() for axes in panels(figure)} == {common_scale(maps)}
    assert mesh(panels(heat_maps(maps[:1], scale=(-3.0, 3.0)))[0]).get_clim() == (-3.0, 3.0)
    curves = [[curve(runs, runs.outcome("occurred_total"), COOPERATION)] for runs in (grid(), grid(20.0))]
    drawn = panels(curve_panels(curves, ["first", "second"]))
    assert {axes.get_ylim() for axes in drawn} == {common_limits([row[0] for row in curves])}
    assert panels(curve_panels(curves[:1], limits=(-50.0, 50.0)))[0].get_ylim() == (-50.0, 50.0)


def test_curves_show_means_intervals_and_the_change_of_sign() -> None:
    runs = grid()
    found = curve(runs, runs.outcome("occurred_total"), COOPERATION)
    axes = panels(curve_panels([[found]]))[0]
    line, _, (bars,) = axes.containers[0]
    assert line.get_xdata() == pytest.approx(FIVE)
    assert line.get_ydata() == pytest.approx(found.band.estimate)
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    assert ends == pytest.approx(np.stack([found.band.low, found.band.high], axis=1))
    marks = [it for it in axes.lines if it.get_marker() == "|" and it.get_markersize() == 14]
    assert [float(mark.get_xdata()[0]) for mark in marks] == pytest.approx([0.4])


def test_values_that_are_no_numbers_stand_one_after_another() -> None:
    factors = (listed("police.patrol", ("even", "population", "hot_spots")), TWO[1])
    runs = runs_of(sweep_of(Design("grid"), factors), lambda values, number: (values[0], 0.0))
    axes = panels(curve_panels([[curve(runs, runs.outcome("occurred_total"), "police.patrol")]]))[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["even", "population", "hot_spots"]
    found = surface(runs, runs.outcome("occurred_total"), "police.patrol", SENSITIVITY)
    axes = panels(heat_maps([found]))[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["even", "population", "hot_spots"]


def test_bars_are_the_indices_in_one_order() -> None:
    sweep = sweep_of(Design("sobol", samples=64), THREE, 1)
    runs = runs_of(sweep, lambda values, number: (values[0] + 2 * values[1] + 3 * values[2], values[2]))
    found = [sobol_indices(runs, runs.outcome(name)) for name in ("occurred_total", "recorded_total")]
    drawn = panels(sobol_bars(found))
    names = [text.get_text().split("\n")[0] for text in drawn[0].get_yticklabels()]
    assert names == ["a meaning"] * 3
    paths_shown = [text.get_text().split("\n")[1] for text in drawn[0].get_yticklabels()]
    assert paths_shown == [COOPERATION, SENSITIVITY, FADE]
    alone = panels(sobol_bars(found, width=3.7))
    assert len({axes.get_position().x0 for axes in alone}) == 1  # on a telephone one stands below the other
    for axes, indices in zip(drawn, found, strict=True):
        first, total = (it for it in axes.containers if len(it) == 3 and hasattr(it, "patches"))
        assert [bar.get_width() for bar in first.patches] == pytest.approx(list(indices.first))
        assert [bar.get_width() for bar in total.patches] == pytest.approx(list(indices.total))
    paths = sweep_of(Design("morris", trajectories=5), THREE, 1)
    effects = runs_of(paths, lambda values, number: (values[0] + 2 * values[1] + 3 * values[2], 0.0))
    bars = panels(morris_bars([morris_effects(effects, effects.outcome("occurred_total"))]))[0]
    assert [bar.get_width() for bar in bars.containers[1].patches] == pytest.approx([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("design", "factors", "names"),
    [
        (Design("grid"), TWO, ["heat_map", "heat_map_by_kind", "curves"]),
        (Design("latin_hypercube", samples=20), THREE, ["curves"]),
        (Design("sobol", samples=8), THREE, ["sensitivity", "curves"]),
        (Design("morris", trajectories=4), THREE, ["sensitivity"]),
        (Design("list", rows=((0.0, 0.0), (0.25, 1.0))), TWO, []),
    ],
    ids=lambda value: value.kind if isinstance(value, Design) else "",
)
def test_each_design_has_the_figures_that_it_allows(
    design: Design, factors: tuple[object, ...], names: list[str], tmp_path: Path
) -> None:
    runs = runs_of(
        sweep_of(design, factors, 2),  # type: ignore[arg-type]
        lambda values, number: (3 * values[0] + values[1] + LUCK[number], values[0]),
    )
    drawn = write_sweep_figures(runs, tmp_path)
    assert [it.name for it in drawn] == names
    assert all(it.title and it.caption and it.narrow.startswith(b"<?xml") for it in drawn)
    assert all(COOPERATION in it.alt or "across" in it.alt for it in drawn)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}.{form}" for name in names for form in ("png", "svg")
    )


def test_levels_without_a_comparison_are_drawn_as_levels(tmp_path: Path) -> None:
    drawn = write_sweep_figures(grid(paired=False), tmp_path)
    assert [it.name for it in drawn] == ["heat_map", "curves"]
    assert "Levels: nothing is compared." in drawn[0].caption


def test_several_batches_are_drawn_side_by_side(tmp_path: Path) -> None:
    drawn = draw_sweeps([Named("first", grid()), Named("second", grid(20.0))], tmp_path)
    names = ["heat_map", "curves_detainers_cooperation", "curves_trust_sensitivity"]
    assert [it.name for it in drawn] == names
    other = runs_of(sweep_of(Design("grid"), (TWO[0],)), lambda values, number: (values[0], 0.0))
    with pytest.raises(UserError, match="third: varies other parameters than first; draw it alone"):
        draw_sweeps([Named("first", grid()), Named("third", other)], tmp_path)


def test_the_heat_map_takes_a_lever_across_and_an_uncertainty_up_unless_told() -> None:
    factors = (*TWO, listed(FADE, (0.1, 0.2), "uncertainty"))
    runs = runs_of(sweep_of(Design("grid"), factors), lambda values, number: (values[0], 0.0))
    assert heat_map_pair(runs) == (COOPERATION, SENSITIVITY)
    assert heat_map_pair(runs, up=FADE) == (COOPERATION, FADE)
    assert heat_map_pair(runs, across=SENSITIVITY) == (SENSITIVITY, COOPERATION)
    one = runs_of(sweep_of(Design("grid"), (TWO[0],)), lambda values, number: (values[0], 0.0))
    assert heat_map_pair(one) is None
    hypercube = runs_of(sweep_of(Design("latin_hypercube", samples=20), THREE), lambda values, number: (1.0, 0.0))
    assert heat_map_pair(hypercube) is None
    with pytest.raises(UserError, match="designs that would do: grid"):
        heat_map_pair(hypercube, across=COOPERATION)
