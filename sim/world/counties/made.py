"""Made worlds: a grid of counties, and a nation of 3,143 counties with the published distributions."""

from __future__ import annotations

import numpy as np

from sim.parameters import Parameters
from sim.words.faults import UserError
from sim.world.counties.layout import nation_layout
from sim.world.counties.shares import activation_months, agreements, group_shares
from sim.world.counties.table import (
    Counties,
    Floats,
    Integers,
    SmallIntegers,
    apportion,
    neighbour_table,
    region_of_state,
    scaled_agents,
)
from sim.world.counties.uniforms import CALENDAR_BLOCK, RATES_BLOCK, SHAPE_BLOCK, county_uniforms, normals

LEAST_AGENTS = 40
"""A county of a made world has at least so many people."""
KERNEL_RADIUS = 3
"""Counties within so many steps share the common part of their group shares."""

NATION_PERSONS = 308_745_538
COUNTIES_OF_STATES = (
    *(254, 159, 134, 120, 115, 105, 102, 100, 99, 95, 93, 92, 88, 87, 83, 82, 77, 75, 72, 67, 67, 67, 66, 64, 64, 62),
    *(58, 56, 55, 53, 46, 44, 39, 36, 33, 29, 29, 24, 23, 21, 17, 16, 15, 14, 14, 10, 8, 5, 5, 3, 1),
)
"""Counties of the 50 states and the District of Columbia, US Census 2010."""
NATION_RATE_LOG_SD = 0.4
"""Spread of the logs of recorded rates in a made nation (assumption); half of the variance common to all types."""


def make_grid(parameters: Parameters, seed: int) -> Counties:
    """Make ``rows x columns`` counties with ``world.people`` agents in all; one agent is one person."""
    world = parameters.world
    rows, columns = world.rows, world.columns
    count = rows * columns
    if world.people < LEAST_AGENTS * count:
        raise UserError(
            f"world.people is {world.people}, but {count} counties ({rows} rows x {columns} columns) need at least "
            f"{LEAST_AGENTS * count}: {LEAST_AGENTS} each"
        )
    row, column = (place.ravel() for place in np.indices((rows, columns)))
    code = (1000 * row + column + 1).astype(np.int64)
    shape = normals(county_uniforms(seed, code, SHAPE_BLOCK))
    agents = apportion(np.exp(world.county_log_sd * shape[:, 0]), world.people, LEAST_AGENTS)
    persons = agents.astype(np.float64)
    fields = _clustered_in_grid(shape[:, (3, 2)].T.reshape(2, rows, columns), world.clustering)
    hispanic, noncitizen = group_shares(parameters, fields[0], fields[1], persons)
    rates = np.array(parameters.crime.recorded_per_100k.values(), dtype=np.float64)
    regions = max(1, round(count / world.counties_per_region))
    agreement, agreed = agreements(seed, code, noncitizen)
    start, neighbour = _rook_neighbours(rows, columns)
    unknown = np.full(count, np.nan)
    return Counties(
        code=code,
        fips=[f"r{r + 1:02d}c{c + 1:02d}" for r, c in zip(row.tolist(), column.tolist(), strict=True)],
        name=[f"County {r + 1}-{c + 1}" for r, c in zip(row.tolist(), column.tolist(), strict=True)],
        state=[""] * count,
        row=row.astype(np.int32),
        column=column.astype(np.int32),
        latitude=unknown,
        longitude=unknown.copy(),
        land_area_km2=unknown.copy(),
        persons=persons,
        agents=agents,
        hispanic_share=hispanic,
        noncitizen_share=noncitizen,
        recorded_per_100k=np.tile(rates, (count, 1)),
        filled=[""] * count,
        region=(np.arange(count) * regions // count).astype(np.int32),
        activation=activation_months(seed, code, noncitizen, world.adoption_correlation),
        agreement=agreement,
        agreement_jail=agreed,
        agreement_task_force=agreed.copy(),
        neighbour_start=start,
        neighbour=neighbour,
    )


def _clustered_in_grid(own: Floats, clustering: float) -> Floats:
    """Blend fields of independent normals, float64[2, rows, columns], with the mean field of the counties around.

    The results are flat, float64[2, rows * columns], and every value stays standard normal.
    """
    rows, columns = own.shape[1:]
    padded = np.pad(own, ((0, 0), (KERNEL_RADIUS, KERNEL_RADIUS), (KERNEL_RADIUS, KERNEL_RADIUS)))
    present = np.pad(np.ones((rows, columns)), KERNEL_RADIUS)
    around, number = np.zeros_like(own), np.zeros((rows, columns))
    for down in range(-KERNEL_RADIUS, KERNEL_RADIUS + 1):
        reach = KERNEL_RADIUS - abs(down)
        for right in range(-reach, reach + 1):
            if down or right:
                top, left = KERNEL_RADIUS + down, KERNEL_RADIUS + right
                around += padded[:, top : top + rows, left : left + columns]
                number += present[top : top + rows, left : left + columns]
    common = around / np.sqrt(np.maximum(number, 1))
    weight = np.where(number > 0, clustering, 0.0)
    blended: Floats = np.sqrt(1 - weight) * own + np.sqrt(weight) * common
    return blended.reshape(2, -1)


def _rook_neighbours(rows: int, columns: int) -> tuple[Integers, SmallIntegers]:
    index = np.arange(rows * columns, dtype=np.int64).reshape(rows, columns)
    first = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    second = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    return neighbour_table(first, second, rows * columns)


def make_nation(parameters: Parameters, seed: int) -> Counties:
    """Make 3,143 counties in 51 states with 308,745,538 persons; ``world.scale`` sets the agents."""
    world = parameters.world
    of_state = np.array(COUNTIES_OF_STATES)
    state = np.repeat(np.arange(1, len(of_state) + 1), of_state)
    within = np.concatenate([np.arange(1, count + 1) for count in COUNTIES_OF_STATES])
    code = (1000 * state + within).astype(np.int64)
    shape = normals(county_uniforms(seed, code, SHAPE_BLOCK))
    persons = _nation_sizes(shape[:, 0], world.county_log_mean, world.county_log_sd)
    common = normals(county_uniforms(seed, 1000 * np.arange(1, len(of_state) + 1), SHAPE_BLOCK))[state - 1]
    fields = np.sqrt(1 - world.clustering) * shape + np.sqrt(world.clustering) * common
    hispanic, noncitizen = group_shares(parameters, fields[:, 3], fields[:, 2], persons)
    agreement, agreed = agreements(seed, code, noncitizen)
    layout = nation_layout(COUNTIES_OF_STATES)
    places = [f"S{number:02d}" for number in state.tolist()]
    nowhere = np.full(len(code), -1, dtype=np.int32)
    return Counties(
        code=code,
        fips=[f"s{s:02d}c{c:03d}" for s, c in zip(state.tolist(), within.tolist(), strict=True)],
        name=[f"County {s}-{c}" for s, c in zip(state.tolist(), within.tolist(), strict=True)],
        state=places,
        row=nowhere,
        column=nowhere.copy(),
        latitude=layout.latitude,
        longitude=layout.longitude,
        land_area_km2=layout.land_area_km2,
        persons=persons,
        agents=scaled_agents(persons, world.scale),
        hispanic_share=hispanic,
        noncitizen_share=noncitizen,
        recorded_per_100k=_nation_rates(parameters, seed, code, persons),
        filled=[""] * len(code),
        region=region_of_state(places),
        activation=activation_months(seed, code, noncitizen, world.adoption_correlation),
        agreement=agreement,
        agreement_jail=agreed,
        agreement_task_force=agreed.copy(),
        neighbour_start=layout.neighbour_start,
        neighbour=layout.neighbour,
    )


def _nation_sizes(quantile: Floats, log_mean: float, log_sd: float) -> Floats:
    """Return whole persons of each county, adding up to the nation, with the moments of log persons asked for.

    A lognormal of these moments has too few people in its upper tail; the skew that repairs it is found by bisection.
    Where no skew does, the total goes before the mean.
    """

    def sizes(skew: float) -> Floats:
        bent = quantile + skew * np.maximum(quantile, 0.0) ** 2
        standard = (bent - bent.mean()) / bent.std()
        size: Floats = np.exp(log_mean + log_sd * standard)
        return size

    low, high = -0.1, 1.0
    for _ in range(60):
        skew = 0.5 * (low + high)
        if sizes(skew).sum() < NATION_PERSONS:
            low = skew
        else:
            high = skew
    return apportion(sizes(high), NATION_PERSONS, LEAST_AGENTS).astype(np.float64)


def _nation_rates(parameters: Parameters, seed: int, code: Integers, persons: Floats) -> Floats:
    """Return recorded rates, float64[K, 8], whose people-weighted means are the parameters'."""
    common = normals(county_uniforms(seed, code, CALENDAR_BLOCK)[:, 2:3])
    own = np.hstack([normals(county_uniforms(seed, code, RATES_BLOCK + part)) for part in range(2)])
    ratio = np.exp(NATION_RATE_LOG_SD * (common + own) / np.sqrt(2.0))
    mean = persons @ ratio / persons.sum()
    rates: Floats = ratio * (np.array(parameters.crime.recorded_per_100k.values()) / mean)
    return rates
