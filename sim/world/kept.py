"""What follows from parameters, a world or a setting alone is worked out once, not each time that it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from weakref import ref

import numpy as np

from sim.parameters import Parameters

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def of_parameters(function: Callable[[Parameters], Result]) -> Callable[[Parameters], Result]:
    """Return ``function``, whose result for the parameters last asked for is kept; arrays in it cannot be written."""
    last: list[tuple[Parameters, Result]] = []

    @wraps(function)
    def kept(parameters: Parameters) -> Result:
        found = last[0] if last else None
        if found is None or found[0] is not parameters:
            found = parameters, function(parameters)
            _freeze(found[1])
            last[:] = [found]
        return found[1]

    return kept


def _freeze(result: Any) -> None:
    for each in result if isinstance(result, tuple) else (result,):
        if isinstance(each, np.ndarray):
            each.setflags(write=False)


def of_last(is_small: Callable[[Thing], bool]) -> Callable[[Callable[[Thing], Result]], Callable[[Thing], Result]]:
    """Have a function's result kept for the world or setting last asked about, if small; runs of one follow each other.

    It is shared, so that nobody may write into arrays of it. It does not keep the world alive.
    """

    def keeping(function: Callable[[Thing], Result]) -> Callable[[Thing], Result]:
        last: list[tuple[ref[Thing], Result]] = []

        @wraps(function)
        def kept(thing: Thing) -> Result:
            found = last[0] if last else None
            if found is not None and found[0]() is thing:
                return found[1]
            result = function(thing)
            if is_small(thing):
                last[:] = [(ref(thing), result)]
            return result

        return kept

    return keeping
