"""What the loops that make people take, and what they write."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.numerics.compiled import block, helper
from sim.numerics.draws import Purpose
from sim.parameters import Parameters
from sim.world.constants import first_booking

Array = npt.NDArray[Any]
START_IN_JAIL = int(Purpose.START_IN_JAIL)
OF_RELEASE, OF_CUSTODY, OF_FEAR, OF_BOOKING = 1, 2, 3, 4
"""Draws of a person's start that the first one, in month 0, leaves open."""
MOST_NOTES = 2
"""Of one person: the end of their stay, and a conviction."""


class Places(NamedTuple):
    """Where people live: K counties, P pools of likely offenders; see ``people.World``."""

    seed: int  # the world's
    code: Array  # K
    slot_base: Array  # K+1
    group_low: Array  # K x 3
    group_size: Array  # K x 3
    pool_first: Array  # K x 3
    pool_number: Array  # K x 3: how many pools
    pool_county: Array  # P
    pool_low: Array  # P
    pool_size: Array  # P
    roster_start: Array  # P+1


class Courts(NamedTuple):
    """What becomes of people booked, by charge."""

    first_booking: Array  # 2 ranks: new to the police
    convicted: Array  # 10
    felony: Array
    aggravated: Array
    lag: Array  # months until a conviction
    stay: Array  # mean months in jail of those held


def courts_of(parameters: Parameters) -> Courts:
    """Return what becomes of people booked, as the loops that make people take it."""
    courts = parameters.courts
    return Courts(
        first_booking=first_booking(parameters),
        convicted=np.array(courts.convicted.values()),
        felony=np.array(courts.felony.values()),
        aggravated=np.array(courts.aggravated.values()),
        lag=np.array(courts.disposition_lag.values()).round().astype(np.int64),
        stay=np.array(courts.stay.values()),
    )


class Shares(NamedTuple):
    """How many of them are what; see ``baseline.Baseline``."""

    status: Array  # K x 3 groups x 3 statuses
    household_concentration: float
    likely: float  # offenders, of people
    frequent: float  # of likely offenders
    jailed: Array  # K x 3 groups x 3 statuses x 3 offender classes
    ice: Array  # the same x 4 channels: in ICE custody
    away: Array  # the same as jailed: removed, the place vacant
    stay_cumulative: Array  # the same x 10 charges
    courts: Courts
    held: Array  # K x 2 groups x 3 statuses x 2 ranks x 4 channels: ICE takes somebody held
    friend_jumps: Array  # K x 2 groups x 2: removals and arrests at large of acquaintances, a month
    status_removals: Array  # K x 2 groups x 3 statuses x 2: the same of one person


class Waits(NamedTuple):
    """How long what people are in at the start goes on, in months."""

    leaves: bool  # people whom ICE takes leave the county
    prison: float  # terms so long are served in prison
    custody_ends: float  # share of ICE custody ending each month
    returning: float  # share of vacancies whose person will return
    return_months: float
    refill_months: float
    fear_months: int  # for how long a jump of own fear is felt
    fear_left: float  # share of own fear left after a month
    jumps: Array  # 4 kinds: how much fear each adds


class Made(NamedTuple):
    """What is written: rosters of slots, and people."""

    roster: Array
    person: Array
    fear_steps: Array  # own fear of the community


class Start(NamedTuple):
    """What is due to people who start in jail, in ICE custody or away."""

    slot: Array
    kind: Array  # in the order of ``labels.DUE``
    month: Array
    used: Array  # 1: how many entries


@block
def room_for(people: int, start: Start) -> Start:
    """Return notes with room for what is due to so many more people; copied to a larger one where there is none."""
    used = start.used[0]
    room = used + MOST_NOTES * people
    if room <= len(start.slot):
        return start
    larger = Start(np.empty(2 * room, np.int64), np.empty(2 * room, np.int64), np.empty(2 * room, np.int64), start.used)
    larger.slot[:used], larger.kind[:used] = start.slot[:used], start.kind[:used]
    larger.month[:used] = start.month[:used]
    return larger


@helper
def note(slot: int, kind: int, month: int, start: Start) -> None:
    """Add an entry to the notes, in which there is room for it."""
    n = start.used[0]
    start.slot[n], start.kind[n], start.month[n] = slot, kind, month
    start.used[0] = n + 1
