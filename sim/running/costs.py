"""What a run costs in memory and time, from the scenario's parameters and the county table alone.

The constants were fitted to runs of 0.1 to 309 million people (real counties at scales 0.001 to 1, grids of 20,000 to 4
million people) on two shared x86-64 processors; memory is the highest resident set of the whole process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.running.beginnings import MOST_PEOPLE

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.world.counties.table import Counties

# Memory, bytes
PROCESS = 235e6
"""Python with the compiled loops, tables and writers in it, before anybody lives; half of it pages of libraries."""
PER_COUNTY = 27e3
"""Baseline, layout and cells of a county, and its rows of a month on their way to disk."""
PER_PERSON = 2.125
"""The state of everyone: status, custody and record, and a bit that tells who is in the survey's panel."""
PER_COMMUNITY_MEMBER = 2.0
"""Own fear and the month it last changed."""
PER_LIKELY_OFFENDER = 4.0
"""An entry of a roster."""
PER_PANEL_MEMBER = 24.0
"""Slot and month of interview, while the panel is put together."""
PER_OPPORTUNITY = 20.0
"""Lists of a month's events, for each opportunity of the month."""
COMPILER = 480e6
"""The compiler at work, once for each version of the sources."""
WORLDS_KEPT = 2
PER_COUNTY_MONTH_KEPT = 4.6e3
"""A comparison keeps a run's months in memory until its tables are written."""
REPORTING = 150e6
"""A comparison's own process: summaries, figures and the report."""
MESA_PROCESS = 25e6
MESA_PER_PERSON = 690.0
"""A person as an agent in a cell."""

# Time, seconds
START = 1.0
PER_COUNTY_BUILT = 5e-4
PER_PERSON_BUILT = 1.8e-8
PER_MONTH = 1e-3
PER_COUNTY_MONTH = 4e-6
"""The month's fixed work in a county, and writing its rows."""
PER_OPPORTUNITY_MONTH = 1.2e-7
"""One opportunity and what follows from it: offence, report, arrest, custody, survey."""
COMPILING = 35.0
REPORT = 8.0
PER_MONTH_KEPT = 3e-3
"""What a comparison adds to a month."""
MESA_PER_PERSON_BUILT = 9e-6
MESA_PER_COUNTY_MONTH = 4e-5
MESA_PER_OPPORTUNITY_MONTH = 1.5e-5
THREADS_FROM = 5_000_000
"""People from which threads within a run are used."""
PARALLEL = 0.94
"""Share of a month that threads divide among them."""
OPPORTUNITIES_LOST = 1.17
"""Opportunities for each one whose offender is not in jail; worlds are solved with this share, here it is set."""
HALF = 0.5
"""Agents per person from which the survey's panel is that of a whole nation."""


class Size(NamedTuple):
    """What costs follow from."""

    people: int
    community: float  # Hispanic people and other noncitizens, as a share of people
    counties: int
    months: int
    opportunities: float  # expected per person and month


class Memory(NamedTuple):
    """Bytes, at the highest."""

    fixed: float
    per_person: float
    per_person_in_part: float
    """Where less than half of a nation is simulated, whose survey panel is denser."""

    def of(self, people: float) -> float:
        """Return the bytes of a run with so many people."""
        return self.fixed + people * self.per_person

    def people_within(self, memory: float, half: float) -> float:
        """Return the people of the largest world that fits; ``half`` is half of the nation, if it is one."""
        most = (memory - self.fixed) / self.per_person
        return most if most >= half else min(half, (memory - self.fixed) / self.per_person_in_part)

    def times(self, number: int, more: float) -> Memory:
        """Return the memory of so many runs at a time, and ``more`` bytes."""
        return Memory(number * self.fixed + more, number * self.per_person, number * self.per_person_in_part)


def size_of(parameters: Parameters, table: Counties | None = None) -> Size:
    """Return the size of a scenario's world; a county file is read unless its ``table`` is given, nothing is built.

    Raises
    ------
    UserError
        Faults in the county file.
    """
    world, people = parameters.world, parameters.people
    other_origin = 1.0 - people.noncitizen_hispanic_share
    community = people.hispanic_share + people.noncitizen_share * other_origin
    rates: list[float] = list(parameters.crime.recorded_per_100k.values())
    if world.kind == "counties":
        from sim.world.counties.files import read_counties

        table = table or read_counties(parameters)
        number, counties = int(table.agents.sum()), len(table)
        community = float(table.agents @ (table.hispanic_share + other_origin * table.noncitizen_share) / number)
        rates = (table.agents @ table.recorded_per_100k / number).tolist()
    elif world.kind == "nation":
        from sim.world.counties.made import COUNTIES_OF_STATES, NATION_PERSONS

        number, counties = round(NATION_PERSONS * world.scale), sum(COUNTIES_OF_STATES)
    else:
        number, counties = world.people, world.rows * world.columns
    return Size(number, community, counties, parameters.months, _opportunities(parameters, rates))


def _opportunities(parameters: Parameters, rates: list[float]) -> float:
    """Return opportunities per person and month from recorded crimes per 100,000 persons and year."""
    told = zip(rates, parameters.reporting.reported.values(), parameters.police.recording.values(), strict=True)
    true = sum(rate / (reported * recording) for rate, reported, recording in told if recording > 0)
    return true * OPPORTUNITIES_LOST * parameters.crime.headroom / (100_000 * 12)


def memory_of_run(parameters: Parameters, size: Size, engine: str, compiled: bool) -> Memory:
    """Return what a run takes; ``compiled`` tells whether the loops have been compiled before."""
    survey, world = parameters.survey, parameters.world
    panel = survey.share_of_people(world.scale, world.kind != "grid")
    dense = max(panel, survey.panel_share)
    fixed = PROCESS + size.counties * PER_COUNTY + (0.0 if compiled else COMPILER)
    person = _state(parameters) + PER_COMMUNITY_MEMBER * size.community
    person += PER_OPPORTUNITY * size.opportunities
    if engine == "mesa":
        fixed, person = fixed + MESA_PROCESS, person + MESA_PER_PERSON
    return Memory(fixed, person + PER_PANEL_MEMBER * panel, person + PER_PANEL_MEMBER * dense)


def memory_of_worker(parameters: Parameters, size: Size, engine: str, compiled: bool) -> Memory:
    """Return what a comparison's worker takes.

    It keeps up to two worlds beside the one that its run uses up, for scenarios may differ in more than programs, and
    all months of its run; of worlds that are not large, the people of a beginning that runs share too.
    """
    run, worlds = memory_of_run(parameters, size, engine, compiled), WORLDS_KEPT * _state(parameters)
    if engine == "columnar" and size.people <= MOST_PEOPLE:
        worlds += _state(parameters) + PER_COMMUNITY_MEMBER * size.community
    fixed = run.fixed + size.counties * size.months * PER_COUNTY_MONTH_KEPT
    return Memory(fixed, run.per_person + worlds, run.per_person_in_part + worlds)


def _state(parameters: Parameters) -> float:
    """Return bytes per person of states and rosters, held once."""
    return PER_PERSON + PER_LIKELY_OFFENDER * parameters.people.likely_offender_share


def threads_used(threads: int, size: Size) -> int:
    """Return how many of the threads given work within a run."""
    return threads if size.people >= THREADS_FROM else 1


def seconds_of_run(size: Size, engine: str, threads: int) -> float:
    """Return the seconds from building the world to the last month."""
    people, counties = size.people, size.counties
    opportunities = people * size.opportunities
    built = counties * PER_COUNTY_BUILT + people * PER_PERSON_BUILT
    if engine == "mesa":
        month = counties * MESA_PER_COUNTY_MONTH + opportunities * MESA_PER_OPPORTUNITY_MONTH
        return built + people * MESA_PER_PERSON_BUILT + size.months * month
    share = 1.0 - PARALLEL + PARALLEL / threads_used(threads, size)
    month = PER_MONTH + counties * PER_COUNTY_MONTH + opportunities * PER_OPPORTUNITY_MONTH * share
    return built + size.months * month


def seconds_kept(size: Size) -> float:
    """Return the seconds that a comparison adds to a run: tables are kept, written, and joined at the end."""
    return size.months * (PER_MONTH_KEPT + size.counties * PER_COUNTY_MONTH)
