"""The own fear of the community when a run starts: what years of removals around somebody have left."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper, unowned
from sim.numerics.draws import POISSON_PART, draw, entity_of, poisson_from
from sim.rules.reporting import FEAR_STEP, MOST_STEPS
from sim.words.labels import STATUSES
from sim.world.person import HOUSEHOLD, status_of
from sim.world.start.records import OF_FEAR, START_IN_JAIL, Made, Places, Shares, Waits

Array = npt.NDArray[Any]
NOBODY, KINDS = len(STATUSES), len(STATUSES) + 1
"""Beside the statuses, an empty place in a household of few."""
UNKNOWN = -1.0
AT_ONCE = 64 * HOUSEHOLD
"""People for whom is drawn before anything is asked of the draws, so that the processor works on several at a time."""


class Jumps(NamedTuple):
    """How often people of a county's group take fright in a month, by kinds of household and place in it."""

    friends: tuple[float, float]  # acquaintances removed, arrested at large
    household: Array  # 256 x 4 x 2: others in the household removed, arrested at large
    total: Array  # 256 x 4
    calm: Array  # 256 x 4: the chance that nothing happened for as long as fear is felt


@helper
def _no_jumps_yet(k: int, g: int, shares: Shares) -> Jumps:
    """Return room for what is worked out when there is such a household."""
    households = KINDS**HOUSEHOLD
    friends = shares.friend_jumps[k, g, 0], shares.friend_jumps[k, g, 1]
    rates, total = np.empty((households, HOUSEHOLD, 2)), np.empty((households, HOUSEHOLD))
    return Jumps(friends, rates, total, np.full((households, HOUSEHOLD), UNKNOWN))


@block
def _work_out(home: int, k: int, g: int, jumps: Jumps, shares: Shares, waits: Waits) -> None:
    """Work out how often each member of such a household takes fright."""
    for member in range(HOUSEHOLD):
        removed, at_large = 0.0, 0.0
        for other in range(HOUSEHOLD):
            status = home // KINDS ** (HOUSEHOLD - 1 - other) % KINDS
            if other != member and status != NOBODY:
                removed += shares.status_removals[k, g, status, 0]
                at_large += shares.status_removals[k, g, status, 1]
        total = jumps.friends[0] + jumps.friends[1] + removed + at_large
        jumps.household[home, member, 0], jumps.household[home, member, 1] = removed, at_large
        jumps.total[home, member] = total
        jumps.calm[home, member] = math.exp(-min(POISSON_PART, total * waits.fear_months))


@helper
def _kinds_of(first: int, last: int, person: Array) -> int:
    """Return of which kinds the members of a household are, ``first`` to ``last``, in one number."""
    kinds = 0
    for slot in range(first, first + HOUSEHOLD):
        kinds = KINDS * kinds + (status_of(person[slot]) if slot < last else NOBODY)
    return kinds


@block
def fading(waits: Waits) -> Array:
    """Return what is left of a jump of fear after each month for which it is felt, from 1 on."""
    left = np.empty(max(1, waits.fear_months))
    for month in range(len(left)):
        left[month] = waits.fear_left ** (1 + month)
    return left


@helper
def _steps_of(u: float, entity: int, seed: int, place: tuple[int, int], jumps: Jumps, left: Array, waits: Waits) -> int:
    """Return the own fear of somebody in a ``place``: kinds of household, and which of them; ``u`` is not calm."""
    total, calm = jumps.total[place], jumps.calm[place]
    number, fear = poisson_from(u, calm, min(POISSON_PART, total * waits.fear_months)), 0.0
    rates = jumps.friends[0], jumps.friends[1], jumps.household[place][0], jumps.household[place][1]
    for jump in range(number):
        v = draw(seed, entity, jump + 1, OF_FEAR, START_IN_JAIL)
        point, kind = v[0] * total, 0
        while kind < 3 and point >= rates[kind]:
            point -= rates[kind]
            kind += 1
        fear += waits.jumps[kind] * left[int(v[1] * waits.fear_months)]
    return min(MOST_STEPS, int(fear / FEAR_STEP + 0.5))


@block
def start_in_fear(
    k: int, g: int, community: int, left: Array, places: Places, shares: Shares, waits: Waits, made: Made
) -> None:
    """Give a county's group the own fear of the settled state; ``community`` is the number of its first person.

    ``left`` is what ``fading`` returns.
    """
    places, shares, waits, made = unowned(places), unowned(shares), unowned(waits), unowned(made)
    low, end = places.group_low[k, g], places.group_low[k, g] + places.group_size[k, g]
    jumps, luck, before = _no_jumps_yet(k, g, shares), np.empty(AT_ONCE), entity_of(places.code[k], 0)
    for begin in range(low, end, AT_ONCE):
        entity = before + begin - places.slot_base[k]
        for i in range(min(AT_ONCE, end - begin)):
            luck[i] = draw(places.seed, entity + i, 0, OF_FEAR, START_IN_JAIL)[0]
        for first in range(begin, min(begin + AT_ONCE, end), HOUSEHOLD):
            home = _kinds_of(first, end, made.person)
            if jumps.calm[home, 0] == UNKNOWN:
                _work_out(home, k, g, jumps, shares, waits)
            for member in range(min(HOUSEHOLD, end - first)):
                i = first - begin + member
                if luck[i] >= jumps.calm[home, member]:
                    steps = _steps_of(luck[i], entity + i, places.seed, (home, member), jumps, left, waits)
                    made.fear_steps[community + begin - low + i] = steps
