"""Figures that are changes at activation, and how the program came to the counties."""

from __future__ import annotations

import numpy as np

from sim.analysis.estimate.panel import NEVER, make_panel
from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.estimate.sun_abraham import last_start
from sim.analysis.estimate.survey import SurveyOutcome, SurveyPanel, survey_sun_abraham
from sim.analysis.evidence import designs
from sim.analysis.evidence.counts import BOOKS, Integers, Survey, WorldCounts
from sim.analysis.evidence.figures import Figure
from sim.analysis.evidence.kinds import STATIC
from sim.analysis.evidence.windows import LAGS, LEADS, NotGiven, months_of, quarters_of, share, years_of
from sim.words.calendar import month_number
from sim.words.labels import CRIME_COLUMNS
from sim.world.counties.shares import rank_correlation

YEAR = 12


def transfer_rise(counts: WorldCounts, figure: Figure) -> float:
    """Return the relative rise of transfers in the year after activation against counties not yet active.

    Each cohort beside the counties still waiting a year later: transfers in the twelve months after its month over
    what they would be, had they moved as those of the waiting counties; cohorts weigh as their transfers.
    """
    months = months_of(counts, figure)
    transfers = counts.transfers[months].astype(np.float64)
    start = -counts.since[months.start]
    observed = expected = 0.0
    for month in np.unique(start[(start >= YEAR) & (start < len(transfers) - YEAR - 1)]).tolist():
        after, before = transfers[month + 1 : month + YEAR + 1].sum(axis=0), transfers[month - YEAR : month].sum(axis=0)
        waiting, mine = start > month + YEAR, start == month
        if before[waiting].sum() > 0:
            observed += after[mine].sum()
            expected += before[mine].sum() * after[waiting].sum() / before[waiting].sum()
    return share(observed, expected) - 1


def reporting_change(counts: WorldCounts, figure: Figure) -> float:
    """Return the relative change at activation of the share reported, in parts of its level in the quarters before."""
    survey = _told(counts, figure)
    change = _change(counts, figure, survey, "reporting_share")
    since = counts.since[months_of(counts, figure)][: len(survey.told)]
    before = (since < 0) & (since >= -3 * LEADS)
    return share(change, share((survey.reported * before).sum(), (survey.told * before).sum()))


def victimization_change(counts: WorldCounts, figure: Figure) -> float:
    """Return the change at activation of incidents told per person-month."""
    return _change(counts, figure, _told(counts, figure), "victimization_rate")


def _told(counts: WorldCounts, figure: Figure) -> Survey:
    """Return the survey in the figure's months, whole quarters from the first."""
    months = months_of(counts, figure)
    tables = counts.survey(designs.people_of(figure.population), designs.surveyed_of(figure.measure))
    whole = (months.stop - months.start) // 3 * 3
    return Survey(*(table[months.start : months.start + whole] for table in tables))


def _change(counts: WorldCounts, figure: Figure, survey: Survey, outcome: SurveyOutcome) -> float:
    """Return a change at activation by the figure's estimator."""
    start = _start(counts, figure)
    if figure.estimator == STATIC:
        pair = (survey.told, survey.asked) if outcome == "victimization_rate" else (survey.reported, survey.told)
        return static_sun_abraham(quarters_of(pair[0]), quarters_of(pair[1]), start // 3)
    told, reported, asked = (quarters_of(table).T.astype(np.float64) for table in survey)
    heard = asked > 0  # what another member tells of a household in which nobody of the group is asked is no rate
    in_force = (np.arange(len(survey.told))[:, None] >= start).astype(np.float64)
    panel = SurveyPanel(asked, told * heard, reported * heard, quarters_of(in_force).T / 3, _states(counts))
    return survey_sun_abraham(panel, outcome, leads=LEADS, lags=LAGS).value


def _start(counts: WorldCounts, figure: Figure) -> Integers:
    """Return the month of each county's activation, counted from the figure's first month in the run."""
    return -counts.since[months_of(counts, figure).start]


def static_sun_abraham(above: Integers, below: Integers, start: Integers) -> float:
    """Return the change of ``above / below`` at activation against the last quarter of counties to activate.

    Each cohort has one effect over the quarters 0 to +8 after its start, against its quarters -8 to -1, beside the
    counties that start last, before these do: Sun and Abraham's interaction-weighted estimator (Journal of
    Econometrics 225(2), 2021) without an effect of its own for each quarter, which a survey is too small for. Cohorts
    weigh as much as they have of ``below``.

    Parameters
    ----------
    above, below : int64[Q, K]
        Of quarters and counties.
    start : int64[K]
        The quarter in which each county is activated; below 0 before the window.

    Raises
    ------
    NotGiven
        Where no cohort can be compared.
    """
    last = last_start(np.where(start < 0, NEVER, start))
    controls = start >= last
    changes, weights = [], []
    for cohort in np.unique(start[(start > 0) & ~controls]).tolist():
        before, after = slice(max(0, cohort - LEADS), cohort), slice(cohort, min(last, cohort + LAGS + 1))
        mine = start == cohort
        (was, became), (was_there, became_there) = (
            [_level(above[when], below[when], who) for when in (before, after)] for who in (mine, controls)
        )
        change, weight = became - was - (became_there - was_there), float(below[after][:, mine].sum())
        if weight > 0 and np.isfinite(change):
            changes.append(change)
            weights.append(weight)
    if not changes:
        raise NotGiven("no cohort of counties starts within the run, before the last quarter of them, with incidents")
    return float(np.average(changes, weights=weights))


def _level(above: Integers, below: Integers, who: np.ndarray) -> float:
    return share(above[:, who].sum(), below[:, who].sum())


def crime_change(counts: WorldCounts, figure: Figure) -> float:
    """Return the change at activation of the logarithm of crimes of county-years, by one of the estimators.

    Counties weigh as their real persons; those with a year without crimes are left out, and so are those whose program
    is in force from the first year on.
    """
    months = months_of(counts, figure)
    book = BOOKS.index(CRIME_COLUMNS.index(figure.book))
    crimes = counts.crime_by_county[months][..., list(designs.crimes_of(figure.measure)), book].sum(axis=2)
    yearly = years_of(crimes).astype(np.float64)
    treated = years_of((counts.since[months] >= 0).astype(np.float64)) / YEAR
    persons = counts.counties.persons.astype(np.float64)
    if len(yearly) < 3:
        raise NotGiven("it compares county-years, and the run has fewer than three of its years")
    population = np.broadcast_to(persons[:, None], yearly.T.shape)
    panel = make_panel(yearly.T, population, treated.T, _states(counts), persons)
    return float(ESTIMATORS[figure.estimator].estimate(panel, "log_rate").value)


def _states(counts: WorldCounts) -> Integers:
    """Return a number of each county's state; in a grid, which has none, each county stands for itself."""
    names = counts.counties.state if any(counts.counties.state) else counts.counties.fips
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def victimization_course(counts: WorldCounts, figure: Figure) -> float:
    """Return incidents told per person-month in one quarter since activation, all counties together."""
    survey = _told(counts, figure)
    quarter = counts.since[months_of(counts, figure)][: len(survey.told)] // 3
    there = quarter == designs.horizon_of(figure.part)
    return share((survey.told * there).sum(), (survey.asked * there).sum())


def reporting_fall_ratio(counts: WorldCounts, figure: Figure) -> float:
    """Return how far the first of two populations reports less after activation, over how far the second does.

    In all incidents against them, told to a survey or not; the change of each by ``static_sun_abraham``, relative to
    its level before.
    """
    months = months_of(counts, figure)
    start, since = _start(counts, figure), counts.since[months]
    before = (since < 0) & (since >= -3 * LEADS)
    falls = []
    for people in designs.two_peoples_of(figure.population):
        calls = counts.calls[months][:, :, people.groups][..., people.statuses, :].sum(axis=(2, 3), dtype=np.int64)
        incidents, reported = calls[..., 0], calls[..., 1]
        level = share((reported * before).sum(), (incidents * before).sum())
        falls.append(static_sun_abraham(quarters_of(reported), quarters_of(incidents), start // 3) / level)
    return share(falls[0], falls[1])


def active_share(counts: WorldCounts, figure: Figure) -> float:
    """Return the share of counties active by the end of a month."""
    by = month_number(figure.last or counts.months[-1])
    return float((counts.counties.activation <= by).mean())


def activation_correlation(counts: WorldCounts, figure: Figure) -> float:
    """Return the rank correlation over counties of the month of activation with a share of people."""
    activation, share_of_people = counts.counties.activation, getattr(counts.counties, figure.measure)
    if np.ptp(activation) == 0 or np.ptp(share_of_people) == 0:
        raise NotGiven("all counties are alike")
    return rank_correlation(activation, share_of_people)
