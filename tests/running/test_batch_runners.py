"""Runners: whoever runs, the bytes are the same; a worker that dies, hangs or fails costs what it was at."""

from __future__ import annotations

import json
import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import wait
from pathlib import Path

import pytest
from pool_calls import die, mistake, own_id, sleep_or_square
from small_batches import (
    done_in,
    files_of,
    files_undisturbed,
    finished,
    make_failing,
    make_faulty,
    new_batch,
    resumed,
    without_figures,
)

from sim.doors.cli.batches import exit_status
from sim.jobs.finish import Incomplete
from sim.jobs.merge import check_shards, merge
from sim.running.batch import Batch, Options, RunName, execute
from sim.running.batch.execution import Stopped
from sim.running.batch.on_dask import DaskRunner
from sim.running.batch.processes import TimedOut, WorkerLost
from sim.running.batch.runners import Pool
from sim.words.faults import UserError

REPLICATIONS = 3
BAD = RunName("baseline", 1)


@pytest.fixture(autouse=True)
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return files_undisturbed(tmp_path_factory, REPLICATIONS, without_figures)


# The same bytes


@pytest.mark.parametrize("workers", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_workers_change_no_byte(workers: int, tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    out = finished(tmp_path / "out", REPLICATIONS, workers)
    assert files_of(out) == undisturbed
    assert sorted(done_in(out)) == sorted(map(str, Batch.open(out).runs()))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_merged_shards_are_one_batch(count: int, tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    folders = [tmp_path / f"shard{number}" for number in range(1, count + 1)]
    for number, folder in enumerate(folders, start=1):
        execute(new_batch(folder, REPLICATIONS, (number, count)), Options(quiet=True), (number, count))
    out = merge(check_shards(folders), tmp_path / "whole", workers=2, on_error="hold", quiet=True)
    assert files_of(out) == undisturbed


@pytest.mark.slow
def test_dask_changes_no_byte(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    new_batch(tmp_path / "out", REPLICATIONS)
    out = resumed(tmp_path / "out", workers=2, dask="local")
    assert files_of(out) == undisturbed
    assert sorted(done_in(out)) == sorted(map(str, Batch.open(out).runs()))


# The pool


def test_a_users_mistake_comes_back_in_its_own_words() -> None:
    pool = Pool(1)
    try:
        with pytest.raises(UserError, match=r"^here\.yaml:3: months: out of range\nhere\.yaml:4: wrold: unknown key$"):
            pool.submit(mistake).result()
    finally:
        pool.close(at_once=False)


def test_a_pool_knows_what_a_process_died_of() -> None:
    pool = Pool(2)
    try:
        lost = pool.submit(die, 1)
        others = [pool.submit(sleep_or_square, number) for number in range(4)]
        assert [future.result() for future in others] == [0, 1, 4, 9]
        with pytest.raises(WorkerLost, match="ended with status 3"):
            lost.result()
    finally:
        pool.close(at_once=False)
    assert not multiprocessing.active_children()


def test_a_pool_ends_what_takes_too_long_and_nothing_else() -> None:
    pool = Pool(2, timeout=2.0)
    try:
        late = pool.submit(sleep_or_square, -1)
        others = [pool.submit(own_id) for _ in range(4)]
        assert len({future.result() for future in others}) == 1
        with pytest.raises(TimedOut, match="longer than 2 seconds"):
            late.result()
        assert pool.submit(sleep_or_square, 5).result() == 25
    finally:
        pool.close(at_once=False)


def test_a_pool_that_is_closed_at_once_leaves_no_process() -> None:
    pool = Pool(2)
    futures = [pool.submit(sleep_or_square, -1) for _ in range(2)]
    wait(futures, timeout=1)
    begun = time.monotonic()
    pool.close(at_once=True)
    assert time.monotonic() - begun < 20
    assert not multiprocessing.active_children()
    assert all(future.exception() for future in futures)


def test_workers_do_not_run_the_users_script_again(tmp_path: Path) -> None:
    """A script without a main guard would otherwise start itself anew in each worker."""
    script = tmp_path / "study.py"
    script.write_text(
        "print('once')\nfrom sim.running.batch import run_all\nprint(list(run_all(abs, [-1, -2, -3], 2)), __file__)\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"once\n[1, 2, 3] {script}\n"


# Failures


def test_a_worker_that_dies_once_costs_its_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    make_faulty(monkeypatch, {str(BAD): "die"}, once=tmp_path)
    out = finished(tmp_path / "out", REPLICATIONS, workers=2)
    assert files_of(out) == undisturbed
    assert sorted(done_in(out)) == sorted(map(str, Batch.open(out).runs()))


def test_a_run_that_kills_its_worker_thrice_fails_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    with monkeypatch.context() as patch:
        make_faulty(patch, {str(BAD): "die"})
        with pytest.raises(Incomplete, match=r"baseline\.1: .*killed \(SIGKILL\).*3 attempts.*\n1 of 6 runs failed"):
            resumed(out, workers=2)
    statuses = Batch.open(out).statuses()
    assert [str(run) for run, status in statuses.items() if status.state != "done"] == [str(BAD)]
    assert statuses[BAD].state == "failed"
    assert "memory" in statuses[BAD].error
    assert not (out / "manifest.json").exists()
    assert Incomplete.status == 1
    assert files_of(resumed(out)) == undisturbed


def test_results_without_a_failed_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed: dict[str, bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Replications are compared where all scenarios have them, and everything says which runs are missing."""
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    with monkeypatch.context() as patch:
        make_failing(patch, BAD)
        resumed(out, on_error="continue")
    assert exit_status(out) == 1
    assert "1 runs failed and are not in the results: baseline.1" in capsys.readouterr().err
    batch = Batch.open(out)
    assert batch.manifest["missing"] == ["baseline.1"]
    assert [run.replication for run in batch.results().runs["program"]] == [0, 2]
    assert "baseline.1" in (out / "report.html").read_text(encoding="utf-8")
    assert batch.statuses()[BAD].error == "ZeroDivisionError: made to fail"
    assert len(batch.outcomes()) == 5
    assert files_of(resumed(out)) == undisturbed
    assert exit_status(out) == 0


def test_stop_begins_no_other_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_failing(monkeypatch, BAD)
    out = new_batch(tmp_path / "out", 8).path
    with pytest.raises(Stopped, match=r"baseline\.1: ZeroDivisionError: made to fail\n\d+ of 16 runs are done") as told:
        resumed(out, on_error="stop")
    assert told.value.status == 1
    assert len(Batch.open(out).finished()) < 8


def test_a_run_that_takes_too_long_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_faulty(monkeypatch, {str(BAD): "sleep"})
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    with pytest.raises(Incomplete, match=r"baseline\.1: took longer than 5 seconds"):
        resumed(out, workers=2, timeout=5.0)
    assert len(Batch.open(out).finished()) == 5


def test_a_users_mistake_stops_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> None:
        raise UserError("no such county")

    monkeypatch.setattr("sim.running.batch.work.results_of", mistaken)
    with pytest.raises(Stopped, match=r"baseline\.0: no such county\n0 of 6 runs are done") as told:
        finished(tmp_path / "out")
    assert told.value.status == 2


# Dask


@pytest.mark.slow
def test_dask_loses_a_worker_and_the_batch_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    make_faulty(monkeypatch, {str(BAD): "die", "program.2": "die"}, once=tmp_path)
    new_batch(tmp_path / "out", REPLICATIONS)
    out = resumed(tmp_path / "out", workers=2, dask="local")
    assert (tmp_path / str(BAD)).exists()
    assert files_of(out) == undisturbed
    assert sorted(done_in(out)) == sorted(map(str, Batch.open(out).runs()))


@pytest.mark.slow
def test_dask_gives_up_a_run_that_kills_its_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_faulty(monkeypatch, {str(BAD): "die"})
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    with pytest.raises(Incomplete, match=r"baseline\.1: every worker that was at it died"):
        resumed(out, workers=2, dask="local")
    assert len(Batch.open(out).finished()) == 5


@pytest.mark.slow
def test_dask_ends_a_run_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_faulty(monkeypatch, {str(BAD): "sleep"})
    out = new_batch(tmp_path / "out", REPLICATIONS).path
    with pytest.raises(Incomplete, match=r"baseline\.1: took longer than 15 seconds"):
        resumed(out, workers=2, dask="local", timeout=15.0)
    assert len(Batch.open(out).finished()) == 5


@pytest.mark.slow
def test_a_cluster_elsewhere_loses_a_worker_for_good(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    """A scheduler and two workers of their own, one of which is killed in mid-batch and never comes back."""
    address = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_"]
    begin = [*dask[:2], f"{dask[2]}scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(address)]
    join = [*dask[:2], f"{dask[2]}worker", "--scheduler-file", str(address), "--nthreads", "1", "--no-nanny"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen(begin, **silent)]  # type: ignore[call-overload]
    try:
        processes += [subprocess.Popen([*join, "--no-dashboard"], **silent) for _ in range(2)]  # type: ignore[call-overload]
        while not address.exists() or not address.read_text(encoding="utf-8"):
            time.sleep(0.1)
        scheduler = json.loads(address.read_text(encoding="utf-8"))["address"]
        out = new_batch(tmp_path / "out", 40).path
        killer = threading.Thread(target=_kill_after, args=(out, 10, processes[1]))
        killer.start()
        resumed(out, dask=scheduler)
        killer.join()
        assert processes[1].poll() == -signal.SIGKILL
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert files_of(out) == files_of(finished(tmp_path / "undisturbed", 40))
    assert sorted(done_in(out)) == sorted(map(str, Batch.open(out).runs()))


def _kill_after(out: Path, runs: int, process: subprocess.Popen[bytes]) -> None:
    while not (out / "runs").exists() or len(list((out / "runs").iterdir())) < runs:
        time.sleep(0.01)
    process.kill()


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.running.batch.on_dask.PATIENCE", 0.5)
    with pytest.raises(UserError, match="no scheduler with workers answers there"):
        DaskRunner("tcp://127.0.0.1:9", 1, None)
