"""What runs begin with, whatever their luck: worked out once for those of a world that follow each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.columnar.custody import first_events
from sim.engines.columnar.land import has_few_cells, lay_out
from sim.engines.columnar.news import count_people, panel_of
from sim.engines.columnar.records import Array, Land, State
from sim.engines.columnar.usual import work_out
from sim.engines.columnar.victims import bits_of
from sim.engines.conditions import settled_conditions
from sim.engines.panel import respondent_weight
from sim.rules.survey import ROTATIONS
from sim.words.codes import CUSTODY_SHAPE
from sim.world.constants import Constants, as_record
from sim.world.kept import of_last
from sim.world.people import World
from sim.world.setting import Setting


class Outset(NamedTuple):
    """What a world and constants say; all runs share its arrays, so that one writes into a copy."""

    land: Land  # with no luck of its own
    table: Array  # the constants
    now: Array  # of ``conditions.CONDITION`` for each county, as words of 64 bits, which are quick to copy
    guardianship: Array  # by cell
    custody: Array  # K x group x status x custody: people
    events: Array  # in order of slot: what is due to those who start in jail, in ICE custody or away
    due: Array  # and in which month
    panel: Array  # members of the survey's panel, by the month of their interviews
    panel_start: Array  # ROTATIONS + 1
    survey_weight: Array  # K
    office_capacity: Array  # by field office: detainers a month


@of_last(has_few_cells)
def _last_of(world: World) -> list[Outset]:
    """Return what runs of a world began with last, if anything is kept."""
    return []


def _has_few_cells(setting: Setting) -> bool:
    return has_few_cells(setting.world)


@of_last(_has_few_cells)
def _table_of(setting: Setting) -> Array:
    return as_record(setting.constants)


def outset_of(setting: Setting) -> Outset:
    """Return what runs of a setting begin with; those of one world and equal constants share it.

    No run may have used up the people of the world.
    """
    table, last = _table_of(setting), _last_of(setting.world)
    found = last[0] if last else None
    if found is None or (found.table is not table and found.table.tobytes() != table.tobytes()):
        found = _work_out(setting, table)
        last[:] = [found]
    return found


def _work_out(setting: Setting, table: Array) -> Outset:
    world, constants = setting.world, setting.constants
    people = State(world.person, world.fear_steps, np.empty(0, dtype=np.uint8), world.roster)
    land, guardianship = lay_out(setting, 0), np.empty(len(world.cell_county))
    custody = np.zeros((len(world.counties), *CUSTODY_SHAPE), dtype=np.int64)
    count_people(land, people, custody)
    members, rotations = _panel_of(land, constants, world.size)
    land = land._replace(in_panel=bits_of(members >> 1, world.size))
    work_out(land, table, np.zeros(len(guardianship)), guardianship)
    events = first_events(world.start_slot, world.start_kind, land, people)
    order = np.argsort(events, kind="stable")
    agents = np.bincount(world.counties.region, weights=world.counties.agents.astype(np.float64))
    return Outset(
        land=land,
        table=table,
        now=settled_conditions(setting).view(np.uint64),
        guardianship=guardianship,
        custody=custody,
        events=events[order],
        due=world.start_month[order],
        panel=members[np.argsort(rotations, kind="stable")],
        panel_start=np.searchsorted(np.sort(rotations), np.arange(ROTATIONS + 1)),
        survey_weight=respondent_weight(setting),
        office_capacity=constants.capacity_per_agent * agents,
    )


def _panel_of(land: Land, constants: Constants, people: int) -> tuple[Array, Array]:
    """Return the members of the survey's panel, as ``news.panel_of`` has them, and their rotations."""
    width = constants.panel_width
    if width == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return panel_of(land, width, people // width + 2 * len(land.counties), constants.survey_age_share)
