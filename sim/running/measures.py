"""One run reduced to a small summary that a worker can send home, and the months over which runs are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.words.labels import (
    BALANCE_COLUMNS,
    CRIME_COLUMNS,
    CRIMES,
    ENFORCEMENT_COLUMNS,
    GROUPS,
    LEVELS,
    PEOPLE_COLUMNS,
    PROGRAMS,
    PROPERTY_CRIMES,
    STATUSES,
    SURVEY_COLUMNS,
    SURVEYED_CRIMES,
    TARGET_GROUPS,
    VIOLENT_CRIMES,
)

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger
    from sim.scenario.scenario import Comparison
    from sim.world.counties.building import Counties

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CRIME_FAMILIES: tuple[str, ...] = ("violent", "property", "simple_assault")
"""Crime as it is summed up: simple assault is no index crime and stands apart."""
INDEX_FAMILIES: tuple[str, ...] = ("violent", "property", "total")
BOOKS: tuple[str, ...] = ("occurred", "recorded")
NOT_ADOPTED = -1
DIFFERENT = "the first month in which programs differ from the reference"
"""Why an evaluation begins where it does, where it begins with a difference of programs."""
_CRIMES_OF = {"violent": VIOLENT_CRIMES, "property": PROPERTY_CRIMES, "simple_assault": ("simple_assault",)}
_FAMILY_INDICES = tuple([CRIMES.index(name) for name in _CRIMES_OF[family]] for family in CRIME_FAMILIES)


@dataclass(frozen=True)
class Evaluation:
    """The months that all scenarios of a comparison are compared over.

    Attributes
    ----------
    start : int
        First month of the evaluation; it lasts until the end of the horizon.
    reason : str
        Why it begins there.
    exposure : dict of float64[T]
        By scenario: share of people in counties whose programs differ from the reference's; for scenarios that differ
        in no program, in counties with any program but the Criminal Alien Program.
    persons : float
        Simulated people in the world (its slots): the denominator of crime and enforcement rates.
    """

    start: int
    reason: str
    exposure: dict[str, Floats]
    persons: float


@dataclass(frozen=True)
class RunSummary:
    """One run in some hundred kilobytes: national months, county totals over the evaluation, and the balance.

    Attributes
    ----------
    crime : int64[T, 3, 4, 8]
        ``CRIME_FAMILIES``, ``labels.TARGET_GROUPS``, ``labels.CRIME_COLUMNS``.
    people : int64[T, 3, 3, 7]
        ``labels.GROUPS``, ``labels.STATUSES``, ``labels.PEOPLE_COLUMNS``.
    survey : int64[T, 3, 3, 7, 2]
        By month of incident; ``labels.GROUPS``, ``labels.STATUSES``, ``labels.SURVEYED_CRIMES``,
        ``labels.SURVEY_COLUMNS``.
    person_months : int64[T, 3, 3]
        Months about which respondents were asked; ``labels.GROUPS``, ``labels.STATUSES``.
    enforcement : int64[T, 3, 3, 4, 16]
        ``labels.GROUPS``, ``labels.STATUSES``, ``labels.LEVELS``, ``labels.ENFORCEMENT_COLUMNS``.
    county_crime : int64[K, 2, 2]
        Violent and property, ``BOOKS``; totals over the evaluation.
    adoption : int64[K]
        First month with a program other than the Criminal Alien Program, ``NOT_ADOPTED`` for none.
    balance : int64[4, 2]
        ``labels.BALANCE_COLUMNS``, ``labels.FAMILIES``; totals over the evaluation.
    clipped_share : float
        Share of opportunities whose probability of an offence was cut at 1.
    """

    scenario: str
    replication: int
    months: tuple[str, ...]
    start: int
    persons: float
    crime: Integers
    people: Integers
    survey: Integers
    person_months: Integers
    enforcement: Integers
    county_crime: Integers
    adoption: Integers
    balance: Integers
    clipped_share: float

    def crimes(self, family: str, column: str, group: str | None = None) -> Floats:
        """Return monthly counts, float64[T], of a family (or ``total``) in one column, of one target group or all."""
        rows = slice(0, 2) if family == "total" else _one_or_all(CRIME_FAMILIES, family)
        table = self.crime[:, rows, _one_or_all(TARGET_GROUPS, group), CRIME_COLUMNS.index(column)]
        return np.asarray(table.sum(axis=(1, 2)), dtype=np.float64)

    def population(self, column: str, *, group: str | None = None, status: str | None = None) -> Floats:
        """Return monthly counts, float64[T], of a column of ``people``, of one group or status or all."""
        groups, statuses = _one_or_all(GROUPS, group), _one_or_all(STATUSES, status)
        table = self.people[:, groups, statuses, PEOPLE_COLUMNS.index(column)]
        return np.asarray(table.sum(axis=(1, 2)), dtype=np.float64)

    def told(self, family: str, column: str = "told", group: str | None = None) -> Floats:
        """Return monthly counts, float64[T], of incidents told to the survey, by month of incident.

        ``family`` is one of crime, ``total`` for index crime, or ``all`` for simple assault as well.
        """
        families = {"total": CRIME_FAMILIES[:2], "all": CRIME_FAMILIES}.get(family, (family,))
        rows = [SURVEYED_CRIMES.index(name) for one in families for name in _CRIMES_OF[one] if name in SURVEYED_CRIMES]
        table = self.survey[:, _one_or_all(GROUPS, group), :, :, SURVEY_COLUMNS.index(column)]
        return np.asarray(table.sum(axis=(1, 2))[:, rows].sum(axis=1), dtype=np.float64)

    def asked(self, group: str | None = None) -> Floats:
        """Return monthly person-months, float64[T], about which respondents of a group or all were asked."""
        return np.asarray(self.person_months[:, _one_or_all(GROUPS, group)].sum(axis=(1, 2)), dtype=np.float64)

    def enforced(self, column: str, *, level: str | None = None, statuses: tuple[str, ...] = STATUSES) -> Floats:
        """Return monthly counts, float64[T], of a column of ``enforcement``, of one level or all."""
        table = self.enforcement[:, :, :, _one_or_all(LEVELS, level), ENFORCEMENT_COLUMNS.index(column)]
        chosen = table.sum(axis=(1, 3))[:, [STATUSES.index(name) for name in statuses]]
        return np.asarray(chosen.sum(axis=1), dtype=np.float64)

    def away(self) -> Floats:
        """Return the people whom ICE has taken and whose place is empty, month by month: float64[T].

        Those in its custody, and those removed who have neither returned nor been followed by a newcomer. A newcomer
        offends as they did: only while the place is empty does a removal prevent anything.
        """
        return np.asarray(self.population("vacant") + self.population("in_ice_custody"), dtype=np.float64)

    def balanced(self, column: str, family: str) -> float:
        """Return the total over the evaluation of one balance column, for a family or ``total``."""
        row = self.balance[BALANCE_COLUMNS.index(column)]
        return float(row.sum() if family == "total" else row[CRIME_FAMILIES.index(family)])

    @property
    def person_years(self) -> float:
        """Person-years of the whole world in the evaluation."""
        return self.persons * (len(self.months) - self.start) / 12


def _one_or_all(names: tuple[str, ...], name: str | None) -> slice:
    """Return the place of one of ``names`` as a range, or all places for None."""
    first = names.index(name) if name is not None else 0
    return slice(first, first + 1 if name is not None else len(names))


@dataclass(frozen=True)
class ComparisonRuns:
    """All runs of a comparison, reduced, by scenario in the order of the comparison.

    Where runs are ``missing`` (their names), replications that some scenario lacks are left out of all.
    """

    comparison: Comparison
    counties: Counties
    evaluation: Evaluation
    runs: Mapping[str, Sequence[RunSummary]]
    missing: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """Name of the scenario whose levels are told: what the others, or the first of them, are compared with."""
        return self.comparison.reference

    @property
    def others(self) -> list[str]:
        """Names of the scenarios that are compared with another one."""
        references = self.references
        return [name for name in self.runs if name in references]

    @property
    def references(self) -> dict[str, str]:
        """For each scenario that is compared, the name of the one it is compared with."""
        return self.comparison.references

    @property
    def months(self) -> tuple[str, ...]:
        """The T months of every run."""
        return self.runs[self.reference][0].months

    @property
    def window(self) -> str:
        """The evaluation, from its first to its last month, in words."""
        return f"{self.months[self.evaluation.start]} to {self.months[-1]}"

    def title(self, name: str) -> str:
        """Return what the scenario ``name`` is called."""
        scenario = next(scenario for scenario in self.comparison.members if scenario.name == name)
        return scenario.parameters.title or name


MUCH_CLIPPED = 0.001
"""Share of opportunities cut to probability 1 above which headroom is too small, and effects are flattened."""


def clipped_share(runs: Sequence[RunSummary]) -> float:
    """Return the mean over runs of the share of opportunities that had to be clipped."""
    return sum(run.clipped_share for run in runs) / len(runs)


def reduce(ledger: Ledger, scenario: str, replication: int, start: int) -> RunSummary:
    """Return the summary of one run; ``start`` is the first month of the evaluation."""
    from sim.engines.panel import national_survey

    national = ledger.crime.sum(axis=1, dtype=np.int64)
    people = ledger.people.sum(axis=1, dtype=np.int64)
    survey, person_months = national_survey(ledger.told, people)
    return RunSummary(
        scenario=scenario,
        replication=replication,
        months=tuple(ledger.months),
        start=start,
        persons=float(ledger.counties.agents.sum()),
        crime=np.stack([national[:, rows].sum(axis=1) for rows in _FAMILY_INDICES], axis=1),
        people=people,
        survey=survey,
        person_months=person_months,
        enforcement=ledger.enforcement.sum(axis=1, dtype=np.int64),
        county_crime=_county_crime(ledger.crime[start:]),
        adoption=adoption_months(ledger.programs),
        balance=ledger.balance[start:].sum(axis=(0, 1), dtype=np.int64),
        clipped_share=float(ledger.clipped_share),
    )


def _county_crime(crime: NDArray[np.int32]) -> Integers:
    """Return totals over the months of int32[T, K, 8, 4, 5]: int64[K, 2, 2]."""
    books = [CRIME_COLUMNS.index(book) for book in BOOKS]
    families = _FAMILY_INDICES[:2]
    totals = [
        [sum(crime[:, :, row, :, book].sum((0, 2), np.int64) for row in rows) for book in books] for rows in families
    ]
    return np.moveaxis(np.array(totals, dtype=np.int64), 2, 0)


def adoption_months(programs: Bools) -> Integers:
    """Return the first month of any program but the Criminal Alien Program; bool[T, K, 7] to int64[K]."""
    other = _beyond_baseline(programs)
    return np.where(other.any(axis=0), other.argmax(axis=0), NOT_ADOPTED).astype(np.int64)


def evaluation_of(
    programs: Mapping[str, Bools], legalization: Mapping[str, int], reference: str, agents: Integers
) -> Evaluation:
    """Return the evaluation that all scenarios of a comparison share.

    It begins in the first month in which a program differs from the reference in any county; where no programs differ,
    in the first month of any program but the Criminal Alien Program; else in month 0. Of several scenarios the
    earliest counts.

    Parameters
    ----------
    programs : mapping of bool[T, K, 7]
        By scenario, ``labels.PROGRAMS`` in force.
    legalization : mapping of int
        By scenario, the month of a legalization, or -1.
    reference : str
        Name of the reference.
    agents : int64[K]
        Simulated people of each county.
    """
    starts: dict[str, tuple[int, str]] = {}
    exposure: dict[str, Floats] = {}
    weights = agents / agents.sum()
    for name, table in programs.items():
        different = _different(table, programs[reference], legalization[name], legalization[reference])
        reached = different if different.any() else _beyond_baseline(table)
        exposure[name] = np.asarray(reached @ weights)
        if name != reference:
            starts[name] = _first(different, _beyond_baseline(table))
    start, reason = min(starts.values(), default=(0, "there is no scenario beside the reference"))
    return Evaluation(start, reason, exposure, float(agents.sum()))


def _different(mine: Bools, other: Bools, my_month: int, other_month: int) -> Bools:
    """Return where and when programs or a legalization differ: bool[T, K]."""
    different = np.asarray((mine != other).any(axis=2))
    for month in (my_month, other_month):
        if month >= 0 and my_month != other_month:
            different[month:] = True
    return different


def _beyond_baseline(programs: Bools) -> Bools:
    """Return where and when any program but the Criminal Alien Program is in force: bool[T, K]."""
    columns = [index for index, name in enumerate(PROGRAMS) if name != "criminal_alien_program"]
    return np.asarray(programs[..., columns].any(axis=2))


def _first(different: Bools, reached: Bools) -> tuple[int, str]:
    """Return the first month of a comparison of two scenarios, and why."""
    if different.any():
        return int(different.any(axis=1).argmax()), DIFFERENT
    if reached.any():
        return int(reached.any(axis=1).argmax()), "programs do not differ; the first month of a program"
    return 0, "programs do not differ and none starts; the whole horizon"
