"""Worlds of a calibration in which too many opportunities are clipped are run again with more headroom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evaluated_worlds import small_scenario

from sim.analysis.calibration import worlds
from sim.analysis.calibration.worlds import scenario_in, simulate_world
from sim.running.measures import MUCH_CLIPPED

CROWDED = {"crime.headroom": 1.0, "crime.impunity_elasticity": 1.5, "trust.sensitivity": 4.0}


@pytest.fixture
def world(tmp_path: Path) -> Any:
    """Return a function from changes to what a small world shows."""
    (tmp_path / "scenarios").mkdir()
    base = small_scenario("months=36", "world.people=4000", "start=2008-01")
    (tmp_path / "scenarios" / "base.yaml").write_text(base.resolved_yaml(), encoding="utf-8")
    scenario_in.cache_clear()
    return lambda changes: simulate_world(str(tmp_path), "secure_communities", ("T28", "T32"), changes, 1, 0, 1)


def test_a_world_is_run_with_the_headroom_that_it_needs(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = world(CROWDED)
    assert found["clipped"] <= MUCH_CLIPPED
    steps = [1.5, 2.25, 3.375, 5.0625, 7.59375, 10.0]
    assert found["headroom"] in steps
    assert repr(world({**CROWDED, "crime.headroom": found["headroom"]})) == repr(found)
    monkeypatch.setattr(worlds, "MUCH_CLIPPED", 1.0)
    less = ([1.0, *steps])[steps.index(found["headroom"])]
    assert world({**CROWDED, "crime.headroom": less})["clipped"] > MUCH_CLIPPED
    cut = world(CROWDED)
    assert cut["headroom"] == 1.0
    assert cut["effects"]["true_total"] < found["effects"]["true_total"]  # what is cut flattens effects


def test_a_world_with_room_enough_is_run_once(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = []
    monkeypatch.setattr(worlds, "observed_or_why", lambda *it: run.append(it) or original(*it))
    found = world({"crime.headroom": 4.0})
    assert found["headroom"] == 4.0
    once = len(run)
    monkeypatch.setattr(worlds, "MUCH_CLIPPED", -1.0)
    monkeypatch.setattr(worlds, "MOST_HEADROOM", 6.5)
    assert world({"crime.headroom": 4.0})["headroom"] == 6.5  # no further than a scenario may go
    assert len(run) == once + 3 * once


original = worlds.observed_or_why
