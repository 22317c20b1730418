"""Who is foreseen at liberty: the settled state is found in few rounds, and is the one that plain rounds lead to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from small_worlds import grid, merged, scenario

from sim.numerics.fixed_point import fixed_point
from sim.rules.clearance import RISK_UNIT
from sim.running.run import prepare
from sim.world.settled import solving
from sim.world.settled.baseline import Baseline
from sim.world.settled.calls import Calls
from sim.world.settled.liberty import Liberty
from sim.world.settled.rates import CrimeRates

MIXED: dict[str, Any] = {"people": {"hispanic_share": 0.4, "noncitizen_share": 0.25}}
WORLD = grid(2, 2, 40_000, 2, MIXED)
LAYERS: list[dict[str, Any]] = [
    {},
    {"crime": {"deterrence": 0.4}, "world": {"settled_under": "secure_communities"}},
    {"crime": {"travel_share": 0.4}, "courts": {"stay": {"burglary": 60.0, "larceny": 20.0}}},
]
A_UNIT_OF_RISK = 5e-5
"""Risk is counted in whole units of incidents: at a boundary either count is settled."""
Floats = npt.NDArray[np.float64]


def settled(monkeypatch: pytest.MonkeyPatch, layer: dict[str, Any], ahead: bool = True) -> tuple[Baseline, int]:
    """Return a settled state and the rounds it took, where ``ahead`` with what is foreseen."""
    rounds = 0

    def counting(step: Any, start: Floats, *rest: Any) -> tuple[Floats, bool]:
        def counted(vector: Floats) -> Floats:
            nonlocal rounds
            rounds += 1
            result: Floats = step(vector)
            return result

        return fixed_point(counted, start, *rest[:-1], rest[-1] if ahead else None)

    with monkeypatch.context() as here:
        here.setattr(solving, "fixed_point", counting)
        return prepare(scenario(merged(WORLD, layer)), share=False).world.baseline, rounds


@pytest.mark.parametrize("layer", LAYERS)
def test_the_state_found_is_the_one_to_which_plain_rounds_lead(
    monkeypatch: pytest.MonkeyPatch, layer: dict[str, Any]
) -> None:
    base, rounds = settled(monkeypatch, layer)
    plain, more_rounds = settled(monkeypatch, layer, ahead=False)
    assert rounds <= more_rounds
    for field in ("jailed_share", "ice_share", "fear", "opportunity_rate", "removal_risk"):
        assert getattr(base, field) == pytest.approx(getattr(plain, field), rel=1e-5, abs=1e-9), field
    assert base.risk == pytest.approx(plain.risk, rel=A_UNIT_OF_RISK)


def test_few_rounds_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what is foreseen this world takes six, others twice as many."""
    assert settled(monkeypatch, {})[1] <= 5


def test_where_what_is_foreseen_leads_nowhere_plain_rounds_settle_it(monkeypatch: pytest.MonkeyPatch) -> None:
    base, _ = settled(monkeypatch, {})
    luck = np.random.default_rng(1)
    monkeypatch.setattr(Liberty, "expected", lambda *_: luck.uniform(0.2, 1.0, (3, 3, 3, 4)))
    lost = prepare(scenario(WORLD), share=False).world.baseline
    assert lost.jailed_share == pytest.approx(base.jailed_share, rel=1e-5)
    assert lost.risk == pytest.approx(base.risk, rel=A_UNIT_OF_RISK)


@pytest.mark.parametrize(
    ("risk", "counted"), [(5.0, 5), (5.9, 5), (6.01, 5), (4.99, 5), (6.1, 6), (4.9, 4), (9.5, 9), (0.5, 0)]
)
def test_a_risk_just_at_a_whole_number_of_units_does_not_jump(risk: float, counted: int) -> None:
    """Five units were counted in the last round."""
    crime: Any = SimpleNamespace(
        recorded_solved=np.ones((8, 1)),
        units=np.full((3, 8, 1), 5.0),
        full_units=np.full((3, 8, 1), 7.0),
        against=lambda: np.full((3, 8, 1), 0.25),
    )
    real, full = CrimeRates.risks(crime, Calls(np.full((3, 8, 1), risk / RISK_UNIT), np.ones(1)))
    assert real.sum(axis=1) == pytest.approx(np.full((3, 1), 2.0 * counted))
    assert full.sum(axis=1) == pytest.approx(np.full((3, 1), 14.0))
