"""A county condition is declared once, and both engines have it."""

from __future__ import annotations

import numpy as np
import pytest
from engine_scenarios import BASE, ready

from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.conditions import CONDITION, OF_THE_CALENDAR, of_the_month, opportunities_of, starting_conditions
from sim.engines.mesa.model import MesaEngine
from sim.words.labels import CRIMES


def test_records_start_as_the_declaration_says() -> None:
    start = starting_conditions(3)
    assert start.dtype == CONDITION
    assert start["load"].tolist() == [1.0] * 3
    assert (start["risk"] == 1.0).all()
    assert not start["fear"].any()


def test_what_the_calendar_knows_is_taken_from_it() -> None:
    setting = ready(BASE)
    now = of_the_month(setting, 7)
    assert set(now) == {*OF_THE_CALENDAR, "background", "types"}
    assert {"cap", "cooperation", "refusal", "announced"} < set(OF_THE_CALENDAR)
    for name in OF_THE_CALENDAR:
        assert np.array_equal(now[name], getattr(setting.calendar, name)[7])


def test_a_background_alike_for_all_kinds_leaves_types_as_they_are() -> None:
    cumulative = np.tile(np.linspace(0.125, 1.0, 8), (2, 1))
    many, types = opportunities_of(np.array([[1.0, 1.0, 1.0], [0.7, 0.7, 0.7]]), cumulative)
    assert many.tolist() == [1.0, 0.7]
    assert (types == cumulative).all()


def test_a_background_by_kind_moves_types_and_their_number() -> None:
    """Eight equal types; violent crime (five of them) twice, vehicle theft gone, burglary and larceny as before."""
    many, types = opportunities_of(np.array([[2.0, 0.0, 1.0]]), np.linspace(0.125, 1.0, 8)[None])
    assert many == pytest.approx([1.5])
    shares = dict(zip(CRIMES, np.diff(types[0], prepend=0.0) * 12.0, strict=True))
    once, never = dict.fromkeys(("burglary", "larceny"), 1.0), {"motor_vehicle_theft": 0.0}
    assert shares == pytest.approx(dict.fromkeys(CRIMES, 2.0) | once | never)


def test_both_engines_hold_the_same_of_every_county_after_each_month() -> None:
    """Every condition, not only those that the ledger shows; impunity of people, whom alone it concerns in mesa."""
    setting = ready(BASE)
    one, other = ColumnarEngine(setting, 3), MesaEngine(setting, 3)
    for t, _ in enumerate(other.months()):
        one.step(t)
        for name in CONDITION.names or ():
            values = np.array([getattr(county, name) for county in other.counties])
            ours = one.now[name][:, : values.shape[1]] if name == "impunity" else one.now[name]
            assert np.array_equal(ours, values), name
    assert one.now["fear"].any()
    assert (one.now["load"] != 1.0).any()
