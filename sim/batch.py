"""Many runs on several processes: a simple pool whose results do not depend on how many workers there are."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from sim.faults import UserError

Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkerLost(UserError):
    """A worker process ended without an answer."""


def run_all(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    on_done: Callable[[], None] | None = None,
) -> Iterator[Result]:
    """Yield ``function(job)`` for each job, in the order of ``jobs`` whatever the number of workers.

    Parameters
    ----------
    function : callable
        Defined at the top of a module, so that a fresh process can import it.
    jobs : sequence
        What to do, one small picklable object each.
    workers : int
        Processes; 1 means this process.
    on_done : callable, optional
        Called in this process after each job, in the order of their ends.

    Raises
    ------
    WorkerLost
        A worker ended without an answer, for instance because memory ran out.
    """
    if workers <= 1 or len(jobs) <= 1:
        for job in jobs:
            result = function(job)
            if on_done is not None:
                on_done()
            yield result
        return
    yield from _run_in_pool(function, jobs, min(workers, len(jobs)), on_done)


def _run_in_pool(
    function: Callable[[Job], Result], jobs: Sequence[Job], workers: int, on_done: Callable[[], None] | None
) -> Iterator[Result]:
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _ignore_interrupts)
    futures: list[Future[Result]] = []
    finished = False
    try:
        for job in jobs:
            future = pool.submit(function, job)
            if on_done is not None:
                future.add_done_callback(lambda _: on_done())
            futures.append(future)
        for future in futures:
            yield future.result()
        finished = True
    except BrokenProcessPool as error:
        raise WorkerLost(
            "a worker process ended unexpectedly; perhaps memory ran out. Try fewer workers (--workers 1) "
            "or a smaller world"
        ) from error
    finally:
        pool.shutdown(wait=finished, cancel_futures=True)
        if not finished:
            _end(set(multiprocessing.active_children()) - before)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent process, which ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end(processes: set[multiprocessing.process.BaseProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(timeout=5)
