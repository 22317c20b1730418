"""The one door to the compiler, so that no compiled rule is ever older than its source.

Numba's file cache does not notice an edit in a file that a cached function calls. Here the cache lives in a folder
named by a hash of every source file with compiled code: edit a rule and everything is compiled afresh, once.
"""

from __future__ import annotations

import getpass
import hashlib
import importlib.util
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
_PACKAGE = Path(__file__).parents[1]
"""The folder of the whole package: whatever compiled code is made of lies below it."""
_OWN = f"{__name__.partition('.')[0]}."


def sources_fingerprint() -> str:
    """Return a 16-digit hash of every Python source file of the package."""
    return _fingerprint(sorted(_PACKAGE.rglob("*.py")))


def compiled_sources() -> list[Path]:
    """Return the source files that compiled code is made of: those that name this module.

    A compiled function freezes the numbers it reads from its module. So a file of such numbers must be one of these,
    and where it does not compile anything itself, its docstring names this module.
    """
    return [path for path in sorted(_PACKAGE.rglob("*.py")) if __name__ in path.read_text(encoding="utf-8")]


def _fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    """Return a writable folder for compiled code, keyed by the sources; a temporary one where there is no such home."""
    name = _fingerprint(compiled_sources())
    try:
        home = os.environ.get("DARKFIGURE_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        folder = Path(home) / "darkfigure" / name
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except (OSError, RuntimeError):  # RuntimeError: nobody knows where the home of this user is
        folder = Path(tempfile.gettempdir()) / f"darkfigure-{_user()}" / name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _user() -> str:
    """Return the number of the user, or where there are none the name."""
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()


if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
    raise OSError("NUMBA_DISABLE_JIT is set, and the draws of this program are compiled code; unset it")


# The vector math library differs from the scalar one in the last bit; the two engines must not.
os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"
os.environ["NUMBA_CACHE_DIR"] = str(_cache_folder())

import numba  # noqa: E402  (the two settings above must stand first)


def _load_array_functions() -> None:
    """Load numba's array functions without SciPy's linear algebra, which takes a fifth of a second.

    Numba only looks whether it is there. No loop here uses it, and others who compile in this process can.
    """
    name = "scipy.linalg.cython_blas"
    if "scipy.linalg" not in sys.modules:
        sys.modules[name] = None  # type: ignore[assignment]
        try:
            arrays: Any = importlib.import_module("numba.np.arraymath")
            arrays._HAVE_BLAS = importlib.util.find_spec("scipy") is not None
        finally:
            del sys.modules[name]


_load_array_functions()

import numpy as np  # noqa: E402
from llvmlite import ir  # noqa: E402
from numba.core import caching, cgutils  # noqa: E402
from numba.core.runtime import rtsys  # noqa: E402
from numba.extending import intrinsic  # noqa: E402

UNREADABLE = (pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError, ImportError)
"""What a file of compiled code that has been cut short, or is another program's, raises when it is read."""


def _heal_cache() -> None:
    """Let what cannot be read of the cache count as not there: it is compiled again and written anew."""
    files = caching.IndexDataCacheFile
    load_index, load_data = files._load_index, files._load_data

    def index(self: Any) -> Any:
        try:
            return load_index(self)
        except UNREADABLE:
            return {}

    def data(self: Any, name: str) -> Any:
        try:
            return load_data(self, name)
        except UNREADABLE as error:
            raise FileNotFoundError(name) from error

    files._load_index, files._load_data = index, data


def _load_lightly() -> None:
    """Let compiled code of this package be loaded without what compiling needs, which takes a fifth of a second.

    Numba makes ready to compile before it looks into the cache. Loops that lie there need its memory manager only.
    """
    usual = caching.Cache.load_overload

    def load(self: Any, signature: Any, context: Any) -> Any:
        if not self._py_func.__module__.startswith(_OWN):
            return usual(self, signature, context)
        rtsys.initialize(context)
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(signature, context)
        if found is None:
            context.refresh()
        return found

    caching.Cache.load_overload = load


numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]
numba.config.DISABLE_INTEL_SVML = 1
_heal_cache()
_load_lightly()


int64: Any = np.int64
"""NumPy's 64-bit integer, to the type checker anything: in compiled code every whole number is one."""


def _compiled(function: Function, **options: Any) -> Function:
    """Return a function compiled with strict arithmetic and without the interpreter lock.

    What compiled code calls is a twin that Python cannot call: without the code for that, compiling takes a quarter
    less. The twin has a name of its own, for the cache tells functions apart by that.
    """
    common = {"cache": True, "error_model": "numpy", "nogil": True, **options}

    @cache  # made when something is compiled, for making it takes time too
    def within() -> Any:
        twin = FunctionType(function.__code__, function.__globals__, f"{function.__name__}_within")
        twin.__qualname__, twin.__module__ = twin.__name__, function.__module__
        return numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **common)(twin)

    compiled: Any = numba.njit(**common)(function)
    compiled.within = within
    compiled.get_call_template = lambda *arguments: within().get_call_template(*arguments)
    compiled.get_overload = lambda signature: within().get_overload(signature)
    result: Function = compiled
    return result


def compile_within(function: Callable[..., Any], *arguments: Any) -> None:
    """Compile a function as other compiled code calls it, for arguments of these types, without calling it."""
    compiled: Any = function
    compiled.get_call_template(tuple(numba.typeof(each) for each in arguments), {})


def rule(function: Function) -> Function:
    """Compile a scalar rule: callable from Python and from compiled loops alike."""
    return _compiled(function, inline="never")


def helper(function: Function) -> Function:
    """Compile a part of a loop that is always written into its caller, so that handing over records costs nothing."""
    return _compiled(function, forceinline=True)


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """Return an array's structure with its owner struck out, a record with those of its parts; others as they are."""
    if isinstance(kind, numba.types.BaseTuple):
        parts = zip(kind.types, cgutils.unpack_tuple(builder, value, len(kind.types)), strict=True)
        return context.make_tuple(builder, kind, [_without_owner(context, builder, *part) for part in parts])
    if not isinstance(kind, numba.types.Array):
        return value
    view = context.make_array(kind)(context, builder, value)
    view.meminfo = view.meminfo.type(None)
    view.parent = view.parent.type(None)
    return view._getvalue()


@intrinsic  # type: ignore[untyped-decorator]
def unowned(typing_context: Any, record: Any) -> Any:
    """Compile to the same record of arrays without owners: no reference counting in hot loops.

    The caller keeps the arrays alive while the copy is in use.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _without_owner(context, builder, record, arguments[0])

    return record(record), generate


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Compile to a hint that an entry of a one-dimensional array will be read soon; any index is harmless."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(array)(context, builder, arguments[0]).data
        address = builder.bitcast(builder.gep(data, [arguments[1]]), cgutils.voidptr_t)
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, word, word, word])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], kind)
        builder.call(hint, [address, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return numba.types.void(array, index), generate


def block(function: Function) -> Function:
    """Compile a loop over cells or people; it releases the interpreter lock, so that threads can share the work."""
    return _compiled(function)
