"""Prior distributions of uncertain parameters, by their quantile functions, and the worlds that draws describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.parameters.calibration import PriorKind
from sim.scenario.design.paths import Value

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Prior:
    """The distribution of one uncertain parameter, cut off below ``low`` and above ``high``.

    Attributes
    ----------
    path : str
        Dotted path of the parameter.
    kind : str
        ``uniform``, ``log_uniform``, ``normal`` (``centre`` its mean, ``sd`` its standard deviation) or
        ``lognormal`` (``centre`` its median, ``sd`` the standard deviation of its logarithm).
    low, high : float
        Its range.
    source : str
        Where it comes from.
    times : str or None
        Another uncertain parameter: the prior is of the ratio to that one's value.
    also : tuple of str
        Parameters that are given the same value.
    """

    path: str
    kind: PriorKind
    low: float
    high: float
    centre: float = 0.0
    sd: float = 1.0
    source: str = ""
    times: str | None = None
    also: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What it is called in tables: its path, or that the value is a ratio."""
        return self.path if self.times is None else f"{self.path} / {self.times}"

    def quantile(self, share: Any) -> Any:
        """Return the values below which the ``share`` (0 to 1, a number or array) of the distribution lies."""
        import numpy as np
        from scipy.special import ndtri

        if self.kind == "uniform":
            value = self.low + (self.high - self.low) * np.asarray(share)
        elif self.kind == "log_uniform":
            value = self.low * (self.high / self.low) ** np.asarray(share)
        else:
            below, above = (self._normal_share(end) for end in (self.low, self.high))
            score = ndtri(below + (above - below) * np.asarray(share))
            value = self.centre + self.sd * score
            value = self.centre * np.exp(self.sd * score) if self.kind == "lognormal" else value
        return np.clip(value, self.low, self.high)

    def _normal_share(self, value: float) -> float:
        """Return how much of the whole normal or lognormal lies below a value."""
        from math import inf, log

        from scipy.special import ndtr

        if self.kind == "lognormal":
            score = log(value / self.centre) / self.sd if value > 0 else -inf
        else:
            score = (value - self.centre) / self.sd
        return float(ndtr(score))

    @cached_property
    def mean_and_sd(self) -> tuple[float, float]:
        """Mean and standard deviation, from 10,000 equally likely values."""
        import numpy as np

        values = self.quantile((np.arange(10_000) + 0.5) / 10_000)
        return float(values.mean()), float(values.std())


def values_of(priors: Sequence[Prior], shares: Floats) -> Floats:
    """Return what each prior gives: parameters, or ratios, as they are told in tables.

    Parameters
    ----------
    priors : sequence of P Prior
        In the order of the columns.
    shares : float64[..., P]
        Positions from 0 to 1 in each prior.
    """
    import numpy as np

    return np.stack([prior.quantile(shares[..., place]) for place, prior in enumerate(priors)], axis=-1)


def settings_of(priors: Sequence[Prior], values: Floats) -> dict[str, Any]:
    """Return what is set in a scenario, by path in the order of setting.

    Parameters
    ----------
    priors : sequence of P Prior
        In the order of the last axis.
    values : float64[..., P]
        From ``values_of``; each entry returned is float64[...].
    """
    found: dict[str, Any] = {}
    for place, prior in enumerate(priors):
        value = values[..., place]
        if prior.times is not None:
            value = value * found[prior.times]
        for path in (prior.path, *prior.also):
            found[path] = value
    return found


def changes_of(priors: Sequence[Prior], values: Floats) -> dict[str, Value]:
    """Return what one world sets, rounded to twelve digits, so that the last bits of a processor cannot show."""
    from sim.scenario.design.sweep import rounded

    return {path: rounded(float(value)) for path, value in settings_of(priors, values).items()}
