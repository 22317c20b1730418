"""Runs on a Dask cluster, whose workers write results themselves and answer with receipts.

They see the batch's folder under the same path and have the same version of the program. What a lost worker was at is
run again elsewhere; what it had done lies on disk, and running it again finds it there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

from sim.running.batch.processes import TimedOut, WorkerLost
from sim.words.faults import UserError

LOCAL = "local"
PATIENCE = 30.0
"""Seconds to wait for a scheduler, and for its first worker."""


class DaskRunner:
    """Calls functions on the workers of a cluster: as many at a time as they have threads."""

    def __init__(self, address: str, workers: int, timeout: float | None) -> None:
        """Connect to the scheduler at ``address``, or begin a cluster of ``workers`` processes on this machine.

        Raises
        ------
        UserError
            Where Dask is not installed, or no scheduler or worker answers.
        """
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError:
            raise UserError("--dask needs Dask: pip install 'darkfigure[distributed]'") from None
        self._timeout = timeout
        self._restarting = threading.Lock()
        self._cluster: Any = None
        if address == LOCAL:
            with dask.config.set({"distributed.scheduler.allowed-failures": 2}):
                self._cluster = LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
                )
        try:
            self._client: Any = Client(self._cluster or address, timeout=PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            self._close_cluster()
            raise UserError(f"--dask {address}: no scheduler with workers answers there ({error})") from None

    @property
    def slots(self) -> int:
        """Threads of all workers that are there now; a cluster may grow and shrink."""
        return max(1, sum(self._client.nthreads().values()))

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Future[Any]:
        """Begin a call somewhere on the cluster, whose workers know of no lanes."""
        future: Future[Any] = Future()
        sent = self._client.submit(function, *arguments, pure=False)
        watch = threading.Timer(self._timeout or 0, self._end, (sent, future))
        watch.daemon = True
        if self._timeout is not None:
            watch.start()
        sent.add_done_callback(lambda it: _hand_over(it, future, watch))
        return future

    def _end(self, sent: Any, future: Future[Any]) -> None:
        """End a call that takes too long, by having its worker begin anew."""
        from distributed.core import Status

        at_it = [worker for worker, keys in self._client.processing().items() if sent.key in keys]
        _settle(future, error=TimedOut(f"took longer than {self._timeout:g} seconds"))
        sent.cancel(force=True)
        with self._restarting:
            if self._client.status == Status.running.name:
                self._client.restart_workers(at_it, raise_for_error=False)

    def close(self, *, at_once: bool) -> None:
        """Leave the cluster, and end it if it is ours."""
        with self._restarting:  # a worker that begins anew would find the scheduler gone
            self._client.close()
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.close()


def _hand_over(sent: Any, future: Future[Any], watch: threading.Timer) -> None:
    """Give a future what became of its call."""
    from distributed.scheduler import KilledWorker

    watch.cancel()
    try:
        _settle(future, sent.result())
    except KilledWorker as error:
        lost = WorkerLost(f"every worker that was at it died, {error.last_worker.address} the last")
        lost.is_final = True
        _settle(future, error=lost)
    except BaseException as error:
        _settle(future, error=error)


def _settle(future: Future[Any], result: Any = None, error: BaseException | None = None) -> None:
    """Give a future its result or exception; what comes second is passed over."""
    with suppress(InvalidStateError):
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
