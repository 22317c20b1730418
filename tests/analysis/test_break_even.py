"""Where crime is unchanged: the fall in reporting that makes up for deterrence, on made sweeps in which it is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from small_sweeps import listed, ranged, sweep_of

from sim.analysis.sweep.break_even import COSTS, DETERRENCE, MORE, SENSITIVITY, break_even, is_possible
from sim.analysis.sweep.outcomes import SweepRuns, sweep_runs
from sim.parameters import Parameters
from sim.scenario.design.sweep import AGAINST, Design, Sweep
from sim.telling.figures.break_even import break_even_figure
from sim.words.faults import UserError

STRENGTHS, SENSITIVITIES = (0.0, 0.5, 1.0), (0.0, 1.0, 2.0, 3.0)


def made(strengths: Sequence[float] = STRENGTHS, slope: float = 10.0, replications: int = 3) -> SweepRuns:
    """Return a sweep in which ``s`` takes 4 points of reporting a unit, and crime changes by 10 s - slope D."""
    factors = [listed(DETERRENCE, strengths), listed(SENSITIVITY, SENSITIVITIES, "uncertainty")]
    sweep = sweep_of(Design("grid"), factors, replications)
    return sweep_runs(sweep, table_of(sweep, slope))


def table_of(sweep: Sweep, slope: float) -> Any:
    rows = []
    for point in sweep.points:
        strength, sensitivity = (float(value or 0) for value in point.values)
        for replication in range(sweep.replications):
            luck = 0.01 * (replication - 1)
            change = 10 * sensitivity - slope * strength + luck
            violent, properties = 100 + 0.5 * change, 900 + 0.5 * change
            both = {"occurred_violent": violent, "occurred_property": properties, "occurred_total": 1000 + change}
            told = {"reporting_total_hispanic": 40 - 4 * sensitivity}
            plain = {"occurred_violent": 100.0, "occurred_property": 900.0, "occurred_total": 1000.0}
            rows.append({"scenario": point.name, "replication": replication, **both, **told})
            against = {"reporting_total_hispanic": 40.0}
            rows.append({"scenario": point.name + AGAINST, "replication": replication, **plain, **against})
    return pa.Table.from_pylist(rows)


def test_the_fall_that_makes_up_for_deterrence_is_found() -> None:
    found = break_even(made())
    assert found.deterrence.tolist() == list(STRENGTHS)
    first, half, whole = found.falls
    assert first.estimate is None or first.estimate == pytest.approx(0, abs=0.01)
    assert half.estimate == pytest.approx(4 * 0.5, abs=1e-6)
    assert whole.estimate == pytest.approx(4 * 1.0, abs=1e-6)
    assert half.low is not None
    assert half.low < 2 < (half.high or 0)
    cost = break_even(made(), "cost").falls[1]
    assert cost.estimate == pytest.approx(2, abs=1e-6)


def test_where_nothing_makes_up_the_reason_says_on_which_side() -> None:
    assert break_even(made(slope=-10.0)).falls[2].reason == MORE
    assert break_even(made(slope=100.0)).falls[2].reason.startswith("there is less crime")


def test_other_designs_are_refused() -> None:
    alone = sweep_of(Design("grid"), [listed(DETERRENCE, STRENGTHS)], 2)
    assert not is_possible(sweep_runs(alone, table_of_any(alone)))
    unpaired = sweep_of(Design("grid"), [listed(DETERRENCE, STRENGTHS)], 2, paired=False)
    with pytest.raises(UserError, match="compared against"):
        break_even(sweep_runs(unpaired, table_of_any(unpaired)))
    random = sweep_of(Design("latin_hypercube", samples=4), [ranged(DETERRENCE), ranged(SENSITIVITY)], 2)
    with pytest.raises(UserError, match="grid"):
        break_even(sweep_runs(random, table_of_any(random)))


def table_of_any(sweep: Sweep) -> Any:
    names = [point.name + ending for point in sweep.points for ending in ("", AGAINST)]
    numbers = range(sweep.replications)
    return pa.Table.from_pylist(
        [{"scenario": name, "replication": number, "occurred_total": 1.0} for name in names for number in numbers]
    )


def test_costs_are_those_of_the_recorded_mix() -> None:
    mix = Parameters().crime.recorded_per_100k.model_dump()
    each = {
        "violent": {"rape": 240_776, "robbery": 42_310, "aggravated_assault": 107_020},
        "property": {"burglary": 6_462, "larceny": 3_532, "motor_vehicle_theft": 10_772},
    }
    for family, costs in each.items():
        mean = sum(mix[name] * cost for name, cost in costs.items()) / sum(mix[name] for name in costs)
        assert COSTS[family] == pytest.approx(mean, rel=0.002)


def test_the_figure_has_a_line_for_each_way_of_weighing() -> None:
    draw, told = break_even_figure(made())
    labels = [line.get_label() for line in draw(9.0).axes[0].lines]
    assert labels == ["Number of index crimes unchanged", "Cost of crime unchanged"]
    assert told.name == "break_even"
    nothing, caption = break_even_figure(made(slope=-10.0))
    assert nothing(3.7).axes[0].lines
    assert "more at every fall tried" in caption.caption
