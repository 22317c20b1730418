"""Carry a plan out: every run that is not done yet, on whatever runner there is, until something stops it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

from sim.running.batch import part, run_file
from sim.running.batch.files import remove_leftovers
from sim.running.batch.journal import Journal, read_journal
from sim.running.batch.plan import PLAN, RunName
from sim.running.batch.processes import TimedOut, WorkerLost
from sim.running.batch.progress import Progress, progress_of
from sim.running.batch.reading import Batch
from sim.running.batch.runners import Here, Pool, Runner, first_ended
from sim.running.batch.store import Store, clear_damaged
from sim.running.batch.waiting import Waiting, waiting_of
from sim.running.loading import load_what_runs_need
from sim.words.faults import UserError

RETRIES = 2
"""A run is tried so many times more when the process at work on it dies."""
OnError = Literal["hold", "stop", "continue"]
Told = Literal["short", "full", "json", "nothing"]
Shard = tuple[int, int]


class Stopped(UserError):
    """The batch ended before all runs were done; what is done is kept."""

    status = 1


@dataclass(frozen=True)
class Options:
    """How a batch is carried out; no result depends on any of it.

    Attributes
    ----------
    workers, threads : int
        Processes, and threads within a run.
    dask : str or None
        Address of a Dask scheduler, or ``local`` for a cluster of ``workers`` on this machine.
    on_error : str
        What a failed run means: ``hold``: the others are run and results wait for it; ``stop``: nothing more is begun;
        ``continue``: results are made without it.
    timeout : float or None
        Seconds that a run may take.
    any_version : bool
        Go on with a batch that another version of the program has begun.
    quiet : bool
        Show no progress.
    told : str
        What is printed of the results: ``short``, ``full``, ``json`` or ``nothing``.
    sharing : bool
        Run months that runs of one luck have in common once.
    """

    workers: int = 1
    threads: int = 1
    dask: str | None = None
    on_error: OnError = "hold"
    timeout: float | None = None
    any_version: bool = False
    quiet: bool = False
    told: Told = "short"
    sharing: bool = True


@dataclass
class Outcome:
    """What is there after a batch was carried out: failed runs with their errors, and what was found damaged."""

    failed: dict[RunName, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def runs_of(batch: Batch, shard: Shard | None) -> list[RunName]:
    """Return the runs that a folder is to hold, in the order of execution: all, or every n-th."""
    order = batch.plan.order()
    return order if shard is None else order[shard[0] - 1 :: shard[1]]


def execute(batch: Batch, options: Options, shard: Shard | None = None) -> Outcome:
    """Run what is not done yet.

    Parameters
    ----------
    batch : Batch
        A folder with its plan. What lies in it damaged is told and run again.
    options : Options
        How.
    shard : pair of int, optional
        ``(i, n)``: every n-th run, from the i-th on.

    Raises
    ------
    UserError
        Where another process is at work on the batch, the version or a file of the plan is another, the disk is full,
        or (``Stopped``) a run failed that was to stop everything.
    """
    _ensure_same(batch, options)
    with Journal(batch.path) as journal:
        store = Store(batch.plan, batch.path)
        outcome = Outcome(faults=[*store.verify(), *_unfit_lines(batch, store)])
        _refuse_foreign(store)
        clear_damaged(store)
        for folder in (run_file.FOLDER, part.FOLDER):
            (batch.path / folder).mkdir(exist_ok=True)
        if not options.quiet:
            _tell(outcome.faults)
        mine = runs_of(batch, shard)
        waiting, total = [run for run in mine if run not in store], len(mine)
        journal.event("began", runs=len(waiting), workers=options.workers)
        if options.any_version:
            _note_version(batch, journal)
        with _runner(batch.path, options, len(waiting)) as runner, progress_of(total, options.quiet) as progress:
            _Execution(batch, options, journal, runner, progress, store, shard).carry_out(waiting, outcome)
    return outcome


def _ensure_same(batch: Batch, options: Options) -> None:
    """Refuse to go on under other sources or with other files: results would be of two kinds."""
    from sim.running.run import fingerprint, version

    plan = batch.plan
    batch.check_files()
    mine = fingerprint()
    if not options.any_version and plan.fingerprint != mine:
        raise UserError(
            f"{batch.path}: begun by darkfigure {plan.version} with sources {plan.fingerprint}; this is {version()} "
            f"with {mine}, whose runs may differ. Use that version, or --allow-other-version"
        )


def _refuse_foreign(store: Store) -> None:
    """Refuse to go on where results lie that are whole and not of this plan: going on would delete them."""
    if not store.foreign:
        return
    more = f" (and {len(store.foreign) - 1:,} more)" if len(store.foreign) > 1 else ""
    raise UserError(
        f"{store.foreign[0]}{more}; nothing is deleted. If {store.folder / PLAN} was changed, put the old plan back; "
        "else move what does not belong here to another folder, and resume"
    )


def _note_version(batch: Batch, journal: Journal) -> None:
    from sim.running.run import fingerprint

    if fingerprint() != batch.plan.fingerprint:
        journal.event("other version", fingerprint=fingerprint())


def _unfit_lines(batch: Batch, store: Store) -> list[str]:
    """Return what the journal says wrongly: lines that are none, and runs called done that are not there."""
    entries, faults = read_journal(batch.path, batch.plan)
    last = {entry.run: entry for entry in entries}
    path = batch.path / "journal.jsonl"
    known = store.places.keys() | store.damaged
    absent = [entry for run, entry in last.items() if entry.status == "done" and run not in known]
    told = [f"{path}:{entry.line}: {entry.run} is said to be done, and is not there; run again" for entry in absent[:5]]
    if len(absent) > len(told):
        told.append(f"{path}: and {len(absent) - len(told)} more that are not there")
    return faults + told


def _tell(faults: list[str]) -> None:
    import sys

    for fault in faults:
        print(fault, file=sys.stderr)


@contextmanager
def runner_for(options: Options, waiting: int) -> Iterator[Runner]:
    """Give what carries out so many calls as the options say; it is closed at once where they do not end."""
    runner: Runner
    workers = max(1, min(options.workers, waiting))
    if options.dask is not None:
        from sim.running.batch.on_dask import DaskRunner

        runner = DaskRunner(options.dask, options.workers, options.timeout)
    elif workers == 1 and options.timeout is None:
        runner = Here()
    else:
        runner = Pool(workers, options.timeout, load_what_runs_need)
    finished = False
    try:
        yield runner
        finished = True
    finally:
        runner.close(at_once=not finished)


@contextmanager
def _runner(folder: Path, options: Options, waiting: int) -> Iterator[Runner]:
    """Give what carries out the runs of the batch in ``folder``; what processes ended at once have begun is cleared."""
    try:
        with runner_for(options, waiting) as runner:
            yield runner
    except BaseException:
        if options.dask is None:
            remove_leftovers(folder / run_file.FOLDER)
        raise


class _Execution:
    """The state of one call of ``execute``."""

    def __init__(
        self,
        batch: Batch,
        options: Options,
        journal: Journal,
        runner: Runner,
        progress: Progress,
        store: Store,
        shard: Shard | None,
    ) -> None:
        self.batch, self.options, self.journal, self.runner, self.progress = batch, options, journal, runner, progress
        self.shard = shard
        self.batch_named = (str(batch.path.absolute()), batch.plan.identity)
        self.attempts: Counter[RunName] = Counter()
        self.at_work: dict[Future[Any], RunName | int] = {}
        self.lanes: dict[Future[Any], int] = {}
        self.to_join: deque[int] = deque()
        self.joiner = _Joiner(batch, store, shard)
        self.progress.start(len(store.places))

    def carry_out(self, waiting: list[RunName], outcome: Outcome) -> None:
        """Run all of ``waiting``; what fails is noted in ``outcome``."""
        queue = waiting_of(self.batch, waiting, sharing=self.options.sharing)
        for number in self.joiner.ready():
            self._join(number, queue)
        while queue or self.to_join or self.at_work:
            while (queue or self.to_join) and len(self.at_work) < self.runner.slots:
                self._begin(queue)
            for future in first_ended(set(self.at_work)):
                self._end(future, queue, outcome)

    def _begin(self, queue: Waiting) -> None:
        """Have a free lane of the runner join a part, or else simulate its next run."""
        from sim.running.batch.work import join_part, run_one

        busy = set(self.lanes.values())
        lane = next(lane for lane in count() if lane not in busy)
        task: RunName | int
        function: Callable[..., Any]
        if self.to_join:
            task, function = self.to_join.popleft(), join_part
            arguments: tuple[Any, ...] = (task, tuple(str(run) for run in self.joiner.runs[task]))
        else:
            task, following = queue.take(lane)
            function, then = run_one, None if following is None else str(following)
            arguments = (str(task), self.options.threads, self.options.any_version, then)
        future = self.runner.submit(function, *self.batch_named, *arguments, lane=lane)
        self.at_work[future], self.lanes[future] = task, lane

    def _join(self, number: int, queue: Waiting) -> None:
        """Have a part joined, unless the batch is so near its end that all is joined anyway."""
        if self.shard is None and len(queue) < part.RUNS:
            return
        self.to_join.append(number)

    def _end(self, future: Future[Any], queue: Waiting, outcome: Outcome) -> None:
        task = self.at_work.pop(future)
        del self.lanes[future]
        try:
            receipt = future.result()
        except Exception as error:
            self._failed(task, error, queue, outcome)
            return
        if isinstance(task, int):
            return
        self.journal.done(task, receipt.seconds)
        self.progress.advance()
        number = self.joiner.add(task, receipt.bytes)
        if number is not None:
            self._join(number, queue)

    def _failed(self, task: RunName | int, error: Exception, queue: Waiting, outcome: Outcome) -> None:
        """Try again, note the failure and go on, or stop."""
        if isinstance(task, int):
            if isinstance(error, WorkerLost | TimedOut):
                return  # its runs stay in files of their own
            raise error
        self.attempts[task] += 1
        if isinstance(error, WorkerLost) and not error.is_final and self.attempts[task] <= RETRIES:
            queue.put_back(task)
            return
        if isinstance(error, OSError):
            raise error
        told = error_text(error, self.attempts[task])
        self.journal.failed(task, told)
        outcome.failed[task] = told
        self.progress.fail()
        mistake = isinstance(error, UserError) and not isinstance(error, WorkerLost | TimedOut)
        if self.options.on_error == "stop" or (mistake and self.options.on_error == "hold"):
            stopped = Stopped(f"{task}: {told}")
            stopped.status = 2 if mistake else 1
            raise stopped


def error_text(error: Exception, attempts: int) -> str:
    """Return what is told of a run's error."""
    told = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
    return f"{told} ({attempts} attempts)" if isinstance(error, WorkerLost) else told


class _Joiner:
    """Knows which finished runs are to be joined into a part, range by range of the design order."""

    def __init__(self, batch: Batch, store: Store, shard: Shard | None) -> None:
        self.path = batch.path
        mine = sorted(runs_of(batch, shard), key=batch.plan.place_of)
        self.runs = [mine[start : start + part.RUNS] for start in range(0, len(mine), part.RUNS)]
        self.number_of = {run: number for number, runs in enumerate(self.runs) for run in runs}
        self.bytes = [0] * len(self.runs)
        self.lacking = [len(runs) for runs in self.runs]
        self.parts = {holder.number for holder in store.parts if holder.folder == batch.path}
        for run, file in store.own_files().items():
            if run in self.number_of:
                self.add(run, file.path.stat().st_size)

    def add(self, run: RunName, size: int) -> int | None:
        """Note that the file of a run is there; return the part that it makes ready to be joined, if it does."""
        number = self.number_of[run]
        self.lacking[number] -= 1
        self.bytes[number] += size
        return number if self._is_ready(number) else None

    def ready(self) -> list[int]:
        """Return the parts that can be joined."""
        return [number for number in range(len(self.runs)) if self._is_ready(number)]

    def _is_ready(self, number: int) -> bool:
        whole = self.lacking[number] == 0 and self.bytes[number] <= part.LARGEST
        return whole and number not in self.parts and len(self.runs) > 1
