"""Quotients of sums over seeds, with the error that leaving out one seed after another tells."""

from __future__ import annotations

import numpy as np

Floats = np.ndarray


def quotient_of_sums(above: Floats, below: Floats) -> tuple[float, float]:
    """Return the sum of float64[seeds] over that of others, and its standard error; nan where one seed has all."""
    count, rest = len(above), below.sum() - below
    left = np.divide(above.sum() - above, rest, out=np.full(count, np.nan), where=rest != 0)
    error = np.sqrt((count - 1) / count * ((left - left.mean()) ** 2).sum())
    return float(above.sum() / below.sum()), float(error)
