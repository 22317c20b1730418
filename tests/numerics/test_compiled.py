"""Compiled code is never older than its source: the cache is keyed by every file that compiled functions come from."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.numerics.compiled import Compiled, block, rule
from sim.numerics.draws import draw
from sim.numerics.sources import compiled_sources

ROOT = Path(sim.__file__).parent


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported_from(path: Path) -> dict[str, str]:
    """Return the module from which each name of a file is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {alias.asname or alias.name: str(node.module) for node in nodes for alias in node.names}


def test_numbers_that_compiled_code_freezes_stand_in_files_that_key_the_cache() -> None:
    keyed = {module_name(path) for path in compiled_sources()}
    seen = 0
    for path in compiled_sources():
        module, origins = importlib.import_module(module_name(path)), imported_from(path)
        for function in vars(module).values():
            if not isinstance(function, Compiled):
                continue
            code = function.py_func
            for name in code.__code__.co_names:
                value = code.__globals__.get(name)
                if isinstance(value, (bool, int, float, tuple, np.ndarray, np.generic)) and name in origins:
                    seen += 1
                    assert origins[name] in keyed, f"{path.name}: {name} comes from {origins[name]}"
    assert seen > 20


def test_files_from_which_the_codes_are_made_key_the_cache() -> None:
    """Compiled code takes codes from one file, whose numbers follow from the order of another."""
    paths = {module_name(path): path for path in compiled_sources()}
    taken_from = {name for name in imported_from(paths["sim.words.codes"]).values() if name.startswith("sim.")}
    assert taken_from == {"sim.words.labels"}
    assert taken_from <= set(paths)
    assert not [name for name in imported_from(paths["sim.words.labels"]).values() if name.startswith("sim.")]


def test_every_file_with_a_compiled_function_is_keyed() -> None:
    keyed = {path.name for path in compiled_sources()}
    assert {"draws.py", "person.py"} <= keyed
    assert set((ROOT / "world" / "start").glob("[a-z]*.py")) <= set(compiled_sources())
    columnar = {path.name for path in (ROOT / "engines" / "columnar").glob("[a-z]*.py")}
    assert columnar - {"docket.py", "engine.py", "forking.py", "land.py", "outset.py", "several.py"} <= keyed
    assert {path.name for path in (ROOT / "rules").glob("[a-z]*.py")} <= keyed


@pytest.mark.parametrize(("what", "told"), [("dot(a, a)", "1."), pytest.param("cov(a)", "0.5", marks=pytest.mark.slow)])
def test_others_in_the_process_can_compile_linear_algebra(what: str, told: str) -> None:
    """Numba is loaded without looking for it; whoever asks for it later finds it."""
    call = f"numba.njit(lambda a: numpy.{what})(numpy.eye(2)), numba.np.arraymath._HAVE_BLAS"
    code = f"import sim.numerics.compiled, numba, numpy; print({call})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    assert "True" in done.stdout


def test_what_lies_on_disk_is_loaded_without_making_ready_to_compile() -> None:
    here = draw(1, 2, 3, 4, 5)  # lies on disk from here on
    code = """
import numba.core.base
from sim.numerics.draws import draw
def refuse(context):
    raise SystemExit("made ready to compile")
numba.core.base.BaseContext.refresh = refuse
print(list(draw(1, 2, 3, 4, 5)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(list(here))


LOOPS = """
from typing import NamedTuple
import numpy as np
from sim.numerics.compiled import block

class Pair(NamedTuple):
    whole: np.ndarray
    sum: float

@block
def filled(into, numbers):
    into[:] = numbers
    return into

@block
def pair(into, numbers):
    return Pair(filled(into, numbers), numbers.sum())

@block
def doubled(into, numbers):
    return Pair(filled(into, numbers), 2.0 * numbers.sum())
"""
CALLED = """
import sys
import numpy as np
import loops
compiled = []
for name in sys.argv[1:]:
    print(getattr(loops, name)(np.zeros(3), np.ones(3)))
    compiled += getattr(loops, name).entry.stats.cache_misses.values()
    try:
        getattr(loops, name)(np.zeros(3), np.ones(2))
    except ValueError as error:
        print(error)
print("compiled", len(compiled), "numba.np.arrayobj" in sys.modules)
"""


def test_compiled_code_on_disk_is_called_linked_and_fails_as_before(tmp_path: Path) -> None:
    """What is kept of it is little: answers are still made, faults told, and other code linked with it."""

    def told(*names: str) -> list[str]:
        done = subprocess.run([sys.executable, "-c", CALLED, *names], **options)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr
        return str(done.stdout).splitlines()

    (tmp_path / "loops.py").write_text(LOOPS, encoding="utf-8")
    surroundings = {**os.environ, "PYTHONPATH": f"{ROOT.parent}{os.pathsep}{tmp_path}"}
    surroundings["DARKFIGURE_CACHE"] = str(tmp_path)
    options = {"env": surroundings, "capture_output": True, "text": True, "timeout": 120, "check": False}
    first = told("pair")
    assert first[0] == "Pair(whole=array([1., 1., 1.]), sum=3.0)"
    assert first[1].startswith("cannot assign slice")  # numba's versions name shapes in one order or the other
    assert first[2:] == ["compiled 1 True"]
    assert told("pair") == [*first[:-1], "compiled 0 False"]
    again = told("doubled", "pair")  # linked with ``filled``, which lies on disk
    assert again == [first[0].replace("3.0", "6.0"), first[1], *first[:-1], "compiled 1 True"]


def test_nothing_is_made_ready_for_functions_that_nobody_calls() -> None:
    code = """
import gc
from numba.core.dispatcher import Dispatcher
import sim.engines.columnar.engine, sim.world.people
made = [each.py_func for each in gc.get_objects() if isinstance(each, Dispatcher)]
print([function for function in made if function.__module__.startswith("sim.")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_compiler_is_loaded_at_its_door_alone() -> None:
    """Loaded before, it would use a library of vector mathematics whose last bits differ, where there is one."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        names += list(imported_from(path).values())
        if any(name.partition(".")[0] in {"numba", "llvmlite"} for name in names):
            found.append(path.name)
    assert found == ["compiled.py"]


def test_a_function_made_ready_is_called_without_detour() -> None:
    """The Mesa engine calls rules a million times."""
    function: Any = block(lambda number: number + 1)
    assert (function(1), function.__call__) == (2, function.entry)


@rule
def _power(number: int, exponent: int) -> int:
    return int(number**exponent)


@block
def _powers() -> int:
    return _power(2, 3) + _power(3, 2) + _power(number=4, exponent=1)


def test_a_function_is_compiled_once_whatever_numbers_are_written_where_it_is_called() -> None:
    compiled: Any = _power
    assert _powers() == 8 + 9 + 4
    assert len(compiled.within.overloads) == 1


def test_threads_make_a_function_ready_once() -> None:
    function: Any = block(lambda number: number)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: function.entry, range(64)))
    assert len({id(each) for each in made}) == 1
