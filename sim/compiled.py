"""The one door to the compiler, so that no compiled rule is ever older than its source.

Numba's file cache does not notice an edit in a file that a cached function calls. Here the cache lives in a folder
named by a hash of every source file of the package: edit a rule and everything is compiled afresh, once.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def sources_fingerprint() -> str:
    """Return a 16-digit hash of every Python source file of the package."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    """Return a writable folder for compiled code, keyed by the sources; a temporary one where home is read-only."""
    home = os.environ.get("DARKFIGURE_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(home) / "darkfigure" / sources_fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"darkfigure-{os.getuid()}" / sources_fingerprint()
        folder.mkdir(parents=True, exist_ok=True)
    return folder


# The vector math library differs from the scalar one in the last bit; the two engines must not.
os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"
os.environ["NUMBA_CACHE_DIR"] = str(_cache_folder())

import numba  # noqa: E402  (the two settings above must stand first)

numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]
numba.config.DISABLE_INTEL_SVML = 1


def rule(function: Function) -> Function:
    """Compile a scalar rule: strict arithmetic, callable from Python and from compiled loops alike."""
    compiled: Function = numba.njit(cache=True, error_model="numpy", nogil=True, inline="never")(function)
    return compiled


def block(function: Function) -> Function:
    """Compile a loop over cells or people; it releases the interpreter lock, so that threads can share the work."""
    compiled: Function = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    return compiled
