"""The keyed draws that make a county, so that one more county changes no other county's draws.

All have purpose ``COUNTY`` and month 0; the entity is the county's code. Four uniforms a block:

===== ==================================================================================
block uniforms
===== ==================================================================================
0     size, reached by the Criminal Alien Program, Hispanic share, noncitizen share
1     order of activation, choice for a 287(g) agreement, common part of crime rates, none
2-3   recorded rates of the eight crime types
8-    choice for a share of counties, one block a program in the order of ``labels.PROGRAMS``
===== ==================================================================================

States of a made nation have the entity ``1000 * state`` and use block 0 as their counties do.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from sim.numerics.draws import Purpose, draw
from sim.world.counties.table import Floats, Integers

SHAPE_BLOCK = 0
CALENDAR_BLOCK = 1
RATES_BLOCK = 2
SELECTION_BLOCK = 8

_SMALLEST = 2.0**-54


def county_uniforms(seed: int, code: Integers, block: int) -> Floats:
    """Return float64[K, 4]: the four uniforms of one block for each county code."""
    purpose = int(Purpose.COUNTY)
    rows = [draw(seed, entity, block, 0, purpose) for entity in code.tolist()]
    return np.array(rows, dtype=np.float64).reshape(len(code), 4)


def normals(uniforms: Floats) -> Floats:
    """Return the standard normal quantile of each uniform in [0, 1); same shape."""
    quantile = NormalDist().inv_cdf
    flat = [quantile(max(uniform, _SMALLEST)) for uniform in uniforms.ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(uniforms.shape)
