"""Emulators: what a simulated figure would be at parameters that were not run, and how wrong that may be.

A Gaussian process whose covariance holds a quadratic polynomial, a smooth residual, and what worlds of one luck share:
a level, and a slope and a residual of their own, for luck makes an effect larger as well as adding to it
(Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapters 2 and 5). Leave-one-out errors are in
closed form (their equation 5.12); nothing is believed of an emulator beyond those of the worlds that are like what is
predicted: where effects are large, so are errors, and where they are small nothing needs to be as wrong as that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import minimize

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Scale = Literal["plain", "log", "root"]
CONSTANT = 10.0
"""Prior variance of the mean, in units of the spread between worlds."""
SHAPE = ("slope", "curvature", "residual", "noise", "luck", "slope of luck", "residual of luck")
_START = (1.0, 0.3, 0.5, 0.1, 0.1, 0.1, 0.1)
_RELEVANCE = 0.3
_LOG_BOUNDS = {"relevance": (-7.0, 2.5), "slope": (-5.0, 4.0), "curvature": (-7.0, 4.0), "residual": (-6.0, 3.0)}
_NOISE_BOUNDS, _LUCK_BOUNDS = (-5.0, 1.5), (-6.0, 1.5)
_PRIOR_SPREAD = 2.0
"""Of the logarithms of relevances around ``_RELEVANCE``: keeps what no world tells from running away."""
_STEPS = 120
_CHUNK = 4096
_LIKE, _FEWEST_LIKE = 0.25, 12
"""Share of worlds, and how many at least, over which errors of leaving one out are averaged."""


class Left(NamedTuple):
    """What each world would have been predicted to be, had it not been run: float64[W] each."""

    predicted: Floats
    sd: Floats


@dataclass(frozen=True, eq=False)
class Emulator:
    """A fitted emulator of one figure.

    Attributes
    ----------
    inputs : float64[W, P]
        Where worlds were run: positions from -1 to 1, and features if there are any.
    outputs : float64[W]
        What they gave.
    lucks : int64[W]
        Which luck each world had; predictions are of the mean over lucks.
    scale : {"plain", "log", "root"}
        On which the figure is emulated.
    relevance : float64[P]
        How quickly the figure moves with each input; near 0 for those that do not matter.
    shape : float64[len(SHAPE)]
        Standard deviations of what ``SHAPE`` names, in units of the spread between worlds.
    closeness : float64[W]
        How much each world counts in what the emulator is judged by; adds up to 1.
    """

    inputs: Floats
    outputs: Floats
    lucks: Integers
    scale: Scale
    relevance: Floats
    shape: Floats
    closeness: Floats

    @cached_property
    def _scaled(self) -> tuple[Floats, float, float]:
        return _standardised(self.outputs, self.scale)

    @cached_property
    def _factor(self) -> tuple[Any, Floats]:
        """Cholesky factor of the covariance of worlds, and weights of worlds in predictions."""
        scaled = self.inputs * self.relevance
        factor = cho_factor(CONSTANT + sum(_parts(scaled, self.shape, _shared(self.lucks))), lower=True)
        return factor, cho_solve(factor, self._scaled[0])

    def predict(self, inputs: Floats) -> tuple[Floats, Floats]:
        """Return means and standard deviations, float64[N] each, at N inputs.

        A standard deviation is what the process itself states, and on the figure's scale never below what leaving one
        world out gets wrong: the root mean square over the quarter of worlds whose predictions are nearest, the nearer
        the more.
        """
        parts = [self._predict(inputs[start : start + _CHUNK]) for start in range(0, len(inputs), _CHUNK)]
        mean, sd = (np.concatenate(part) for part in zip(*parts, strict=True))
        return mean, sd

    def _predict(self, inputs: Floats) -> tuple[Floats, Floats]:
        factor, weights = self._factor
        scaled = inputs * self.relevance
        across = _covariance(scaled, self.inputs * self.relevance, self.shape)
        solved = solve_triangular(factor[0], across.T, lower=True)
        mean, variance = across @ weights, _own_variance(scaled, self.shape) - (solved**2).sum(axis=0)
        return self._unscaled(mean, np.sqrt(np.maximum(variance, self._wrong_nearby(mean))))

    @cached_property
    def _left_out(self) -> Left:
        """Each world predicted from all others, standardised on the figure's scale."""
        factor, weights = self._factor
        precision = cho_solve(factor, np.eye(len(weights))).diagonal()
        return Left(self._scaled[0] - weights / precision, 1.0 / np.sqrt(precision))

    def _wrong_nearby(self, mean: Floats) -> Floats:
        """Return the mean square of what leaving one out gets wrong where about ``mean`` is predicted, on the scale."""
        return np.asarray(np.interp(mean, *self._wrong_by_prediction))

    @cached_property
    def _wrong_by_prediction(self) -> tuple[Floats, Floats]:
        predicted, _ = self._left_out
        order = np.argsort(predicted, kind="stable")
        return predicted[order], _nearby_mean(predicted[order], ((predicted - self._scaled[0]) ** 2)[order])

    @cached_property
    def left_out(self) -> Left:
        """Each world predicted from all others, those of its luck among them."""
        return Left(*self._unscaled(*self._left_out))

    @cached_property
    def error(self) -> float:
        """Root mean square of what leaving one out gets wrong, in the figure's unit, worlds by their closeness."""
        return self.error_over(self.closeness)

    def error_over(self, weights: Floats) -> float:
        """Return the same with other weights of worlds, float64[W], which add up to 1."""
        return float(np.sqrt(weights @ (self.left_out.predicted - self.outputs) ** 2))

    @cached_property
    def error_overall(self) -> float:
        """The same with all worlds alike."""
        return self.error_over(np.full(len(self.outputs), 1.0 / len(self.outputs)))

    @property
    def relative_error(self) -> float:
        """The error as a share of the mean size of the figure over the same worlds."""
        size = float(self.closeness @ np.abs(self.outputs))
        return self.error / size if size > 0 else float("nan")

    @property
    def explained(self) -> float:
        """Share of the variance between worlds that leaving one out predicts."""
        spread = float(np.var(self.outputs))
        return 1.0 - self.error_overall**2 / spread if spread > 0 else 1.0

    @property
    def beyond_two(self) -> float:
        """Share of worlds further than two stated standard deviations from what leaving them out predicts; 5 % fits."""
        return float(np.mean(np.abs(self._scaled[0] - self._left_out.predicted) > 2 * self._left_out.sd))

    @property
    def surprise(self) -> float:
        """Minus the mean logarithm of the density that was stated for each world before it was seen, by closeness.

        The density is the normal one on the scale, in the figure's unit, so that scales can be compared.
        """
        if self._scaled[2] == 0.0:
            return -float("inf")
        predicted, sd = self._left_out
        stated = np.maximum(sd, np.sqrt(self._wrong_nearby(predicted)))
        off = (self._scaled[0] - predicted) / stated
        return float(self.closeness @ (0.5 * off**2 + np.log(stated) + self._log_slope))

    @cached_property
    def _log_slope(self) -> Floats:
        """Logarithm of how much of the figure's unit one unit of the scale is at each world."""
        values = self._scaled[0]
        return np.asarray(np.log(self._unscaled(values, np.ones(len(values)))[1]))

    def _unscaled(self, mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
        _, centre, spread = self._scaled
        mean, sd = centre + spread * mean, spread * sd
        if self.scale == "log":
            return np.exp(mean), np.exp(mean) * sd
        if self.scale == "root":
            unit, root = _unit(self.outputs), 1.0 + np.abs(mean) / 3.0
            return unit * np.sign(mean) * (root**3 - 1.0), unit * root**2 * sd
        return mean, sd


def best_emulator(
    candidates: Sequence[Floats], outputs: Floats, lucks: Integers, closeness: Floats | None = None
) -> Emulator:
    """Return the emulator that states best what each world is before it is seen: the least surprised.

    Parameters
    ----------
    candidates : sequence of float64[W, P]
        Inputs with other sets of features.
    outputs : float64[W]
        A figure of each world; it is tried as it is, as a cube root, which draws in extremes of either sign, and where
        all are above 0 as a logarithm.
    lucks : int64[W]
        Which luck each world had.
    closeness : float64[W], optional
        How much each world counts in that; all alike where it is left out.

    Raises
    ------
    ValueError
        Where an output is not finite.
    """
    scales: tuple[Scale, ...] = ("plain", "root", "log") if (outputs > 0).all() else ("plain", "root")
    fitted = [fit(inputs, outputs, lucks, scale, closeness) for inputs in candidates for scale in scales]
    return min(fitted, key=lambda emulator: emulator.surprise)


def fit(
    inputs: Floats, outputs: Floats, lucks: Integers, scale: Scale = "plain", closeness: Floats | None = None
) -> Emulator:
    """Return the emulator whose relevances and shape are the most probable given W worlds."""
    if not np.isfinite(outputs).all():
        raise ValueError("a figure that is not finite cannot be emulated")
    values, _, spread = _standardised(outputs, scale)
    count = inputs.shape[1]
    alike = np.full(len(outputs), 1.0 / len(outputs))
    close = alike if closeness is None else closeness / closeness.sum()
    if spread == 0.0:
        nothing = np.full(count, np.exp(_LOG_BOUNDS["relevance"][0]))
        return Emulator(inputs, outputs, lucks, scale, nothing, np.array(_START), close)
    start = np.log(np.array([_RELEVANCE] * count + list(_START)))
    bounds = [_LOG_BOUNDS["relevance"]] * count
    bounds += [*(_LOG_BOUNDS[name] for name in SHAPE[:3]), _NOISE_BOUNDS, *[_LUCK_BOUNDS] * 3]
    options = {"maxiter": _STEPS}
    found = minimize(
        _loss, start, (inputs, values, _shared(lucks)), jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    best = np.exp(found.x)
    return Emulator(inputs, outputs, lucks, scale, best[:count], best[count:], close)


def _nearby_mean(at: Floats, values: Floats) -> Floats:
    """Return the mean of ``values`` around each of ``at``, weighted by Cleveland's tricube (1979) over the nearest."""
    count = min(len(at), max(_FEWEST_LIKE, round(_LIKE * len(at))))
    distance = np.abs(at[:, None] - at)
    reach = np.partition(distance, count - 1, axis=1)[:, count - 1]
    weights = np.maximum(1.0 - (distance / np.maximum(reach, 1e-12)[:, None]) ** 3, 0.0) ** 3
    return np.asarray(weights @ values / weights.sum(axis=1))


def _unit(outputs: Floats) -> float:
    """Return a middling size of outputs, below which a root hardly bends."""
    return float(np.median(np.abs(outputs))) or 1.0


def _standardised(outputs: Floats, scale: Scale) -> tuple[Floats, float, float]:
    """Return outputs on a scale, less their mean and over their spread; the mean; and the spread."""
    values = np.log(outputs) if scale == "log" else outputs
    if scale == "root":
        values = np.sign(outputs) * 3.0 * (np.cbrt(1.0 + np.abs(outputs) / _unit(outputs)) - 1.0)
    centre, spread = float(values.mean()), float(values.std())
    if spread <= 1e-12 * max(1.0, abs(centre)):
        return np.zeros(len(values)), centre, 0.0
    return (values - centre) / spread, centre, spread


def _covariance(first: Floats, second: Floats, shape: Floats) -> Floats:
    """Return the covariance between inputs that are scaled by relevance, without noise."""
    product = first @ second.T
    smooth = np.exp(-0.5 * _squared_distance(first, second, product))
    return np.asarray(
        CONSTANT + shape[0] ** 2 * product + shape[1] ** 2 * product**2 + shape[2] ** 2 * smooth, dtype=np.float64
    )


def _parts(scaled: Floats, shape: Floats, shared: Floats) -> list[Floats]:
    """Return what the covariance of worlds that were run adds up from beside a constant, in the order of ``SHAPE``."""
    product = scaled @ scaled.T
    smooth = np.exp(-0.5 * _squared_distance(scaled, scaled, product))
    kinds = [product, product**2, smooth, np.eye(len(scaled)), shared, shared * product, shared * smooth]
    return [size**2 * kind for size, kind in zip(shape, kinds, strict=True)]


def _own_variance(scaled: Floats, shape: Floats) -> Floats:
    length = (scaled**2).sum(axis=1)
    return np.asarray(CONSTANT + shape[0] ** 2 * length + shape[1] ** 2 * length**2 + shape[2] ** 2)


def _squared_distance(first: Floats, second: Floats, product: Floats) -> Floats:
    lengths = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    return np.asarray(np.maximum(lengths - 2 * product, 0.0))


def _shared(lucks: Integers) -> Floats:
    """Return 1 for two worlds of one luck, else 0: nothing is told apart where all have the same."""
    same = (lucks[:, None] == lucks).astype(np.float64)
    return same if (same == 0).any() else np.zeros_like(same)


def _loss(logs: Floats, inputs: Floats, values: Floats, shared: Floats) -> tuple[float, Floats]:
    """Return minus the logarithm of the posterior density of relevances and shape, and its gradient."""
    count = inputs.shape[1]
    relevance, shape = np.exp(logs[:count]), np.exp(logs[count:])
    scaled = inputs * relevance
    parts = _parts(scaled, shape, shared)
    try:
        factor = cho_factor(CONSTANT + sum(parts), lower=True)
    except np.linalg.LinAlgError:
        return 1e25, np.zeros_like(logs)
    weights = cho_solve(factor, values)
    off = (logs[:count] - np.log(_RELEVANCE)) / _PRIOR_SPREAD
    loss = 0.5 * values @ weights + np.log(factor[0].diagonal()).sum() + 0.5 * (off**2).sum()
    pull = cho_solve(factor, np.eye(len(values))) - np.outer(weights, weights)
    by_product = pull * (2 * shape[0] ** 2 + 4 * shape[1] ** 2 * (scaled @ scaled.T) + 2 * shape[5] ** 2 * shared)
    by_smooth = pull * (parts[2] + parts[6])
    gradient = 0.5 * (scaled * (by_product @ scaled)).sum(axis=0)
    gradient -= (scaled**2 * by_smooth.sum(axis=1)[:, None]).sum(axis=0) - (scaled * (by_smooth @ scaled)).sum(axis=0)
    by_shape = [float((pull * part).sum()) for part in parts]
    return float(loss), np.concatenate([gradient + off / _PRIOR_SPREAD, by_shape])
