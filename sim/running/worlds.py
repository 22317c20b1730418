"""The worlds last made are kept, so that scenarios that differ only in programs share one."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.world.counties.building import Counties
    from sim.world.neighbourhoods import Homes
    from sim.world.people import World

Stamps = tuple[tuple[int, int], ...]
Key = tuple[str, Stamps, int]
Kept = TypeVar("Kept")
FEW_PEOPLE = 2_000_000


class Worlds:
    """At most so many worlds, and as many sets of counties and homes; those used longest ago go first.

    Worlds that differ in more than programs still share their counties and homes. Threads wait for each other.
    """

    def __init__(self, most: int, most_small: int = 0) -> None:
        """Keep at most ``most`` worlds, but ``most_small`` as long as all their people are few."""
        self.most, self._most_small, self._lock = most, most_small, Lock()
        self._worlds: OrderedDict[Key, World] = OrderedDict()
        self._homes: OrderedDict[Key, tuple[Counties, Homes]] = OrderedDict()

    def of(self, parameters: Parameters, seed: int, threads: int = 1) -> World:
        """Return the world of ``parameters`` drawn with ``seed``; a county file that changed is read again."""
        from sim.world.people import build_world

        stamps = _stamps(parameters)
        key = (world_description(parameters), stamps, seed)
        with self._lock:
            if key not in self._worlds:
                counties, homes = self._homes_of(parameters, stamps, seed)
                world = build_world(parameters, counties, seed, threads, homes)
                _keep(self._worlds, key, world, self._most_beside(world.size))
            self._worlds.move_to_end(key)
            return self._worlds[key]

    def _homes_of(self, parameters: Parameters, stamps: Stamps, seed: int) -> tuple[Counties, Homes]:
        from sim.world.counties.building import build_counties
        from sim.world.neighbourhoods import homes_of

        key = (homes_description(parameters), stamps, seed)
        if key not in self._homes:
            counties = build_counties(parameters, seed)
            homes = counties, homes_of(parameters, counties, seed)
            _keep(self._homes, key, homes, self._most_beside(int(counties.agents.sum())))
        self._homes.move_to_end(key)
        return self._homes[key]

    def _most_beside(self, people: int) -> int:
        """Return how many worlds are kept once one of so many people is among them."""
        total = people + sum(world.size for world in self._worlds.values())
        return self.most if total > FEW_PEOPLE else max(self.most, self._most_small)


def _keep(kept: OrderedDict[Key, Kept], key: Key, value: Kept, most: int) -> None:
    while len(kept) >= most:
        kept.popitem(last=False)
    kept[key] = value


def build(parameters: Parameters, seed: int, threads: int = 1) -> World:
    """Return a world that nobody else has, for a run to use up."""
    from sim.world.counties.building import build_counties
    from sim.world.people import build_world

    return build_world(parameters, build_counties(parameters, seed), seed, threads)


def _stamps(parameters: Parameters) -> Stamps:
    """Return time and size of the files that counties come from, so that an edited file is read again."""
    names = [name for name in (parameters.world.counties, parameters.world.adjacency) if name is not None]
    found = [Path(name) for name in names if Path(name).exists()]
    return tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in found)


def homes_description(parameters: Parameters) -> str:
    """Return the part of the parameters that shapes counties and homes, as JSON; all else stands at its default."""
    from sim.parameters import Parameters as Table

    crime = Table().crime.model_copy(update={"recorded_per_100k": parameters.crime.recorded_per_100k})
    names = ("start", "months", "world", "people")
    shaping = {name: getattr(parameters, name) for name in names}
    return Table().model_copy(update={**shaping, "crime": crime}).model_dump_json()


def world_description(parameters: Parameters) -> str:
    """Return the part of the parameters that shapes a world, as JSON: all but programs and detainers."""
    from sim.parameters import Parameters as Table

    defaults = Table()
    same = {name: getattr(defaults, name) for name in ("programs", "detainers")}
    plain = parameters.model_copy(update={**same, "title": "", "question": "", "source": ""})
    return plain.model_dump_json()
