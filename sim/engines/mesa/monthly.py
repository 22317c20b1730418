"""What Mesa expects of a model: a step is a month, ``running`` ends with the horizon, and all can be read between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import mesa
import numpy as np
import numpy.typing as npt

from sim.engines.ledger import MonthRecord
from sim.engines.mesa.records import MonthCounts
from sim.words.codes import RECORDED, TRUE
from sim.words.faults import UserError
from sim.words.labels import CRIME_TYPES, CUSTODIES
from sim.words.schedule import PHASES
from sim.world.setting import Setting, program_flags

if TYPE_CHECKING:
    from sim.engines.mesa.places import County, Neighbourhood

INDEX_CRIMES = [number for number, crime in enumerate(CRIME_TYPES) if crime.index]


class HorizonReachedError(UserError):
    """A step was asked for after the last month of the scenario."""


class MonthlyModel(mesa.Model):  # type: ignore[misc]
    """A model of whole months: ``step()`` is one, ``running`` tells whether there is another.

    Attributes
    ----------
    month : int
        Months completed; within a step, the number of the month that runs, from 0 on.
    running : bool
        Whether a month is left.
    record : MonthRecord
        The whole record of the last month; there is none before the first step.
    book : MonthCounts
        The counts of the last month, from which the record is made.
    """

    record: MonthRecord
    counties: list[County]
    neighbourhoods: list[Neighbourhood]
    survey_weight: npt.NDArray[np.float64]
    population: npt.NDArray[np.int64]
    """People, K counties x group x status x custody."""

    def __init__(self, setting: Setting) -> None:
        """Stand at the beginning of the first month."""
        super().__init__(rng=0)
        # Newer Mesa drops its schedule of steps when one fails: a step past the end must not reach it.
        self._counted_step = self.step
        self.step = self._step_if_running  # type: ignore[method-assign]
        self.setting = setting
        self.month = 0
        self.book = MonthCounts.empty(len(setting.world.counties.code))

    def step(self) -> None:
        """Run one whole month: the phases of the schedule.

        Raises
        ------
        HorizonReachedError
            After the last month of the scenario.
        """
        self._refuse_after_the_end()
        self.begin_month()
        for phase in PHASES:
            getattr(self, phase.name)()
        self.month += 1
        self.running = self.month < self.horizon

    def months(self) -> Iterator[MonthRecord]:
        """Run the months that are left and yield the record of each."""
        while self.running:
            self.step()
            yield self.record

    def begin_month(self) -> None:
        """Open an empty book."""
        self.book = MonthCounts.empty(len(self.counties))

    def _step_if_running(self) -> None:
        self._refuse_after_the_end()
        self._counted_step()

    def _refuse_after_the_end(self) -> None:
        if self.month >= self.horizon:
            raise HorizonReachedError(
                f"the scenario ends after {self.horizon} months, and all have been run; step while model.running is "
                "true, or make a model with more months"
            )

    @property
    def horizon(self) -> int:
        """Months of the scenario."""
        return self.setting.parameters.months

    @property
    def true_crime(self) -> int:
        """Crimes that happened last month, simple assault left out."""
        return self._crimes(TRUE)

    @property
    def recorded_crime(self) -> int:
        """Crimes of last month that the police recorded, simple assault left out."""
        return self._crimes(RECORDED)

    def _crimes(self, column: int) -> int:
        return int(self.book.crime[:, INDEX_CRIMES, :, column].sum())

    @property
    def people_by_custody(self) -> dict[str, int]:
        """How many people are free, jailed, in ICE custody and away."""
        return dict(zip(CUSTODIES, self.population.sum(axis=(0, 1, 2)).tolist(), strict=True))

    @property
    def trust_by_cell(self) -> list[float]:
        """Mean trust of the community in each neighbourhood, in their order; nan where nobody of it is at liberty."""
        return [cell.trust for cell in self.neighbourhoods]

    def month_record(self, **beside: npt.NDArray[np.int64]) -> MonthRecord:
        """Return the record of the month that ends; ``beside`` is what is not in the book."""
        book = self.book
        book.count_population(self.population)
        return MonthRecord(
            index=self.month,
            crime=book.crime,
            people=book.people,
            trust=book.mean_trust(),
            enforcement=book.enforcement,
            programs=program_flags(self.setting, self.month),
            county_fear=self._by_county("fear"),
            relative_risk=self._by_county("risk_against_hispanic"),
            removal_risk=self._by_county("removal_risk"),
            officers=self.setting.officers,
            balance=book.balance,
            opportunities=book.opportunities,
            clipped=book.clipped,
            survey_weight=self.survey_weight,
            bookings=book.bookings,
            **beside,
        )

    def _by_county(self, name: str) -> npt.NDArray[np.float64]:
        return np.array([getattr(county, name) for county in self.counties], dtype=np.float64)
