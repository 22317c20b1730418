"""Worlds of a calibration as arrays, and what is fitted to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.calibration.emulator import Emulator, best_emulator
from sim.analysis.calibration.weighing import Published
from sim.analysis.evidence.effects import EFFECT_NAMES
from sim.words.faults import UserError

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class Worlds:
    """W worlds that were run.

    Attributes
    ----------
    names : tuple of W texts
    shares : float64[W, P]
        Positions in the priors.
    lucks : int64[W]
        Which luck each had.
    figures : dict of float64[W]
        By id, nan where a world cannot give one.
    effects : dict of float64[W]
        True effects in percent.
    clipped : float64[W]
        Share of opportunities whose probability had to be cut to 1.
    """

    names: tuple[str, ...]
    shares: Floats
    lucks: Integers
    figures: dict[str, Floats]
    effects: dict[str, Floats]
    clipped: Floats

    def __len__(self) -> int:
        """Return how many worlds there are."""
        return len(self.names)

    def of(self, ids: Sequence[str]) -> Floats:
        """Return float64[W, F] of some figures."""
        return np.stack([self.figures[name] for name in ids], axis=1)


def worlds_of(shares: Floats, lucks: Integers, receipts: Mapping[str, Mapping[str, Any]]) -> Worlds:
    """Return worlds from their receipts, in the order of ``shares`` and ``lucks``."""
    told = list(receipts.values())

    def columns(key: str) -> dict[str, Floats]:
        return {name: np.array([float(one[key][name]) for one in told]) for name in (told[0][key] if told else ())}

    clipped = np.array([float(one["clipped"]) for one in told])
    return Worlds(tuple(receipts), shares, lucks, columns("figures"), columns("effects"), clipped)


def joined(first: Worlds, second: Worlds) -> Worlds:
    """Return the worlds of two waves, one after the other."""
    figures, effects = (
        {name: np.concatenate([column, other[name]]) for name, column in one.items()}
        for one, other in ((first.figures, second.figures), (first.effects, second.effects))
    )
    shares, lucks, clipped = (
        np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("shares", "lucks", "clipped")
    )
    return Worlds((*first.names, *second.names), shares, lucks, figures, effects, clipped)


def refuse_missing(receipts: Mapping[str, Mapping[str, Any]], targets: Sequence[str]) -> None:
    """Refuse targets that a world could not give.

    Raises
    ------
    UserError
        Naming the first, with the reason.
    """
    for name, content in receipts.items():
        for target in targets:
            if target in content["reasons"]:
                raise UserError(
                    f"{target} cannot be computed in world {name}: {content['reasons'][target]}; leave it out of "
                    "figures.targets, or give the scenario what it needs"
                )


@dataclass(frozen=True, eq=False)
class Emulators:
    """An emulator for each figure and effect, by its id or name."""

    of: dict[str, Emulator]

    def predict(self, shares: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
        """Return means and errors float64[N, F]; errors are never below those of leaving a world out."""
        inputs = inputs_of(shares)
        means, errors = zip(*(self.of[name].predict(inputs) for name in names), strict=True)
        return np.stack(means, axis=1), np.stack(errors, axis=1)

    def log_likelihood(self, published: Published, names: Sequence[str]) -> Any:
        """Return a function from positions float64[N, P] to the log likelihood of some published figures."""

        def likelihood(shares: Floats) -> Floats:
            return published.log_likelihood(*self.predict(shares, names))

        return likelihood

    def relevance(self, names: Sequence[str]) -> Floats:
        """Return how much each parameter matters, float64[P]: the most of any figure, relative to the largest."""
        most = np.max([self.of[name].relevance for name in names], axis=0)
        return np.asarray(most / most.max())


def inputs_of(shares: Floats) -> Floats:
    """Return what emulators see of positions: -1 to 1."""
    return np.asarray(2.0 * shares - 1.0)


def fit_all(worlds: Worlds, names: Sequence[str]) -> Emulators:
    """Return an emulator for each of some figures and effects."""
    inputs, known = inputs_of(worlds.shares), {**worlds.figures, **worlds.effects}
    return Emulators({name: best_emulator([inputs], known[name], worlds.lucks) for name in names})


def emulated_names(targets: Sequence[str], validation: Sequence[str], worlds: Worlds) -> list[str]:
    """Return what is emulated: all targets, and of the rest what every world can give."""
    known = {**worlds.figures, **worlds.effects}
    rest = [name for name in (*validation, *EFFECT_NAMES) if np.isfinite(known[name]).all()]
    return [*targets, *rest]
