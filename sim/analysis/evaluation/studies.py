"""Event studies in percent, averaged over replications, of as many counties as can tell more than their luck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.estimate.panel import Floats, Integers
from sim.analysis.evaluation.answers import Answer, EventAnswer
from sim.analysis.statistics import t_quantile

FEWEST_COUNTIES = 5.0
"""What fewer treated counties (of equal weight) show is left out: their luck is taken for an effect, and clustered
errors of so few are far too small."""


class Course(NamedTuple):
    """An event study averaged over replications, in percent: float64[E] each.

    ``half`` has the half-widths of a typical interval, ``truth`` and ``true_crime`` the effects on the book and on
    crime that happened by the same weights.
    """

    horizons: Floats
    values: Floats
    half: Floats
    truth: Floats
    true_crime: Floats


def mean_course(studies: Sequence[tuple[Answer, EventAnswer]]) -> Course:
    """Return the means over replications of what is found at horizons that all of them have, from enough counties."""
    enough = [study.horizons[study.effective_counties >= FEWEST_COUNTIES] for _, study in studies]
    common = set.intersection(*(set(horizons.tolist()) for horizons in enough))
    horizons = np.array(sorted(common), dtype=np.int64)
    told = [_in_percent(answer, study, horizons) for answer, study in studies]
    values, half, truth, true_crime = (np.array(parts) for parts in zip(*told, strict=True))
    typical = np.sqrt(np.mean(np.square(half), axis=0))
    return Course(
        horizons.astype(float), values.mean(axis=0), typical, truth.mean(axis=0), np.asarray(true_crime.mean(axis=0))
    )


def _in_percent(answer: Answer, study: EventAnswer, horizons: Integers) -> tuple[Floats, ...]:
    """Return values, half-widths, and the effects on the book and on true crime at some horizons."""
    places = np.searchsorted(study.horizons, horizons)
    width = t_quantile(answer.clusters - 1) * np.sqrt(np.diag(study.covariance_state)[places])
    return (
        answer.percent(study.values[places]),
        answer.percent(width),
        answer.percent(study.truth[places]),
        answer.percent(study.true_crime[places], True),
    )
