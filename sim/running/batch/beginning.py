"""A new batch: its folder with the plan and all that the plan names, there at once or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sim.running.batch.files import as_json, digest_of
from sim.running.batch.plan import PLAN, Plan
from sim.running.batch.reading import Batch
from sim.running.batch.store import MERGED
from sim.words.limits import LARGEST_SHARDS
from sim.words.reading import Damaged, record_in

SHARD = "shard.json"
Shard = tuple[int, int]


def begin(
    out: Path,
    plan: Plan,
    files: Mapping[str, str | bytes],
    shard: Shard | None = None,
    merged: Sequence[Path] = (),
) -> Batch:
    """Make the folder of a batch and return it; from this moment on it can be resumed.

    Parameters
    ----------
    out : Path
        New or empty.
    plan : Plan
        What is to be run; the checksums of ``files`` are added to it.
    files : mapping of str
        Contents by path within the folder: what scenarios are read from, and a file that runs the same batch again.
    shard : pair of int, optional
        ``(i, n)``: the folder is for every n-th run, from the i-th on.
    merged : sequence of Path, optional
        Folders of the same plan whose results belong to this one, until they are joined in it.

    Raises
    ------
    UserError
        Where ``out`` holds something.
    """
    from sim.running.run import whole_folder

    plan = replace(plan, files={name: digest_of(text) for name, text in files.items()})
    with whole_folder(out) as folder:
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
        if shard is not None:
            (folder / SHARD).write_text(as_json({"shard": shard[0], "of": shard[1]}), encoding="utf-8")
        if merged:
            (folder / MERGED).write_text(as_json([str(path.absolute()) for path in merged]), encoding="utf-8")
        (folder / PLAN).write_text(plan.text(), encoding="utf-8", newline="\n")
    return Batch(out, plan)


def shard_of(folder: Path) -> Shard | None:
    """Return which share of its plan a folder is for; nothing where it is the whole.

    Raises
    ------
    UserError
        Where the file that says so is damaged.
    """
    path = folder / SHARD
    if not path.exists():
        return None
    content = record_in(path, {"shard": int, "of": int})
    number, count = content["shard"], content["of"]
    if not 0 < number <= count <= LARGEST_SHARDS:
        raise Damaged(f"{path}: damaged, not the number of a shard")
    return number, count
