"""Several months of a run in one compiled call, and their records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engines.columnar.months import Foreknown, Months, Scratch, Told, Waiting, room_for, run_months
from sim.engines.conditions import FOREKNOWN_BYTES, foreknown_conditions
from sim.engines.ledger import Ledger
from sim.engines.panel import is_january
from sim.world.setting import hispanic_risk, program_flags

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
        Scratch(
            engine.now,
            engine.now.view(np.uint8).reshape(len(engine.now), -1),
            engine.guardianship,
            engine.recent,
            engine.custody_counts,
            engine.panel,
            engine.panel_start,
        ),
        Waiting(engine.dockets[0].agenda, engine.interviews, engine.followed),
        months,
    )
    engine.dockets[0].agenda, engine.interviews, engine.followed = waiting
    return _records(engine, begin, months, told)


def _foreknown(engine: ColumnarEngine, begin: int, end: int) -> Foreknown:
    setting = engine.setting
    # copied: a part for one month and one county would have another type, and all be compiled once more
    known = np.ascontiguousarray(foreknown_conditions(setting, begin, end)[:, :, :FOREKNOWN_BYTES])
    january = np.array([is_january(setting.months[0], t) for t in range(begin, end)])
    share = engine.constants.legalization_share
    return Foreknown(known, january, setting.calendar.legalization, share, engine.office_capacity)


def _records(engine: ColumnarEngine, begin: int, months: Months, told: Told) -> Ledger:
    """Return the records of the months of one call, stacked."""
    setting, span = engine.setting, len(months.crime)
    suffered = np.split(told.suffered, told.suffered_end[:-1])
    officers, survey_weight = (np.tile(each, (span, 1)) for each in (setting.officers, engine.survey_weight))
    return Ledger(
        months=setting.months[begin : begin + span],
        counties=setting.world.counties,
        crime=months.crime,
        people=months.people,
        trust=months.trust,
        enforcement=months.enforcement,
        programs=program_flags(setting, slice(begin, begin + span)),
        county_fear=months.county_fear,
        relative_risk=hispanic_risk(setting, months.risk),
        removal_risk=months.removal_risk,
        officers=officers,
        balance=months.balance,
        opportunities=months.opportunities,
        clipped=months.clipped,
        told=np.split(told.told, told.told_end[:-1]),
        survey_weight=survey_weight,
        bookings=months.bookings,
        repeats=np.stack([engine.repeat_victims.add(begin + i, events) for i, events in enumerate(suffered)]),
        rearrests=months.rearrests,
    )
