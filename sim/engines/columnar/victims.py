"""What the survey will hear of the crimes of a batch of cells."""

from __future__ import annotations

import numpy as np

from sim.engines import panel
from sim.engines.columnar.records import Array, Land, Month, Reports, index, told_of
from sim.numerics.compiled import block, helper, int64, unowned
from sim.numerics.draws import uniform_of
from sim.rules.reporting import NOBODY
from sim.rules.survey import is_told, next_interview, panel_member, rotation
from sim.words.codes import HOMICIDE, ORGANIZATION, OTHER
from sim.words.luck import TELLS
from sim.world.constants import Constants
from sim.world.person import HOUSEHOLD, first_of_household

suffered_by = helper(panel.suffered_by)
_AT_ONCE = 1 << 20


@helper
def _those_struck(target: int, group: int, of_person: bool, county: int, land: Land) -> tuple[int, int]:
    """Return the first of those whom a crime strikes and the one after the last: the target, or their household."""
    if of_person:
        return target, target + 1
    low = land.counties[county].low[group]
    first = first_of_household(target, low)
    return first, min(first + HOUSEHOLD, low + land.counties[county].size[group])


def bits_of(slots: Array, size: int) -> Array:
    """Return which of ``size`` slots are among ``slots``, which come in order: a bit for each, and a byte to spare."""
    bits = np.zeros(size // 8 + 2, dtype=np.uint8)
    for first in range(0, size, _AT_ONCE):
        low, high = np.searchsorted(slots, [first, first + _AT_ONCE])
        flags = np.zeros(min(_AT_ONCE, size - first), dtype=np.bool_)
        flags[slots[low:high] - first] = True
        packed = np.packbits(flags, bitorder="little")
        bits[first // 8 : first // 8 + len(packed)] = packed
    return bits


@helper
def anybody_in_panel(first: int, end: int, in_panel: Array) -> bool:
    """Return whether of at most eight slots from ``first`` to before ``end`` one is in the panel."""
    byte = index(first >> 3)
    around = int64(in_panel[byte]) | int64(in_panel[byte + index(1)]) << 8
    return (around >> (first & 7)) & ((1 << (end - first)) - 1) != 0


@block
def heard_by_panel(
    n: int, met: Array, reports: Reports, land: Land, constants: Constants, month: Month
) -> tuple[Array, Array]:
    """Return what members of the panel will tell of crimes against them, and what they and their households suffered.

    The first as ``told_of`` has it, the second as ``panel.suffered_by``.
    """
    met, reports, land, month = unowned(met), unowned(reports), unowned(land), unowned(month)
    luck = reports.luck
    told, suffered = np.empty(n, np.int64), np.empty(HOUSEHOLD * n, np.int64)
    tells, suffers, width = 0, 0, constants.panel_width
    whole = index(width)
    if width <= 0:
        return told[:0], suffered[:0]
    for i in range(n):
        crime, group, u = int64(met[i].crime), int64(met[i].group), uniform_of(luck[TELLS, i])
        county, people = land.cells[met[i].cell].county, min(group, OTHER)
        target = max(int64(met[i].target), land.counties[county].low[people])  # some slot where it is none
        first, end = _those_struck(target, people, constants.person_target[crime] == 1, county, land)
        capture = constants.capture[crime]
        if not anybody_in_panel(first, end, land.in_panel):  # nearly always, which the processor foresees
            continue
        if group == ORGANIZATION or crime == HOMICIDE or u >= capture:
            continue
        code, base = land.counties[county].code, land.counties[county].base
        stratum = int64(index(first - base) // whole)
        while base + stratum * width < end:
            member = base + panel_member(code, stratum, width)
            if first <= member and member < end:
                suffered[index(suffers)] = suffered_by(member, constants.family[crime])
                suffers += 1
            if member == target:
                wait = next_interview(month.index, rotation(code, stratum)) - month.index
                if is_told(u, capture, constants.recall_loss, wait):
                    told[tells] = told_of(target, crime, reports.caller[i] != NOBODY, wait)
                    tells += 1
            stratum += 1
    return told[:tells], suffered[:suffers]
