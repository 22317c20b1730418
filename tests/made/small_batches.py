"""Small batches that several test files share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_ledger import fake_simulate

import sim.running.run
import sim.telling.figures.of_comparisons
import sim.telling.figures.sweeps
from sim.jobs.compare import comparison_files, plan_comparison
from sim.jobs.finish import carry_on
from sim.parameters import Parameters
from sim.running.batch import Batch, Options, RunName, work
from sim.running.batch.beginning import Shard, begin
from sim.scenario.scenario import Comparison, Scenario

FAULTY = Path(__file__).parent / "faulty"
TELLS_OF_THE_HOUR = ("journal.jsonl", "timing.json")


def tiny_comparison(replications: int = 3, people: int = 2000, months: int = 6) -> Comparison:
    world = {"rows": 2, "columns": 2, "people": people}
    programs = {"secure_communities": {"counties": "all", "start": "2006-03"}}
    base = Parameters.model_validate({"months": months, "world": world})
    program = Parameters.model_validate({"months": months, "world": world, "programs": programs})
    scenarios = [Scenario("baseline", base), Scenario("program", program)]
    return Comparison("Tiny", "", scenarios, "baseline", replications, 5)


def new_batch(out: Path, replications: int = 3, shard: Shard | None = None) -> Batch:
    comparison = tiny_comparison(replications)
    return begin(out, plan_comparison(comparison, "columnar"), comparison_files(comparison), shard)


def finished(out: Path, replications: int = 3, workers: int = 1) -> Path:
    return carry_on(new_batch(out, replications), Options(workers=workers, quiet=True))


def resumed(folder: Path, **options: object) -> Path:
    return carry_on(Batch.open(folder), Options(quiet=True, **options))  # type: ignore[arg-type]


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files of a batch but those that tell of the hour and the machine."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name not in TELLS_OF_THE_HOUR]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def files_undisturbed(
    factory: pytest.TempPathFactory, replications: int, prepare: Callable[[pytest.MonkeyPatch], None]
) -> dict[str, bytes]:
    """Return the files of a batch that nothing interrupts, run after ``prepare``."""
    with pytest.MonkeyPatch.context() as patch:
        prepare(patch)
        return files_of(finished(factory.mktemp("undisturbed") / "out", replications))


def done_in(folder: Path) -> list[str]:
    """Return the runs that the journal calls done, once for each time."""
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    return [line["run"] for line in lines if line.get("status") == "done"]


def use_fake_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have runs of this process made up, and no figures drawn."""
    monkeypatch.setattr(sim.running.run, "simulate", fake_simulate)
    without_figures(monkeypatch)


def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have batches of this process draw nothing, which takes longer than all their runs."""
    monkeypatch.setattr(sim.telling.figures.of_comparisons, "write_figures", lambda *_: [])
    monkeypatch.setattr(sim.telling.figures.sweeps, "write_sweep_figures", lambda *_: [])


def make_faulty(monkeypatch: pytest.MonkeyPatch, faults: dict[str, str], once: Path | None = None) -> None:
    """Have runs fail in worker processes that begin from now on."""
    monkeypatch.setenv("PYTHONPATH", str(FAULTY), prepend=os.pathsep)
    monkeypatch.setenv("FAULTY_RUNS", json.dumps(faults))
    if once is not None:
        monkeypatch.setenv("FAULTY_ONCE", str(once))


def make_failing(monkeypatch: pytest.MonkeyPatch, failing: RunName) -> None:
    """Have a run fail in this process."""
    original = work.results_of

    def results_of(batch: Batch, run: RunName, *more: object) -> object:
        if run == failing:
            raise ZeroDivisionError("made to fail")
        return original(batch, run, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "results_of", results_of)


def paired_comparison(replications: int = 3, people: int = 2000, months: int = 6) -> Comparison:
    """Return the comparison of two scenarios with themselves without Secure Communities."""
    tiny = tiny_comparison(replications, people, months)
    return replace(tiny, reference="baseline.without", effect_of="secure_communities")
