"""One run: a scenario and a seed in, a ledger or a folder of tables out."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sim.running.beginnings import Beginnings
from sim.running.machine import machine
from sim.running.tables.files import TableWriter, write_world
from sim.running.worlds import Worlds, build
from sim.words.faults import UserError
from sim.words.labels import TABLES

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger, MonthRecord
    from sim.engines.mesa.model import MesaEngine
    from sim.parameters import Parameters
    from sim.scenario.scenario import Scenario
    from sim.world.setting import Setting

ENGINES = ("columnar", "mesa")
MESA_PEOPLE = 200_000
"""Above so many people the Mesa engine is refused: it would take hours and several gigabytes."""
_SEED_PURPOSE = 1_000
_WORLDS = Worlds(most=2, most_small=8)
"""The worlds that runs of this process share."""
BEGINNINGS = Beginnings()
"""What a run of this process leaves for the next one of its luck."""
_FOLLOWING: list[tuple[Parameters, int, Setting]] = []
"""The next run's parameters and replication, and both made ready, once a run has looked ahead."""


def seed_of(master: int, replication: int) -> int:
    """Return the seed of luck of a replication: it follows from the master seed and the number alone."""
    from sim.numerics.draws import philox

    return int(philox(master, replication, 0, 0, _SEED_PURPOSE)[0]) >> 2


def prepare(scenario: Scenario, replication: int = 0, *, share: bool = True, threads: int = 1) -> Setting:
    """Return a scenario made ready to run; unless ``share`` holds, its world is its own to use up.

    A world of its own is built on as many ``threads``.

    Raises
    ------
    UserError
        Where files, programs or sizes do not fit together.
    """
    from sim.world.setting import build_setting

    parameters = scenario.parameters
    seed = world_seed(parameters, replication)
    world = _WORLDS.of(parameters, seed) if share else build(parameters, seed, threads)
    return build_setting(parameters, seed, world)


def world_seed(parameters: Parameters, replication: int) -> int:
    """Return the seed of the world of a replication: the same for all unless worlds are redrawn."""
    own = parameters.world.seed
    return seed_of(own, replication) if parameters.world.redraw else own


def records(
    setting: Setting, seed: int, engine: str = "columnar", threads: int = 1, *, keep_world: bool = True
) -> Iterator[MonthRecord]:
    """Yield the record of each month of a run; ``seed`` is the seed of luck.

    Unless ``keep_world`` holds, a run of the columnar engine uses up the setting's world: half the memory, one run.

    Raises
    ------
    UserError
        Where the engine cannot run a world of this size.
    """
    if engine == "mesa":
        return mesa_engine(setting, seed).months()
    from sim.engines.columnar.engine import ColumnarEngine

    return ColumnarEngine(setting, seed, threads, keep_world=keep_world).months()


def mesa_engine(setting: Setting, seed: int) -> MesaEngine:
    """Return the model on agents of a scenario made ready; ``seed`` is the seed of luck.

    Raises
    ------
    UserError
        Where the world has too many people for it.
    """
    if setting.world.size > MESA_PEOPLE:
        raise UserError(
            f"the mesa engine runs up to {MESA_PEOPLE:,} people, this world has {setting.world.size:,}; "
            "use --engine columnar, or fewer people"
        )
    from sim.engines.mesa.model import MesaEngine

    return MesaEngine(setting, seed)


def simulate(
    scenario: Scenario,
    *,
    seed: int,
    replication: int = 0,
    engine: str = "columnar",
    threads: int = 1,
    on_month: Callable[[int, int], None] | None = None,
    following: Scenario | None = None,
) -> Ledger:
    """Run one replication of a scenario and return its ledger.

    Parameters
    ----------
    scenario : Scenario
        Resolved scenario.
    seed : int
        Master seed; the luck follows from it and ``replication``.
    engine : str
        ``columnar`` or ``mesa``; both give the same ledger.
    threads : int
        Threads within a run of millions of people; the ledger does not depend on it.
    on_month : callable, optional
        Called with the number of months done and the number in all.
    following : Scenario, optional
        What this process is to run next with the same seed and replication: first months that both have in common are
        kept for it. The ledger does not depend on it.
    """
    setting, luck = _made_ready(scenario, replication), seed_of(seed, replication)
    if engine != "columnar":
        return ledger_of(setting, luck, engine, threads, on_month)
    other = None if following is None else _ready_for_later(following, replication)
    return _ledger(setting, BEGINNINGS.parts(setting, luck, threads, other), on_month)


def _made_ready(scenario: Scenario, replication: int) -> Setting:
    """Return a scenario made ready to run, by the run before if that had to know what both have in common."""
    found = _FOLLOWING.pop() if _FOLLOWING else None
    if found is not None and found[:2] == (scenario.parameters, replication):
        return found[2]
    return prepare(scenario, replication)


def _ready_for_later(scenario: Scenario, replication: int) -> Setting | None:
    """Return a scenario made ready, for its own run too; nothing where it has a fault: that run will tell of it."""
    try:
        setting = prepare(scenario, replication)
    except UserError:
        return None
    _FOLLOWING[:] = [(scenario.parameters, replication, setting)]
    return setting


def ledger_of(
    setting: Setting,
    seed: int,
    engine: str = "columnar",
    threads: int = 1,
    on_month: Callable[[int, int], None] | None = None,
) -> Ledger:
    """Return the ledger of a scenario made ready; ``seed`` is the seed of luck, the rest as in ``simulate``."""
    if engine == "columnar":
        from sim.engines.columnar.engine import ColumnarEngine

        return _ledger(setting, ColumnarEngine(setting, seed, threads).parts(), on_month)
    from sim.engines.ledger import stack

    counties, names = setting.world.counties, setting.months
    months = records(setting, seed, engine, threads)
    return _ledger(setting, (stack([it], [names[it.index]], counties) for it in months), on_month)


def _ledger(setting: Setting, parts: Iterator[Ledger], on_month: Callable[[int, int], None] | None = None) -> Ledger:
    from sim.engines.ledger import joined

    run: list[Ledger] = []
    done = 0
    for part in parts:
        run.append(part)
        for _ in part.months:
            done += 1
            if on_month is not None:
                on_month(done, len(setting.months))
    return joined(run)


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a temporary sibling folder that becomes ``out`` only when everything in it is written.

    Raises
    ------
    UserError
        Where ``out`` exists and is not an empty folder, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out}: already exists and is not an empty folder; choose another with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if out.exists():
            out.rmdir()
        os.rename(temporary, out)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def version() -> str:
    """Return the installed version of darkfigure."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("darkfigure")
    except PackageNotFoundError:
        return "not installed"


def fingerprint() -> str:
    """Return a hash of the program's sources; equal ones give equal results on one type of machine."""
    from sim.numerics.sources import FINGERPRINTS

    return FINGERPRINTS.whole


class Watcher(Protocol):
    """Looks on while a run goes, month by month."""

    def begin(self, scenario: Scenario, setting: Setting) -> object:
        """Called once, before the first month."""

    def add(self, record: MonthRecord) -> object:
        """Called with each month; what is kept of it must be copied or summed."""

    def finish(self, folder: Path) -> object:
        """Called after the last month, with the folder that the tables are in."""


def run_to_folder(
    scenario: Scenario,
    *,
    seed: int,
    replication: int = 0,
    engine: str = "columnar",
    threads: int = 1,
    out: Path,
    quiet: bool = False,
    watchers: Sequence[Watcher] = (),
) -> Path:
    """Run a scenario once and write a folder: tables, resolved scenario, codebook, manifest and timing.

    Each of ``watchers`` sees every month and may add files of its own, figures for instance. Returns the folder. It
    appears whole or not at all.

    Raises
    ------
    UserError
        Where the folder cannot be used, memory is too little, or the scenario's files do not fit together.
    """
    from sim.running.compiling import ensure_compiled
    from sim.running.needs import forecast_run, is_compiled
    from sim.running.tables.codebook import write_codebook
    from sim.running.tables.months import MonthTables
    from sim.running.terminal import RunTotals, foretell, month_progress, print_run, working

    begun = time.perf_counter()
    foretell(forecast_run(scenario.parameters, engine, threads, is_compiled(engine)), quiet)
    with whole_folder(out) as folder:
        ensure_compiled(engine, quiet)
        compiled = is_compiled(engine)
        with working("building the world", quiet):
            setting = prepare(scenario, replication, share=False, threads=threads)
        for watcher in watchers:
            watcher.begin(scenario, setting)
        built = time.perf_counter()
        writer = TableWriter(folder)
        tables = MonthTables(setting.months, setting.world.counties, scenario.name, replication)
        totals = RunTotals()
        try:
            with month_progress(len(setting.months), quiet, compiled) as advance:
                for record in records(setting, seed_of(seed, replication), engine, threads, keep_world=False):
                    writer.write(tables.of(record))
                    totals.add(record)
                    for watcher in watchers:
                        watcher.add(record)
                    advance()
        finally:
            writer.close()
        write_world(setting.world.counties, folder / "world.parquet")
        write_codebook(folder / "codebook.csv", (*TABLES, "world"))
        (folder / "scenario.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
        manifest = {
            "version": version(),
            "fingerprint": fingerprint(),
            "scenario": scenario.name,
            "seed": seed,
            "world_seed": scenario.parameters.world.seed,
            "replication": replication,
            "engine": engine,
            "people": setting.world.size,
            "counties": len(setting.world.counties.code),
            "months": len(setting.months),
            "opportunities": totals.opportunities,
            "clipped_share": totals.clipped / max(1, totals.opportunities),
        }
        write_json(folder / "manifest.json", manifest)
        timing = {"building": built - begun, "running": time.perf_counter() - built, "threads": threads, **machine()}
        write_json(folder / "timing.json", timing)
        for watcher in watchers:
            watcher.finish(folder)
    if not quiet:
        print_run(scenario, setting, totals, out)
    return out


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file that people may read too."""
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
