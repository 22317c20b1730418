"""Each figure computed in one world as its study computed it: one function a kind of figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.analysis.evidence import changes, levels
from sim.analysis.evidence.counts import Floats, WorldCounts, counts_of
from sim.analysis.evidence.figures import Figure
from sim.analysis.evidence.kinds import NOT_COUNTED
from sim.analysis.evidence.windows import NotGiven
from sim.engines.ledger import Ledger
from sim.words.faults import UserError

FUNCTIONS: dict[str, Callable[[WorldCounts, Figure], float]] = {
    "crime_rate": levels.crime_rate,
    "arrest_rate": levels.arrest_rate,
    "victimization_rate": levels.victimization_rate,
    "yearly_victimization_rate": levels.yearly_victimization_rate,
    "reporting_share": levels.reporting_share,
    "reporting_gap": levels.reporting_gap,
    "clearance_share": levels.clearance_share,
    "caller_share": levels.caller_share,
    "people_share": levels.people_share,
    "funnel_ratio": levels.funnel_ratio,
    "funnel_share": levels.funnel_share,
    "arrest_share": levels.arrest_share,
    "arrest_rate_ratio": levels.arrest_rate_ratio,
    "rearrest_share": levels.rearrest_share,
    "repeat_victims": levels.repeat_victims,
    "repeat_burden": levels.repeat_burden,
    "transfer_rise": changes.transfer_rise,
    "reporting_change": changes.reporting_change,
    "victimization_change": changes.victimization_change,
    "crime_change": changes.crime_change,
    "victimization_course": changes.victimization_course,
    "reporting_fall_ratio": changes.reporting_fall_ratio,
    "active_share": changes.active_share,
    "activation_correlation": changes.activation_correlation,
}
"""How each kind is computed."""


def observed(figures: Sequence[Figure], world: Ledger | WorldCounts) -> Floats:
    """Return each figure in one world: float64[len(figures)], nan where the world cannot give it."""
    return observed_or_why(figures, world)[0]


def observed_or_why(figures: Sequence[Figure], world: Ledger | WorldCounts) -> tuple[Floats, dict[str, str]]:
    """Return each figure in one world, and by their identifiers why some cannot be given."""
    counts = counts_of(world) if isinstance(world, Ledger) else world
    values, reasons = np.full(len(figures), np.nan), {}
    for place, figure in enumerate(figures):
        try:
            values[place] = _one(figure, counts)
        except (NotGiven, UserError) as reason:
            reasons[figure.id] = str(reason)
    return values, reasons


def _one(figure: Figure, counts: WorldCounts) -> float:
    if figure.kind == NOT_COUNTED:
        raise NotGiven(figure.note)
    value = float(FUNCTIONS[figure.kind](counts, figure))
    if not np.isfinite(value):
        raise NotGiven("nothing to divide by: the world is too small, or the program does not begin within the run")
    return value
