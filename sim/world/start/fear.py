"""The own fear of the community when a run starts: what years of removals around somebody have left."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper, unowned
from sim.numerics.draws import POISSON_PART, draw, entity_of, poisson_from
from sim.rules.reporting import FEAR_STEP, MOST_STEPS
from sim.world.person import HOUSEHOLD, status_of
from sim.world.start.records import OF_FEAR, START_IN_JAIL, Made, Places, Shares, Waits

Array = npt.NDArray[Any]
NOBODY, KINDS_OF_MEMBER = 3, 4
"""Beside the three statuses, an empty place in a household of few."""
UNKNOWN = -1.0


class Jumps(NamedTuple):
    """How often people of a county's group take fright in a month, by who else is in the household."""

    friends: tuple[float, float]  # acquaintances removed, arrested at large
    household: Array  # members by kinds of the other three x 2: removed, arrested at large
    total: Array  # by kinds of the other three
    calm: Array  # the chance that nothing happened for as long as fear is felt


@helper
def _no_jumps_yet(k: int, g: int, shares: Shares) -> Jumps:
    """Return room for what is worked out when somebody has such a household."""
    households = KINDS_OF_MEMBER ** (HOUSEHOLD - 1)
    friends = shares.friend_jumps[k, g, 0], shares.friend_jumps[k, g, 1]
    return Jumps(friends, np.zeros((households, 2)), np.empty(households), np.full(households, UNKNOWN))


@helper
def _work_out(others: int, k: int, g: int, jumps: Jumps, shares: Shares, waits: Waits) -> None:
    """Work out how often somebody with such others in the household takes fright."""
    shift = KINDS_OF_MEMBER ** (HOUSEHOLD - 2)
    while shift > 0:
        status = others // shift % KINDS_OF_MEMBER
        if status != NOBODY:
            jumps.household[others, 0] += shares.status_removals[k, g, status, 0]
            jumps.household[others, 1] += shares.status_removals[k, g, status, 1]
        shift //= KINDS_OF_MEMBER
    total = jumps.friends[0] + jumps.friends[1] + jumps.household[others, 0] + jumps.household[others, 1]
    jumps.total[others], jumps.calm[others] = total, math.exp(-min(POISSON_PART, total * waits.fear_months))


@helper
def _others(slot: int, first: int, last: int, person: Array) -> int:
    """Return of which kinds the other three of a household are, ``first`` to ``last``, in their order."""
    kinds = 0
    for other in range(first, first + HOUSEHOLD):
        if other != slot:
            kinds = KINDS_OF_MEMBER * kinds + (status_of(person[other]) if other < last else NOBODY)
    return kinds


@block
def fading(waits: Waits) -> Array:
    """Return what is left of a jump of fear after each month for which it is felt, from 1 on."""
    left = np.empty(max(1, waits.fear_months))
    for month in range(len(left)):
        left[month] = waits.fear_left ** (1 + month)
    return left


@helper
def _fear_of(entity: int, number: int, seed: int, others: int, jumps: Jumps, left: Array, waits: Waits) -> float:
    """Return what is left of so many jumps of somebody's fear."""
    fear = 0.0
    for jump in range(number):
        v = draw(seed, entity, jump + 1, OF_FEAR, START_IN_JAIL)
        point, kind = v[0] * jumps.total[others], 0
        rates = jumps.friends[0], jumps.friends[1], jumps.household[others, 0], jumps.household[others, 1]
        while kind < 3 and point >= rates[kind]:
            point -= rates[kind]
            kind += 1
        fear += waits.jumps[kind] * left[int(v[1] * waits.fear_months)]
    return fear


@block
def start_in_fear(
    k: int, g: int, community: int, left: Array, places: Places, shares: Shares, waits: Waits, made: Made
) -> None:
    """Give a county's group the own fear of the settled state; ``community`` is the number of its first person.

    ``left`` is what ``fading`` returns.
    """
    places, shares, waits, made = unowned(places), unowned(shares), unowned(waits), unowned(made)
    low, end = places.group_low[k, g], places.group_low[k, g] + places.group_size[k, g]
    jumps = _no_jumps_yet(k, g, shares)
    for first in range(low, end, HOUSEHOLD):
        last = min(first + HOUSEHOLD, end)
        for slot in range(first, last):
            others = _others(slot, first, last, made.person)
            if jumps.calm[others] == UNKNOWN:
                _work_out(others, k, g, jumps, shares, waits)
            calm = jumps.calm[others]
            entity = entity_of(places.code[k], slot - places.slot_base[k])
            u = draw(places.seed, entity, 0, OF_FEAR, START_IN_JAIL)[0]
            if u < calm:
                continue
            number = poisson_from(u, calm, min(POISSON_PART, jumps.total[others] * waits.fear_months))
            fear = _fear_of(entity, number, places.seed, others, jumps, left, waits)
            made.fear_steps[community + slot - low] = min(MOST_STEPS, int(fear / FEAR_STEP + 0.5))
