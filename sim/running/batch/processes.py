"""Processes beside this one that answer calls, each begun afresh or forked from one that has loaded everything.

Ctrl-C does not reach them, they do not run the user's script again, and they are gone as soon as their parent is.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import connection, reduction, resource_tracker
from typing import Any, NoReturn

from sim.words.faults import UserError

FORKS = sys.platform.startswith("linux")
"""Whether workers are forked: elsewhere libraries of the system do not survive that, or there is no such thing."""


class WorkerLost(UserError):
    """A worker process ended without an answer."""

    is_final = False
    """Whether the runner has tried often enough."""


class TimedOut(UserError):
    """A run took longer than it may, and was ended."""


class Worker:
    """A process that waits for calls."""

    def __init__(self, calls: Any, end: Callable[[], int | None]) -> None:
        """Take the connection to it, and what ends it at once and returns what it ended with."""
        self._calls = calls
        self._is_ready = False
        self.end = end

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...], timeout: float | None) -> Any:
        """Return what it answers, or raise that.

        Raises
        ------
        WorkerLost
            It ended without an answer.
        TimedOut
            No answer came for ``timeout`` seconds.
        """
        try:
            if not self._is_ready:  # the time that a call may take does not begin before its process has
                self._is_ready = self._calls.recv()
            self._calls.send((function, arguments))
            if not self._calls.poll(timeout):
                raise TimedOut(f"took longer than {timeout:g} seconds")
            fault, result = self._calls.recv()
        except (EOFError, OSError):
            raise WorkerLost(f"the worker process {_ended(self.end())}") from None
        if fault is not None:
            raise fault
        return result


def fresh_worker() -> Worker:
    """Begin a worker that loads what it needs itself."""
    calls, process = _begun(_serve_afresh)
    return Worker(calls, partial(_end, process))


class Nursery:
    """A process from which workers are forked; it has one thread, and calls nothing but what loads.

    Workers that are forked have loaded that too, share the memory it takes, and can be forked anew in no time. They end
    when the nursery does, which ends when this process does.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        """Begin to ``load``; workers can be asked for at once."""
        self._line, self._process = _begun(_nurse, load)
        self._lock = threading.Lock()
        self._asked = 0

    @property
    def is_alive(self) -> bool:
        """Whether workers can be forked."""
        return self._process.is_alive()

    def worker(self) -> Worker:
        """Return a worker that is forked as soon as all is loaded; where none can be, its first call is lost."""
        calls, other = multiprocessing.Pipe()
        with self._lock, suppress(OSError):
            number, self._asked = self._asked, self._asked + 1
            self._line.send(None)
            reduction.send_handle(self._line, other.fileno(), self._process.pid)
        other.close()
        return Worker(calls, partial(self._end_worker, number))

    def _end_worker(self, number: int) -> int | None:
        with self._lock, suppress(EOFError, OSError):
            self._line.send(number)
            return self._line.recv()
        return _end(self._process)

    def close(self) -> None:
        """End it and all workers."""
        with self._lock:
            self._line.close()
        self._process.terminate()
        self._process.join(5)
        _end(self._process)


def _begun(function: Callable[..., None], *arguments: Any) -> tuple[Any, Any]:
    """Begin a process whose function is called with the other end of a connection; return this end, and the process."""
    context = multiprocessing.get_context("spawn")
    mine, other = context.Pipe()
    process = context.Process(target=_leave_after, args=(function, other, *arguments), daemon=True)
    with _without_main(), _deaf_to_interrupts():
        process.start()
    other.close()
    return mine, process


def _end(process: Any) -> int | None:
    """End a process at once, if it has not ended, and return what it ended with."""
    process.kill()
    process.join()
    return process.exitcode


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


def _leave_after(function: Callable[..., None], *arguments: Any) -> NoReturn:
    """Call what a process is for, and leave: nothing is torn down, which takes a fifth of a second."""
    status = 1
    try:
        function(*arguments)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(status)


def _serve_afresh(calls: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends its workers
    parent: Any = multiprocessing.parent_process()
    _serve(calls, parent.sentinel)


def _nurse(line: Any, load: Callable[[], None]) -> None:
    """Load, then fork a worker or end one whenever that is asked for, until the other side closes or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(Exception):  # what is not loaded now each worker loads when it needs it
        load()
    gc.freeze()  # workers share what is loaded for as long as nobody writes to it
    signal.signal(signal.SIGTERM, lambda *_: line.close())
    held, life = os.pipe()  # whose other end nobody else holds: it closes when this process ends
    workers: list[int] = []
    ended: dict[int, int] = {}
    with suppress(EOFError, OSError):
        while True:
            asked = line.recv()
            if asked is None:
                handle = reduction.recv_handle(line)
                workers.append(os.fork() or _leave_after(_serve_forked, handle, (line.fileno(), life), held))
                os.close(handle)
            else:
                line.send(_end_fork(workers[asked], ended))
    for worker in workers:
        _end_fork(worker, ended)


def _end_fork(worker: int, ended: dict[int, int]) -> int:
    """End a forked process at once, if it has not ended, and return what it ended with."""
    if worker not in ended:
        os.kill(worker, signal.SIGKILL)
        ended[worker] = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    return ended[worker]


def _serve_forked(handle: int, others: tuple[int, ...], life: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        os.close(other)
    _serve(connection.Connection(handle), life)


def _serve(calls: Any, life: int) -> None:
    """Answer calls until the other side closes or dies; end at once when ``life`` does."""
    threading.Thread(target=_die_with, args=(life,), daemon=True).start()
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
        _flush()  # who waits for a call may be ended at any moment
        with suppress(OSError):
            calls.send(answer)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # None, full, closed
            stream.flush()


def _die_with(life: int) -> None:
    connection.wait([life])
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
