"""A mean field of the model: what fear, reporting and believed risk do in one county, without any luck.

Emulators see it beside the parameters: it bends as the model does, so that what is left for them is smooth (a mean
function, as in Kennedy and O'Hagan, Journal of the Royal Statistical Society B 2001). It need not be right, only alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.numerics.compiled import block
from sim.parameters.listing import value_at
from sim.rules.clearance import witness_help
from sim.rules.detainer import issue_share
from sim.rules.news import county_fear, relative_risk
from sim.rules.offending import impunity
from sim.rules.reporting import log_odds, part_at_full_trust, somebody_reports, trust, willing_to_report
from sim.scenario.calibration.priors import Prior, settings_of, values_of
from sim.scenario.design.paths import varied
from sim.scenario.scenario import Scenario

Floats = np.ndarray[Any, np.dtype[np.float64]]
PATHS = (
    "trust.sensitivity.citizen",
    "trust.sensitivity.citizen_mixed_household",
    "trust.sensitivity.lawful_noncitizen",
    "trust.sensitivity.unauthorized",
    "trust.county_fade",
    "trust.publicity_activation",
    "trust.awareness",
    "trust.visibility.jail",
    "trust.visibility.prison",
    "crime.impunity_elasticity.larceny",
    "crime.risk_memory",
    "police.witness_weight",
    "booking.federal_record.unauthorized",
    "enforcement.cap_interview",
    "enforcement.detainer_issue.none",
    "enforcement.detainer_issue_early",
    "enforcement.custody_share",
    "enforcement.removal_share",
    "reporting.reported.larceny",
    "reporting.victim_part.property",
    "reporting.officer_part.property",
)
"""Parameters that it reads, in the order of its columns; index crime is mostly larceny."""
TIES = (0.50, 0.14, 0.16, 0.20)
"""Hispanic people by what ties them to enforcement, about 2010 in round numbers: the first four of ``PATHS``."""
MONTHS = 48
RAMP = 24.0
"""Months after which detainers are issued as for everybody else."""
REMOVABLE = 0.6
"""Removable people booked a month in 1,000 Hispanic ones, in round numbers; the emulator learns what is left."""
IN_PRISON = 0.1
"""People removed out of prison a month in 1,000, in the same round way."""
NAMES = ("reported early", "reported", "impunity early", "impunity", "recorded early", "recorded", "transfers")


@block
def _courses(values: Floats, ties: Floats, found: Floats) -> None:
    """Fill the logarithms of what changes with a program, float64[N, len(NAMES)], from float64[N, len(PATHS)]."""
    for world in range(values.shape[0]):
        of = values[world]
        union, victim_part, officer_part = of[18], of[19], of[20]
        victim = log_odds(part_at_full_trust(union, victim_part))
        third = log_odds(part_at_full_trust(union, max(1e-6, 1.0 - victim_part - officer_part)))
        officer = part_at_full_trust(union, officer_part)
        funnel = (0.5 + 0.5 * of[14]) * of[16] * of[17]
        by_interview, by_match = of[13], of[12] * (1.0 - of[13])
        base = REMOVABLE * by_interview * funnel * of[7] + IN_PRISON * of[8]
        before = of[6] * base / max(of[4], 1e-3)
        fear, risk, first_risk, first_share, transfers = before + of[5], 1.0, 1.0, 1.0, 0.0
        for month in range(-1, MONTHS):
            trusted = trust(before if month < 0 else fear, 0.0)
            share, risk_now = 0.0, 0.0
            for tie in range(ties.shape[0]):
                calls = somebody_reports(
                    willing_to_report(victim, 0.0, of[tie], trusted),
                    willing_to_report(third, 0.0, of[tie], trusted),
                    officer,
                )
                share += ties[tie] * calls
                risk_now += ties[tie] * calls * witness_help(of[11], of[tie], trusted)
            if month < 0:
                first_share, first_risk, risk = share, risk_now, risk_now
                continue
            risk = relative_risk(risk_now, 1.0, risk, of[10])
            reported = np.log(share / first_share)
            taken = np.log(impunity(risk / first_risk, of[9]))
            found[world, 1] += reported / MONTHS
            if month < 9:
                found[world, 0] += reported / 9
                found[world, 2] += taken / 9
            else:
                found[world, 3] += taken / (MONTHS - 9)
            if month < 12:
                found[world, 4] += (reported + taken) / 12
            else:
                found[world, 5] += (reported + taken) / (MONTHS - 12)
            course = of[15] + (1.0 - of[15]) * min(1.0, month / RAMP)
            matched = by_match * issue_share(1.0, course, False)
            if month < 12:
                transfers += matched / 12
            fear = county_fear(fear, of[4], 0.0, of[6], base + REMOVABLE * matched * funnel * of[7])
        found[world, 6] = np.log1p(transfers / max(by_interview, 1e-3))


def courses(values: Floats) -> Floats:
    """Return what a program changes in N worlds by the mean field, float64[N, len(NAMES)], as logarithms.

    Parameters
    ----------
    values : float64[N, len(PATHS)]
        Parameters in the order of ``PATHS``.
    """
    found = np.zeros((len(values), len(NAMES)))
    _courses(np.ascontiguousarray(values), np.array(TIES), found)
    return found


@dataclass(frozen=True, eq=False)
class MeanField:
    """The mean field of a scenario in which some parameters are uncertain.

    Attributes
    ----------
    priors : tuple of P Prior
    base : float64[len(PATHS)]
        What the scenario gives each parameter.
    ruled : tuple of len(PATHS) (str or None, float)
        Which setting gives each parameter, None for the scenario itself, and the parameter relative to it.
    """

    priors: tuple[Prior, ...]
    base: Floats
    ruled: tuple[tuple[str | None, float], ...]

    @classmethod
    def of(cls, scenario: Scenario, priors: Sequence[Prior]) -> MeanField:
        """Return the mean field of a scenario; a setting of a whole table keeps the ratios that a file keeps."""
        middle = settings_of(priors, values_of(priors, np.full(len(priors), 0.5)))
        base = np.array([float(value_at(scenario.parameters, path)) for path in PATHS])
        ruled: list[tuple[str | None, float]] = []
        for path in PATHS:
            rulers = [name for name in middle if path == name or path.startswith(f"{name}.")]
            if not rulers:
                ruled.append((None, 1.0))
                continue
            given = float(middle[rulers[-1]])
            probe = varied(scenario, {rulers[-1]: given}, "probe").parameters
            ruled.append((rulers[-1], float(value_at(probe, path)) / given))
        return cls(tuple(priors), base, tuple(ruled))

    def at(self, shares: Floats) -> Floats:
        """Return the mean field at N positions in the priors, float64[N, len(NAMES)]."""
        found = settings_of(self.priors, values_of(self.priors, shares))
        columns = [
            np.full(len(shares), base) if name is None else found[name] * ratio
            for base, (name, ratio) in zip(self.base, self.ruled, strict=True)
        ]
        return courses(np.stack(columns, axis=1))
