"""The warrant service officer model: detainers are honoured, nobody is screened, and both engines agree."""

from __future__ import annotations

from typing import Any

import numpy as np
from engine_scenarios import BASE, columnar, differences, mesa_run, ready
from small_worlds import merged

from sim.engines.ledger import Ledger, stack
from sim.words.labels import ENFORCEMENT_COLUMNS, PROGRAMS

DECLINING = merged(BASE, {"detainers": {"cooperation": 0.1}})
SERVED = merged(DECLINING, {"programs": {"agreement_287g_warrant": {"counties": "all", "start": "2006-07"}}})
NOTHING_ELSE = merged(
    SERVED,
    {"programs": {name: {"counties": "none"} for name in PROGRAMS if name != "agreement_287g_warrant"}},
)


def ledger_of(parameters: dict[str, Any]) -> Ledger:
    setting = ready(parameters)
    return stack(columnar(setting, 7), setting.months, setting.world.counties)


def funnel(ledger: Ledger, name: str) -> np.ndarray:
    """Events of one column by month and county."""
    return np.asarray(ledger.enforcement[..., ENFORCEMENT_COLUMNS.index(name)].sum(axis=(2, 3)))


def test_warrants_are_served_where_the_county_would_decline() -> None:
    without, served = ledger_of(DECLINING), ledger_of(SERVED)
    for name in ("crime", "enforcement", "people"):
        assert (getattr(served, name)[:6] == getattr(without, name)[:6]).all(), name
    detainers, honoured = funnel(served, "detainers"), funnel(served, "honoured")
    assert (honoured[6:] == detainers[6:]).all()
    assert honoured[6:].sum() > 5
    assert funnel(without, "honoured")[6:].sum() < 0.5 * funnel(without, "detainers")[6:].sum()
    flags = served.programs[:, :, PROGRAMS.index("agreement_287g_warrant")]
    assert flags[6:].all()
    assert not flags[:6].any()
    assert not without.programs[:, :, PROGRAMS.index("agreement_287g_warrant")].any()


def test_nobody_is_screened_by_serving_warrants() -> None:
    served = ledger_of(NOTHING_ELSE)
    assert funnel(served, "booked").sum() > 0
    assert funnel(served, "identified").sum() == 0


def test_both_engines_serve_the_same_warrants() -> None:
    setting = ready(SERVED)
    assert not differences(columnar(setting, 7), mesa_run(setting, 7))
