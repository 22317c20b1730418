"""One whole run in a process of its own: what each part of it took, how much memory, and a hash of all it gave.

``python -m benchmarks.measuring.whole_run TASK`` takes and prints JSON; the hashing is timed apart, to be taken off.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PARTS = ("process and imports", "building the world", "starting", "months", "writing")


class Stopwatch:
    """Adds up seconds by the clock under several names."""

    def __init__(self, *names: str) -> None:
        self.seconds = dict.fromkeys(names, 0.0)
        self.last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Count the time since the last lap under ``name``."""
        now = time.perf_counter()
        self.seconds[name] += now - self.last
        self.last = now


def peak_bytes() -> int:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says here begins with the size of the parent process
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class Tables:
    """The tables of a run, written as a run writes them; nothing is written without a folder."""

    def __init__(self, folder: str | None, setting: Any) -> None:
        self.folder, self.setting = folder, setting
        self.rows: dict[str, int] = {}
        if folder is not None:
            from sim.running.tables.files import TableWriter
            from sim.running.tables.months import MonthTables

            Path(folder).mkdir(parents=True)
            self.writer = TableWriter(Path(folder))
            self.maker = MonthTables(setting.months, setting.world.counties, "nation", 0)

    def write(self, record: Any) -> None:
        if self.folder is None:
            return
        tables = list(self.maker.of(record))
        for name, table in tables:
            self.rows[name] = self.rows.get(name, 0) + len(table)
        self.writer.write(tables)

    def close(self) -> None:
        if self.folder is not None:
            self.writer.close()

    def sizes(self) -> dict[str, dict[str, int]]:
        """Return rows and bytes of each table."""
        folder = Path(self.folder or "")
        return {
            name: {"rows": rows, "bytes": (folder / f"{name}.parquet").stat().st_size}
            for name, rows in self.rows.items()
        }


def _arrays(record: Any) -> Iterator[Any]:
    """Yield the arrays of a month's record."""
    return (value for value in record if hasattr(value, "tobytes"))


def _months(task: Mapping[str, Any], setting: Any, watch: Stopwatch) -> dict[str, Any]:
    from sim.running.run import records

    digest, opportunities = hashlib.blake2b(digest_size=16), 0
    months = iter(records(setting, task["seed"], "columnar", task["threads"], keep_world=False))
    watch.lap(PARTS[2])
    tables = Tables(task["tables"], setting)
    watch.lap(PARTS[4])
    for record in months:
        watch.lap(PARTS[3])
        tables.write(record)
        watch.lap(PARTS[4])
        for array in _arrays(record):
            digest.update(array.tobytes())
        opportunities += int(record.opportunities.sum())
        watch.lap("hashing")
    watch.lap(PARTS[3])
    tables.close()
    watch.lap(PARTS[4])
    return {"digest": digest.hexdigest(), "opportunities": opportunities, "tables": tables.sizes()}


def whole_run(task: Mapping[str, Any]) -> dict[str, Any]:
    """Run a task (scenario, overrides, seed, threads, folder of tables or None) and return what it took and gave.

    The world is built and used up as ``darkfigure run`` does it.
    """
    watch = Stopwatch(*PARTS, "hashing")
    from sim.running.run import prepare
    from sim.scenario.scenario import load_scenario

    scenario = load_scenario(Path(task["scenario"]), task["overrides"])
    watch.lap(PARTS[0])
    setting = prepare(scenario, share=False, threads=task["threads"])
    watch.lap(PARTS[1])
    found = _months(task, setting, watch)
    facts = {"people": setting.world.size, "counties": len(setting.world.counties), "months": len(setting.months)}
    return {**found, **facts, "seconds": watch.seconds, "peak": peak_bytes()}


if __name__ == "__main__":
    print(json.dumps(whole_run(json.loads(sys.argv[1]))))
