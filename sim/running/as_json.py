"""What a run found, for other programs: it looks on while the run goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running.terminal import RunTotals
from sim.words.labels import CRIME_COLUMNS, CRIMES, ENFORCEMENT_COLUMNS

if TYPE_CHECKING:
    from sim.engines.ledger import MonthRecord
    from sim.scenario.scenario import Scenario
    from sim.world.setting import Setting


class RunAsJson:
    """Adds a run up; ``content`` is what it found."""

    scenario: Scenario
    setting: Setting

    def begin(self, scenario: Scenario, setting: Setting) -> None:
        """Start at nothing."""
        self.scenario, self.setting, self.totals = scenario, setting, RunTotals()

    def add(self, record: MonthRecord) -> None:
        """Add one month."""
        self.totals.add(record)

    def finish(self, folder: Path) -> None:
        """Add no file."""

    def content(self, out: Path) -> dict[str, Any]:
        """Return counts of both books by type, the funnel, and index crime by month of the run kept in ``out``."""
        crime, funnel = self.totals.crime.sum(axis=1), self.totals.enforcement.sum(axis=(0, 1, 2))
        return {
            "title": self.scenario.parameters.title,
            "name": self.scenario.name,
            "people": self.setting.world.size,
            "counties": len(self.setting.world.counties.code),
            "months": list(self.setting.months),
            "crime": {
                name: {column: int(crime[place, number]) for number, column in enumerate(CRIME_COLUMNS)}
                for place, name in enumerate(CRIMES)
            },
            "enforcement": {name: int(funnel[number]) for number, name in enumerate(ENFORCEMENT_COLUMNS)},
            "index_crime": {
                "occurred": [month[0] for month in self.totals.months],
                "recorded": [month[1] for month in self.totals.months],
            },
            "folder": str(out),
        }
