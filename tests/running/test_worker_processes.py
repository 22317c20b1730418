"""Worker processes: what they load they load once, they tell what they died of, and nothing is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pool_calls import (
    crime_on_two_threads,
    die,
    kept_compiled,
    load_long,
    note,
    own_id,
    own_parent,
    raise_in_loading,
    signalled,
    sleep_or_square,
)
from small_worlds import REPOSITORY

from sim.running.batch.processes import FORKS, TimedOut, WorkerLost
from sim.running.batch.runners import Pool
from sim.running.loading import load_what_runs_need

forks = pytest.mark.skipif(not FORKS, reason="workers are not forked here")
Pools = Callable[..., Pool]
OWN: list[Any] = [(own_parent, 0), (own_id,)]
"""Calls that tell of processes: who forked the one that is called, and which it is."""
PATHS = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests" / "made")])


def nothing() -> None:
    """Load nothing."""


@pytest.fixture
def pools() -> Iterator[Pools]:
    """Make pools that are closed in the end."""
    made: list[Pool] = []

    def make(workers: int, timeout: float | None = None, load: Callable[[], None] | None = None) -> Pool:
        made.append(Pool(workers, timeout, load))
        return made[-1]

    yield make
    for pool in made:
        pool.close(at_once=True)
    assert not multiprocessing.active_children()


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def are_gone(processes: list[int]) -> bool:
    """Return whether all of some processes end soon."""
    end = time.monotonic() + 20
    while any(map(is_there, processes)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(is_there, processes))


# Loading


@forks
def test_what_workers_share_is_loaded_once(pools: Pools, tmp_path: Path) -> None:
    pool = pools(3, load=partial(note, str(tmp_path / "loaded")))
    for number in range(3):
        with pytest.raises(WorkerLost):
            pool.submit(die, number, lane=number).result()
    parents = {pool.submit(own_parent, 0, lane=lane).result() for lane in range(3)}
    assert len(parents) == 1
    assert parents != {os.getpid()}
    assert (tmp_path / "loaded").read_text(encoding="utf-8") == "loaded\n"


def test_what_cannot_be_loaded_harms_nothing(pools: Pools) -> None:
    pool = pools(2, load=raise_in_loading)
    assert [pool.submit(sleep_or_square, number).result() for number in range(4)] == [0, 1, 4, 9]


@forks
def test_nothing_that_is_loaded_has_a_thread_when_workers_are_forked() -> None:
    """It would be lost to them, with whatever it holds; those of linear algebra end themselves just before."""
    code = "import os; from sim.running.loading import load_what_runs_need as load; load(); os.fork() or os._exit(0); "
    code += "print(len(os.listdir('/proc/self/task')))"
    own = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    assert told_by(code, own) == "1\n"


@pytest.mark.parametrize("load", [None, load_what_runs_need], ids=["afresh", "forked"])
def test_threads_work_in_workers(load: Callable[[], None] | None, pools: Pools) -> None:
    pool = pools(2, load=load)
    found = [pool.submit(crime_on_two_threads, seed) for seed in (1, 2)]
    assert [future.result() for future in found] == [crime_on_two_threads(seed) for seed in (1, 2)]


def test_another_folder_of_compiled_loops_is_that_of_the_next_pool(
    pools: Pools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        monkeypatch.setenv("DARKFIGURE_CACHE", str(tmp_path / name))
        found = pools(2, load=load_what_runs_need).submit(kept_compiled).result()
        assert Path(found).is_relative_to(tmp_path / name)


# Ends


@pytest.mark.parametrize("load", [None, nothing], ids=["afresh", "forked"])
def test_what_a_worker_died_of_is_told(load: Callable[[], None] | None, pools: Pools) -> None:
    pool = pools(2, load=load)
    died = [(die, 0, "with status 3"), (signalled, signal.SIGKILL, r"SIGKILL.*memory"), (signalled, 15, "by signal 15")]
    for function, argument, told in died:
        with pytest.raises(WorkerLost, match=told):
            pool.submit(function, argument).result()
    assert pool.submit(sleep_or_square, 3).result() == 9


@pytest.mark.parametrize("load", [None, nothing], ids=["afresh", "forked"])
def test_a_call_that_takes_too_long_is_ended_alone(load: Callable[[], None] | None, pools: Pools) -> None:
    pool = pools(2, timeout=1.0, load=load)
    process = pool.submit(own_id, lane=0).result()
    with pytest.raises(TimedOut, match="longer than 1 second"):
        pool.submit(sleep_or_square, -1, lane=1).result()
    assert pool.submit(own_id, lane=0).result() == process
    assert pool.submit(sleep_or_square, 3, lane=1).result() == 9


@forks
def test_who_forks_is_replaced_where_it_dies(pools: Pools) -> None:
    pool = pools(2, load=nothing)
    parent, process = (pool.submit(function, *given, lane=0).result() for function, *given in OWN)
    os.kill(parent, signal.SIGKILL)
    with pytest.raises(WorkerLost, match="SIGKILL"):
        pool.submit(sleep_or_square, -1, lane=0).result()
    assert are_gone([process])
    assert pool.submit(own_parent, 0, lane=0).result() != parent


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("load", [None, nothing], ids=["afresh", "forked"])
def test_a_closed_pool_leaves_no_process(load: Callable[[], None] | None, at_once: bool, pools: Pools) -> None:
    pool = pools(2, load=load)
    found = {pool.submit(*call, lane=lane).result() for lane in (0, 1) for call in OWN}
    pool.close(at_once=at_once)
    assert not [process for process in found - {os.getpid()} if is_there(process)]


@forks
def test_a_pool_is_closed_at_once_while_it_loads(pools: Pools) -> None:
    pool = pools(2, load=load_long)
    lost = pool.submit(own_id)
    time.sleep(0.5)
    begun = time.monotonic()
    pool.close(at_once=True)
    assert time.monotonic() - begun < 2
    assert isinstance(lost.exception(), WorkerLost)


AT_WORK = """
import time
from pool_calls import own_id, own_parent, raise_in_loading, sleep_or_square
from sim.running.batch.runners import Pool
pool = Pool(2, None, raise_in_loading)
found = [pool.submit(own_id, lane=lane).result() for lane in (0, 1)] + [pool.submit(own_parent, 0, lane=0).result()]
for lane in (0, 1):
    pool.submit(sleep_or_square, -1, lane=lane)
print(*found, flush=True)
time.sleep(60)
"""


@forks
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_parent_leaves_nothing_behind(how: int) -> None:
    own = {**os.environ, "PYTHONPATH": PATHS}
    with subprocess.Popen([sys.executable, "-c", AT_WORK], stdout=subprocess.PIPE, text=True, env=own) as process:
        assert process.stdout is not None
        found = [int(word) for word in process.stdout.readline().split()]
        assert len(set(found)) == 3
        assert all(map(is_there, found))
        process.send_signal(how)
        process.wait()
        assert are_gone(found)


@forks
def test_no_warning_is_given_where_they_are_errors() -> None:
    """Newer Pythons warn where a process with several threads is forked."""
    code = "from sim.running.batch import run_all; from pool_calls import crime_on_two_threads as run; "
    code += "print(len(set(run_all(run, [1, 2, 3, 4], 2))))"
    own = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    assert told_by(code, {**own, "PYTHONWARNINGS": "error"}) == "4\n"


def test_what_calls_print_is_not_lost() -> None:
    code = "from sim.running.batch import run_all; list(run_all(print, ['a', 'b', 'c'], 2))"
    own = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    assert sorted(told_by(code, own).split()) == ["a", "b", "c"]


def told_by(code: str, environment: dict[str, str]) -> str:
    """Return what a program prints, which complains of nothing."""
    own = {**environment, "PYTHONPATH": PATHS}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=own)
    assert done.stderr == ""
    return done.stdout
