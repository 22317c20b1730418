"""How far a comparison's answer rests on one disputed assumption: how offenders respond where less crime is solved.

Within each run offences added by that response are counted one by one, so that its share of the change is known
without further runs. To first order it grows with the elasticity, and the observed book moves as the true one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.assumptions import dials_of
from sim.analysis.differences import beyond_programs, differences_between
from sim.analysis.doubt import are_drawn
from sim.analysis.summary import Row
from sim.parameters import Parameters
from sim.parameters.listing import facts
from sim.running.measures import ComparisonRuns, RunSummary

ELASTICITY = "crime.impunity_elasticity"
BOOKS = ("occurred", "recorded")
ADDED = "added_by_impunity"


class Span(NamedTuple):
    """How far the change of one book of a scenario moves as an assumption runs over its range.

    Attributes
    ----------
    scenario, book : str
        Of which of ``BOOKS``.
    told : float
        The change that was simulated, in %.
    low, high : float
        The change at the least and at the largest value of the assumption, in %.
    turns : float or None
        The value at which the change is 0, where that lies within the range.
    """

    scenario: str
    book: str
    told: float
    low: float
    high: float
    turns: float | None


class Disputed(NamedTuple):
    """The assumption, its value and range with their source, and what it moves; ``spans`` is empty where unknown."""

    value: float
    least: float
    most: float
    source: str
    spans: tuple[Span, ...]

    def span(self, scenario: str, book: str = "occurred") -> Span | None:
        """Return the span of a book of a scenario."""
        return next((it for it in self.spans if (it.scenario, it.book) == (scenario, book)), None)


def disputed_of(results: ComparisonRuns, rows: Sequence[Row]) -> Disputed | None:
    """Return what the elasticity moves; None where scenarios do not share it, or nobody responds in any of them.

    None as well where parameters are draws of a posterior: it is not one elasticity then, and the draws tell more.
    """
    if are_drawn(results):
        return None
    field = type(Parameters().crime).model_fields["impunity_elasticity"]
    (dial,) = (it for it in dials_of(results.comparison.members) if it.name == ELASTICITY)
    value = max(results.comparison.members[0].parameters.crime.impunity_elasticity.model_dump().values())
    if len(set(dial.values)) > 1 or value <= 0:
        return None
    found = {(row.scenario, row.measure, row.group): row.estimate.estimate for row in rows}
    least, most = float(facts(field)["low"]), float(facts(field)["high"])
    spans = []
    for name in results.others:
        added, level = found.get((name, ADDED, "total")), _level(results.runs[results.references[name]])
        for book in BOOKS:
            told = found.get((name, f"{book}_total", "all"))
            if added and told is not None and level > 0:
                spans.append(_span(name, book, told, 100 * added / level, (value, least, most)))
    return Disputed(value, least, most, str(facts(field)["source"]), tuple(spans)) if spans else None


def _span(name: str, book: str, told: float, share: float, scale: tuple[float, float, float]) -> Span:
    """Return the span of a change of which ``share`` points are due to the response at the first value of ``scale``."""
    value, least, most = scale
    ends = sorted(told + (it / value - 1) * share for it in (least, most))
    turns = value * (1 - told / share)
    return Span(name, book, told, ends[0], ends[1], turns if least < turns < most else None)


def _level(runs: Sequence[RunSummary]) -> float:
    """Return true index crime per 100,000 person-years, mean over runs: the unit of the balance."""
    return float(np.mean([1e5 * run.crimes("total", "occurred")[run.start :].sum() / run.person_years for run in runs]))


def worlds_of(results: ComparisonRuns) -> list[str]:
    """Return the scenarios compared where they differ in assumptions beyond programs, else none."""
    members = {scenario.name: scenario for scenario in results.comparison.members}
    first = members[results.others[0]]
    others = [members[name] for name in results.others]
    return results.others if any(beyond_programs(differences_between(it, first)) for it in others) else []
