"""What runs need is loaded before there is anything to run: by a process that has others do the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.running.needs import is_compiled

if TYPE_CHECKING:
    from sim.world.setting import Setting


def load_what_runs_need() -> None:
    """Load the columnar engine and what writes tables; of compiled loops those that lie on disk."""
    from sim.engines.columnar.engine import ColumnarEngine

    if is_compiled("columnar"):
        for _ in ColumnarEngine(small_world(peopled=True), 1).months():
            pass


def small_world(*, peopled: bool) -> Setting:
    """Return a world so small as can be in which all loops run; unless ``peopled`` nobody lives there."""
    from sim.parameters import Parameters
    from sim.world.counties.building import build_counties
    from sim.world.people import build_world
    from sim.world.setting import build_setting

    table = Parameters.model_validate({"months": 1, "world": {"rows": 1, "columns": 1, "people": 400}})
    seed = table.world.seed
    return build_setting(table, seed, build_world(table, build_counties(table, seed), seed, peopled=peopled))
