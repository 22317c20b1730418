"""Counties: a made grid, a file, or a made nation."""

from __future__ import annotations

from sim.parameters import Parameters
from sim.world.counties.table import NEVER, Counties

__all__ = ["NEVER", "Counties", "build_counties"]


def build_counties(parameters: Parameters, seed: int) -> Counties:
    """Build the counties of a scenario's world.

    Parameters
    ----------
    parameters : Parameters
        ``world`` says which kind; naming a county file implies kind counties.
    seed : int
        World seed. Counties from a file do not depend on it.

    Returns
    -------
    Counties
        Sorted by code.

    Raises
    ------
    UserError
        Too few people for the grid, shares that no county could have, or a file with impossible values.
    """
    if parameters.world.kind == "counties":
        from sim.world.counties.files import read_counties  # no compiler needed: a fault in a file shows at once

        return read_counties(parameters)
    from sim.world.counties.made import make_grid, make_nation

    return make_nation(parameters, seed) if parameters.world.kind == "nation" else make_grid(parameters, seed)
