"""Random values for every parameter of the table, drawn from the ranges that the table declares.

A parameter that is added to the table is drawn by itself. What is said here by name are exceptions, each with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from engine_scenarios import BASE
from small_worlds import REPOSITORY, merged

from sim.parameters import Parameters, Table
from sim.parameters.listing import Allowed, Row, field_alternatives, rows
from sim.words.labels import PROGRAMS
from sim.world.programs import PROGRAMS_WITH_DATES

EVERYTHING: dict[str, Any] = merged(
    BASE,
    {
        "months": 16,
        "world": {"people": 1600, "people_per_cell": 200.0},
        "people": {"noncitizen_share": 0.25},
        "programs": {
            "agreement_287g_jail": {"counties": 0.5, "start": "2006-09"},
            "agreement_287g_warrant": {"counties": 0.5, "start": "2006-08", "cooperation": 0.7},
            "detainer_resolution": {"counties": 0.5, "start": "2006-11", "cooperation": 0.3},
            "court_ruling": {"counties": 0.3, "start": "2006-12", "cooperation": 0.1},
            "priority_enforcement": {"counties": 0.5, "start": "2006-10"},
            "priority_enforcement_announced": "2006-08",
        },
        "crime": {"displacement": 0.1},
        "police": {"patrol": "hot_spots"},
        "reporting": {"offset": {"unauthorized": -0.3}},
        "courts": {"felony": {"simple_assault": 0.2, "street_misdemeanor": 0.1}},
        "enforcement": {
            "capacity_per_100k": 500.0,
            "detainer_course_start": "2006-03",
            "detainer_course_end": "2007-01",
        },
        "trust": {"presence": 0.02},
        "survey": {"panel_share_nation": 0.3},
    },
)
"""The lively world with every program in force somewhere and nothing at a value that keeps other parameters silent."""
ROWS: tuple[Row, ...] = tuple(rows(Parameters, Parameters.model_validate(EVERYTHING)))
"""Every parameter, with its value in that world, from which random scenarios start."""
FIVE_COUNTIES = REPOSITORY / "tests" / "made" / "five_counties"
FILES_OF_WORLD = {
    "counties": str(FIVE_COUNTIES / "counties.csv"),
    "adjacency": str(FIVE_COUNTIES / "neighbours.csv"),
    "background": str(FIVE_COUNTIES / "years.csv"),
}
"""Five counties in two states, for the parameters of the world that name a file."""
PROGRAM_LISTS = {kind: str(FIVE_COUNTIES / f"list_of_{kind}.csv") for kind in ("grid", "counties", "nation")}
"""Program lists of a county or two of each kind of world."""

TEXT = "is told and not computed with"
FIXED: dict[str, str] = {
    "title": TEXT,
    "question": TEXT,
    "source": TEXT,
    "world.redraw": "says which world a replication gets; an engine is given its world",
}
"""Parameters that no engine can tell, with the reason. They are not drawn, and changing them must move nothing."""

TIME = "larger worlds take the Mesa engine too long"
MUCH = "more crime takes the Mesa engine too long"
EMPTY = "in smaller ones, or ones with fewer of them, columns stay empty"
ALLOWED_SHARES = "a made world refuses shares that do not go together"
NARROWED: dict[str, tuple[float, float, str]] = {
    "months": (12, 20, f"{TIME}; {EMPTY}"),
    "world.rows": (1, 3, TIME),
    "world.columns": (1, 3, TIME),
    "world.people": (1000, 2500, f"{TIME}; {EMPTY}"),
    "world.people_per_cell": (100, 4000, "larger cells are one cell here"),
    "world.least_agents_per_cell": (8, 400, "larger cells are one cell here"),
    "world.offender_pool": (100, 2000, "larger pools are one pool here"),
    "world.counties_per_region": (1, 9, "larger regions are one region here"),
    "world.scale": (0.5, 1, EMPTY),
    "people.hispanic_share": (0.3, 0.6, ALLOWED_SHARES),
    "people.noncitizen_share": (0.1, 0.3, f"{ALLOWED_SHARES}; {EMPTY}"),
    "people.noncitizen_hispanic_share": (0.3, 0.7, ALLOWED_SHARES),
    "crime.recorded_per_100k": (0, 20_000, MUCH),
    "crime.headroom": (1, 4, MUCH),
    "reporting.reported": (0.2, 0.999, MUCH),
    "police.recording": (0.4, 1, MUCH),
    "trust.region_weight": (0, 10_000, "a few thousand people are to be heard beside it"),
    **{f"programs.{name}.shift": (-6, 6, f"beyond it nothing happens within the months; {EMPTY}") for name in PROGRAMS},
}
"""Parts of allowed ranges from which values are drawn, with the reason."""
NAMED: dict[str, tuple[tuple[str, ...], str]] = {
    "world.kind": (("grid", "counties"), "the nation takes the Mesa engine too long; test_nation.py has it"),
}
"""Parts of allowed names, with the reason."""

NEAR, WILD, OTHER, SWITCHED = 0.5, 0.04, 0.3, 0.18
"""Shares drawn: numbers near the lively world's own, numbers from anywhere, names and dates, switches and files."""
STAYS = object()
"""In place of a drawn value: the parameter keeps what it has in the lively world."""
FIRST_COUNTY = {"grid": "r01c01", "counties": "01001", "nation": "00001"}


def name_of(row: Row) -> str:
    return ".".join(row.path)


def ranges(row: Row) -> tuple[Allowed, ...]:
    """Return what the parameter (one entry of a table) may be drawn from: what is allowed, narrowed where named."""
    allowed = field_alternatives(row.section, row.path[-1])
    if name_of(row) in NARROWED:
        low, high, _ = NARROWED[name_of(row)]
        return tuple(one._replace(low=low, high=high) for one in allowed)
    if name_of(row) in NAMED:
        return tuple(one._replace(names=NAMED[name_of(row)][0]) for one in allowed)
    return allowed


def is_number(row: Row) -> bool:
    return all(one.type in (int, float) for one in ranges(row))


def names_a_file(row: Row) -> bool:
    return row.path[0] == "world" and row.path[-1] in FILES_OF_WORLD


def drawn(row: Row, luck: Random) -> Any:
    """Return a random value of a parameter, or ``STAYS``."""
    u = luck.random()
    if not is_number(row):
        rarely = row.field.annotation is bool or names_a_file(row)
        return other_value(row, luck) if u < (SWITCHED if rarely else OTHER) else STAYS
    if u < NEAR:
        return drawn_near(row, luck)
    if u < NEAR + WILD:
        return each_entry(row, lambda _, one: anywhere(one, luck))
    return STAYS


def drawn_near(row: Row, luck: Random) -> Any:
    return each_entry(row, lambda value, one: near(value, one, luck))


def each_entry(row: Row, change: Any) -> Any:
    """Return the number that ``change`` makes of the parameter's value and range; for a table, of every entry's."""
    one = ranges(row)[0]
    if isinstance(row.default, Table):
        return {name: change(value, one) for name, value in row.default.model_dump().items()}
    return change(row.default, one)


def bounds(one: Allowed) -> tuple[float, float]:
    assert one.low is not None
    assert one.high is not None
    return one.low, one.high


def near(value: float, one: Allowed, luck: Random) -> float:
    """Return a number between half and twice a value, or for 0 within a tenth of its range."""
    low, high = bounds(one)
    if value:
        return whole(one, min(max(value * 2 ** luck.uniform(-1, 1), low), high))
    part = (high - low) / 10
    return whole(one, luck.uniform(max(low, -part), min(high, part)))


def anywhere(one: Allowed, luck: Random) -> float:
    """Return a number of a range, its ends among them."""
    low, high = bounds(one)
    return whole(one, luck.choice([low, high, luck.uniform(low, high), luck.uniform(low, high)]))


def whole(one: Allowed, value: float) -> float:
    return round(value) if one.type is int else float(value)


def changes_of(row: Row, luck: Random) -> list[Any]:
    """Return some values of a parameter, far from what it has in the lively world and from each other."""
    if is_number(row):
        return [each_entry(row, farther_end), each_entry(row, nearer_end), drawn_near(row, luck)]
    found = [other_value(row, luck) for _ in range(4)]
    return [value for place, value in enumerate(found) if value not in found[:place]]


def farther_end(value: float, one: Allowed) -> float:
    """Return the end of a range that is farther from a value."""
    low, high = bounds(one)
    return whole(one, low if value - low > high - value else high)


def nearer_end(value: float, one: Allowed) -> float:
    """Return the other end."""
    low, high = bounds(one)
    return whole(one, high if value - low > high - value else low)


def other_value(row: Row, luck: Random) -> Any:
    """Return a value of a parameter that is no number: a switch, a name, a month, a file, or where a program runs."""
    empty = [] if row.default is None or row.field.default is not None else [None]
    return luck.choice([value for one in ranges(row) for value in values_of(row, one, luck)] + empty)


def values_of(row: Row, one: Allowed, luck: Random) -> list[Any]:
    """Return random values of one of the alternatives that a parameter allows."""
    if one.names:
        return [name for name in one.names if name != "file" or row.path[-2] in PROGRAMS_WITH_DATES]
    if one.type is bool:
        return [not row.default]
    if one.is_file:
        return [PROGRAM_LISTS["grid"]]
    if one.pattern is not None:
        return [month_after_2005(luck.randint(-4, 18))]
    if one.type is list:
        return [list(FIRST_COUNTY.values())]
    if one.type in (int, float):
        return [anywhere(one, luck)]
    if names_a_file(row):
        return [FILES_OF_WORLD[row.path[1]]]
    if name_of(row) in FIXED:
        return ["something else"]
    raise LookupError(
        f"{name_of(row)}: tests/made/random_parameters.py has no rule to draw {one}; add one to values_of, "
        "or name the parameter in FIXED with the reason why no engine can tell it"
    )


def month_after_2005(index: int) -> str:
    return f"{2006 + index // 12}-{index % 12 + 1:02d}"


Changes = dict[str, Any]
"""Values that parameters, by name, have instead of those of the lively world."""


def random_changes(number: int) -> Changes:
    """Return a random value for many parameters; each draws by a key of its own, so new ones move no other's draw."""
    found = {name_of(row): drawn(row, Random(f"{name_of(row)} {number}")) for row in ROWS if name_of(row) not in FIXED}
    return {name: value for name, value in found.items() if value is not STAYS}


def changes_to(names: Sequence[str]) -> Changes:
    """Return other values of the parameters named (or whose entries are named), for those that chance left."""
    wanted = [row for row in ROWS if any(f"{name}.".startswith(f"{name_of(row)}.") for name in names)]
    return {name_of(row): one_change(row, Random(name_of(row))) for row in wanted}


def one_change(row: Row, luck: Random) -> Any:
    return drawn_near(row, luck) if is_number(row) else other_value(row, luck)


def with_changes(changes: Changes, world: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the lively world, or another, with changed parameters."""
    tree: dict[str, Any] = {}
    for name, value in changes.items():
        put(tree, name.split("."), value)
    return consistent(merged(EVERYTHING if world is None else world, tree))


def fewest(changes: Changes, fails: Callable[[Changes], bool]) -> Changes:
    """Return as few of the changes as still fail: parts are left out, in halves, quarters and so on down to one."""
    size = len(changes)
    while size > 1:
        size = (size + 1) // 2
        for part in [list(changes)[at : at + size] for at in range(0, len(changes), size)]:
            fewer = {name: value for name, value in changes.items() if name not in part}
            changes = fewer if fails(fewer) else changes
    return changes


def put(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def consistent(scenario: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario without what the checker refuses beside what else was drawn."""
    result = merged(scenario)
    world = result.get("world", {})
    implied = "counties" if any(world.get(name) for name in FILES_OF_WORLD) else "grid"
    kind = world.get("kind", implied)
    for name in ("scale", *FILES_OF_WORLD) if kind == "grid" else ():
        world.pop(name, None)
    if kind == "counties":
        world.setdefault("counties", FILES_OF_WORLD["counties"])
    for program in result.get("programs", {}).values():
        if isinstance(program, dict):
            _make_consistent(program, kind)
    return result


def _make_consistent(program: dict[str, Any], kind: str) -> None:
    """Let a program name a county of its own world, and not end before it begins."""
    if isinstance(program.get("counties"), list):
        program["counties"] = [FIRST_COUNTY[kind]]
    if program.get("counties") in PROGRAM_LISTS.values():
        program["counties"] = PROGRAM_LISTS[kind]
    start, until = program.get("start"), program.get("until")
    if until is not None and start is not None and until <= start:
        program["start"], program["until"] = until, start
        if until == start:
            del program["until"]
    undated = program.get("counties", "none") not in ("none", "file", *PROGRAM_LISTS.values())
    if undated and not program.get("start") and not program.get("until"):
        program.pop("shift", None)


def values(table: Parameters) -> dict[str, Any]:
    """Return the value of every parameter by name, tables entry by entry."""
    found: dict[str, Any] = {}
    for row in rows(Parameters, table):
        entries = row.default.model_dump() if isinstance(row.default, Table) else {"": row.default}
        found |= {".".join((*row.path, entry)).rstrip("."): value for entry, value in entries.items()}
    return found
