"""Everything a run needs before its first month: the world, the calendar of programs, constants and beliefs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.calendar import month_names
from sim.words.labels import BACKGROUND_KINDS
from sim.world.constants import Constants, build_constants
from sim.world.counties.building import build_counties
from sim.world.people import World, build_world
from sim.world.programs import Calendar, build_calendar
from sim.world.settled.baseline import Baseline
from sim.world.settled.solving import removal_reference

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """A scenario made ready to run; the same for every replication unless the world is redrawn."""

    parameters: Parameters
    world: World
    calendar: Calendar
    constants: Constants
    background: Floats  # T x K x 3 kinds: multiplier of opportunities
    months: list[str]

    @property
    def officers(self) -> Floats:
        """Sworn officers by county, at the world's scale."""
        per_agent = self.parameters.police.officers_per_1000 / 1000.0
        result: Floats = self.world.counties.agents.astype(np.float64) * per_agent
        return result


def solved_constants(parameters: Parameters, baseline: Baseline) -> dict[str, Any]:
    """Return the constants that follow from the settled state, by name."""
    records = baseline.records
    return {
        "propensity": baseline.propensity,
        "deterrence_reference": removal_reference(parameters, records.nation),
        "federal_record": baseline.federal,
        "federal_record_at_start": baseline.federal_at_start,
        "prior_record": records.brought,
    }


def build_setting(parameters: Parameters, world_seed: int, world: World | None = None) -> Setting:
    """Return a scenario made ready; ``world`` may be shared between scenarios that differ only in programs."""
    if world is None:
        world = build_world(parameters, build_counties(parameters, world_seed), world_seed)
    counties = world.counties
    background = np.ones((parameters.months, len(counties.code), len(BACKGROUND_KINDS)))
    if parameters.world.background is not None:
        from sim.world.counties.background import background_trends

        background = background_trends(parameters.world.background, counties, parameters)
    calendar = build_calendar(parameters, counties, world_seed)
    return Setting(
        parameters=parameters,
        world=world,
        calendar=calendar,
        constants=build_constants(parameters, solved_constants(parameters, world.baseline)),
        background=background,
        months=month_names(parameters.start, parameters.months),
    )


def program_flags(setting: Setting, t: int | slice) -> npt.NDArray[np.bool_]:
    """Return the programs in force in month ``t``, K x 8 in the order of ``labels.PROGRAMS``; of a slice T x K x 8."""
    return setting.calendar.flags[t].copy()
