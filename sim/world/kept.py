"""What follows from the parameters alone is worked out once, not each time that it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from sim.parameters import Parameters

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
