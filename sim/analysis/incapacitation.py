"""What one removed person-year prevents: how much of it is chance, and how unlike others the people removed are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.statistics import Estimate, Floats, mean_estimate
from sim.running.measures import INDEX_FAMILIES, RunSummary
from sim.running.outcomes import INCAPACITATION_SECTION, Measure, measures

SPREAD = (10, 90)
"""Percentiles over replications."""


@dataclass(frozen=True)
class Prevented:
    """What a person-year away prevents in one scenario, of one family of crime.

    Attributes
    ----------
    away : Estimate
        Offences prevented for each person-year that removed people are away.
    spread : pair of float
        Percentiles ``SPREAD`` of that over replications; nan where it cannot be computed.
    average : Estimate
        Offences of the average person of the same world in a year.
    ratio : Estimate
        The one over the other.
    """

    away: Estimate
    spread: tuple[float, float]
    average: Estimate
    ratio: Estimate


def prevented(runs: Mapping[str, Sequence[RunSummary]]) -> dict[str, dict[str, Prevented]]:
    """Return by scenario and family (violent, property, total) what one removed person-year prevents."""
    table = [measure for measure in measures() if measure.section == INCAPACITATION_SECTION]
    return {name: _of_scenario(table, summaries) for name, summaries in runs.items()}


def _of_scenario(table: Sequence[Measure], summaries: Sequence[RunSummary]) -> dict[str, Prevented]:
    by_run = np.array([[measure.value(summary) for measure in table] for summary in summaries], dtype=np.float64)
    values = {(measure.name, measure.group): column for measure, column in zip(table, by_run.T, strict=True)}
    return {family: _of_family(values, family) for family in INDEX_FAMILIES}


def _of_family(values: Mapping[tuple[str, str], Floats], family: str) -> Prevented:
    names = ("prevented_per_year_away", "offences_per_person_year", "removed_to_average")
    away, average, ratio = (values[name, family] for name in names)
    low, high = np.percentile(away, SPREAD)
    return Prevented(mean_estimate(away), (float(low), float(high)), mean_estimate(average), mean_estimate(ratio))
