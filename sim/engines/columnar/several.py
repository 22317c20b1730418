"""Several months of a run in one compiled call, and their records."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.engines.columnar.blocks import run_block
from sim.engines.columnar.docket import empty_registry
from sim.engines.columnar.land import empty_book, lay_out, state_of
from sim.engines.columnar.months import (
    Crimes,
    Foreknown,
    Months,
    Scratch,
    ThisMonth,
    Told,
    Waiting,
    after_crimes,
    room_for,
    run_months,
)
from sim.engines.columnar.records import Month
from sim.engines.conditions import foreknown_conditions, settled_conditions
from sim.engines.ledger import Ledger
from sim.numerics.compiled import compile_within
from sim.words.calendar import month_number
from sim.words.codes import COMMUNITY_COUNT
from sim.world.constants import as_record
from sim.world.setting import Setting, program_flags

if TYPE_CHECKING:
    from sim.engines.columnar.engine import ColumnarEngine


def run_several(engine: ColumnarEngine, begin: int, end: int) -> Ledger:
    """Take an engine from month ``begin``, where it stands, to ``end`` on one thread, and return their records."""
    months = room_for(end - begin, engine.now)
    waiting, told = run_months(
        begin,
        engine.land,
        engine.state,
        engine.record,
        _foreknown(engine, begin, end),
        _scratch(engine),
        _waiting(engine),
        months,
    )
    docket = engine.dockets[0]
    docket.agenda, engine.interviews, docket.followed = waiting
    return _records(engine, begin, months, told)


def _scratch(engine: ColumnarEngine) -> Scratch:
    return Scratch(
        engine.now,
        engine.now.view(np.uint64).reshape(len(engine.now), -1),
        engine.guardianship,
        engine.trust,
        engine.recent,
        engine.custody_counts,
        engine.panel,
        engine.panel_start,
    )


def _waiting(engine: ColumnarEngine) -> Waiting:
    docket = engine.dockets[0]
    return Waiting(docket.agenda, engine.interviews, docket.followed)


def compile_crimes(setting: Setting) -> None:
    """Compile the first half of a month, phases 3 to 8, for worlds like that of a setting; nothing is run."""
    now, world = settled_conditions(setting), setting.world
    trust = np.empty((len(now), COMMUNITY_COUNT))
    land, month = lay_out(setting, 1), Month(0, now, np.empty(len(world.cell_county)), trust)
    state = state_of(world, keep_world=True)
    compile_within(run_block, 0, len(now), land, state, as_record(setting.constants), month, empty_book(land))


def compile_after_crimes(engine: ColumnarEngine) -> None:
    """Compile the second half of a month, phases 9 to 14, for an engine's world; nothing is run."""
    land, nothing = engine.land, np.empty(0, dtype=np.int64)
    months = room_for(1, engine.now)
    this = ThisMonth(
        number=0,
        month=Month(0, engine.now, engine.guardianship, engine.trust),
        book=empty_book(land),
        registry=empty_registry(engine.custody_counts),
        trust_sum=np.zeros(months.trust.shape[1:], dtype=np.int64),
        quota=nothing,
        january=True,
    )
    crimes = Crimes(nothing, nothing, nothing, nothing)
    world = (land, engine.state, engine.record, _scratch(engine), _waiting(engine), months)
    compile_within(after_crimes, this, crimes, *world)


def _foreknown(engine: ColumnarEngine, begin: int, end: int) -> Foreknown:
    setting = engine.setting
    known = foreknown_conditions(setting, begin, end)
    first, share = month_number(setting.months[0]), engine.constants.legalization_share
    return Foreknown(known, first, setting.calendar.legalization, share, engine.office_capacity)


def _by_month(entries: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Return the entries of each month, which end at ``ends``."""
    return [entries[begin:end] for begin, end in pairwise([0, *ends.tolist()])]


def _records(engine: ColumnarEngine, begin: int, months: Months, told: Told) -> Ledger:
    """Return the records of the months of one call, stacked."""
    setting, span = engine.setting, len(months.crime)
    officers, survey_weight = (np.full((span, len(each)), each) for each in (setting.officers, engine.survey_weight))
    return Ledger(
        months=setting.months[begin : begin + span],
        counties=setting.world.counties,
        crime=months.crime,
        people=months.people,
        trust=months.trust,
        enforcement=months.enforcement,
        programs=program_flags(setting, slice(begin, begin + span)),
        county_fear=months.county_fear,
        relative_risk=months.relative_risk,
        removal_risk=months.removal_risk,
        officers=officers,
        balance=months.balance,
        opportunities=months.opportunities,
        clipped=months.clipped,
        told=_by_month(told.told, told.told_end),
        survey_weight=survey_weight,
        bookings=months.bookings,
        repeats=engine.repeat_victims.add_several(begin, told.suffered, told.suffered_end),
        rearrests=months.rearrests,
    )
