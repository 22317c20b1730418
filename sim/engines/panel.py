"""The survey's panel: what it tells, by month of incident; and who of it is victim again in a calendar year.

Three functions of this file are compiled too, by ``sim.numerics.compiled``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.words.calendar import month_number
from sim.words.codes import (
    REPEATS_SHAPE,
    RESPONDENTS,
    SURVEY_SHAPE,
    SURVEYED,
    TOLD_COUNTY,
    TOLD_CRIME,
    TOLD_GROUP,
    TOLD_MONTH,
    TOLD_STATUS,
)

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger, MonthRecord
    from sim.world.setting import Setting

Events = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
REFERENCE_MONTHS = 6
"""Months before an interview that it asks about."""


class SurveyMonth(NamedTuple):
    """What the survey knows of one month, over K counties."""

    index: int  # type: ignore[assignment]
    told: Counts  # K x 3 groups x 3 statuses x 7 types x (told, told and said to be reported)
    person_months: Counts  # K x 3 x 3: respondents whose interview covers the month
    weight: npt.NDArray[np.float64]  # K: real persons for whom a respondent stands


class SurveyBook:
    """Gathers interviews until all that ask about a month are made; a month is whole six months later."""

    def __init__(self, months: int) -> None:
        """Wait for the records of so many months."""
        self.months = months
        self.waiting: dict[int, SurveyMonth] = {}

    def add(self, record: MonthRecord) -> list[SurveyMonth]:
        """Take the interviews of one month; returns the months that are whole by now, after the last one all."""
        respondents = record.people[..., RESPONDENTS]
        empty = np.zeros((len(respondents), *SURVEY_SHAPE), dtype=np.int32)
        nobody = np.zeros(respondents.shape, dtype=np.int32)
        self.waiting[record.index] = SurveyMonth(record.index, empty, nobody, record.survey_weight)
        for month in range(max(0, record.index - REFERENCE_MONTHS), record.index):
            self.waiting[month].person_months[...] += respondents.astype(np.int32)
        months = record.told >> TOLD_MONTH
        for month in np.unique(months).tolist():
            events = record.told[months == month]
            _count(events, (events >> TOLD_COUNTY & 65535,), self.waiting[month].told)
        last = record.index if record.index == self.months - 1 else record.index - REFERENCE_MONTHS
        return [self.waiting.pop(month) for month in sorted(self.waiting) if month <= last]


def told_event(month: Any, county: Any, crime: Any, group: Any, status: Any, reported: bool) -> Any:
    """Return an incident told to the survey (or arrays of some) as one number, by the month in which it happened."""
    place = month << TOLD_MONTH | county << TOLD_COUNTY | crime << TOLD_CRIME
    return place | group << TOLD_GROUP | status << TOLD_STATUS | int(reported)


def _count(events: Events, place: tuple[Any, ...], told: npt.NDArray[Any]) -> None:
    """Add incidents to counts (contiguous) by place, group, status and type; whoever was reported was told."""
    kind: tuple[Any, ...] = (
        events >> TOLD_GROUP & 3,
        events >> TOLD_STATUS & 3,
        (events >> TOLD_CRIME & 7) - SURVEYED[0],
    )
    place_told = np.ravel_multi_index((*place, *kind), told.shape[:-1]) * told.shape[-1]
    counts, one = told.reshape(-1), told.dtype.type(1)
    np.add.at(counts, place_told, one)
    np.add.at(counts, place_told[events & 1 == 1] + 1, one)


def survey_of(ledger: Ledger) -> tuple[Counts, Counts]:
    """Return told incidents, T x K x 3 x 3 x 7 x 2, and person-months, T x K x 3 x 3, of a run by month of incident."""
    respondents = ledger.people[..., RESPONDENTS]
    told, events = np.zeros((*respondents.shape[:2], *SURVEY_SHAPE), dtype=np.int32), np.concatenate(ledger.told)
    _count(events, (events >> TOLD_MONTH, events >> TOLD_COUNTY & 65535), told)
    return told, _covered(respondents).astype(np.int32)


def national_survey(told: Sequence[Events], people: Events) -> tuple[Events, Events]:
    """Return the same for the whole world, int64[T, 3, 3, 7, 2] and int64[T, 3, 3], from T x 3 x 3 x 7 ``people``."""
    respondents = people[..., RESPONDENTS]
    counts, events = np.zeros((len(respondents), *SURVEY_SHAPE), dtype=np.int64), np.concatenate(told)
    _count(events, (events >> TOLD_MONTH,), counts)
    return counts, _covered(respondents)


def _covered(respondents: Events) -> Events:
    """Return for each month the respondents whose interview covers it: those of the six months after it."""
    covered = np.zeros_like(respondents)
    for ahead in range(1, REFERENCE_MONTHS + 1):
        covered[:-ahead] += respondents[ahead:]
    return covered


def respondent_weight(setting: Setting) -> npt.NDArray[np.float64]:
    """Return by county how many real persons a respondent stands for, those who do not answer at full trust shared."""
    counties, constants = setting.world.counties, setting.constants
    per_agent = counties.persons / np.maximum(1, counties.agents)
    share = constants.response if constants.response > 0 else np.inf
    result: npt.NDArray[np.float64] = per_agent * constants.panel_width / share
    return result


class RepeatVictims:
    """Counts how often persons (and households) of the panel are victims in each calendar year within a run."""

    def __init__(self, start: str) -> None:
        """Begin in the calendar month ``start``."""
        self.first = month_number(start)
        self.waiting = np.empty(0, dtype=np.int64)  # incidents of the year that is not over

    def add(self, month: int, events: Events) -> Events:
        """Take a month's incidents, each a slot and family as ``suffered_by`` has it.

        Returns victims and incidents by family and number of victimizations when a year is over; else nothing but 0.
        """
        return self.add_several(month, events, np.array([len(events)]))[0]

    def add_several(self, begin: int, events: Events, ends: Events) -> Events:
        """Take the incidents of several months, the first of them ``begin``, each month's up to one of ``ends``.

        Returns the same of each.
        """
        tables = np.zeros((len(ends), *REPEATS_SHAPE), dtype=np.int64)
        december = 11 - (self.first + begin) % 12
        year_ends = ends[december::12] + len(self.waiting)
        events = np.concatenate([self.waiting, events])
        over = int(year_ends[-1]) if len(year_ends) else 0
        if over > 0:
            year = np.searchsorted(year_ends, np.arange(over), side="right")
            tables[december::12] = _repeats(events[:over], year, len(year_ends))
        if begin + december < 11:  # that year began before the run
            tables[december : december + 1] = 0
        self.waiting = events[over:]
        return tables


_KIND = 40
"""The bits of a victim above which year and family are put, to count several years at once."""


def _repeats(events: Events, year: Events, years: int) -> Events:
    """Return by year victims and incidents by family and number of victimizations, of incidents in these years."""
    families, most, _ = REPEATS_SHAPE
    ordered = np.sort(events >> 1 | (year * families + (events & 1)) << _KIND)
    edge = np.ones(len(ordered) + 1, dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=edge[1:-1])
    first = np.flatnonzero(edge)
    times = first[1:] - first[:-1]
    place = (ordered[first[:-1]] >> _KIND) * most + np.minimum(times, most) - 1
    tables = np.empty((years * families * most, 2), dtype=np.int64)
    tables[:, 0] = np.bincount(place, minlength=len(tables))
    tables[:, 1] = np.bincount(place, weights=times, minlength=len(tables))
    return tables.reshape(years, *REPEATS_SHAPE)


def suffered_by(slot: int, family: int) -> int:
    """Return a victimization of a panel member, or of the household of one, as one number."""
    return slot << 1 | family


FOLLOWED_MONTHS = 12
"""Months after a release in which a new booking counts."""


def is_january(first: int, month: int) -> bool:
    """Tell whether a month of a run is a January; ``first`` is its first one, as ``calendar.month_number`` counts."""
    return (first + month) % 12 == 0
