"""The calendar of enforcement programs: where and when each is in force, and the news it makes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

import numpy as np

from sim.parameters import Parameters, Program
from sim.words.calendar import month_number
from sim.words.faults import UserError
from sim.words.labels import PROGRAMS
from sim.world.counties.circuits import states_of
from sim.world.counties.table import NEVER, Bools, Counties, Floats, Integers
from sim.world.counties.uniforms import SELECTION_BLOCK, SHAPE_BLOCK, county_uniforms
from sim.world.program_lists import FIRST, laid_out, read_program_list

PROGRAMS_WITH_DATES = ("secure_communities", "agreement_287g_jail", "agreement_287g_task_force")
"""Programs for which a world brings dates of its own, so that ``counties: file`` means something."""
PROGRAMS_WITH_PRESENCE = (*PROGRAMS_WITH_DATES, "agreement_287g_warrant")
"""Programs that may frighten for as long as they are in force."""
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
    detainer_resolution, priority_enforcement, agreement_287g_warrant : bool[T, K]
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
    agreement_287g_warrant: Bools
    court_ruling: Bools
    cooperation: Floats
    refusal: Floats
    issue_course: Floats
    announced: Floats
    legalization: int

    @cached_property
    def flags(self) -> Bools:
        """The programs in force, T x K x 8 in the order of ``labels.PROGRAMS``."""
        programs = (
            self.cap,
            self.secure_communities,
            self.agreement_287g_jail,
            self.agreement_287g_task_force,
            self.detainer_resolution,
            self.priority_enforcement,
            self.agreement_287g_warrant,
            self.court_ruling,
        )
        return np.stack(programs, axis=-1)


def reached_jails(parameters: Parameters, counties: Counties, world_seed: int) -> Bools:
    """Return the counties whose jails the Criminal Alien Program reaches, where it is in force."""
    return np.asarray(county_uniforms(world_seed, counties.code, SHAPE_BLOCK)[:, 1] < parameters.enforcement.cap_reach)


def build_calendar(parameters: Parameters, counties: Counties, world_seed: int) -> Calendar:
    """Lay out the programs of a scenario over months and counties.

    Raises
    ------
    UserError
        A program names a county that the world has not, asks for dates of its own that the world has not, or a program
        list is at fault.
    """
    spans = {name: _spans(name, parameters, counties, world_seed) for name in PROGRAMS}
    force = {name: _in_force(*spans[name], parameters.months) for name in PROGRAMS}
    reached = reached_jails(parameters, counties, world_seed)
    in_force = sum(force[name].astype(np.float64) for name in PROGRAMS_WITH_PRESENCE)
    cooperation = _cooperation(
        parameters, force["detainer_resolution"], force["court_ruling"], force["agreement_287g_warrant"]
    )
    refusal = 1.0 - cooperation.mean(axis=2)
    return Calendar(
        cap=force["criminal_alien_program"] & reached,
        secure_communities=force["secure_communities"],
        agreement_287g_jail=force["agreement_287g_jail"],
        agreement_287g_task_force=force["agreement_287g_task_force"],
        detainer_resolution=force["detainer_resolution"],
        priority_enforcement=force["priority_enforcement"],
        agreement_287g_warrant=force["agreement_287g_warrant"],
        court_ruling=force["court_ruling"],
        cooperation=cooperation,
        refusal=refusal,
        issue_course=np.repeat(_issue_course(parameters)[:, None], len(counties), axis=1),
        announced=_announced(parameters, spans, refusal, np.asarray(in_force)),
        legalization=_legalization(parameters),
    )


def dated_by(parameters: Parameters, counties: Counties, world_seed: int) -> Counties:
    """Return counties whose ``activation`` is the month in which a scenario brings Secure Communities to them.

    Long after any run where it does not; as the world has it where the scenario has the program nowhere.
    """
    first, _ = _spans("secure_communities", parameters, counties, world_seed)
    earliest = first.min(axis=0)
    if (earliest == _NOT_HERE).all():
        return counties
    activation = np.maximum(earliest + month_number(parameters.start), 0)
    return replace(counties, activation=activation.astype(counties.activation.dtype))


def _spans(name: str, parameters: Parameters, counties: Counties, seed: int) -> tuple[Integers, Integers]:
    """Return first months of a program in each county and first months without, int64[N, K]; months from the start.

    A program list may let a county have up to N spans. Where there is none, it begins after the last month. The
    program's shift moves each date, however it is given; what has no date stays.
    """
    program: Program = getattr(parameters.programs, name)
    begin = _begin(program, parameters)
    earliest = month_number(program.start) - begin if program.start else _ALWAYS
    until = month_number(program.until) - begin if program.until else _NOT_HERE
    if program.list_file is not None:
        first, last = laid_out(read_program_list(name, program.list_file, counties), len(counties))
        first = np.where(first == FIRST, earliest if program.start else 0, np.maximum(first - begin, earliest))
        last = np.minimum(last - begin, until)
    else:
        first = _one_span(name, parameters, counties, seed, earliest)[None]
        last = np.full((1, len(counties)), until)
    return np.where(first >= last, _NOT_HERE, first).astype(np.int64), last


def _begin(program: Program, parameters: Parameters) -> int:
    """Return the month from which the program's dates are counted: the first one, shifted the other way."""
    return month_number(parameters.start) - program.shift


def _one_span(name: str, parameters: Parameters, counties: Counties, seed: int, earliest: int) -> Integers:
    """Return the first month of a program in each county, other than by a program list."""
    program: Program = getattr(parameters.programs, name)
    if program.counties == "file":
        date = _own_dates(name, counties)
        since_start = date - _begin(program, parameters)
        return np.where(date == NEVER, _NOT_HERE, np.maximum(since_start, earliest)).astype(np.int64)
    at = earliest if program.start else 0
    return np.where(_chosen(name, program, counties, seed), at, _NOT_HERE).astype(np.int64)


def _in_force(first: Integers, last: Integers, months: int) -> Bools:
    """Return in which months a program is in force, bool[T, K]."""
    month = np.arange(months)[:, None]
    force = np.zeros((months, first.shape[1]), dtype=np.bool_)
    for begin, end in zip(first, last, strict=True):
        force |= (month >= begin) & (month < end)
    return force


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
        "allowed here is all, none, a share, a list of counties or a program list such as list.csv"
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


def _cooperation(parameters: Parameters, resolved: Bools, ruled: Bools, served: Bools) -> Floats:
    """Return shares of detainers honoured, float64[T, K, 4]: the usual ones, the resolution's, or a court's.

    Where jailers serve warrants at least that agreement's share is honoured, whatever else was decided: a warrant is
    what rulings on detainers found missing.
    """
    programs = parameters.programs
    usual, after, court, agreed = (
        np.array(table.cooperation.values(), dtype=np.float64)
        for table in (
            parameters.detainers,
            programs.detainer_resolution,
            programs.court_ruling,
            programs.agreement_287g_warrant,
        )
    )
    own = np.where(ruled[:, :, None], court, np.where(resolved[:, :, None], after, usual))
    return np.where(served[:, :, None], np.maximum(own, agreed), own)


def _issue_course(parameters: Parameters) -> Floats:
    """Return detainers for people known by a match alone, relative to others, float64[T]: few at first, then more."""
    enforcement, begin = parameters.enforcement, month_number(parameters.start)
    first = month_number(enforcement.detainer_course_start) - begin
    last = max(first + 1, month_number(enforcement.detainer_course_end) - begin)
    return np.interp(np.arange(parameters.months), [first, last], [enforcement.detainer_issue_early, 1.0])


def _announced(
    parameters: Parameters, spans: dict[str, tuple[Integers, Integers]], refusal: Floats, in_force: Floats
) -> Floats:
    """Return signed fear of each month's events and of programs in force, float64[T, K].

    What frightens does so less where the county is known to decline detainers.
    """
    trust = parameters.trust
    news = _publicity(parameters, spans, refusal.shape[1])
    muted = 1.0 - trust.known_refusal * refusal
    return np.where(news > 0.0, news * muted, news) + trust.presence * in_force * muted


def _publicity(parameters: Parameters, spans: dict[str, tuple[Integers, Integers]], count: int) -> Floats:
    """Return signed fear of the events of each month, float64[T, K]; what began before the first month is no news.

    Agreements of several models that a county signs in one month are one event.
    """
    trust, shape = parameters.trust, (parameters.months, count)
    news = np.zeros(shape)
    _add_events(news, _begun(spans["secure_communities"][0], shape), trust.publicity_activation)
    signed = [_begun(spans[name][0], shape) for name in PROGRAMS if name.startswith("agreement_287g")]
    _add_events(news, np.any(signed, axis=0), trust.publicity_agreement)
    _add_events(news, _begun(spans["detainer_resolution"][0], shape), -trust.publicity_resolution)
    announced = parameters.programs.priority_enforcement_announced
    if announced is not None and (spans["priority_enforcement"][0] < _NOT_HERE).any():
        month = month_number(announced) - _begin(parameters.programs.priority_enforcement, parameters)
        _add_events(news, _begun(np.full((1, count), month), shape), -trust.publicity_priority)
    return news


def _begun(first: Integers, shape: tuple[int, int]) -> Bools:
    """Return the months in which something begins, bool[T, K], where they lie within the horizon."""
    events = np.zeros(shape, dtype=np.bool_)
    for month in first:
        county = np.flatnonzero((month >= 0) & (month < shape[0]))
        events[month[county], county] = True
    return events


def _add_events(news: Floats, events: Bools, fear: float) -> None:
    """Add the fear of one event where and when there is one."""
    news[events] += fear


def _legalization(parameters: Parameters) -> int:
    """Return the month of the change of status; one before the first month holds from the first."""
    start = parameters.programs.legalization.start
    if start is None:
        return -1
    month = max(month_number(start) - month_number(parameters.start), 0)
    return month if month < parameters.months else -1
