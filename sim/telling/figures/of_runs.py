"""The figures of one run: sums are kept while it goes, and drawn when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engines.panel import national_survey
from sim.running.measures import ComparisonRuns, Evaluation, RunSummary, adoption_months
from sim.running.stored import stored_counties, stored_month_names, stored_months, stored_scenario
from sim.scenario.scenario import Comparison, Scenario
from sim.telling.figures.books import draw_books
from sim.telling.figures.funnel import draw_funnel
from sim.telling.figures.map_data import Floats, Integers, by_family_and_book, period_numbers, periods_of
from sim.telling.figures.map_places import places_of
from sim.telling.figures.maps_over_time import RunMaps, Sheet, draw_run_maps
from sim.telling.figures.style import Drawn, style
from sim.words.faults import UserError
from sim.words.labels import CRIMES, PROGRAMS, PROPERTY_CRIMES, VIOLENT_CRIMES

if TYPE_CHECKING:
    from sim.engines.ledger import MonthRecord
    from sim.world.counties.building import Counties
    from sim.world.setting import Setting

FOLDER = "figures"
NO_PLACES = (
    "--figures: no county of this world has a place to be drawn at; give the county file the columns lat and lon, or "
    "run without --figures"
)
_FAMILIES = (VIOLENT_CRIMES, PROPERTY_CRIMES, ("simple_assault",))


def captions_of(drawn: Sequence[Drawn]) -> str:
    """Return the captions of figures as one text."""
    return "\n\n".join(f"{it.name}: {it.title}\n{it.caption}" for it in drawn) + "\n"


class RunFigures:
    """Watches one run and draws its figures; a few megabytes, however many people the run has."""

    def begin(self, scenario: Scenario, setting: Setting) -> None:
        """Prepare before the first month.

        Raises
        ------
        UserError
            Where no county has a place on a map.
        """
        self.prepare(scenario, setting.world.counties, setting.months)
        if self.places is None:
            raise UserError(NO_PLACES)

    def prepare(self, scenario: Scenario, counties: Counties, months: Sequence[str]) -> None:
        """Prepare for T months of K counties; where no county has a place there will be no maps."""
        self.scenario, self.counties, self.months = scenario, counties, tuple(months)
        self.places = places_of(self.counties)
        self.periods = periods_of(self.months)
        self._period_of_month = period_numbers(self.periods, len(self.months))
        self.county_crime = np.zeros((len(self.periods), len(self.counties), 2, 2), dtype=np.int64)
        self._crime: list[Integers] = []
        self._people: list[Integers] = []
        self._told: list[Integers] = []
        self._enforcement: list[Integers] = []
        self._programs: list[NDArray[np.bool_]] = []
        self._balance: Integers = np.zeros((4, 2), dtype=np.int64)
        self._opportunities, self._clipped = 0, 0

    def add(self, record: MonthRecord) -> None:
        """Add one month."""
        self.county_crime[self._period_of_month[record.index]] += by_family_and_book(record.crime)
        self._crime.append(record.crime.sum(axis=0, dtype=np.int64))
        self._people.append(record.people.sum(axis=0, dtype=np.int64))
        self._told.append(record.told)
        self._enforcement.append(record.enforcement.sum(axis=0, dtype=np.int64))
        self._programs.append(record.programs.copy())
        self._balance += record.balance.sum(axis=0, dtype=np.int64)
        self._opportunities += int(record.opportunities.sum())
        self._clipped += int(record.clipped.sum())

    def finish(self, folder: Path) -> list[Drawn]:
        """Draw the figures into ``figures`` in the folder of the run, with their captions; return them."""
        own = folder / FOLDER
        own.mkdir()
        drawn = write_run_figures(self.results(), self.maps(), own)
        (own / "captions.txt").write_text(captions_of(drawn), encoding="utf-8")
        return drawn

    def maps(self) -> RunMaps | None:
        """Return what the maps are drawn from, or None where no county has a place."""
        if self.places is None:
            return None
        sheet = Sheet(self.places, self.counties.agents, self.periods, self.reached())
        return RunMaps(self.scenario.parameters.title or self.scenario.name, sheet, self.county_crime)

    def reached(self) -> Floats:
        """Return the share of people in counties with any program but the Criminal Alien Program: float64[T]."""
        columns = [place for place, name in enumerate(PROGRAMS) if name != "criminal_alien_program"]
        reached = np.stack(self._programs)[:, :, columns].any(axis=2)
        return np.asarray(reached @ (self.counties.agents / self.counties.agents.sum()))

    def results(self) -> ComparisonRuns:
        """Return the run as a comparison of one scenario with one replication, evaluated over all its months."""
        name, persons = self.scenario.name, float(self.counties.agents.sum())
        national, people = np.stack(self._crime), np.stack(self._people)
        survey, person_months = national_survey(self._told, people)
        rows = [[CRIMES.index(crime) for crime in crimes] for crimes in _FAMILIES]
        summary = RunSummary(
            scenario=name,
            replication=0,
            months=self.months,
            start=0,
            persons=persons,
            crime=np.stack([national[:, own].sum(axis=1) for own in rows], axis=1),
            people=people,
            survey=survey,
            person_months=person_months,
            enforcement=np.stack(self._enforcement),
            county_crime=self.county_crime.sum(axis=0),
            adoption=adoption_months(np.stack(self._programs)),
            balance=self._balance,
            clipped_share=self._clipped / max(1, self._opportunities),
        )
        evaluation = Evaluation(0, "one run, over its whole horizon", {name: self.reached()}, persons)
        comparison = Comparison(self.scenario.parameters.title, "", [self.scenario], name, 1, 0)
        return ComparisonRuns(comparison, self.counties, evaluation, {name: [summary]})


def write_run_figures(results: ComparisonRuns, maps: RunMaps | None, folder: Path) -> list[Drawn]:
    """Draw the figures of a single run into ``folder``, each as PNG and SVG; ``results`` hold that run alone."""
    with style():
        books, drawn = draw_books(results, folder), draw_run_maps(maps, folder) if maps is not None else ()
        return [books, *drawn, draw_funnel(results, folder)]


def draw_stored_run(folder: Path) -> list[Drawn]:
    """Draw the figures of the run in ``folder`` from its tables, month by month."""
    counties, watcher = stored_counties(folder), RunFigures()
    watcher.prepare(stored_scenario(folder), counties, stored_month_names(folder, len(counties)))
    for month in stored_months(folder, counties):
        watcher.add(month.record)
    return write_run_figures(watcher.results(), watcher.maps(), folder)
