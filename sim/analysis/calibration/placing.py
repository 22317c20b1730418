"""Where the next worlds are run: spread out over where the weight is, away from those that were run."""

from __future__ import annotations

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
WIDENED = 0.25
"""Power of the likelihood from which candidates are drawn: as if every figure were known half as well."""


def spread_out(candidates: Floats, taken: Floats, count: int, relevance: Floats) -> Floats:
    """Return ``count`` of the candidates, each as far as can be from all chosen before and from those ``taken``.

    Parameters
    ----------
    candidates : float64[N, P]
        Positions to choose from, N >= count.
    taken : float64[W, P]
        Positions that are run already.
    relevance : float64[P]
        How much a distance counts in each direction.
    """
    scaled, others = candidates * relevance, taken * relevance
    distance = np.full(len(candidates), np.inf)
    for other in others:
        distance = np.minimum(distance, ((scaled - other) ** 2).sum(axis=1))
    chosen: list[int] = []
    for _ in range(count):
        best = int(np.argmax(distance))
        chosen.append(best)
        distance = np.minimum(distance, ((scaled - scaled[best]) ** 2).sum(axis=1))
        distance[best] = -1.0
    return np.asarray(candidates[chosen])


def placed(shares: Floats) -> Floats:
    """Return positions rounded to six digits, as they are written to a folder."""
    return np.asarray(np.clip(np.round(shares, 6), 1e-6, 1 - 1e-6))
