"""Print how far our estimators are from pyfixest, csdid and diff-diff, and what they cost on a nation.

``python -m benchmarks.estimators.references`` where the packages are installed; those that are not are passed over.
"""

from __future__ import annotations

import importlib.util
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.estimate.callaway_santanna import callaway_santanna
from sim.analysis.estimate.imputation import imputation
from sim.analysis.estimate.panel import NEVER, Panel, event_time, make_panel, outcome_of
from sim.analysis.estimate.poisson import poisson
from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.estimate.sun_abraham import last_start, sun_abraham
from sim.analysis.estimate.two_way import county_trends, event_dummies, event_study, two_way

LOG: Any = "log_rate"


class Row(NamedTuple):
    """One comparison: ours and theirs, each with a standard error clustered by county."""

    package: str
    what: str
    ours: tuple[float, float]
    theirs: tuple[float, float]


def made_panel(counties: int, periods: int, states: int = 50, seed: int = 1) -> Panel:
    """Return a panel in which counties start in different periods, a fifth never, and effects grow."""
    random = np.random.default_rng(seed)
    first = random.integers(2, periods, counties)
    since = np.arange(periods)[None] - np.where(random.random(counties) < 0.2, 10**6, first)[:, None]
    share = np.where(since == 0, random.uniform(0.1, 1, counties)[:, None], since > 0)
    population = np.exp(random.normal(10.3, 1.2, counties))[:, None] * np.ones(periods)
    index = random.normal(-2.5, 0.3, counties)[:, None] + random.normal(0, 0.1, periods)
    index = index - 0.1 * share * (1 + 0.3 * np.maximum(since, 0) / periods) + random.normal(0, 0.05, share.shape)
    counts = random.poisson(population * np.exp(index)) + 1.0
    panel = make_panel(counts, population, share, random.integers(0, states, counties))
    return replace(panel, detained=np.cumsum(share * random.uniform(0, 0.001, (counties, 1)), axis=1))


def long_table(panel: Panel) -> Any:
    """Return a row for each county and period, as packages want them."""
    import pandas as pd

    counties, periods = panel.shape
    first = np.where(panel.first == NEVER, 0, panel.first + 1)
    return pd.DataFrame(
        {
            "county": np.repeat(np.arange(counties), periods),
            "state": np.repeat(panel.state, periods),
            "period": np.tile(np.arange(1, periods + 1), counties),
            "first": np.repeat(first, periods),
            "y": outcome_of(panel, LOG).ravel(),
            "counts": panel.counts.ravel(),
            "offset": np.log(panel.population).ravel(),
            "treated": panel.treated.ravel(),
            "weight": np.repeat(panel.weights, periods),
        }
    )


def of_pyfixest(panel: Panel, small: Panel) -> Iterator[Row]:
    """Compare regressions; county trends by explicit slopes on a small panel, and by its own syntax.

    Explicit slopes count as parameters there and are nested in the clusters here, as in reghdfe: only errors differ.
    """
    import pyfixest as pf

    options: dict[str, Any] = {"vcov": {"CRV1": "county"}, "weights": "weight"}
    data = long_table(panel)
    fit = pf.feols("y ~ treated | county + period", data, **options)
    yield Row("pyfixest", "two_way", pair(two_way(panel)), coefficient(fit))
    fit = pf.feols("y ~ treated | county + period", data, **{**options, "vcov": {"CRV1": "state"}})
    ours = two_way(panel)
    yield Row("pyfixest", "two_way, by state", (ours.value, ours.se_state), coefficient(fit))
    fit = pf.fepois(
        "counts ~ treated | county + period", data, vcov={"CRV1": "county"}, offset="offset", iwls_tol=1e-12
    )
    yield Row("pyfixest", "poisson", pair(poisson(panel)), coefficient(fit))
    horizons, dummies = event_dummies(panel, 4, 4)
    yield Row("pyfixest", "event_study", pair(event_study(panel)), joined(panel, horizons >= 0, dummies, options))
    last = last_start(panel.first)
    cells = [(g, t) for g in np.unique(panel.first) if 0 < g < last for t in range(last) if t != g - 1]
    grid = np.arange(panel.shape[1])
    dummies = np.array([np.outer(panel.first == g, grid == t) for g, t in cells], dtype=float)
    after = np.array([t >= g for g, t in cells])
    yield Row("pyfixest", "sun_abraham", pair(sun_abraham(panel)), joined(panel, after, dummies, options, last))
    data = long_table(small)
    fit = pf.feols("y ~ treated + i(county, period) | county + period", data, **options)
    yield Row("pyfixest", "county_trends, slopes as dummies, counted", pair(county_trends(small)), coefficient(fit))
    fit = pf.feols("y ~ treated | county[period] + period", data, **options)
    yield Row("pyfixest", "county_trends, its own slopes (issue 1365)", pair(county_trends(small)), coefficient(fit))


def joined(panel: Panel, after: Any, dummies: Any, options: Any, last: int | None = None) -> tuple[float, float]:
    """Return the mean of dummies' coefficients over treated cells by county weights, with its error."""
    import pyfixest as pf

    data = long_table(panel)
    names = [f"dummy_{place}" for place in range(len(dummies))]
    for name, dummy in zip(names, dummies, strict=True):
        data[name] = dummy.ravel()
    data = data if last is None else data[data.period <= last]
    fit = pf.feols(f"y ~ {' + '.join(names)} | county + period", data, **options)
    share = np.where(after, np.tensordot(panel.weights, dummies.sum(axis=-1), axes=([0], [1])), 0.0)
    share = share / share.sum()
    coefficients = fit.coef()
    share = np.array([share[names.index(name)] for name in coefficients.index])
    return float(share @ coefficients.to_numpy()), float(np.sqrt(share @ fit._vcov @ share))


def of_csdid(panel: Panel) -> Iterator[Row]:
    """Compare Callaway-Sant'Anna's aggregates, without the bootstrap."""
    from csdid.att_gt import ATTgt

    equal = replace(panel, weights=np.ones_like(panel.weights))
    for words, one, name in (("equal weights", equal, None), ("by population", panel, "weight")):
        found = ATTgt("y", "period", "county", "first", long_table(one), ["notyettreated"], weights_name=name)
        found.fit(est_method="reg", base_period="universal", bstrap=False)
        for aggregation in ("simple", "dynamic", "group"):
            with redirect_stdout(StringIO()):
                theirs = found.aggte(typec=aggregation, bstrap=False, cband=False).atte
            ours = pair(callaway_santanna(one, LOG, aggregation))
            values = float(np.squeeze(theirs["overall_att"])), float(np.squeeze(theirs["overall_se"]))
            yield Row("csdid", f"callaway_santanna, {aggregation}, {words}", ours, values)


def of_diff_diff(panel: Panel) -> Iterator[Row]:
    """Compare cohorts' estimators and imputation; its Sun-Abraham gets our controls as never treated."""
    import diff_diff

    names = {"outcome": "y", "unit": "county", "time": "period", "first_treat": "first"}
    equal = replace(panel, weights=np.ones_like(panel.weights))
    for words, one, design in (
        ("equal weights", equal, None),
        ("by population", panel, diff_diff.SurveyDesign(weights="weight", psu="county")),
    ):
        data = long_table(one)
        fit = diff_diff.CallawaySantAnna("not_yet_treated", estimation_method="reg", base_period="universal").fit(
            data, **names, survey_design=design
        )
        theirs = (fit.overall_att, fit.overall_se)
        yield Row("diff-diff", f"callaway_santanna, simple, {words}", pair(callaway_santanna(one)), theirs)
        fit = diff_diff.ImputationDiD(cluster="county").fit(data, **names, survey_design=design)
        theirs = (fit.overall_att, fit.overall_se)
        yield Row("diff-diff", f"imputation, {words}", pair(imputation(one)), theirs)
        last = last_start(one.first)
        data["first"] = data["first"].where(data["first"] <= last, 0)
        fit = diff_diff.SunAbraham(cluster="county").fit(data[data.period <= last], **names, survey_design=design)
        theirs = (fit.overall_att, fit.overall_se)
        yield Row("diff-diff", f"sun_abraham, {words}", pair(sun_abraham(one)), theirs)


def pair(found: Any) -> tuple[float, float]:
    return found.value, found.se_county


def coefficient(fit: Any) -> tuple[float, float]:
    return float(fit.coef()["treated"]), float(fit.se()["treated"])


def print_differences(panel: Panel, small: Panel) -> None:
    """Print each comparison that can be made: values, their difference, and the ratio of errors."""
    print(f"{'package':<10} {'what':<46} {'ours':>12} {'theirs':>12} {'difference':>11} {'errors, ratio':>13}")
    comparisons: dict[str, Callable[[], Iterator[Row]]] = {
        "pyfixest": lambda: of_pyfixest(panel, small),
        "csdid": lambda: of_csdid(panel),
        "diff_diff": lambda: of_diff_diff(panel),
    }
    for module, rows in comparisons.items():
        if importlib.util.find_spec(module) is None:
            print(f"{module} is not installed")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for row in rows():
                difference, errors = row.ours[0] - row.theirs[0], row.ours[1] / row.theirs[1]
                values = f"{row.ours[0]:>12.8f} {row.theirs[0]:>12.8f} {difference:>11.1e} {errors:>13.5f}"
                print(f"{row.package:<10} {row.what:<46} {values}", flush=True)


def print_costs(shapes: tuple[tuple[int, int], ...]) -> None:
    """Print seconds (the faster of two) and the most memory of each estimator on panels of these shapes."""
    print(f"\n{'counties x periods':<20} {'estimator':<20} {'seconds':>9} {'peak, MB':>9}")
    for shape in shapes:
        panel = made_panel(*shape)
        for name, estimator in ESTIMATORS.items():
            work = partial(estimator.estimate, panel, LOG)
            seconds = min(seconds_of(work) for _ in range(2))
            tracemalloc.start()
            work()
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            print(f"{shape[0]:>9,} x {shape[1]:<8} {name:<20} {seconds:>9.4f} {peak:>9.0f}", flush=True)


def seconds_of(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    reference = made_panel(300, 9)
    print(f"cohorts: {len(np.unique(reference.first)) - 1}, treated cells: {int((event_time(reference) >= 0).sum())}")
    print_differences(reference, made_panel(60, 9))
    print_costs(((3143, 9), (3143, 108)))
