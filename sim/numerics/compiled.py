"""The one door to the compiler, so that no compiled rule is ever older than its source.

Numba's file cache does not notice an edit in a file that a cached function calls. Here the cache lives in a folder
named by a hash of every source file with compiled code: edit a rule and everything is compiled afresh, once.
"""

from __future__ import annotations

import getpass
import importlib.util
import os
import pickle
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial, update_wrapper
from pathlib import Path
from threading import Lock
from types import FunctionType
from typing import Any, TypeVar

from sim.numerics.sources import FINGERPRINTS

Function = TypeVar("Function", bound=Callable[..., Any])


def _cache_folder() -> Path:
    """Return a writable folder for compiled code, keyed by the sources; a temporary one where there is no such home."""
    name = FINGERPRINTS.compiled
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


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    """Let nobody find a module meanwhile, unless it is loaded already."""
    hide = module not in sys.modules
    if hide:
        sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hide:
            del sys.modules[module]


with _hidden("scipy"):  # numba only looks whether it is new enough for its linear algebra, which no loop here uses
    import numba

import numpy as np  # noqa: E402
from llvmlite import binding, ir  # noqa: E402
from numba.core import caching, cgutils, environment  # noqa: E402
from numba.core.runtime import rtsys  # noqa: E402
from numba.extending import intrinsic  # noqa: E402

numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]
numba.config.DISABLE_INTEL_SVML = 1
UNREADABLE = (pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError, ImportError)
"""What a file of compiled code that has been cut short, or is another program's, raises when it is read."""


def _make_ready_to_compile(context: Any) -> None:
    """Load all that numba knows to compile, without SciPy's linear algebra, which takes a fifth of a second.

    Numba only looks whether it is there. No loop here uses it, and others who compile in this process can.
    """
    with _hidden("scipy.linalg.cython_blas"):
        arrays: Any = importlib.import_module("numba.np.arraymath")
    arrays._HAVE_BLAS = importlib.util.find_spec("scipy") is not None
    context.refresh()
    if platform.machine().lower() in ("x86_64", "amd64"):  # choices stay without branches where they are written so
        binding.set_option("", "-x86-cmov-converter=false")


class _Files(caching.IndexDataCacheFile):  # type: ignore[misc]
    """The files of one function; what cannot be read counts as not there: it is compiled again and written anew."""

    def _load_index(self) -> Any:
        try:
            return super()._load_index()
        except UNREADABLE:
            return {}

    def _load_data(self, name: str) -> Any:
        try:
            return super()._load_data(name)
        except UNREADABLE as error:
            raise FileNotFoundError(name) from error


class _Objects:
    """An environment as it is kept: the objects of Python that a function needs, for errors and answers.

    Numba's own would have the function's module loaded too, for code that falls back on Python; ours never does.
    """

    def __init__(self, whole: Any) -> None:
        self.consts, self.name = whole.consts, whole.env_name

    def __reduce__(self) -> tuple[Any, ...]:
        return environment._rebuild_env, (__name__, self.consts, self.name)


class _Kept(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """What is kept of compiled code: neither numba's listing of types, for people to read, nor idle environments.

    Compiled code names the environment of each function that it was made of, and needs next to none.
    """

    def reduce(self, result: Any) -> Any:
        """Return what is written of the result of compiling a function."""
        text = result.library.get_llvm_str()
        parts = super().reduce(result._replace(type_annotation=""))
        return tuple(_used(part, text) if type(part) is tuple else part for part in parts)


def _used(parts: tuple[Any, ...], text: str) -> tuple[Any, ...]:
    """Return parts without those environments of which a text does no more than declare them."""
    kept = (part for part in parts if not isinstance(part, environment.Environment) or text.count(part.env_name) > 1)
    return tuple(_Objects(part) if isinstance(part, environment.Environment) else part for part in kept)


class _KeptToCall(_Kept):
    """What is kept of code that Python calls and no other code is linked with: not what linking needs."""

    def reduce(self, result: Any) -> Any:
        """Return the same; in place of code to link there is only the name of what Python calls."""
        name = result.fndesc.llvm_cpython_wrapper_name
        result.library._shared_module = binding.parse_assembly(f'define void @"{name}"() {{ ret void }}')
        return super().reduce(result)


class _Cache(caching.FunctionCache):  # type: ignore[misc]
    """Compiled code on disk, loaded without what compiling needs, which takes a fifth of a second.

    Numba makes ready to compile before it looks into the cache. Loops that lie there need its memory manager only.
    """

    _impl_class = _Kept

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        where = self._impl.locator
        self._cache_file = _Files(self.cache_path, self._impl.filename_base, where.get_source_stamp())

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return what was compiled for a signature; where nothing was, make ready to compile."""
        rtsys.initialize(context)
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(signature, context)
        if found is None:
            _make_ready_to_compile(context)
        return found


class _CacheToCall(_Cache):
    """The same of functions that Python calls."""

    _impl_class = _KeptToCall


int64: Any = np.int64
"""NumPy's 64-bit integer, to the type checker anything: in compiled code every whole number is one."""


_ALONE = Lock()


def _template_for_any(template: Callable[..., Any], arguments: Any, named: Any) -> Any:
    """Return what compiled code calls, which ``template`` gives, made for any number where the code names a number.

    Numba would compile a function anew for each number that is written where it is called.
    """
    kinds = tuple(numba.types.unliteral(each) for each in arguments)
    return template(kinds, {name: numba.types.unliteral(each) for name, each in named.items()})


class Compiled:
    """A function, compiled for the types of its arguments when it is first called, from Python or compiled code.

    Until then nothing is made ready: a run calls some twenty of 250 such functions itself. What compiled code calls is
    a twin that Python cannot call: without the code for that, compiling takes a quarter less. The twin has a name of
    its own, for the cache tells functions apart by that.
    """

    __slots__ = ("__call__", "__dict__", "__weakref__")  # what is called stands in a slot, and is called as it is there

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        """Take a function and options of numba for it, beside strict arithmetic and no interpreter lock."""
        update_wrapper(self, function)
        self.py_func = function
        self._options = {"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True, **options}
        self._entry: Any = None
        self.__call__: Any = self._make_ready

    def _make_ready(self, *arguments: Any, **named: Any) -> Any:
        """Return what the compiled function returns, and have it called without this detour from now on."""
        self.__call__ = self.entry
        return self.entry(*arguments, **named)

    @property
    def entry(self) -> Any:
        """The function of numba that Python calls; threads make it once."""
        if self._entry is None:
            with _ALONE:
                if self._entry is None:
                    made: Any = numba.njit(**self._options)(self.py_func)
                    made._cache = _CacheToCall(self.py_func)
                    self._entry = made
        return self._entry

    @cached_property
    def within(self) -> Any:
        """The twin: the function of numba that compiled code calls."""
        function = self.py_func
        twin = FunctionType(function.__code__, function.__globals__, f"{function.__name__}_within")
        twin.__qualname__, twin.__module__ = twin.__name__, function.__module__
        made: Any = numba.njit(no_cpython_wrapper=True, **self._options)(twin)
        made._cache = _Cache(twin)
        made.get_call_template = partial(_template_for_any, made.get_call_template)
        return made

    @property
    def _numba_type_(self) -> Any:
        """What numba takes this for where compiled code names it."""
        return self.within._numba_type_


def _compiled(function: Function, **options: Any) -> Function:
    result: Any = Compiled(function, **options)
    return result


def compile_within(function: Callable[..., Any], *arguments: Any) -> None:
    """Compile a function as other compiled code calls it, for arguments of these types, without calling it."""
    compiled: Any = function
    compiled.within.get_call_template(tuple(numba.typeof(each) for each in arguments), {})


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
def wide_product(typing_context: Any, a: Any, b: Any) -> Any:
    """Compile to the upper and the lower 64 bits of the product of two unsigned 64-bit integers: one instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, word = ir.IntType(128), ir.IntType(64)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), word)
        return context.make_tuple(builder, signature.return_type, [high, builder.trunc(product, word)])

    word = numba.types.uint64
    return numba.types.UniTuple(word, 2)(word, word), generate


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
