"""Who runs: this process, or others beside it; all in the manner of ``concurrent.futures``.

A runner takes a function and its arguments and gives a future. It holds as many processes as it has workers; one that
dies costs what it was at and is replaced.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from multiprocessing import connection, resource_tracker
from typing import Any, Protocol, TypeVar

from sim.words.faults import UserError

Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkerLost(UserError):
    """A worker process ended without an answer."""

    is_final = False
    """Whether the runner has tried often enough."""


class TimedOut(UserError):
    """A run took longer than it may, and was ended."""


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

    def __init__(self, workers: int, timeout: float | None = None) -> None:
        """Hold so many processes, begun when they are needed; a call may last ``timeout`` seconds."""
        self.slots = workers
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(workers, "worker")
        self._lock = threading.Lock()
        self._processes: dict[int, _Process] = {}
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Future[Any]:
        """Begin a call; its exception is ``WorkerLost`` where the process died, ``TimedOut`` where it took too long."""
        return self._threads.submit(self._call, function, arguments, lane)

    def close(self, *, at_once: bool) -> None:
        """End the processes, after their work or at once."""
        if at_once:
            with self._lock:
                self._closed = True
                for process in self._processes.values():
                    process.kill()
        self._threads.shutdown(wait=True, cancel_futures=at_once)
        for process in self._processes.values():
            process.end()

    def _call(self, function: Callable[..., Any], arguments: tuple[Any, ...], lane: int | None) -> Any:
        key = threading.get_ident() if lane is None else lane
        process = self._of(key)
        try:
            return process.call(function, arguments, self._timeout)
        except (WorkerLost, TimedOut):
            process.kill()
            with self._lock:
                self._processes.pop(key, None)
            process.end()
            raise

    def _of(self, key: int) -> _Process:
        """Return the process of a lane, or of a thread that serves calls of none."""
        with self._lock:
            if key not in self._processes:
                if self._closed:
                    raise WorkerLost("the batch has been ended")
                self._processes[key] = _Process()
            return self._processes[key]


class _Process:
    """A process that waits for calls."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        with _without_main(), _deaf_to_interrupts():
            self._process.start()
        other.close()
        self._is_ready = False

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...], timeout: float | None) -> Any:
        try:
            if not self._is_ready:  # the time that a call may take does not begin before its process has
                self._is_ready = self._connection.recv()
            self._connection.send((function, arguments))
            ready = connection.wait([self._connection, self._process.sentinel], timeout)
            if not ready:
                raise TimedOut(f"took longer than {timeout:g} seconds")
            fault, result = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(5)
            raise WorkerLost(f"the worker process {_ended(self._process.exitcode)}") from None
        if fault is not None:
            raise fault
        return result

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Let the process end, or make it."""
        self._connection.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Begin a process that Ctrl-C does not reach, from its first moment on: the parent ends its workers."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which the first process begins, and with that would hear of Ctrl-C again
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


@contextmanager
def _without_main() -> Iterator[None]:
    """Begin a process that does not run the user's script again, whether or not it guards its main part.

    What is called lies in modules, so that the script is not needed there.
    """
    main = sys.modules["__main__"]
    kept: dict[str, Any] = {name: vars(main)[name] for name in ("__spec__", "__file__") if name in vars(main)}
    vars(main).pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        vars(main).update(kept)


def _ended(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return "was killed (SIGKILL), perhaps because memory ran out; try fewer workers (--workers 1)"
    if code is not None and code < 0:
        return f"was ended by signal {-code}"
    return f"ended with status {code}" if code is not None else "was lost"


def _serve(calls: Any) -> None:
    """Answer calls until the other side closes or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends its workers
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with suppress(OSError):  # where the parent died before, so does this process
        calls.send(True)
    while True:
        try:
            function, arguments = calls.recv()
        except (EOFError, OSError):
            return
        answer: tuple[Exception | None, Any]
        try:
            answer = (None, function(*arguments))
        except Exception as error:
            answer = (_portable(error), None)
        with suppress(OSError):
            calls.send(answer)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _portable(error: Exception) -> Exception:
    """Return an exception that can be sent: itself, or its words."""
    if isinstance(error, UserError):
        return UserError(str(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


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
    runner: Runner = Here() if workers <= 1 or len(jobs) <= 1 else Pool(min(workers, len(jobs)))
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
