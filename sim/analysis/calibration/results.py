"""Worlds of a calibration as arrays, and what is fitted to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.calibration.emulator import Emulator, best_emulator
from sim.analysis.calibration.mean_field import MeanField
from sim.analysis.calibration.weighing import Published
from sim.analysis.evidence.effects import EFFECT_NAMES
from sim.words.faults import UserError

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
_WIDTH = 1.5
"""Standard deviations of the mean field that emulators see as 1, so that it spans about what parameters do."""
_STILL = 1e-9


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
    headroom : float64[W]
        With which each was run, more than the scenario's where too much was clipped; nan where it was not noted.
    """

    names: tuple[str, ...]
    shares: Floats
    lucks: Integers
    figures: dict[str, Floats]
    effects: dict[str, Floats]
    clipped: Floats
    headroom: Floats

    def __len__(self) -> int:
        """Return how many worlds there are."""
        return len(self.names)

    def some(self, which: np.ndarray[Any, np.dtype[np.bool_]]) -> Worlds:
        """Return those of the worlds that ``which``, bool[W], names."""
        names = tuple(name for name, it in zip(self.names, which.tolist(), strict=True) if it)
        figures, effects = (
            {name: column[which] for name, column in columns.items()} for columns in (self.figures, self.effects)
        )
        clipped, headroom = self.clipped[which], self.headroom[which]
        return Worlds(names, self.shares[which], self.lucks[which], figures, effects, clipped, headroom)

    def of(self, ids: Sequence[str]) -> Floats:
        """Return float64[W, F] of some figures."""
        return np.stack([self.figures[name] for name in ids], axis=1)


def worlds_of(shares: Floats, lucks: Integers, receipts: Mapping[str, Mapping[str, Any]]) -> Worlds:
    """Return worlds from their receipts, in the order of ``shares`` and ``lucks``."""
    told = list(receipts.values())

    def columns(key: str) -> dict[str, Floats]:
        return {name: np.array([float(one[key][name]) for one in told]) for name in (told[0][key] if told else ())}

    clipped = np.array([float(one["clipped"]) for one in told])
    headroom = np.array([float(one.get("headroom", np.nan)) for one in told])
    return Worlds(tuple(receipts), shares, lucks, columns("figures"), columns("effects"), clipped, headroom)


def joined(first: Worlds, second: Worlds) -> Worlds:
    """Return the worlds of two waves, one after the other."""
    figures, effects = (
        {name: np.concatenate([column, other[name]]) for name, column in one.items()}
        for one, other in ((first.figures, second.figures), (first.effects, second.effects))
    )
    shares, lucks, clipped, headroom = (
        np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("shares", "lucks", "clipped", "headroom")
    )
    return Worlds((*first.names, *second.names), shares, lucks, figures, effects, clipped, headroom)


def refuse_missing(name: str, reasons: Mapping[str, str], targets: Sequence[str]) -> None:
    """Refuse targets that the world ``name`` could not give, for these reasons.

    Raises
    ------
    UserError
        Naming the first, with the reason.
    """
    for target in targets:
        if target in reasons:
            raise UserError(
                f"{target} cannot be computed in world {name}: {reasons[target]}; leave it out of figures.targets, or "
                "give the scenario what it needs"
            )


@dataclass(frozen=True, eq=False)
class Inputs:
    """What emulators see of positions in the priors: -1 to 1, and beside them the mean field, where there is one.

    Attributes
    ----------
    field : MeanField or None
    centre, spread : float64[F]
        Of the mean field over the worlds that were run; spread 1 where it does not move.
    """

    field: MeanField | None
    centre: Floats
    spread: Floats

    @classmethod
    def over(cls, shares: Floats, field: MeanField | None) -> Inputs:
        """Return what emulators fitted to worlds at ``shares`` see."""
        found = np.zeros((len(shares), 0)) if field is None else field.at(shares)
        spread = found.std(axis=0)
        return cls(field, found.mean(axis=0), np.where(spread > _STILL, _WIDTH * spread, 1.0))

    @property
    def moves(self) -> bool:
        """Whether the mean field depends on what is uncertain."""
        return bool((self.spread != 1.0).any())

    def plain(self, shares: Floats) -> Floats:
        """Return float64[N, P]."""
        return np.asarray(2.0 * shares - 1.0)

    def __call__(self, shares: Floats) -> Floats:
        """Return float64[N, P + F]."""
        if self.field is None or not self.moves:
            return self.plain(shares)
        return np.hstack([self.plain(shares), (self.field.at(shares) - self.centre) / self.spread])


class Emulated(NamedTuple):
    """Figures and effects of N emulated worlds, and what the emulators may get wrong of each."""

    mean: dict[str, Floats]
    error: dict[str, Floats]

    def of(self, names: Sequence[str]) -> tuple[Floats, Floats]:
        """Return means and errors of some of them, float64[N, F] each."""
        mean, error = (np.stack([it[name] for name in names], axis=1) for it in self)
        return mean, error


@dataclass(frozen=True, eq=False)
class Emulators:
    """An emulator for each figure and effect, by its id or name, and what they see."""

    of: dict[str, Emulator]
    inputs: Inputs

    def predict(self, shares: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
        """Return means and errors float64[N, F]; errors are never below those of leaving a world out."""
        inputs = self.inputs(shares)
        means, errors = zip(*(self.of[name].predict(inputs) for name in names), strict=True)
        return np.stack(means, axis=1), np.stack(errors, axis=1)

    def emulated(self, shares: Floats, names: Sequence[str]) -> Emulated:
        """Return figures and effects by name at positions float64[N, P]."""
        means, errors = self.predict(shares, names)
        return Emulated(dict(zip(names, means.T, strict=True)), dict(zip(names, errors.T, strict=True)))

    def log_likelihood(self, published: Published, names: Sequence[str]) -> Any:
        """Return a function from positions float64[N, P] to the log likelihood of some published figures."""

        def likelihood(shares: Floats) -> Floats:
            return published.log_likelihood(*self.predict(shares, names))

        return likelihood

    def relevance(self, names: Sequence[str]) -> Floats:
        """Return how much each input matters, float64[P + F]: the most of any figure, relative to the largest."""
        most = np.max([self.of[name].relevance for name in names], axis=0)
        return np.asarray(most / most.max())


def fit_all(
    worlds: Worlds, names: Sequence[str], field: MeanField | None = None, closeness: Floats | None = None
) -> Emulators:
    """Return an emulator for each of some figures and effects.

    Parameters
    ----------
    worlds : Worlds
    names : sequence of str
        Figures and effects.
    field : MeanField, optional
        Of the scenario whose parameters are uncertain.
    closeness : float64[W], optional
        How much each world counts where the errors of emulators are averaged.
    """
    see, known = Inputs.over(worlds.shares, field), {**worlds.figures, **worlds.effects}
    inputs = see(worlds.shares)
    return Emulators({name: best_emulator([inputs], known[name], worlds.lucks, closeness) for name in names}, see)


def emulated_names(targets: Sequence[str], validation: Sequence[str], worlds: Worlds) -> list[str]:
    """Return what is emulated: all targets, and of the rest what every world can give."""
    known = {**worlds.figures, **worlds.effects}
    rest = [name for name in (*validation, *EFFECT_NAMES) if np.isfinite(known[name]).all()]
    return [*targets, *rest]
