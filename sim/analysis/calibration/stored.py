"""The worlds that lie in the folder of a calibration, finished or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.analysis.calibration.results import Worlds, worlds_of
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.wave import lucks_of, world_name
from sim.running.receipts import receipt_in
from sim.words.faults import UserError


def stored_worlds(study: Study) -> Worlds:
    """Return all worlds of waves that were run.

    Raises
    ------
    UserError
        Where no world is there.
    """
    receipts: dict[str, Mapping[str, Any]] = {}
    shares, lucks = [], []
    for number, wave in enumerate(study.design(), 1):
        for place, (row, luck) in enumerate(zip(wave, lucks_of(study, len(wave)).tolist(), strict=True)):
            name = world_name(number, place)
            content = receipt_in(study.folder, study.identity, name)
            if content is not None:
                receipts[name] = content
                shares.append(row)
                lucks.append(luck)
    if not receipts:
        raise UserError(f"{study.folder}: no world of this calibration has been run yet; darkfigure resume goes on")
    return worlds_of(np.array(shares), np.array(lucks, dtype=np.int64), receipts)
