"""A run of the columnar engine that goes on as two: both stand where it stood, and neither changes the other."""

from __future__ import annotations

from copy import copy, deepcopy

import numpy as np

from sim.engines.columnar.agenda import Agenda
from sim.engines.columnar.docket import Docket
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.columnar.records import State
from sim.engines.columnar.releases import Followed
from sim.engines.in_common import months_in_common
from sim.world.constants import as_record
from sim.world.setting import Setting


def forked(engine: ColumnarEngine, setting: Setting) -> ColumnarEngine:
    """Return an engine that goes on under ``setting`` from where ``engine`` stands; all its records have been taken.

    It takes as much memory as the state of the people: 2 bytes each, 2 more for a member of the community.

    Raises
    ------
    ValueError
        Where a month that was run may differ under ``setting``.
    """
    if months_in_common(engine.setting, setting) < engine.month:
        raise ValueError(f"the first {engine.month} months are not common to both runs")
    other = copy(engine)
    other.setting, other.constants, other.record = setting, setting.constants, as_record(setting.constants)
    other.state = State(*(array.copy() for array in engine.state))
    other.now, other.recent = engine.now.copy(), engine.recent.copy()
    other.custody_counts = engine.custody_counts.copy()
    other.guardianship, other.trust = engine.guardianship.copy(), np.empty_like(engine.trust)
    other.dockets = [_copied(docket) for docket in engine.dockets]
    other.interviews = Agenda(*(array.copy() for array in engine.interviews))
    other.repeat_victims, other.pool = deepcopy(engine.repeat_victims), None
    return other


def _copied(docket: Docket) -> Docket:
    other = copy(docket)
    other.agenda = Agenda(*(array.copy() for array in docket.agenda))
    other.followed = Followed(*(array.copy() for array in docket.followed))
    return other
