"""Statuses of households, and who of each pool of people is a likely offender."""

from __future__ import annotations

from sim.numerics.compiled import block, helper, unowned
from sim.numerics.draws import Purpose, draw, entity_of
from sim.words.codes import CITIZEN, HISPANIC, LAWFUL, OTHER, UNAUTHORIZED
from sim.world.person import HOUSEHOLD, with_likely_offender, with_status
from sim.world.start.records import Made, Places, Shares

ROSTER = int(Purpose.ROSTER)
HOUSEHOLD_DRAW = int(Purpose.HOUSEHOLD)


@helper
def _member_status(u: float, share: float, unauthorized: float) -> int:
    """Return the status of a member of a Hispanic household that has noncitizens."""
    if u >= share:
        return CITIZEN
    return UNAUTHORIZED if u < share * unauthorized else LAWFUL


@block
def fill_households(first: int, last: int, places: Places, shares: Shares, made: Made) -> None:
    """Give statuses to the community: Hispanic households of mixed status, other noncitizens one by one."""
    places, shares, made = unowned(places), unowned(shares), unowned(made)
    person = made.person
    for k in range(first, last):
        code, status_share = places.code[k], shares.status[k]
        noncitizen = status_share[HISPANIC, LAWFUL] + status_share[HISPANIC, UNAUTHORIZED]
        within = max(shares.household_concentration, noncitizen)
        unauthorized = status_share[HISPANIC, UNAUTHORIZED] / noncitizen if noncitizen > 0.0 else 0.0
        for g in range(OTHER):
            low, size = places.group_low[k, g], places.group_size[k, g]
            for start in range(0, size, HOUSEHOLD):
                index = low + start - places.slot_base[k]
                entity = entity_of(code, index)
                if g == HISPANIC and draw(places.seed, entity, 0, 0, HOUSEHOLD_DRAW)[0] * within >= noncitizen:
                    continue  # all citizens, as everybody is before
                member = draw(places.seed, entity, 1, 0, HOUSEHOLD_DRAW)
                for m in range(min(HOUSEHOLD, size - start)):
                    if g == HISPANIC:
                        status = _member_status(member[m], within, unauthorized)
                    else:
                        status = UNAUTHORIZED if member[m] < status_share[g, UNAUTHORIZED] else LAWFUL
                    person[low + start + m] = with_status(person[low + start + m], status)


@block
def _coprime_step(n: int) -> int:
    """Return a step near the golden section of ``n`` that visits all of 0..n-1."""
    step = max(1, int(0.618 * n))
    while True:
        a, b = step, n
        while b:
            a, b = b, a % b
        if a == 1:
            return step
        step += 1


@block
def fill_rosters(first_pool: int, last_pool: int, places: Places, shares: Shares, made: Made) -> None:
    """Choose likely offenders: one keyed slot of each stratum of 1 / share slots, in a scattered order."""
    places, shares, made = unowned(places), unowned(shares), unowned(made)
    seed, width = places.seed, 1.0 / shares.likely
    for p in range(first_pool, last_pool):
        k, low, size = places.pool_county[p], places.pool_low[p], places.pool_size[p]
        start, entries = places.roster_start[p], places.roster_start[p + 1] - places.roster_start[p]
        whole = entries - 1
        entity = entity_of(places.code[k], low - places.slot_base[k])
        shift = draw(seed, entity, 0, 1, ROSTER)
        step = _coprime_step(whole) if whole > 0 else 1
        stratum = int(shift[0] * whole)
        for e in range(entries):
            if e == whole:
                stratum = whole
            u = draw(seed, entity, stratum, 0, ROSTER)[0]
            first, last = int(stratum * width), min(size, int((stratum + 1) * width))
            slot = low + first + int(u * (last - first))
            made.roster[start + e] = slot
            made.person[slot] = with_likely_offender(made.person[slot], 1)
            stratum += step if stratum + step < whole else step - whole
