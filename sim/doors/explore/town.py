"""A small town of agents, month by month: who calls the police, who stays silent, where people are taken away."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.rules.reporting import NOBODY
from sim.words.codes import ICE_CUSTODY, JAILED, OTHER

if TYPE_CHECKING:
    from sim.doors.explore.questions import Town
    from sim.engines.mesa.model import MesaEngine
    from sim.engines.mesa.places import Neighbourhood

SCENARIO = "classroom"
"""As docs/teaching.md tells of it: four small counties, some of which join Secure Communities."""
COMMUNITY_SHARES = {"people.hispanic_share": 0.3, "people.noncitizen_share": 0.15}


def town_of(asked: Town) -> MesaEngine:
    """Return the town at the beginning of its first month.

    Raises
    ------
    UserError
        Where it cannot be made.
    """
    from sim.running.run import mesa_engine, prepare, seed_of
    from sim.scenario.scenario import load_scenario
    from sim.scenario.values import scenario_of

    changes = {
        **COMMUNITY_SHARES,
        "world.people": asked.people,
        "trust.sensitivity": asked.sensitivity,
        "detainers.cooperation": asked.cooperation,
        "programs.secure_communities.counties": asked.counties or "none",
    }
    scenario = scenario_of(load_scenario(SCENARIO), changes)
    return mesa_engine(prepare(scenario), seed_of(asked.seed, 0))


def months_of(model: MesaEngine) -> Iterator[dict[str, Any]]:
    """Yield what stands where, and then what happens in each month, cell by cell."""
    yield {"cells": [_place(model, cell) for cell in model.neighbourhoods], "months": list(model.setting.months)}
    while model.running:
        model.step()
        yield _month(model)


def _place(model: MesaEngine, cell: Neighbourhood) -> dict[str, Any]:
    """Return where a cell is drawn: near-square rows within its county, counties in their grid."""
    county, counties = cell.county, model.setting.world.counties
    width = math.ceil(math.sqrt(max(len(each.cells) for each in model.counties)))
    place = county.cells.index(cell)
    row, column = int(counties.row[county.index]), int(counties.column[county.index])
    return {
        "x": column * (width + 1) + place % width,
        "y": row * (width + 1) + place // width,
        "county": counties.fips[county.index],
        "people": cell.people,
        "community": sum(map(len, cell.residents[:OTHER])),
    }


def _month(model: MesaEngine) -> dict[str, Any]:
    """Return a month; ``called`` and ``silent`` are incidents of index crime and simple assault alike."""
    cells = model.neighbourhoods
    number = {cell: place for place, cell in enumerate(cells)}
    home = {id(one): place for place, cell in enumerate(cells) for group in cell.residents for one in group}
    called, silent, taken, stopped = ([0] * len(cells) for _ in range(4))
    for incident in model.incidents:
        (silent if incident.caller == NOBODY else called)[number[incident.place]] += 1
    for person, _ in model.taken_from_their_circles:
        taken[home.get(id(person), 0)] += 1
    for arrest in model.arrests:
        stopped[home.get(id(model.residents[arrest.slot]), 0)] += 1
    return {
        "month": model.setting.months[model.month - 1],
        "trust": [_or_nothing(cell.trust) for cell in cells],
        "called": called,
        "silent": silent,
        "recorded": [cell.recorded_this_month for cell in cells],
        "arrests": stopped,
        "taken": taken,
        "police": [round(cell.guardianship, 3) for cell in cells],
        "away": [
            sum(1 for group in cell.residents for one in group if one.custody in (JAILED, ICE_CUSTODY))
            for cell in cells
        ],
        "program": [bool(cell.county.secure_communities) for cell in cells],
    }


def _or_nothing(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
