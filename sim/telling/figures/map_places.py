"""Where counties stand on a map: squares of a grid, or points projected from latitude and longitude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.counties.building import Counties

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
EARTH_RADIUS = 6.371
"""Thousand kilometres, the unit of projected maps."""


class Frame(NamedTuple):
    """The box of an inset: its name and its edges in the units of the map."""

    name: str
    left: float
    bottom: float
    right: float
    top: float


class _Region(NamedTuple):
    """A part of the United States with an Albers projection of its own, and where it is put on the map."""

    west: float
    south: float
    east: float
    north: float
    parallels: tuple[float, float]
    origin: tuple[float, float]
    scale: float
    centre: tuple[float, float]
    frame: Frame | None

    def holds(self, latitude: Floats, longitude: Floats) -> Bools:
        return (longitude > self.west) & (longitude < self.east) & (latitude > self.south) & (latitude < self.north)


_MAINLAND = _Region(-125.5, 24.0, -66.0, 50.0, (29.5, 45.5), (39.0, -96.0), 1.0, (0.0, 0.0), None)
_ALASKA = Frame("AK", -2.47, -1.68, -1.17, -0.86)
_HAWAII = Frame("HI", -1.12, -1.68, -0.48, -1.24)
_INSETS = (
    _Region(-190.0, 50.0, -129.0, 72.0, (55.0, 65.0), (61.0, -154.0), 0.35, (-1.74, -1.22), _ALASKA),
    _Region(-161.0, 18.0, -154.0, 23.0, (19.0, 22.0), (20.7, -157.6), 1.0, (-0.8, -1.42), _HAWAII),
)


@dataclass(frozen=True)
class Places:
    """Where each of K counties is drawn.

    Attributes
    ----------
    x, y : float64[K]
        Column and row of a grid, or thousand kilometres east and north; nan where a county is not drawn.
    squares : bool
        Whether the counties are squares of a grid, rows counted downwards.
    insets : tuple of Frame
        The boxes that hold counties drawn away from where they lie.
    """

    x: Floats
    y: Floats
    squares: bool
    insets: tuple[Frame, ...] = ()

    @property
    def drawn(self) -> Bools:
        """Which counties stand on the map: bool[K]."""
        return np.isfinite(self.x)

    @property
    def height_share(self) -> float:
        """Height over width of the counties' extent, within reason."""
        x, y = self.x[self.drawn], self.y[self.drawn]
        margin = 1.0 if self.squares else 0.2
        return float(np.clip((np.ptp(y) + margin) / (np.ptp(x) + margin), 0.4, 1.6))


def places_of(counties: Counties) -> Places | None:
    """Return where counties are drawn, or None where none has a place.

    Counties by coordinates are drawn as a map of the United States with Alaska and Hawaii as insets where any lies in
    the conterminous states, each part in Albers' equal-area conic projection; else as degrees, with those of longitude
    shortened for the latitude.
    """
    if (counties.row >= 0).all() and (counties.column >= 0).all():
        return Places(counties.column.astype(np.float64), counties.row.astype(np.float64), squares=True)
    known = np.isfinite(counties.latitude) & np.isfinite(counties.longitude)
    if not known.any():
        return None
    latitude, longitude = np.where(known, counties.latitude, np.nan), np.where(known, counties.longitude, np.nan)
    return _united_states(latitude, longitude) or _anywhere(latitude, longitude)


def albers(latitude: Floats, longitude: Floats, parallels: tuple[float, float], origin: tuple[float, float]) -> Floats:
    """Return Albers' equal-area conic projection on a sphere, thousand kilometres east and north: float64[2, K].

    Parameters
    ----------
    latitude, longitude : float64[K]
        Degrees.
    parallels : two floats
        Latitudes without distortion, degrees.
    origin : two floats
        Latitude and longitude that fall on (0, 0), degrees.
    """
    low, high = np.radians(parallels)
    cone = (np.sin(low) + np.sin(high)) / 2
    constant = np.cos(low) ** 2 + 2 * cone * np.sin(low)
    angle = cone * np.radians(longitude - origin[1])
    radius, first = (
        EARTH_RADIUS / cone * np.sqrt(constant - 2 * cone * np.sin(np.radians(place)))
        for place in (latitude, np.float64(origin[0]))
    )
    return np.stack([radius * np.sin(angle), first - radius * np.cos(angle)])


def _united_states(latitude: Floats, longitude: Floats) -> Places | None:
    """Return the map of the United States, or None if no county lies in the conterminous states."""
    if not _MAINLAND.holds(latitude, longitude).any():
        return None
    longitude = np.where(longitude > 170, longitude - 360, longitude)  # the last of the Aleutian islands
    x, y = np.full(len(latitude), np.nan), np.full(len(latitude), np.nan)
    frames = []
    for region in (_MAINLAND, *_INSETS):
        inside = region.holds(latitude, longitude)
        east, north = albers(latitude[inside], longitude[inside], region.parallels, region.origin)
        x[inside], y[inside] = region.centre[0] + region.scale * east, region.centre[1] + region.scale * north
        if region.frame is not None and inside.any():
            frames.append(region.frame)
    return Places(x, y, squares=False, insets=tuple(frames))


def _anywhere(latitude: Floats, longitude: Floats) -> Places:
    """Return degrees as thousand kilometres around the middle, for counties outside the conterminous states."""
    if np.nanmax(longitude) - np.nanmin(longitude) > 180:
        longitude = np.where(longitude > 0, longitude - 360, longitude)
    middle = (float(np.nanmin(latitude)) + float(np.nanmax(latitude))) / 2
    degree = np.radians(1.0) * EARTH_RADIUS
    return Places(degree * np.cos(np.radians(middle)) * longitude, degree * latitude, squares=False)
