"""The two engines give the same ledger, bit for bit; and the Mesa engine stands on its own feet."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from engine_scenarios import BASE, columnar, columnar_by_steps, columnar_in_threads, differences, mesa_run, ready
from small_worlds import merged

import sim
from sim.engines.columnar import crime as columnar_crime
from sim.engines.columnar import engine as columnar_engine
from sim.engines.columnar import police as columnar_police
from sim.engines.columnar import several
from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.columnar.months import Months, room_for
from sim.engines.mesa.immigrants import Immigrant
from sim.engines.mesa.model import MesaEngine
from sim.engines.mesa.police import IceOffice, PoliceDepartment
from sim.engines.mesa.residents import Resident
from sim.words.codes import CITIZEN
from sim.words.schedule import PHASE_NAMES

SOURCES = Path(sim.__file__).parent


def modules_of(package: str) -> list[str]:
    """Return the modules of a package of engines."""
    return [f"sim.engines.{package}.{path.stem}" for path in sorted((SOURCES / "engines" / package).glob("[a-z]*.py"))]


MESA_MODULES = modules_of("mesa")
CORNERS: dict[str, dict[str, Any]] = {
    "one month": {"months": 1},
    "three months": {"months": 3},
    "a hamlet": {"world": {"rows": 1, "columns": 1, "people": 40}},
    "nobody leaves": {"responses": {"incapacitation": False}, "enforcement": {"returns": 1.0}},
    "nobody is deterred": {"responses": {"deterrence": False}},
    "nobody is chilled": {"responses": {"chilled_reporting": False}},
    "no survey": {"survey": {"panel_share": 0.0}},
    "no federal program": {"programs": {"criminal_alien_program": {"counties": "none"}}},
    "no detainers": {"enforcement": {"capacity_per_100k": 0.0}},
    "few detainers": {"enforcement": {"capacity_per_100k": 120.0}},
    "vacancies refilled at once": {"enforcement": {"returns": 0.0, "refill_months": 1.0}},
    "everybody legalized": {"programs": {"legalization": {"start": "2006-01", "share": 1.0}}},
    "everybody travels": {"crime": {"travel_share": 1.0, "own_group": 0.0}, "trust": {"neighbour_weight": 1.0}},
    "all offending displaced": {"crime": {"displacement": 1.0}, "police": {"patrol": "hot_spots"}},
    "crimes of a family move unlike each other": {
        "crime": {"impunity_elasticity": {"robbery": 0.5, "burglary": 1.4, "larceny": 0.6}, "displacement": 0.5},
        "police": {"patrol": "even"},
    },
    "no noncitizens": {"people": {"noncitizen_share": 0.0}},
    "nobody else": {"people": {"hispanic_share": 0.9, "noncitizen_share": 0.55, "noncitizen_hispanic_share": 0.95}},
    "fear gone within the month": {"trust": {"county_fade": 1.0, "own_fade": 1.0}},
    "twenty years": {"months": 240, "world": {"rows": 1, "columns": 2, "people": 400}},
}


@pytest.mark.parametrize("corner", CORNERS)
def test_engines_agree_in_corners(corner: str) -> None:
    setting = ready(merged(BASE, CORNERS[corner]))
    by_agents = mesa_run(setting, 11)
    for found in (columnar_in_threads(setting, 11, threads=2), columnar(setting, 11)):
        assert not differences(found, by_agents), differences(found, by_agents)[:5]


@pytest.mark.parametrize("most", [1, 5])
def test_months_in_one_call_are_those_of_single_phases(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many months one compiled call goes through, the last of them too."""
    setting = ready(merged(BASE, {"months": 33}))
    monkeypatch.setattr(columnar_engine, "MOST_COUNTY_MONTHS", most * len(setting.world.counties))
    assert not differences(columnar(setting, 5), columnar_by_steps(setting, 5))


def test_nothing_is_counted_that_lay_in_memory_before(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = ready(BASE)
    expected = columnar(setting, 5)

    def used_before(span: int, now: Any) -> Months:
        room = room_for(span, now)
        for array in (room.crime, room.people, room.enforcement, room.bookings, room.trust):
            array[...] = 7
        return room

    monkeypatch.setattr(several, "room_for", used_before)
    assert not differences(columnar(setting, 5), expected)


def test_what_is_counted_once_a_year_is_there_to_be_compared() -> None:
    records = columnar(ready(merged(BASE, CORNERS["twenty years"])), 11)
    assert sum(record.rearrests for record in records).all()
    assert sum(record.repeats for record in records)[:, :4].all()


def test_threads_share_the_work_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar_engine, "SMALL_WORLD", 0)
    setting = ready(merged(BASE, {"world": {"rows": 3, "columns": 3}}))
    assert len(ColumnarEngine(setting, 1, threads=2).chunks) > 2
    assert not differences(columnar(setting, 1, threads=2), columnar(setting, 1, threads=1))


def test_comparison_sees_a_different_seed() -> None:
    setting = ready(BASE)
    assert differences(columnar(setting, 1), mesa_run(setting, 2))


@pytest.mark.parametrize("phase", PHASE_NAMES)
def test_every_phase_has_a_function_of_its_name_in_both_engines(phase: str) -> None:
    assert callable(getattr(MesaEngine, phase))
    assert any(hasattr(place, phase) for place in (ColumnarEngine, columnar_crime, columnar_police))


@pytest.fixture(scope="module")
def finished() -> MesaEngine:
    """An engine after a run in which people left and newcomers came."""
    engine = MesaEngine(ready(BASE), 3)
    for _ in engine.months():
        pass
    assert any(resident.generation > 0 for resident in engine.residents)
    return engine


def test_residents_are_agents_in_cells_and_as_many_as_slots(finished: MesaEngine) -> None:
    assert [resident.slot for resident in finished.residents] == list(range(finished.setting.world.size))
    registered = {kind: set(agents) for kind, agents in finished.agents_by_type.items()}
    assert registered[Resident] | registered[Immigrant] == set(finished.residents)
    assert registered[PoliceDepartment] == {county.police for county in finished.counties}
    assert registered[IceOffice] == set(finished.offices)
    living = [agent for cell in finished.space for agent in cell.agents if isinstance(agent, Resident)]
    assert set(living) == set(finished.residents)
    assert all(resident in resident.cell.residents[resident.group] for resident in finished.residents)


def test_immigrants_are_the_noncitizens(finished: MesaEngine) -> None:
    for resident in finished.residents:
        assert isinstance(resident, Immigrant) == (resident.status != CITIZEN)


def test_population_counts_equal_a_census(finished: MesaEngine) -> None:
    census = np.zeros_like(finished.population)
    for resident in finished.residents:
        census[resident.county.index, resident.group, resident.status, resident.custody] += 1
    assert np.array_equal(census, finished.population)


def test_rosters_hold_the_likely_offenders(finished: MesaEngine) -> None:
    """Whoever takes the place of a likely offender who left for good takes the place in the roster too."""
    listed = [resident for pool in finished.pools for resident in pool.roster]
    assert len(listed) == len(set(listed))
    assert set(listed) == {resident for resident in finished.residents if resident.likely_offender}


def test_cells_are_connected_as_the_world_says(finished: MesaEngine) -> None:
    world = finished.setting.world
    for number, cell in enumerate(finished.neighbourhoods):
        there = world.neighbour[world.neighbour_start[number] : world.neighbour_start[number + 1]]
        assert [neighbour.coordinate for neighbour in cell.neighbours] == there.tolist()


def test_mesa_keeps_its_random_generators_untouched(finished: MesaEngine) -> None:
    fresh = mesa.Model(rng=0)
    assert finished.random.getstate() == fresh.random.getstate()
    assert finished.rng.bit_generator.state == fresh.rng.bit_generator.state


def test_mesa_engine_runs_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(mesa_run(ready(merged(BASE, {"months": 2})), 1)) == 2


def imports_of(module: str) -> set[str]:
    """Return the modules that a module of the package imports anywhere in it."""
    path = SOURCES / (module.removeprefix("sim.").replace(".", "/") + ".py")
    if not path.exists():
        path = path.with_suffix("") / "__init__.py"
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in inner if _is_module(name)} or {node.module}
    return found


def _is_module(name: str) -> bool:
    path = SOURCES / name.removeprefix("sim.").replace(".", "/")
    return name.startswith("sim.") and (path.with_suffix(".py").exists() or (path / "__init__.py").exists())


def reachable(module: str) -> set[str]:
    """Return every module of the package that a module imports, itself or through others."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        for name in imports_of(waiting.pop()):
            if name.startswith("sim") and name not in seen and name != "sim":
                seen.add(name)
                waiting.append(name)
    return seen


@pytest.mark.parametrize("module", MESA_MODULES)
def test_mesa_engine_imports_nothing_of_the_columnar_engine(module: str) -> None:
    assert not {name for name in reachable(module) if "columnar" in name}
    assert "sim.rules.reporting" in reachable("sim.engines.mesa.model")


@pytest.mark.parametrize("module", modules_of("columnar"))
def test_columnar_engine_imports_nothing_of_the_mesa_engine(module: str) -> None:
    assert not reachable(module) & set(MESA_MODULES)


@pytest.mark.parametrize("module", MESA_MODULES)
def test_what_mesa_4_has_dropped_is_not_used(module: str) -> None:
    names = {name for name in imports_of(module) if name.startswith("mesa")}
    assert names <= {"mesa", "mesa.discrete_space"}
    tree = ast.parse((SOURCES.parent / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & {"steps", "batch_run", "shuffle_do", "random_choice"}
