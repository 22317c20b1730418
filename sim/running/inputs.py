"""The files that scenarios name, read before anything is run: what is recognised in them, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.running.worlds import homes_description

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.world.counties.table import Counties


class Inputs(NamedTuple):
    """The county file, if there is one, and lines that tell of all files."""

    counties: Counties | None
    notes: tuple[str, ...]


def read_inputs(scenarios: Sequence[Parameters]) -> Inputs:
    """Read all files that scenarios of one world name.

    Raises
    ------
    UserError
        Faults in a file.
    """
    from sim.words.labels import PROGRAMS

    first, notes = scenarios[0], list[str]()
    counties = _county_file(first, notes)
    named = ((name, getattr(one.programs, name).list_file) for one in scenarios for name in PROGRAMS)
    lists = dict.fromkeys((name, path) for name, path in named if path is not None)
    if lists:
        from sim.world.program_lists import read_program_list

        table = counties or _made(first)
        for name, path in lists:
            read_program_list(name, path, table, notes)
    return Inputs(counties, tuple(dict.fromkeys(notes)))


def ensure_buildable(scenarios: Sequence[Parameters], read: tuple[Parameters, Counties] | None = None) -> None:
    """Make sure that the worlds of scenarios can be built and their programs laid out, without making any people.

    ``read`` has the counties of a file that was read already, and the parameters of which they are; scenarios of the
    same counties share them.

    Raises
    ------
    UserError
        What a run would refuse before its first month.
    """
    from sim.world.counties.building import build_counties
    from sim.world.programs import build_calendar
    from sim.world.settled.shares import expected_shares, normalised_propensity

    known: dict[str, Counties] = {} if read is None else {homes_description(read[0]): read[1]}
    for parameters in scenarios:
        seed, place = parameters.world.seed, homes_description(parameters)
        counties = known.get(place) or build_counties(parameters, seed)
        known[place] = counties
        groups, statuses = expected_shares(parameters, counties)
        normalised_propensity(parameters, counties.persons[:, None] * groups, statuses)
        build_calendar(parameters, counties, seed)


def _county_file(parameters: Parameters, notes: list[str]) -> Counties | None:
    if parameters.world.kind != "counties":
        return None
    from sim.world.counties.files import read_counties, told_shares

    counties = read_counties(parameters, notes)
    notes.append(told_shares(counties))
    if parameters.world.background is not None:
        from sim.world.counties.background import background_trends

        background_trends(parameters.world.background, counties, parameters, notes)
    return counties


def _made(parameters: Parameters) -> Counties:
    from sim.world.counties.building import build_counties

    return build_counties(parameters, parameters.world.seed)
