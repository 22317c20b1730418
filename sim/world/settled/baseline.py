"""What is expected in a month of the settled state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.world.settled.records import Records

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """What is expected in each of K counties in a month of the settled state; with it a world starts."""

    group_share: Floats  # K x 3 groups, of people
    status_share: Floats  # K x 3 groups x 3 statuses, of the group
    propensity: Floats  # 3 statuses x 2 families, mean 1 over people
    opportunity_rate: Floats  # K: expected offences per slot and month at multipliers 1, all types
    type_cumulative: Floats  # K x 8: cumulative shares of types
    organization_opportunity: Floats  # K x 8: share of opportunities with an organization as target
    street_rate: Floats  # K: street encounters per slot and month
    jailed_share: Floats  # K x 3 groups x 3 statuses x 3 offender classes
    stay_cumulative: Floats  # same x 10 charges: on which charge those in jail are held, cumulative
    ice_share: Floats  # K x 3 x 3 x 3 x 4 channels: in ICE custody
    away_share: Floats  # K x 3 x 3 x 3: removed, the place vacant
    held_chance: Floats  # K x 2 groups x 3 statuses x 2 ranks x 4 channels: ICE takes somebody held
    history: npt.NDArray[np.int64]  # K: counties with the same programs before the start, of H histories
    records: Records
    federal: Floats  # 3 groups x 3 statuses: newcomers in the immigration database
    federal_at_start: Floats  # H histories x 3 x 3 x 2 ranks: those who are there at the start
    fear: Floats  # K x 2 groups: county fear
    friend_jumps: Floats  # K x 2 groups x 2: removals and arrests at large of acquaintances, per person and month
    status_removals: Floats  # K x 2 groups x 3 statuses x 2: the same of one person of that status
    risk: Floats  # K x 3 groups x 2 families: believed risk of being reported and solved, relative to full trust
    removal_risk: Floats  # K: share of removable arrestees who are removed
    expected_risk: Floats  # K x 3 target groups x 2 families: sum of risk units per slot and month, at full trust
    expected_recorded: Floats  # K x 8: recorded crimes per slot and month
    expected_removable: Floats  # K: removable people booked per slot and month
