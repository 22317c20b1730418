"""Settling a world: counties, cells, residents, departments and offices as Mesa knows them; and newcomers later on."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

import networkx
from mesa.discrete_space import Network

from sim.engines.mesa.immigrants import Immigrant
from sim.engines.mesa.places import County, Neighbourhood, Pool
from sim.engines.mesa.police import IceOffice, PoliceDepartment
from sim.engines.mesa.residents import Resident
from sim.numerics.draws import entity_of
from sim.rules.opportunity import likely_mass
from sim.rules.survey import panel_member, rotation
from sim.words.codes import CITIZEN, FREE, GENERATION_MASK, OTHER
from sim.world.person import (
    added_felonies,
    added_misdemeanors,
    custody_of,
    generation_of,
    has_added_aggravated,
    is_known_to_ice,
    is_likely_offender,
    status_of,
)

if TYPE_CHECKING:
    from sim.engines.mesa.model import MesaEngine
    from sim.world.people import World
    from sim.world.setting import Setting


def settle(model: MesaEngine, setting: Setting) -> None:
    """Give the model its counties, its space of cells, its residents, departments and offices."""
    world = setting.world
    model.counties = _counties(setting)
    model.space = _space(model, world)
    model.neighbourhoods = [model.space[number] for number in range(len(world.cell_county))]
    _found_neighbourhoods(model, world)
    _house_residents(model, world)
    _fill_pools(model, world)
    for county in model.counties:
        county.police = PoliceDepartment(model, county)
    model.offices = _open_offices(model, world)


def _counties(setting: Setting) -> list[County]:
    """Return the counties, joined to their neighbours."""
    world, baseline = setting.world, setting.world.baseline
    base, community = world.slot_base.tolist(), world.community_base.tolist()
    result = [
        County(
            index=k,
            code=int(code),
            first_slot=base[k],
            people=base[k + 1] - base[k],
            community=community[k + 1] - community[k],
            group_low=world.group_low[k].tolist(),
            group_size=world.group_size[k].tolist(),
            group_share=baseline.group_share[k].tolist(),
            organization=baseline.organization_opportunity[k].tolist(),
            opportunity_rate=float(baseline.opportunity_rate[k]),
            street_rate=float(baseline.street_rate[k]),
            expected_risk=baseline.expected_risk[k].tolist(),
            expected_recorded=baseline.expected_recorded[k].tolist(),
            expected_removable=float(baseline.expected_removable[k]),
            history=int(baseline.history[k]),
            fear=baseline.fear[k].tolist(),
            risk=baseline.risk[k].tolist(),
            removal_risk=float(baseline.removal_risk[k]),
        )
        for k, code in enumerate(world.counties.code)
    ]
    start, neighbour = world.counties.neighbour_start.tolist(), world.counties.neighbour.tolist()
    for county in result:
        county.neighbours = [result[k] for k in neighbour[start[county.index] : start[county.index + 1]]]
    return result


def _space(model: MesaEngine, world: World) -> Network:
    """Return a network of cells, numbered through the world and joined to their neighbours."""
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(world.cell_county)))
    start, neighbour = world.neighbour_start.tolist(), world.neighbour.tolist()
    for cell in range(len(world.cell_county)):
        graph.add_edges_from((cell, other) for other in neighbour[start[cell] : start[cell + 1]])
    return Network(graph, random=model.random, cell_klass=Neighbourhood)


def _found_neighbourhoods(model: MesaEngine, world: World) -> None:
    """Put cells into their counties."""
    for number, cell in enumerate(model.neighbourhoods):
        county = model.counties[int(world.cell_county[number])]
        identity = entity_of(county.code, len(county.cells))
        cell.settle(model, county, identity, world.cell_low[number].tolist())


def _house_residents(model: MesaEngine, world: World) -> None:
    """Create the people of the world, in the order of slots, and count them."""
    homes = sorted(
        (low, number, group)
        for number in range(len(world.cell_county))
        for group, low in enumerate(world.cell_low[number].tolist())
        if world.cell_size[number, group] > 0
    )
    people, width, fear = world.person.tolist(), model.constants.panel_width, world.fear_steps.tolist()
    for low, number, group in homes:
        cell = model.neighbourhoods[number]
        code, first = cell.county.code, cell.county.first_slot
        community = int(world.community_base[cell.county.index]) - first
        for slot in range(low, low + int(world.cell_size[number, group])):
            status = status_of(people[slot])
            kind = Resident if status == CITIZEN else Immigrant
            resident = kind(model, cell, slot, entity_of(code, slot - first), group, status)
            resident.custody = custody_of(people[slot])
            resident.likely_offender = is_likely_offender(people[slot]) == 1
            resident.known_to_ice = is_known_to_ice(people[slot]) == 1
            resident.generation = generation_of(people[slot])
            resident.added_felonies = added_felonies(people[slot])
            resident.added_misdemeanors = added_misdemeanors(people[slot])
            resident.added_aggravated = has_added_aggravated(people[slot]) == 1
            resident.fear_steps = fear[community + slot] if group < OTHER else 0
            if width > 0 and panel_member(code, (slot - first) // width, width) == slot - first:
                resident.interview_month = rotation(code, (slot - first) // width)
                model.panel[resident.interview_month].append(slot)
            model.residents.append(resident)
            cell.residents[group].append(resident)
            model.population[cell.county.index, group, status, resident.custody] += 1
        cell.people += int(world.cell_size[number, group])


def _fill_pools(model: MesaEngine, world: World) -> None:
    """Give every cell the pools in which its offenders are sought, and every pool its roster."""
    start, roster = world.roster_start.tolist(), world.roster.tolist()
    model.pools = [
        Pool(
            low,
            likely_mass(size, model.constants.likely_share),
            [model.residents[slot] for slot in roster[start[p] : start[p + 1]]],
        )
        for p, (low, size) in enumerate(zip(world.pool_low.tolist(), world.pool_size.tolist(), strict=True))
    ]
    for cell, pools in zip(model.neighbourhoods, world.cell_pool.tolist(), strict=True):
        cell.pools = [model.pools[p] if p >= 0 else None for p in pools]


def _open_offices(model: MesaEngine, world: World) -> list[IceOffice]:
    """Return one field office for each region of counties."""
    counties: dict[int, list[County]] = defaultdict(list)
    agents: dict[int, float] = defaultdict(float)
    for county in model.counties:
        region = int(world.counties.region[county.index])
        counties[region].append(county)
        agents[region] += float(world.counties.agents[county.index])
    return [IceOffice(model, counties[region], agents[region]) for region in sorted(counties)]


def replace(model: MesaEngine, leaver: Resident) -> None:
    """Let a newcomer take the place of somebody who stays away, with status and rank as they were but no record."""
    cell, slot = leaver.cell, leaver.slot
    leaver.moves_to(FREE)
    leaver.remove()
    newcomer = type(leaver)(model, cell, slot, leaver.identity, leaver.group, leaver.status)
    newcomer.generation = 1 + leaver.generation % GENERATION_MASK
    newcomer.interview_month = leaver.interview_month
    newcomer.likely_offender = leaver.likely_offender
    model.residents[slot] = newcomer
    cell.replace(leaver, newcomer)
    if newcomer.likely_offender:
        pool = model.pools[bisect_right(model.pools, slot, key=lambda pool: pool.first_slot) - 1]
        pool.takes_in(newcomer, leaver)
