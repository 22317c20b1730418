"""The made map of a made nation: states as blocks, counties in near-square rows inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.world.counties.table import Floats, Integers, SmallIntegers, neighbour_table

BLOCKS_ACROSS, BLOCKS_DOWN = 8, 7
WEST, EAST, SOUTH, NORTH = -124.0, -68.0, 25.0, 49.0
"""Degrees; about the extent of the conterminous United States."""
KM_PER_DEGREE = 111.2
_TOUCH = 1e-9


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the counties of a made nation lie; arrays over counties as in ``Counties``."""

    latitude: Floats
    longitude: Floats
    land_area_km2: Floats
    neighbour_start: Integers
    neighbour: SmallIntegers


def nation_layout(counties_of_states: tuple[int, ...]) -> Layout:
    """Lay out states row by row on a map of 8 x 7 blocks, each filled by its counties."""
    boxes = np.vstack([_state_boxes(state, count) for state, count in enumerate(counties_of_states)])
    west, east, south, north = boxes.T
    latitude = (south + north) / 2
    width = (east - west) * KM_PER_DEGREE * np.cos(np.radians(latitude))
    start, neighbour = neighbour_table(*_touching(boxes), len(boxes))
    return Layout(latitude, (west + east) / 2, width * (north - south) * KM_PER_DEGREE, start, neighbour)


def _state_boxes(state: int, count: int) -> Floats:
    """Return west, east, south, north of each county of a state, float64[count, 4]: near-square rows from the north."""
    rows = max(1, int(np.sqrt(count)))
    down, across = divmod(state, BLOCKS_ACROSS)
    width, height = (EAST - WEST) / BLOCKS_ACROSS, (NORTH - SOUTH) / BLOCKS_DOWN
    left, top = WEST + across * width, NORTH - down * height
    boxes = []
    for row in range(rows):
        inside = count * (row + 1) // rows - count * row // rows
        upper, lower = top - height * row / rows, top - height * (row + 1) / rows
        for place in range(inside):
            boxes.append((left + width * place / inside, left + width * (place + 1) / inside, lower, upper))
    return np.array(boxes)


def _touching(boxes: Floats) -> tuple[Integers, Integers]:
    """Return pairs of boxes that share a piece of border, not a corner alone."""
    west, east, south, north = boxes.T
    first, second = [], []
    for one in range(len(boxes)):
        beside = (np.abs(west - east[one]) < _TOUCH) & (south < north[one] - _TOUCH) & (north > south[one] + _TOUCH)
        below = (np.abs(north - south[one]) < _TOUCH) & (west < east[one] - _TOUCH) & (east > west[one] + _TOUCH)
        found = np.flatnonzero(beside | below)
        first.append(np.full(len(found), one, dtype=np.int64))
        second.append(found.astype(np.int64))
    return np.concatenate(first), np.concatenate(second)
