"""A county condition is declared once, and both engines have it."""

from __future__ import annotations

import numpy as np
from engine_scenarios import BASE, ready

from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.conditions import CONDITION, OF_THE_CALENDAR, of_the_month, starting_conditions
from sim.engines.mesa.model import MesaEngine


def test_records_start_as_the_declaration_says() -> None:
    start = starting_conditions(3)
    assert start.dtype == CONDITION
    assert start["load"].tolist() == [1.0] * 3
    assert (start["risk"] == 1.0).all()
    assert not start["fear"].any()


def test_what_the_calendar_knows_is_taken_from_it() -> None:
    setting = ready(BASE)
    now = of_the_month(setting, 7)
    assert set(now) == {*OF_THE_CALENDAR, "background"}
    assert {"cap", "cooperation", "publicity", "presence"} < set(OF_THE_CALENDAR)
    for name in OF_THE_CALENDAR:
        assert np.array_equal(now[name], getattr(setting.calendar, name)[7])


def test_both_engines_hold_the_same_of_every_county_after_each_month() -> None:
    """Every condition, not only those that the ledger shows; impunity of people, whom alone it concerns in mesa."""
    setting = ready(BASE)
    one, other = ColumnarEngine(setting, 3), MesaEngine(setting, 3)
    for _ in zip(one.months(), other.months(), strict=True):
        for name in CONDITION.names or ():
            values = np.array([getattr(county, name) for county in other.counties])
            ours = one.now[name][:, : values.shape[1]] if name == "impunity" else one.now[name]
            assert np.array_equal(ours, values), name
    assert one.now["fear"].any()
    assert (one.now["load"] != 1.0).any()
