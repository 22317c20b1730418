"""The own fear of the community when a run starts: what years of removals around somebody have left."""

from __future__ import annotations

import math

from sim.numerics.compiled import block, helper
from sim.numerics.draws import POISSON_PART, draw, entity_of, poisson_part
from sim.rules.reporting import FEAR_STEP, MOST_STEPS
from sim.world.person import HOUSEHOLD, first_of_household, status_of
from sim.world.start.records import OF_FEAR, START_IN_JAIL, Made, Places, Shares, Waits


@helper
def _rates_of_jumps(
    first: int, slot: int, last: int, k: int, g: int, shares: Shares, made: Made
) -> tuple[float, float, float, float]:
    """Return how often somebody takes fright in a month, by kind: acquaintances, and members of the household."""
    removed, at_large = 0.0, 0.0
    for other in range(first, last):
        if other != slot:
            status = status_of(made.person[other])
            removed += shares.status_removals[k, g, status, 0]
            at_large += shares.status_removals[k, g, status, 1]
    return shares.friend_jumps[k, g, 0], shares.friend_jumps[k, g, 1], removed, at_large


@block
def start_in_fear(k: int, g: int, community: int, places: Places, shares: Shares, waits: Waits, made: Made) -> None:
    """Give a county's group the own fear of the settled state; ``community`` is the number of its first person."""
    low, size = places.group_low[k, g], places.group_size[k, g]
    known, calm = -1.0, 1.0  # most neighbours share their rates: the chance that nothing happened is worked out once
    for slot in range(low, low + size):
        first = first_of_household(slot, low)
        rates = _rates_of_jumps(first, slot, min(first + HOUSEHOLD, low + size), k, g, shares, made)
        total = rates[0] + rates[1] + rates[2] + rates[3]
        if total <= 0.0:
            continue
        mean = min(POISSON_PART, total * waits.fear_months)
        if total != known:
            known, calm = total, math.exp(-mean)
        entity = entity_of(places.code[k], slot - places.slot_base[k])
        u = draw(places.seed, entity, 0, OF_FEAR, START_IN_JAIL)
        if u[0] < calm:
            continue
        jumps, fear = poisson_part(u[0], mean), 0.0
        for number in range(jumps):
            v = draw(places.seed, entity, number + 1, OF_FEAR, START_IN_JAIL)
            point, kind = v[0] * total, 0
            while kind < 3 and point >= rates[kind]:
                point -= rates[kind]
                kind += 1
            fear += waits.jumps[kind] * waits.fear_left ** (1 + int(v[1] * waits.fear_months))
        steps = min(MOST_STEPS, int(fear / FEAR_STEP + 0.5))
        made.fear_steps[community + slot - low] = steps
