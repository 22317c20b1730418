"""Who runs: this process, or others beside it; all in the manner of ``concurrent.futures``.

A runner takes a function and its arguments and gives a future. It holds as many processes as it has workers; one that
dies costs what it was at and is replaced.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol, TypeVar

from sim.running.batch.processes import FORKS, Nursery, TimedOut, Worker, WorkerLost, fresh_worker
from sim.running.loading import load_what_runs_need

Job = TypeVar("Job")
Result = TypeVar("Result")


class Runner(Protocol):
    """What carries out calls, some at a time."""

    @property
    def slots(self) -> int:
        """Calls that can go on at a time; more wait."""

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Future[Any]:
        """Begin a call and return what will hold its result, or its exception.

        Calls of one lane, below ``slots``, are made one after another and meet in one process where a runner can do
        that; whoever gives lanes gives them to all calls.
        """

    def close(self, *, at_once: bool) -> None:
        """Let processes go; those still at work are ended where that is to be ``at_once``."""


class Here:
    """Calls functions in this process, one at a time."""

    slots = 1

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Future[Any]:
        """Call the function and return a future that is done; interruptions pass through."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self, *, at_once: bool) -> None:
        """Do nothing."""


class Pool:
    """Processes beside this one, each served by one thread at a time that knows what its process is at.

    So it is known which call a process died of, and one call can be ended without the others.
    """

    def __init__(self, workers: int, timeout: float | None = None, load: Callable[[], None] | None = None) -> None:
        """Hold so many processes, begun when they are needed; a call may last ``timeout`` seconds.

        Where several can share what they have loaded they do; ``load`` is called for that, once.
        """
        self.slots = workers
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(workers, "worker")
        self._lock = threading.Lock()
        self._workers: dict[int, Worker] = {}
        self._load = load if FORKS and workers > 1 else None
        self._nursery = None if self._load is None else Nursery(self._load)
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Future[Any]:
        """Begin a call; its exception is ``WorkerLost`` where the process died, ``TimedOut`` where it took too long."""
        return self._threads.submit(self._call, function, arguments, lane)

    def close(self, *, at_once: bool) -> None:
        """End the processes, after their work or at once."""
        if at_once:
            with self._lock:
                self._closed = True
                self._end_all()
        self._threads.shutdown(wait=True, cancel_futures=at_once)
        self._end_all()

    def _end_all(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
        for worker in self._workers.values():
            worker.end()

    def _call(self, function: Callable[..., Any], arguments: tuple[Any, ...], lane: int | None) -> Any:
        key = threading.get_ident() if lane is None else lane
        worker = self._of(key)
        try:
            return worker.call(function, arguments, self._timeout)
        except (WorkerLost, TimedOut):
            with self._lock:
                self._workers.pop(key, None)
            worker.end()
            raise

    def _of(self, key: int) -> Worker:
        """Return the worker of a lane, or of a thread that serves calls of none."""
        with self._lock:
            if key not in self._workers:
                if self._closed:
                    raise WorkerLost("the batch has been ended")
                self._workers[key] = self._new()
            return self._workers[key]

    def _new(self) -> Worker:
        if self._load is None:
            return fresh_worker()
        if self._nursery is None or not self._nursery.is_alive:
            self._nursery = Nursery(self._load)
        return self._nursery.worker()


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
    runner: Runner = (
        Here() if workers <= 1 or len(jobs) <= 1 else Pool(min(workers, len(jobs)), None, load_what_runs_need)
    )
    finished = False
    try:
        futures = []
        for job in jobs:
            future = runner.submit(function, job)
            if on_done is not None:
                future.add_done_callback(lambda _: on_done())
            futures.append(future)
            if isinstance(runner, Here):
                yield future.result()
        if not isinstance(runner, Here):
            for future in futures:
                yield future.result()
        finished = True
    finally:
        runner.close(at_once=not finished)


def first_ended(futures: set[Future[Any]], timeout: float | None = None) -> set[Future[Any]]:
    """Wait until one of the futures is done, and return those that are."""
    return wait(futures, timeout=timeout, return_when=FIRST_COMPLETED).done
