"""One run: a scenario and a seed in, a ledger or a folder of tables out."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.faults import UserError

if TYPE_CHECKING:
    from sim.counties import Counties
    from sim.ledger import Ledger, MonthRecord
    from sim.parameters import Parameters
    from sim.scenario import Scenario
    from sim.setting import Setting

ENGINES = ("columnar", "mesa")
MESA_PEOPLE = 200_000
"""Above so many people the Mesa engine is refused: it would take hours and several gigabytes."""
_SEED_PURPOSE = 1_000


def seed_of(master: int, replication: int) -> int:
    """Return the seed of luck of a replication: it follows from the master seed and the number alone."""
    from sim.draws import philox

    return int(philox(master, replication, 0, 0, _SEED_PURPOSE)[0]) >> 2


@lru_cache(maxsize=2)
def _world(description: str, seed: int) -> Any:
    """Return the world of parameters (as JSON); scenarios that differ only in programs share it."""
    from sim.counties import build_counties
    from sim.parameters import Parameters
    from sim.people import build_world

    parameters = Parameters.model_validate_json(description)
    return build_world(parameters, build_counties(parameters, seed), seed)


def _world_description(parameters: Parameters) -> str:
    """Return the part of the parameters that shapes a world, as JSON: what programs and behaviour leave untouched."""
    from sim.parameters import Parameters as Table

    defaults = Table()
    same = {name: getattr(defaults, name) for name in ("programs", "responses", "enforcement", "detainers", "trust")}
    plain = parameters.model_copy(update={**same, "title": "", "question": "", "source": ""})
    return plain.model_dump_json()


def prepare(scenario: Scenario, replication: int = 0) -> Setting:
    """Return a scenario made ready to run.

    Raises
    ------
    UserError
        Where files, programs or sizes do not fit together.
    """
    from sim.setting import build_setting

    world_seed = scenario.parameters.world.seed
    if scenario.parameters.world.redraw:
        world_seed = seed_of(world_seed, replication)
    world = _world(_world_description(scenario.parameters), world_seed)
    return build_setting(scenario.parameters, world_seed, world)


def records(setting: Setting, seed: int, engine: str = "columnar", threads: int = 1) -> Iterator[MonthRecord]:
    """Yield the record of each month of a run; ``seed`` is the seed of luck.

    Raises
    ------
    UserError
        Where the engine cannot run a world of this size.
    """
    if engine == "mesa":
        if setting.world.size > MESA_PEOPLE:
            raise UserError(
                f"the mesa engine runs up to {MESA_PEOPLE:,} people, this world has {setting.world.size:,}; "
                "use --engine columnar, or fewer people"
            )
        from sim.mesa_engine import MesaEngine

        return MesaEngine(setting, seed).months()
    from sim.columnar_engine import ColumnarEngine

    return ColumnarEngine(setting, seed, threads).months()


def simulate(
    scenario: Scenario,
    *,
    seed: int,
    replication: int = 0,
    engine: str = "columnar",
    threads: int = 1,
    on_month: Callable[[int, int], None] | None = None,
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
    """
    from sim.ledger import stack

    setting = prepare(scenario, replication)
    done: list[MonthRecord] = []
    for record in records(setting, seed_of(seed, replication), engine, threads):
        done.append(record)
        if on_month is not None:
            on_month(len(done), len(setting.months))
    return stack(done, setting.months, setting.world.counties)


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


class TableWriter:
    """The four tables of a run as Parquet files, a row group a month."""

    def __init__(self, folder: Path) -> None:
        """Write into ``folder``, which exists."""
        self.folder = folder
        self.writers: dict[str, Any] = {}

    def write(self, tables: dict[str, Any]) -> None:
        """Append one month (or more) of each table."""
        import pyarrow.parquet as pq

        for name, table in tables.items():
            if name not in self.writers:
                path = self.folder / f"{name}.parquet"
                self.writers[name] = pq.ParquetWriter(path, table.schema, compression="zstd")
            self.writers[name].write_table(table)

    def close(self) -> None:
        """Finish the files; where one cannot be written, the others are closed all the same."""
        failures = []
        for writer in self.writers.values():
            try:
                writer.close()
            except OSError as error:
                writer.is_open = False  # or it would try again, and fail loudly, when it is collected
                failures.append(error)
        if failures:
            raise failures[0]


def write_world(counties: Counties, path: Path) -> None:
    """Write the counties of a world: place, position and people."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "county": counties.fips,
            "name": counties.name,
            "state": counties.state,
            "row": counties.row,
            "column": counties.column,
            "latitude": pa.array(counties.latitude, from_pandas=True),
            "longitude": pa.array(counties.longitude, from_pandas=True),
            "persons": counties.persons,
            "agents": counties.agents,
        }
    )
    pq.write_table(table, path, compression="zstd")


def machine() -> dict[str, str | int]:
    """Return what timings depend on: machine, Python and the number of processors."""
    return {
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "processors": os.cpu_count() or 1,
    }


def version() -> str:
    """Return the installed version of darkfigure."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("darkfigure")
    except PackageNotFoundError:
        return "not installed"


def run_to_folder(
    scenario: Scenario,
    *,
    seed: int,
    engine: str = "columnar",
    threads: int = 1,
    out: Path,
    quiet: bool = False,
) -> Path:
    """Run a scenario once and write a folder: tables, resolved scenario, codebook, manifest and timing.

    Returns the folder. It appears whole or not at all.

    Raises
    ------
    UserError
        Where the folder cannot be used, or the scenario's files do not fit together.
    """
    from sim.codebook import write_codebook
    from sim.compiled import sources_fingerprint
    from sim.ledger import month_tables
    from sim.run_terminal import RunTotals, month_progress, print_run

    begun = time.perf_counter()
    with whole_folder(out) as folder:
        setting = prepare(scenario)
        built = time.perf_counter()
        writer = TableWriter(folder)
        totals = RunTotals()
        try:
            with month_progress(len(setting.months), quiet) as advance:
                for record in records(setting, seed_of(seed, 0), engine, threads):
                    tables = month_tables(record, setting.months, setting.world.counties, scenario.name, 0)
                    writer.write(tables)
                    totals.add(record)
                    advance()
        finally:
            writer.close()
        write_world(setting.world.counties, folder / "world.parquet")
        write_codebook(folder / "codebook.csv", ("crime", "people", "enforcement", "counties", "world"))
        (folder / "scenario.yaml").write_text(scenario.resolved_yaml(), encoding="utf-8")
        manifest = {
            "version": version(),
            "fingerprint": sources_fingerprint(),
            "scenario": scenario.name,
            "seed": seed,
            "world_seed": scenario.parameters.world.seed,
            "replication": 0,
            "engine": engine,
            "people": setting.world.size,
            "counties": len(setting.world.counties.code),
            "months": len(setting.months),
            "opportunities": totals.opportunities,
            "clipped_share": totals.clipped / max(1, totals.opportunities),
        }
        _write_json(folder / "manifest.json", manifest)
        timing = {"building": built - begun, "running": time.perf_counter() - built, "threads": threads, **machine()}
        _write_json(folder / "timing.json", timing)
    if not quiet:
        print_run(scenario, setting, totals, out)
    return out


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
