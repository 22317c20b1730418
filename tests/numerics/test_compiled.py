"""Compiled code is never older than its source: the cache is keyed by every file that compiled functions come from."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import sim
from sim.numerics.compiled import compiled_sources
from sim.numerics.draws import draw

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
            if not isinstance(function, Dispatcher):
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
    assert columnar - {"docket.py", "engine.py", "forking.py", "land.py", "several.py"} <= keyed
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
