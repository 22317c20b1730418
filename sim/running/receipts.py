"""Calls that take long, each answered by a small receipt: a file that is whole or not there; a kill costs little.

The process in charge writes receipts and the journal; what lies in the folder intact is not called again.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

from sim.running.batch.execution import RETRIES, Options, runner_for
from sim.running.batch.files import as_json, remove_leftovers, write_whole
from sim.running.batch.journal import Journal
from sim.running.batch.processes import WorkerLost
from sim.running.batch.progress import Progress, progress_of
from sim.running.batch.runners import Runner, first_ended
from sim.words.faults import UserError
from sim.words.reading import Damaged, record_in

FOLDER = "worlds"
SUFFIX = ".json"
Content = dict[str, Any]
Function = Callable[..., Content]


class Call(NamedTuple):
    """What is to be called: a name for its receipt, and arguments that can be sent to another process."""

    name: str
    arguments: tuple[Any, ...]


def carry_out(
    folder: Path,
    identity: str,
    function: Function,
    calls: list[Call],
    options: Options,
    heed: Callable[[str, Content], None] = lambda *_: None,
) -> dict[str, Content]:
    """Return what ``function`` answers to each of ``calls``, by name in their order.

    Parameters
    ----------
    folder : Path
        In which receipts lie.
    identity : str
        Of what the answers follow from; receipts carry it.
    function : callable
        Defined at the top of a module; called with the arguments of a call, it returns an object of JSON.
    calls : list of Call
        Names are names of files.
    options : Options
        Workers, Dask, quiet; no answer depends on them.
    heed : callable, optional
        Told name and answer of each call once it is kept, first of those that were kept before; what it raises ends
        the work before more is called.

    Raises
    ------
    UserError
        Where another process is at work in the folder, a receipt is of something else, or a call fails for good.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    with Journal(folder) as journal:
        remove_leftovers(folder / FOLDER)
        found = {call.name: receipt_in(folder, identity, call.name) for call in calls}
        for name, kept in found.items():
            if kept is not None:
                heed(name, kept)
        waiting = [call for call in calls if found[call.name] is None]
        if waiting:
            journal.event("began", calls=len(waiting), workers=options.workers)
            with runner_for(options, len(waiting)) as runner, progress_of(len(calls), options.quiet) as progress:
                progress.start(len(calls) - len(waiting))
                for name, content in _answers(runner, function, waiting, progress):
                    write_whole(_path(folder, name), as_json({"of": identity, "name": name, **content}))
                    journal.event("done", world=name)
                    found[name] = content
                    heed(name, content)
    return {name: content for name, content in found.items() if content is not None}


def receipt_in(folder: Path, identity: str, name: str) -> Content | None:
    """Return the answer that lies in a folder; nothing where there is none, or a damaged one.

    Raises
    ------
    UserError
        Where it is whole and follows from something else: going on would delete it.
    """
    path = _path(folder, name)
    try:
        content = record_in(path, {"of": str, "name": str})
    except (FileNotFoundError, Damaged):
        return None
    if content.pop("of") != identity or content.pop("name") != name:
        raise UserError(f"{path}: belongs to something else; nothing is deleted: move it away, and resume")
    return content


def kept_and_damaged(folder: Path, identity: str, names: Sequence[str]) -> tuple[int, list[str]]:
    """Return how many of some answers lie in a folder, and the paths of damaged ones, which are called for again.

    Raises
    ------
    UserError
        Where one follows from something else.
    """
    lacking = [name for name in names if receipt_in(folder, identity, name) is None]
    return len(names) - len(lacking), [str(path) for path in (_path(folder, it) for it in lacking) if path.exists()]


def _path(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{name}{SUFFIX}"


def _answers(
    runner: Runner, function: Function, calls: list[Call], progress: Progress
) -> Iterator[tuple[str, Content]]:
    """Yield name and answer of each call as it ends; a call whose process died is tried again."""
    queue, attempts = deque(calls), Counter[str]()
    at_work: dict[Future[Any], Call] = {}
    while queue or at_work:
        while queue and len(at_work) < runner.slots:
            call = queue.popleft()
            at_work[runner.submit(function, *call.arguments)] = call
        for future in first_ended(set(at_work)):
            call = at_work.pop(future)
            attempts[call.name] += 1
            try:
                answer = future.result()
            except WorkerLost as lost:
                if lost.is_final or attempts[call.name] > RETRIES:
                    raise
                queue.appendleft(call)
                continue
            yield call.name, answer
            progress.advance()
