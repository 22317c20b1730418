"""Figures that are levels: rates, shares and ratios within some months and places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.evidence import designs
from sim.analysis.evidence.counts import Integers, Survey, WorldCounts
from sim.analysis.evidence.designs import People, Term
from sim.analysis.evidence.figures import Figure
from sim.analysis.evidence.windows import LEADS, months_of, share
from sim.words.codes import ARRESTED, CLEARED, IDENTIFIED, MATCHED, PEOPLE, RECORDED, REPORTED, REPORTED_BY_VICTIM
from sim.words.labels import CRIME_COLUMNS, FAMILIES

PER_PERSONS, PER_SURVEYED = 100_000.0, 1_000.0


def crime_rate(counts: WorldCounts, figure: Figure) -> float:
    """Return crimes per 100,000 persons and year, those against organizations among them."""
    crimes = list(designs.crimes_of(figure.measure))
    crime = counts.crime[months_of(counts, figure)][..., CRIME_COLUMNS.index(figure.book)]
    return _yearly(counts, crime[:, crimes].sum(), len(crime))


def arrest_rate(counts: WorldCounts, figure: Figure) -> float:
    """Return arrests per 100,000 persons and year."""
    arrested = counts.enforcement[months_of(counts, figure)][..., ARRESTED]
    return _yearly(counts, arrested.sum(), len(arrested))


def _yearly(counts: WorldCounts, events: int, months: int) -> float:
    return share(events, counts.counties.agents.sum() * months / 12) * PER_PERSONS


def victimization_rate(counts: WorldCounts, figure: Figure) -> float:
    """Return incidents told per person-month."""
    survey = _told(counts, figure, designs.people_of(figure.population))
    return share(survey.told.sum(), survey.asked.sum())


def yearly_victimization_rate(counts: WorldCounts, figure: Figure) -> float:
    """Return incidents told per 1,000 persons and year."""
    return 12 * PER_SURVEYED * victimization_rate(counts, figure)


def reporting_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of the incidents told that are said to be reported."""
    return _share_reported(counts, figure, designs.people_of(figure.population))


def reporting_gap(counts: WorldCounts, figure: Figure) -> float:
    """Return the share reported by the first of two populations less that by the second."""
    one, other = designs.two_peoples_of(figure.population)
    return _share_reported(counts, figure, one) - _share_reported(counts, figure, other)


def _share_reported(counts: WorldCounts, figure: Figure, people: People) -> float:
    survey = _told(counts, figure, people)
    return share(survey.reported.sum(), survey.told.sum())


def _told(counts: WorldCounts, figure: Figure, people: People) -> Survey:
    """Return the survey in the figure's months and places."""
    months = months_of(counts, figure)
    tables = counts.survey(people, designs.surveyed_of(figure.measure))
    if figure.places != "before":
        return Survey(*(table[months] for table in tables))
    since = counts.since[months]
    before = (since < 0) & (since >= -3 * LEADS)
    return Survey(*(table[months] * before for table in tables))


def clearance_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of recorded crimes that are cleared."""
    crime = _columns(counts, figure)
    return share(crime[CLEARED], crime[RECORDED])


def caller_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of reported crimes that one kind of caller reported first."""
    crime = _columns(counts, figure)
    return share(crime[REPORTED_BY_VICTIM + designs.caller_of(figure.part)], crime[REPORTED])


def _columns(counts: WorldCounts, figure: Figure) -> Integers:
    """Return all columns of crimes of some types against anybody, in the figure's months."""
    crimes = list(designs.crimes_of(figure.measure))
    return np.asarray(counts.crime[months_of(counts, figure)][:, crimes].sum(axis=(0, 1, 2)))


def people_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of people who are of some group or status."""
    people = counts.people[months_of(counts, figure)][..., PEOPLE].sum(axis=0)
    axis, members = designs.part_of(figure.part)
    return share(people.take(members, axis=axis).sum(), people.sum())


def funnel_ratio(counts: WorldCounts, figure: Figure) -> float:
    """Return one count of the funnel over another.

    Of people matched alone: events after the match count, in each cell of group, status and level, by the share of
    those identified there whom the match identified. What the denominator counts up to the match is not parted.
    """
    above, below = designs.ratio_of_terms(figure.measure)
    table = _funnel(counts, figure)
    weight = _match_weight(table, figure)
    return share((_sum_of(table, above) * weight).sum(), _sum_of(table, below).sum())


def funnel_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of a count of the funnel that is of some group, status or level."""
    table = _funnel(counts, figure)
    events = _sum_of(table, designs.terms_of(figure.measure)) * _match_weight(table, figure)
    axis, members = designs.part_of(figure.part)
    return share(events.take(members, axis=axis).sum(), events.sum())


def _funnel(counts: WorldCounts, figure: Figure) -> Integers:
    """Return the funnel by group, status, level and column in the figure's months and places."""
    table = counts.enforcement_active if figure.places == "active" else counts.enforcement
    return np.asarray(table[months_of(counts, figure)].sum(axis=0))


def _sum_of(table: Integers, terms: Sequence[Term]) -> Integers:
    return np.asarray(sum(term.sign * table[..., term.column] for term in terms))


def _match_weight(table: Integers, figure: Figure) -> np.ndarray:
    """Return by group, status and level the share of those identified whom the match identified; 1 for all."""
    if not designs.matched_or_all(figure.population):
        return np.ones(table.shape[:-1])
    identified = table[..., IDENTIFIED]
    return np.asarray(table[..., MATCHED] / np.maximum(identified, 1))


def arrest_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of bookings that are on some charges."""
    booked = counts.bookings[months_of(counts, figure)].sum(axis=(0, 1, 2))
    return share(booked[list(designs.charges_of(figure.part))].sum(), booked.sum())


def arrest_rate_ratio(counts: WorldCounts, figure: Figure) -> float:
    """Return bookings a person of one population over those of another, on some charges."""
    months = months_of(counts, figure)
    booked = counts.bookings[months][..., list(designs.charges_of(figure.measure))].sum(axis=(0, 3))
    people = counts.people[months][..., PEOPLE].sum(axis=0)
    one, other = (
        share(booked[np.ix_(*who)].sum(), people[np.ix_(*who)].sum())
        for who in designs.two_peoples_of(figure.population)
    )
    return share(one, other)


def rearrest_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of the people released who are arrested again within twelve months."""
    statuses = list(designs.people_of(figure.population).statuses)
    released, again = counts.rearrests[months_of(counts, figure)][:, statuses].sum(axis=(0, 1))
    return share(again, released)


def repeat_victims(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of the victims of whole years who were victims so many times or more."""
    return _repeated(counts, figure)[0]


def repeat_burden(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of the incidents of whole years that such victims bore."""
    return _repeated(counts, figure)[1]


def _repeated(counts: WorldCounts, figure: Figure) -> tuple[float, float]:
    table = counts.repeats[months_of(counts, figure)].sum(axis=0)[FAMILIES.index(figure.measure)]
    often = table[designs.times_of(figure.part) - 1 :].sum(axis=0)
    victims, incidents = table.sum(axis=0)
    return share(often[0], victims), share(often[1], incidents)
