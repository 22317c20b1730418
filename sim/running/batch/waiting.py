"""The runs that wait, in an order in which those that share their beginnings follow each other in one process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from sim.running.batch.plan import RunName

if TYPE_CHECKING:
    from sim.running.batch.reading import Batch
    from sim.scenario.scenario import Scenario


class Waiting:
    """Runs by group, a group for one lane of a runner; a lane without one takes half of what is left of another's."""

    def __init__(self, runs: Iterable[RunName], group: Callable[[RunName], Hashable]) -> None:
        """Take runs in the order of execution; ``group`` tells which of them belong together."""
        groups: dict[Hashable, deque[RunName]] = {}
        for run in runs:
            groups.setdefault(group(run), deque()).append(run)
        self._groups = deque(groups.values())
        self._lanes: dict[int, deque[RunName]] = {}

    def __len__(self) -> int:
        """Return how many runs wait."""
        return sum(map(len, self._groups)) + sum(map(len, self._lanes.values()))

    def __bool__(self) -> bool:
        """Tell whether any run waits."""
        return bool(self._groups) or any(self._lanes.values())

    def take(self, lane: int) -> tuple[RunName, RunName | None]:
        """Return the next run of a lane, and the one that will follow there if it belongs to the same group."""
        group = self._lanes.get(lane)
        if not group:
            group = self._lanes[lane] = self._groups.popleft() if self._groups else self._half_of_another()
        run = group.popleft()
        return run, group[0] if group else None

    def put_back(self, run: RunName) -> None:
        """Have a run taken again, before all others that nobody has begun."""
        self._groups.appendleft(deque([run]))

    def _half_of_another(self) -> deque[RunName]:
        largest = max(self._lanes.values(), key=len)
        half = [largest.pop() for _ in range((len(largest) + 1) // 2)]
        return deque(reversed(half))


def waiting_of(batch: Batch, runs: Sequence[RunName], *, sharing: bool) -> Waiting:
    """Return runs of a batch so that those of one luck which may share a beginning are one group.

    Without ``sharing``, and in the Mesa engine, each run stands alone in the order of the plan.
    """
    if not sharing or batch.plan.engine != "columnar":
        return Waiting(runs, lambda run: run)
    families = _families(batch)
    places = {name: place for place, name in enumerate(name for family in families for name in family)}
    family_of = {name: number for number, family in enumerate(families) for name in family}
    order = sorted(runs, key=lambda run: (run.replication, places[run.scenario]))
    return Waiting(order, lambda run: (run.replication, family_of[run.scenario]))


def _families(batch: Batch) -> list[list[str]]:
    """Return the scenarios that differ in programs and detainers alone, side by side."""
    plan, families = batch.plan, dict[Hashable, list[str]]()
    if plan.kind == "sweep":
        key = batch.sweep().beside_programs
        for name in plan.scenarios:
            families.setdefault(key(name), []).append(name)
        return list(families.values())
    from sim.running.worlds import world_description

    scenarios = {name: batch.scenario(name) for name in plan.scenarios}
    for name, scenario in scenarios.items():
        families.setdefault(world_description(scenario.parameters), []).append(name)
    return [in_order([scenarios[name] for name in family]) for family in families.values()]


def in_order(scenarios: Sequence[Scenario]) -> list[str]:
    """Return scenarios of one world in an order in which each goes on where the one before left off, most often."""
    names = [scenario.name for scenario in scenarios]
    if len(scenarios) < 3:
        return names
    from sim.engines.in_common import calendars_in_common
    from sim.world.counties.building import build_counties
    from sim.world.programs import build_calendar

    seed = scenarios[0].parameters.world.seed
    counties = build_counties(scenarios[0].parameters, seed)
    calendars = {it.name: build_calendar(it.parameters, counties, seed) for it in scenarios}
    return by_parting(names, lambda one, other: calendars_in_common(calendars[one], calendars[other]))


def by_parting(names: Sequence[str], in_common: Callable[[str, str], int]) -> list[str]:
    """Return names so that those which part from the others first come first, and stay together.

    ``in_common`` tells how many first months two of them share. The state kept at one parting then serves all that
    follow, and moves on with them.
    """
    if len(names) < 3:
        return list(names)
    parting = min(in_common(names[0], other) for other in names[1:])
    branches: list[list[str]] = []
    for name in names:
        near = next((branch for branch in branches if in_common(branch[0], name) > parting), None)
        if near is None:
            branches.append([name])
        else:
            near.append(name)
    if len(branches) == 1 or len(branches) == len(names):
        return list(names)
    return [name for branch in sorted(branches, key=len) for name in by_parting(branch, in_common)]
