"""A first run compiles in two processes at once: one people and their crimes, the other the rest of their months."""

from __future__ import annotations

from contextlib import suppress

from sim.running.loading import small_world
from sim.running.machine import processors
from sim.running.needs import is_compiled


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
            compile_people_and_crimes()
            with suppress(Exception):
                beside.result()
            finished = True
        finally:
            pool.close(at_once=not finished)


def compile_people_and_crimes() -> None:
    """Compile the first half of a month, then, by making some, what makes people."""
    from sim.engines.columnar.several import compile_crimes

    compile_crimes(small_world(peopled=False))
    small_world(peopled=True)


def compile_months() -> None:
    """Compile the second half of a month, then, by running one in a world of empty places, all that months are made of.

    Nobody need be made for that; and the first half lies on disk by then where the other process has compiled it.
    """
    from sim.engines.columnar.engine import ColumnarEngine
    from sim.engines.columnar.several import compile_after_crimes

    engine = ColumnarEngine(small_world(peopled=False), 1)
    compile_after_crimes(engine)
    for _ in engine.months():
        pass
