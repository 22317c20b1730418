"""Months that runs of one luck have in common are run once: the state at the last of them is kept, and copied.

Which months these are says ``sim.engines.in_common``; results are those of runs on their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim.engines.columnar.engine import ColumnarEngine
    from sim.engines.ledger import Ledger
    from sim.world.setting import Setting

MOST_PEOPLE = 20_000_000
"""Of larger worlds no beginning is kept: its state would be a good part of a second nation."""


def worth_sharing(first: Setting, second: Setting) -> int:
    """Return how many first months two runs of one luck should share: all in common, none of too large a world."""
    from sim.engines.in_common import months_in_common

    return months_in_common(first, second) if first.world.size <= MOST_PEOPLE else 0


class _Kept(NamedTuple):
    engine: ColumnarEngine  # stands after the last month kept, and is only copied
    seed: int
    parts: list[Ledger]


class Beginnings:
    """The beginning of a run that a process keeps for the run that follows: one at a time."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: _Kept | None = None

    def parts(
        self, setting: Setting, seed: int, threads: int = 1, following: Setting | None = None
    ) -> Iterator[Ledger]:
        """Yield the records of a run of the columnar engine, some months at a time; ``seed`` is the seed of luck.

        Months that were kept are not run again. Those that ``following``, the next run of this luck, has in common with
        this one are kept for it; without one nothing stays.
        """
        from sim.engines.columnar.engine import ColumnarEngine
        from sim.engines.columnar.forking import forked

        kept = self._fitting(setting, seed)
        engine = forked(kept.engine, setting) if kept else ColumnarEngine(setting, seed, threads)
        parts = list(kept.parts) if kept else []
        until = worth_sharing(setting, following) if following is not None else 0
        if until < max(1, engine.month):
            self.forget()
        yield from parts
        if until > engine.month:
            for part in engine.parts(until):
                parts.append(part)
                yield part
            self._kept = _Kept(forked(engine, setting), seed, parts)
        del kept, parts  # of what nobody needs no second reference stays while the run goes on
        yield from engine.parts()

    def forget(self) -> None:
        """Keep nothing any more."""
        self._kept = None

    def _fitting(self, setting: Setting, seed: int) -> _Kept | None:
        """Return what is kept if a run begins like that."""
        kept = self._kept
        if kept is None or kept.seed != seed or worth_sharing(kept.engine.setting, setting) < kept.engine.month:
            self.forget()
            return None
        return kept
