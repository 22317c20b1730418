"""Which program of a scenario can be evaluated by its dates, and what would spoil that; known before anything runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.parameters.comparison import PROGRAM_TITLES
from sim.scenario.scenario import Scenario
from sim.words.calendar import month_after
from sim.words.faults import UserError, did_you_mean
from sim.words.labels import PROGRAMS

Bools = NDArray[np.bool_]
USUAL = "secure_communities"


class Evaluated(NamedTuple):
    """A program that can be evaluated, and what a reader should know of the others.

    Attributes
    ----------
    program : str
        As in ``labels.PROGRAMS``.
    warnings : tuple of str
        Other programs that change in counties within the window.
    """

    program: str
    warnings: tuple[str, ...]


def evaluated_program(scenario: Scenario, wanted: str | None = None) -> Evaluated:
    """Return the program to evaluate: the one wanted, or the only one with dates that differ between counties.

    Raises
    ------
    UserError
        No such program; none or several with such dates; or the program is switched off within the window.
    """
    if wanted is not None and wanted not in PROGRAMS:
        raise UserError(f"{wanted}: no such program{did_you_mean(wanted, PROGRAMS)}; there are {', '.join(PROGRAMS)}")
    active = _in_force(scenario.parameters)
    program = wanted or _only([name for name in PROGRAMS if _differs(active[name])], scenario.name)
    _check(program, active[program], scenario.parameters)
    others = [name for name in PROGRAMS if name != program and _changes(active[name])]
    told = tuple(
        f"{PROGRAM_TITLES[name][:1].upper()}{PROGRAM_TITLES[name][1:]} also changes in "
        f"{int(_moves(active[name]).sum()):,} counties within the window, in both worlds: estimates mix the two"
        for name in others
    )
    return Evaluated(program, told)


def programs_with_dates(scenario: Scenario) -> list[str]:
    """Return the programs with dates that differ between counties: the usual one first where it is among them."""
    active = _in_force(scenario.parameters)
    return sorted((name for name in PROGRAMS if _differs(active[name])), key=lambda name: name != USUAL)


def _in_force(parameters: Parameters) -> dict[str, Bools]:
    """Return bool[T, K] for each program, from the calendar alone: no people are made."""
    from sim.world.counties.building import build_counties
    from sim.world.programs import build_calendar

    counties = build_counties(parameters, parameters.world.seed)
    calendar = build_calendar(parameters, counties, parameters.world.seed)
    names = {name: "cap" if name == "criminal_alien_program" else name for name in PROGRAMS}
    return {name: getattr(calendar, field) for name, field in names.items()}


def _moves(active: Bools) -> Bools:
    """Return bool[K]: counties in which a program begins or ends within the window."""
    return np.asarray((active[1:] != active[:-1]).any(axis=0))


def _changes(active: Bools) -> bool:
    return bool(_moves(active).any())


def _differs(active: Bools) -> bool:
    """Tell whether a program begins within the window, and not everywhere in one month."""
    return _changes(active) and bool((active != active[:, :1]).any())


def _only(changing: list[str], name: str) -> str:
    if USUAL in changing:
        return USUAL
    if len(changing) == 1:
        return changing[0]
    if not changing:
        raise UserError(
            f"{name}: no program begins in some counties before others within the months of the scenario, so there is "
            "nobody to compare with; secure_communities with counties: file does"
        )
    raise UserError(f"{name}: several programs have dates that differ; choose one by --program: {', '.join(changing)}")


def _check(program: str, active: Bools, parameters: Parameters) -> None:
    title = PROGRAM_TITLES[program]
    ended = active[:-1] & ~active[1:]
    if ended.any():
        month = int(ended.any(axis=1).argmax()) + 1
        raise UserError(
            f"{title} is switched off again in {int(ended.any(axis=0).sum())} counties, first in "
            f"{month_after(parameters.start, month)}: these estimators are for programs that stay; choose a window "
            f"that ends before, --set months={month}"
        )
    if not _differs(active):
        where = "nowhere" if not active.any() else "in all counties at once or from the first month on"
        raise UserError(f"within the months of the scenario {title} begins {where}: there is nobody to compare with")
