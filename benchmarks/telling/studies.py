"""Published figures computed from a run's books as their studies computed them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.ledger import Ledger
from sim.engines.panel import survey_of
from sim.words.calendar import month_number
from sim.words.codes import HISPANIC, PEOPLE, UNAUTHORIZED
from sim.words.labels import CHARGES, CRIME_COLUMNS, CRIME_TYPES, ENFORCEMENT_COLUMNS, PROGRAMS

Array = np.ndarray
SECURE_COMMUNITIES = PROGRAMS.index("secure_communities")
LEADS = LAGS = 8
"""Quarters before and after activation of the survey study."""


class Survey(NamedTuple):
    """The survey of one group by month of incident and county, T x K each."""

    told: Array
    reported: Array
    asked: Array  # person-months


def survey(ledger: Ledger, groups: tuple[int, ...]) -> Survey:
    """Return what people of some groups told, from the survey's table alone."""
    told, asked = survey_of(ledger)
    heard = told[:, :, list(groups)].sum(axis=(2, 3, 4))
    return Survey(heard[..., 0], heard[..., 1], asked[:, :, list(groups)].sum(axis=(2, 3)))


def column(table: Array, name: str) -> Array:
    """Return a column of enforcement."""
    return table[..., ENFORCEMENT_COLUMNS.index(name)]


def ratio(table: Array, above: str, below: str) -> float:
    """Return the total of one column over that of another."""
    return float(column(table, above).sum() / column(table, below).sum())


def active(ledger: Ledger, first: str, last: str) -> Array:
    """Return enforcement (group, status, level, column) over active county-months from ``first`` to ``last``."""
    months = slice(ledger.months.index(first), ledger.months.index(last) + 1)
    in_force = ledger.programs[months, :, SECURE_COMMUNITIES]
    return np.einsum("tk,tkgslc->gslc", in_force, ledger.enforcement[months])


def rise_at_activation(ledger: Ledger) -> float:
    """Return the relative rise in transfers in the year after activation against counties not yet active (T29)."""
    transfers = column(ledger.enforcement, "ice_custody").sum(axis=(2, 3, 4)).astype(float)
    programs = ledger.programs[:, :, SECURE_COMMUNITIES]
    start = np.where(programs.any(axis=0), programs.argmax(axis=0), len(programs))
    observed = expected = 0.0
    for month in np.unique(start[(start >= 12) & (start < len(programs) - 13)]):
        after = transfers[month + 1 : month + 13].sum(axis=0)
        before = transfers[month - 12 : month].sum(axis=0)
        waiting = start > month + 12
        if before[waiting].sum() == 0:
            continue
        observed += after[start == month].sum()
        expected += before[start == month].sum() * after[waiting].sum() / before[waiting].sum()
    return observed / expected - 1


def hispanic_share(ledger: Ledger) -> float:
    """Return the Hispanic share of transfers to ICE custody in active county-months (T31)."""
    transfers = column(active(ledger, ledger.months[0], ledger.months[-1]), "ice_custody").sum(axis=(1, 2))
    return float(transfers[HISPANIC] / transfers.sum())


def cleared(ledger: Ledger, violent: bool) -> float:
    """Return the share of recorded violent or property index crime that is cleared."""
    rows = [place for place, crime in enumerate(CRIME_TYPES) if crime.index and crime.violent == violent]
    return cleared_of(ledger, rows)


def cleared_of(ledger: Ledger, types: list[int]) -> float:
    """Return the share of recorded crime of some types that is cleared."""
    crime = ledger.crime[:, :, types].sum(axis=(0, 1, 2, 3), dtype=np.int64)
    return float(crime[CRIME_COLUMNS.index("cleared")] / crime[CRIME_COLUMNS.index("recorded")])


def repeats(ledger: Ledger, family: int, least: int) -> tuple[float, float]:
    """Return the share of victims who were victims ``least`` times or more in a year, and what they bear."""
    counts = ledger.repeats.sum(axis=0)[family]
    share = counts[least - 1 :].sum(axis=0) / counts.sum(axis=0)
    return float(share[0]), float(share[1])


def arrest_ratio(ledger: Ledger, charges: tuple[str, ...]) -> float:
    """Return bookings per unauthorized person over bookings per citizen, on some charges (T23, T24)."""
    rows = [CHARGES.index(charge) for charge in charges]
    booked = ledger.bookings[..., rows].sum(axis=(0, 1, 2, 4))
    rates = booked / ledger.people[..., PEOPLE].sum(axis=(0, 1, 2))
    return float(rates[UNAUTHORIZED] / rates[0])


def arrested_again(ledger: Ledger) -> float:
    """Return the share of unauthorized people released who are arrested again within a year (T43)."""
    released, again = ledger.rearrests.sum(axis=0)[UNAUTHORIZED]
    return float(again / released)


def callers(ledger: Ledger) -> list[float]:
    """Return which shares of reported violence victims, others and officers reported first (T50)."""
    violent = [place for place, crime in enumerate(CRIME_TYPES) if crime.violent]
    crime = ledger.crime[:, :, violent].sum(axis=(0, 1, 2, 3), dtype=np.int64)
    names = ("reported_by_victim", "reported_by_others", "reported_by_officer")
    return [float(crime[CRIME_COLUMNS.index(name)] / crime[CRIME_COLUMNS.index("reported")]) for name in names]


def quarters_of(table: Array) -> Array:
    """Return sums over quarters, T / 3 x K."""
    return table.reshape(len(table) // 3, 3, -1).sum(axis=1)


def against_the_last(ledger: Ledger, above: Array, below: Array) -> float:
    """Return a change of ``above / below`` (T x K) at activation against the last quarter of counties to activate.

    Sun and Abraham's estimator in quarters -8 to +8 with the mean of the quarters before as reference: each cohort
    beside the counties that activate last, before these do; cohorts weigh as much as they have of ``below``.
    """
    numerator, denominator = quarters_of(above), quarters_of(below)
    begin = (ledger.counties.activation - month_number(ledger.months[0])) // 3
    last = np.quantile(begin, 0.75)
    controls = begin >= last
    end = int(begin[controls].min())
    changes, weights = [], []
    for cohort in np.unique(begin[~controls & (begin > 0)]).tolist():
        before, after = slice(max(0, cohort - LEADS), cohort), slice(cohort, min(end, cohort + LAGS + 1))
        treated = begin == cohort
        levels = [
            [_level(numerator[when], denominator[when], who) for when in (before, after)] for who in (treated, controls)
        ]
        weight = float(denominator[after][:, treated].sum())
        if weight > 0 and np.isfinite(levels).all():
            changes.append((levels[0][1] - levels[0][0]) - (levels[1][1] - levels[1][0]))
            weights.append(weight)
    return float(np.average(changes, weights=weights))


def _level(numerator: Array, denominator: Array, who: Array) -> float:
    people = denominator[:, who].sum()
    return float(numerator[:, who].sum() / people) if people > 0 else float("nan")


def before_activation(ledger: Ledger, above: Array, below: Array) -> float:
    """Return ``above / below`` over the eight quarters before each county's activation."""
    since = month_number(ledger.months[0]) + np.arange(len(above))[:, None] - ledger.counties.activation
    before = (since < 0) & (since >= -3 * LEADS)
    return float((above * before).sum() / (below * before).sum())


def reporting_fell(ledger: Ledger) -> float:
    """Return the relative change in the share of Hispanic incidents reported (T32)."""
    people = survey(ledger, (HISPANIC,))
    level = before_activation(ledger, people.reported, people.told)
    return against_the_last(ledger, people.reported, people.told) / level


def victimization_rose(ledger: Ledger, groups: tuple[int, ...]) -> float:
    """Return the change in incidents told per person and month (T33, T34)."""
    people = survey(ledger, groups)
    return against_the_last(ledger, people.told, people.asked)


def with_county_trends(ledger: Ledger, last_year: int) -> float:
    """Return the effect on log recorded index crime with county trends, over the years to ``last_year`` (T35)."""
    return effect_on_log_crime(ledger, last_year - month_number(ledger.months[0]) // 12 + 1, trends=True)


def effect_on_log_crime(ledger: Ledger, years: int, trends: bool) -> float:
    """Return what a two-way regression finds of Secure Communities on log recorded index crime of county-years.

    On the share of the year after the county's date, weighted by people; counties with crimes each year; ``trends``
    takes out each county's own.
    """
    index = [number for number, crime in enumerate(CRIME_TYPES) if crime.index]
    crimes = ledger.crime[:, :, index][..., CRIME_COLUMNS.index("recorded")].sum(axis=(2, 3)).astype(float)
    month = month_number(ledger.months[0]) + np.arange(len(ledger.months))
    by_year = [
        each.reshape(-1, 12, crimes.shape[1]).sum(axis=1)[:years]
        for each in (crimes, (month[:, None] >= ledger.counties.activation) / 12)
    ]
    there = (by_year[0] > 0).all(axis=0)
    weight = ledger.counties.persons[there].astype(float)
    outcome, treated = (_within(each[:, there], weight, trends) for each in (np.log(by_year[0].clip(1e-9)), by_year[1]))
    return float((weight * treated * outcome).sum() / (weight * treated**2).sum())


def _within(table: Array, weight: Array, trends: bool) -> Array:
    """Return years x counties less each county's mean (and trend) and each year's mean."""
    design = np.vander(np.arange(len(table)), 2 if trends else 1)
    table = table - design @ np.linalg.lstsq(design, table, rcond=None)[0]
    return table - (table @ weight / weight.sum())[:, None]
