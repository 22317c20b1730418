"""Everything a run needs before its first month: the world, the calendar of programs, constants and beliefs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.parameters import Parameters
from sim.words.calendar import month_names
from sim.world.constants import Constants, build_constants
from sim.world.counties.building import build_counties
from sim.world.people import World, build_world
from sim.world.programs import Calendar, build_calendar

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """A scenario made ready to run; the same for every replication unless the world is redrawn."""

    parameters: Parameters
    world: World
    calendar: Calendar
    constants: Constants
    background: Floats  # T x K: multiplier of opportunities
    starting_removal_risk: Floats  # K: believed share of removable arrestees who are removed
    months: list[str]

    @property
    def officers(self) -> Floats:
        """Sworn officers by county, at the world's scale."""
        per_agent = self.parameters.police.officers_per_1000 / 1000.0
        result: Floats = self.world.counties.agents.astype(np.float64) * per_agent
        return result


def _level_shares(parameters: Parameters) -> Floats:
    """Return the expected shares of levels 1, 2, 3 and none among people arrested, by their prior records."""
    courts, police, people = parameters.courts, parameters.police, parameters.people
    likely = police.offender_link + (1.0 - police.offender_link) * people.likely_offender_share
    shares = np.zeros(4)
    for weight, felony, misdemeanor in (
        (likely, courts.prior_felony_likely, courts.prior_misdemeanor_likely),
        (1.0 - likely, courts.prior_felony_other, courts.prior_misdemeanor_other),
    ):
        first = felony * (1.0 - (1.0 - courts.prior_repeat) * (1.0 - courts.prior_aggravated))
        second = (felony - first) + (1.0 - felony) * misdemeanor * courts.prior_repeat
        third = (1.0 - felony) * misdemeanor * (1.0 - courts.prior_repeat)
        shares += weight * np.array([first, second, third, 1.0 - first - second - third])
    return shares


def _screened(parameters: Parameters, calendar: Calendar, month: int) -> Floats:
    """Return by county the chance that jail screening finds a noncitizen booked and released."""
    enforcement = parameters.enforcement
    found = np.where(calendar.cap[month], enforcement.cap_interview * enforcement.cap_access, 0.0)
    deputies = np.where(calendar.agreement_287g_jail[month], enforcement.screening_287g, 0.0)
    return np.maximum(found, deputies)


def removal_reference(parameters: Parameters) -> float:
    """Return the expected share of unauthorized arrestees removed in a fully honouring county with the program."""
    enforcement, record = parameters.enforcement, parameters.booking.federal_record.unauthorized
    found = enforcement.cap_reach * enforcement.cap_interview * enforcement.cap_access
    identified = parameters.booking.fingerprints * (1.0 - (1.0 - record) * (1.0 - found))
    asked = float(_level_shares(parameters) @ np.array(enforcement.detainer_issue.values()))
    return identified * asked * enforcement.custody_share * enforcement.removal_share


def starting_removal_risk(parameters: Parameters, calendar: Calendar) -> Floats:
    """Return by county the removal risk that the programs in force in the first month lead to."""
    enforcement, record = parameters.enforcement, parameters.booking.federal_record.unauthorized
    matched = np.where(calendar.secure_communities[0], record, 0.0)
    found = parameters.booking.fingerprints * (1.0 - (1.0 - matched) * (1.0 - _screened(parameters, calendar, 0)))
    weights = _level_shares(parameters) * np.array(enforcement.detainer_issue.values())
    result: Floats = found * (calendar.cooperation[0] @ weights) * enforcement.custody_share * enforcement.removal_share
    return result


def build_setting(parameters: Parameters, world_seed: int, world: World | None = None) -> Setting:
    """Return a scenario made ready; ``world`` may be shared between scenarios that differ only in programs."""
    if world is None:
        world = build_world(parameters, build_counties(parameters, world_seed), world_seed)
    counties = world.counties
    background = np.ones((parameters.months, len(counties.code)))
    if parameters.world.background is not None:
        from sim.world.counties.background import background_trends

        background = background_trends(parameters.world.background, counties, parameters)
    calendar = build_calendar(parameters, counties, world_seed)
    return Setting(
        parameters=parameters,
        world=world,
        calendar=calendar,
        constants=build_constants(parameters, world.baseline.propensity, removal_reference(parameters)),
        background=background,
        starting_removal_risk=starting_removal_risk(parameters, calendar),
        months=month_names(parameters.start, parameters.months),
    )


def program_flags(setting: Setting, t: int) -> npt.NDArray[np.bool_]:
    """Return the programs in force in month ``t``, K x 7 in the order of ``labels.PROGRAMS``."""
    calendar = setting.calendar
    programs = (
        calendar.cap,
        calendar.secure_communities,
        calendar.agreement_287g_jail,
        calendar.agreement_287g_task_force,
        calendar.detainer_resolution,
        calendar.priority_enforcement,
        calendar.agreement_287g_warrant,
    )
    return np.stack([program[t] for program in programs], axis=1)


def hispanic_risk(setting: Setting, risk: Floats) -> Floats:
    """Return the believed relative risk against Hispanic targets by county, families weighted as expected."""
    weights = setting.world.baseline.expected_risk[:, 0]
    total = weights.sum(axis=1)
    mean: Floats = np.where(total > 0, (risk[:, 0] * weights).sum(axis=1) / np.where(total > 0, total, 1.0), 1.0)
    return mean
