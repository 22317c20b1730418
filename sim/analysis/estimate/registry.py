"""Every estimator by its name, with a label that says what it does; a command can go through all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from sim.analysis.estimate.assembly import longer
from sim.analysis.estimate.callaway_santanna import callaway_santanna
from sim.analysis.estimate.elasticity import detained, detained_instrumented
from sim.analysis.estimate.imputation import imputation
from sim.analysis.estimate.panel import OUTCOMES, Outcome, Panel
from sim.analysis.estimate.poisson import poisson
from sim.analysis.estimate.results import PanelEstimate
from sim.analysis.estimate.sun_abraham import sun_abraham
from sim.analysis.estimate.two_way import county_trends, event_study, two_way


class Estimator(NamedTuple):
    """An estimator as a user chooses it.

    Attributes
    ----------
    label : str
        What it does, in plain words.
    estimate : function of a panel and an outcome
        The estimate.
    outcomes : tuple of str
        The outcomes it takes.
    ends : tuple of str
        Which ends of its event study can be chosen by name: ``leads``, ``lags``; none where it has no event study.
    needs_untreated : bool
        Whether it compares with counties that have not started yet, so that it should end while there are some.
    needs_detained : bool
        Whether it needs to know how many people were detained, beside dates and counts.
    """

    label: str
    estimate: Callable[..., PanelEstimate]
    outcomes: tuple[Outcome, ...] = OUTCOMES
    ends: tuple[str, ...] = ()
    needs_untreated: bool = False
    needs_detained: bool = False

    def of(self, panel: Panel, outcome: Outcome, horizons: int) -> PanelEstimate:
        """Return the estimate, its event study, if it has one, reaching ``horizons`` periods to both sides."""
        return self.estimate(panel, outcome, **dict.fromkeys(self.ends, horizons))

    def while_untreated(self, panel: Panel, outcome: Outcome, horizons: int, periods: int) -> PanelEstimate:
        """Return the same; one that compares with counties that have not started uses the first periods alone."""
        if not self.needs_untreated or periods >= panel.shape[1]:
            return self.of(panel, outcome, horizons)
        return longer(self.of(panel.until(periods), outcome, horizons), panel.shape[1])


_BOTH = ("leads", "lags")


ESTIMATORS: dict[str, Estimator] = {
    "two_way": Estimator("county and period effects", two_way),
    "county_trends": Estimator("county and period effects, and a linear trend for each county", county_trends),
    "poisson": Estimator("Poisson regression of counts, county and period effects", poisson, ("log_rate",)),
    "event_study": Estimator(
        "county and period effects, an effect for each period since the start", event_study, ends=_BOTH
    ),
    "callaway_santanna": Estimator(
        "Callaway and Sant'Anna: each cohort against counties that have not started",
        callaway_santanna,
        ends=_BOTH,
        needs_untreated=True,
    ),
    "sun_abraham": Estimator("Sun and Abraham: each cohort against the last quarter to start", sun_abraham, ends=_BOTH),
    "imputation": Estimator(
        "imputation from county-periods without the program", imputation, ends=("lags",), needs_untreated=True
    ),
    "imputation_trends": Estimator(
        "imputation with a linear trend for each county",
        partial(imputation, trends=True),
        ends=("lags",),
        needs_untreated=True,
    ),
    "detained": Estimator(
        "elasticity to people detained under the program so far, at their mean: county and period effects",
        detained,
        needs_detained=True,
    ),
    "detained_instrumented": Estimator(
        "the same elasticity with the program's dates as instrument: all it does is put down to those detained",
        detained_instrumented,
        needs_detained=True,
    ),
}
