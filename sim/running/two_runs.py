"""Two runs of one luck, such as a scenario with a program and without it; months in common are run once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.running.beginnings import worth_sharing
from sim.running.run import records

if TYPE_CHECKING:
    from sim.engines.columnar.engine import ColumnarEngine
    from sim.engines.ledger import MonthRecord
    from sim.world.setting import Setting


class TwoRuns:
    """Take the records of ``in_common`` first, then those of ``first``, then those of ``second``.

    The Mesa engine runs both from the start: copying a world of agents takes longer than its months.
    """

    def __init__(
        self,
        first: Setting,
        second: Setting,
        seed: int,
        threads: int = 1,
        *,
        engine: str = "columnar",
        sharing: bool = True,
    ) -> None:
        """Take two scenarios made ready, and the seed of luck; without ``sharing`` nothing is in common."""
        self.settings, self.seed, self.engine, self.threads = (first, second), seed, engine, threads
        self.months = worth_sharing(first, second) if sharing and engine == "columnar" else 0
        self._engines: list[ColumnarEngine] = []

    def in_common(self) -> Iterator[MonthRecord]:
        """Run the months that both runs have in common and yield the record of each."""
        if not self.months:
            return
        from sim.engines.columnar.engine import ColumnarEngine
        from sim.engines.columnar.forking import forked

        engine = ColumnarEngine(self.settings[0], self.seed, self.threads)
        yield from engine.months(self.months)
        self._engines = [forked(engine, self.settings[1]), engine]

    def first(self) -> Iterator[MonthRecord]:
        """Run the other months of the first and yield the record of each."""
        return self._rest(self.settings[0])

    def second(self) -> Iterator[MonthRecord]:
        """Run the other months of the second and yield the record of each."""
        return self._rest(self.settings[1])

    def _rest(self, setting: Setting) -> Iterator[MonthRecord]:
        if self.months:
            return self._engines.pop().months()
        return records(setting, self.seed, self.engine, self.threads)
