"""A first run compiles in two processes at once: one what makes people, the other what months are made of."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sim.running.machine import processors
from sim.running.needs import is_compiled

if TYPE_CHECKING:
    from sim.world.setting import Setting


def ensure_compiled(engine: str, quiet: bool = True) -> None:
    """Compile the loops of the columnar engine side by side where none lies on disk and a second processor is there.

    Whatever becomes of the second process, nothing fails: what it has not compiled this one compiles when it needs it.
    """
    if engine != "columnar" or processors() < 2 or is_compiled(engine):
        return
    from sim.running.batch.runners import Pool
    from sim.running.terminal import COMPILING, working

    with working(COMPILING, quiet):
        pool, finished = Pool(1), False
        try:
            beside = pool.submit(compile_months)
            compile_people()
            with suppress(Exception):
                beside.result()
            finished = True
        finally:
            pool.close(at_once=not finished)


def compile_people() -> None:
    """Compile what makes people, by making some."""
    _small_world(peopled=True)


def compile_months() -> None:
    """Compile what months are made of, by running one in a world of empty places, so that nobody need be made."""
    from sim.engines.columnar.engine import ColumnarEngine

    for _ in ColumnarEngine(_small_world(peopled=False), 1).months():
        pass


def _small_world(*, peopled: bool) -> Setting:
    from sim.parameters import Parameters
    from sim.world.counties.building import build_counties
    from sim.world.people import build_world
    from sim.world.setting import build_setting

    table = Parameters.model_validate({"months": 1, "world": {"rows": 1, "columns": 1, "people": 400}})
    seed = table.world.seed
    return build_setting(table, seed, build_world(table, build_counties(table, seed), seed, peopled=peopled))
