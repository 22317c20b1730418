"""The calendar of enforcement programs: where and when each is in force, and the news it makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from sim.parameters import Parameters, Program
from sim.words.faults import UserError
from sim.words.labels import PROGRAMS
from sim.world.counties.circuits import states_of
from sim.world.counties.table import NEVER, Bools, Counties, Floats, Integers, absolute_month
from sim.world.counties.uniforms import SELECTION_BLOCK, SHAPE_BLOCK, county_uniforms

PROGRAMS_WITH_DATES = ("secure_communities", "agreement_287g_jail", "agreement_287g_task_force")
"""Programs for which a world brings dates of its own, so that ``counties: file`` means something."""
_ALWAYS = -(10**6)
_NOT_HERE = 10**6


@dataclass(frozen=True, eq=False)
class Calendar:
    """What is in force where; T months from ``parameters.start``, K counties.

    Attributes
    ----------
    cap : bool[T, K]
        Criminal Alien Program in force and the county's jail among those it reaches.
    secure_communities, agreement_287g_jail, agreement_287g_task_force : bool[T, K]
    detainer_resolution, priority_enforcement : bool[T, K]
    court_ruling : bool[T, K]
    cooperation : float64[T, K, 4]
        Share of detainers honoured, in the order of ``labels.LEVELS``.
    refusal : float64[T, K]
        How far the county declines detainers, 0 to 1: the mean over levels.
    issue_course : float64[T, K]
        Detainers for people known by a fingerprint match alone, relative to others.
    announced : float64[T, K]
        Fear that the month's events add (activations, agreements) or take away (resolutions, priorities), and that
        programs in force add each month; less where the county is known to decline.
    legalization : int
        Month of the change of status, -1 if it does not come within the horizon.
    """

    cap: Bools
    secure_communities: Bools
    agreement_287g_jail: Bools
    agreement_287g_task_force: Bools
    detainer_resolution: Bools
    priority_enforcement: Bools
    court_ruling: Bools
    cooperation: Floats
    refusal: Floats
    issue_course: Floats
    announced: Floats
    legalization: int


def reached_jails(parameters: Parameters, counties: Counties, world_seed: int) -> Bools:
    """Return the counties whose jails the Criminal Alien Program reaches, where it is in force."""
    return np.asarray(county_uniforms(world_seed, counties.code, SHAPE_BLOCK)[:, 1] < parameters.enforcement.cap_reach)


def build_calendar(parameters: Parameters, counties: Counties, world_seed: int) -> Calendar:
    """Lay out the programs of a scenario over months and counties.

    Raises
    ------
    UserError
        A program names a county that the world has not, or asks for dates of its own that the world has not.
    """
    span = {name: _span(name, parameters, counties, world_seed) for name in PROGRAMS}
    month = np.arange(parameters.months)[:, None]
    force = {name: (month >= first) & (month < until) for name, (first, until) in span.items()}
    reached = reached_jails(parameters, counties, world_seed)
    in_force = sum(force[name].astype(np.float64) for name in PROGRAMS_WITH_DATES)
    cooperation = _cooperation(parameters, force["detainer_resolution"], force["court_ruling"])
    refusal = 1.0 - cooperation.mean(axis=2)
    return Calendar(
        cap=force["criminal_alien_program"] & reached,
        secure_communities=force["secure_communities"],
        agreement_287g_jail=force["agreement_287g_jail"],
        agreement_287g_task_force=force["agreement_287g_task_force"],
        detainer_resolution=force["detainer_resolution"],
        priority_enforcement=force["priority_enforcement"],
        court_ruling=force["court_ruling"],
        cooperation=cooperation,
        refusal=refusal,
        issue_course=np.repeat(_issue_course(parameters)[:, None], len(counties), axis=1),
        announced=_announced(parameters, span, refusal, np.asarray(in_force)),
        legalization=_legalization(parameters),
    )


def _span(name: str, parameters: Parameters, counties: Counties, seed: int) -> tuple[Integers, int]:
    """Return the first month of a program in each county and its first month without; months from the start.

    Where it never comes, the first month is not before the last.
    """
    program: Program = getattr(parameters.programs, name)
    begin = absolute_month(parameters.start)
    earliest = absolute_month(program.start) - begin if program.start else _ALWAYS
    until = absolute_month(program.until) - begin if program.until else _NOT_HERE
    if program.counties == "file":
        date = _own_dates(name, counties)
        first = np.where(date == NEVER, _NOT_HERE, np.maximum(date - begin, earliest))
    else:
        at = earliest if program.start else 0
        first = np.where(_chosen(name, program, counties, seed), at, _NOT_HERE)
    return np.where(first >= until, _NOT_HERE, first).astype(np.int64), until


def _own_dates(name: str, counties: Counties) -> Integers:
    """Return the absolute month in which the world's own calendar starts a program in each county, or ``NEVER``."""
    if name == "secure_communities":
        return counties.activation.astype(np.int64)
    if name == "agreement_287g_jail":
        return np.where(counties.agreement_jail, counties.agreement, NEVER).astype(np.int64)
    if name == "agreement_287g_task_force":
        return np.where(counties.agreement_task_force, counties.agreement, NEVER).astype(np.int64)
    raise UserError(
        f"programs.{name}.counties is file, but a world has dates only for {', '.join(PROGRAMS_WITH_DATES)}; "
        "allowed here is all, none, a share or a list of counties"
    )


def _chosen(name: str, program: Program, counties: Counties, seed: int) -> Bools:
    """Return the counties that a program names, other than by the world's own dates."""
    which = program.counties
    if isinstance(which, str):
        return np.full(len(counties), which == "all", dtype=np.bool_)
    if isinstance(which, list):
        return _listed(name, which, counties)
    chosen = np.zeros(len(counties), dtype=np.bool_)
    lot = county_uniforms(seed, counties.code, SELECTION_BLOCK + PROGRAMS.index(name))[:, 0]
    number = math.ceil(round(which * len(counties), 9))
    chosen[np.argsort(lot, kind="stable")[:number]] = True
    return chosen


def _listed(name: str, codes: list[str], counties: Counties) -> Bools:
    index = {code: place for place, code in enumerate(counties.fips)}
    states = np.array(counties.state)
    chosen = np.zeros(len(counties), dtype=np.bool_)
    faults = []
    for code in codes:
        if (of_state := np.isin(states, states_of(code)) & (states != "")).any():
            chosen |= of_state
            continue
        place = index.get(code, index.get(code.zfill(5)))
        if place is None:
            near = ", ".join(get_close_matches(code, counties.fips, 3, 0.5)) or ", ".join(counties.fips[:3])
            faults.append(f"programs.{name}.counties: {code} is no county of this world; nearest are {near}")
        else:
            chosen[place] = True
    if faults:
        raise UserError("\n".join(faults))
    return chosen


def _cooperation(parameters: Parameters, resolved: Bools, ruled: Bools) -> Floats:
    """Return shares of detainers honoured, float64[T, K, 4]: the usual ones, the resolution's, or a court's."""
    programs = parameters.programs
    usual, after, court = (
        np.array(table.cooperation.values(), dtype=np.float64)
        for table in (parameters.detainers, programs.detainer_resolution, programs.court_ruling)
    )
    return np.where(ruled[:, :, None], court, np.where(resolved[:, :, None], after, usual))


def _issue_course(parameters: Parameters) -> Floats:
    """Return detainers for people known by a match alone, relative to others, float64[T]: few at first, then more."""
    enforcement, begin = parameters.enforcement, absolute_month(parameters.start)
    first = absolute_month(enforcement.detainer_course_start) - begin
    last = max(first + 1, absolute_month(enforcement.detainer_course_end) - begin)
    return np.interp(np.arange(parameters.months), [first, last], [enforcement.detainer_issue_early, 1.0])


def _announced(
    parameters: Parameters, span: dict[str, tuple[Integers, int]], refusal: Floats, in_force: Floats
) -> Floats:
    """Return signed fear of each month's events and of programs in force, float64[T, K].

    What frightens does so less where the county is known to decline detainers.
    """
    trust = parameters.trust
    news = _publicity(parameters, span, refusal.shape[1])
    muted = 1.0 - trust.known_refusal * refusal
    return np.where(news > 0.0, news * muted, news) + trust.presence * in_force * muted


def _publicity(parameters: Parameters, span: dict[str, tuple[Integers, int]], count: int) -> Floats:
    """Return signed fear of the events of each month, float64[T, K]; what began before the first month is no news."""
    trust = parameters.trust
    news = np.zeros((parameters.months, count))
    jail, task_force = span["agreement_287g_jail"][0], span["agreement_287g_task_force"][0]
    _add_events(news, span["secure_communities"][0], trust.publicity_activation)
    _add_events(news, jail, trust.publicity_agreement)
    _add_events(news, np.where(task_force == jail, _NOT_HERE, task_force), trust.publicity_agreement)
    _add_events(news, span["detainer_resolution"][0], -trust.publicity_resolution)
    announced = parameters.programs.priority_enforcement_announced
    if announced is not None and (span["priority_enforcement"][0] < _NOT_HERE).any():
        month = absolute_month(announced) - absolute_month(parameters.start)
        _add_events(news, np.full(count, month), -trust.publicity_priority)
    return news


def _add_events(news: Floats, month: Integers, fear: float) -> None:
    """Add the fear of one event a county to its month, where that lies within the horizon."""
    county = np.flatnonzero((month >= 0) & (month < len(news)))
    news[month[county], county] += fear


def _legalization(parameters: Parameters) -> int:
    """Return the month of the change of status; one before the first month holds from the first."""
    start = parameters.programs.legalization.start
    if start is None:
        return -1
    month = max(absolute_month(start) - absolute_month(parameters.start), 0)
    return month if month < parameters.months else -1
