"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

BLOCK = 1 << 20
TEMPORARY = ".tmp"
"""How the names of files in the making end; what a killed process leaves is known by it."""


@contextmanager
def whole_file(path: Path, *, lasting: bool = False) -> Iterator[Path]:
    """Give a temporary name beside ``path``; the file takes its place when it is written to its end.

    Parameters
    ----------
    path : Path
        Where the file is to be; what is there is replaced.
    lasting : bool
        Wait until the file is on the disk itself, for something else will be deleted in its favour.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        yield temporary
        if lasting:
            _flush_to_disk(temporary)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def write_whole(path: Path, content: bytes | str, *, lasting: bool = False) -> None:
    """Write a small file, whole or not at all."""
    data = content.encode() if isinstance(content, str) else content
    with whole_file(path, lasting=lasting) as temporary:
        temporary.write_bytes(data)


def as_json(content: Any) -> str:
    """Return ``content`` as JSON for people and programs."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def digest_of(content: bytes | str) -> str:
    """Return a checksum of a content."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest_of_file(path: Path) -> str:
    """Return the checksum of a file's content, read block by block."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def remove_leftovers(folder: Path) -> None:
    """Delete what killed processes left half-written in ``folder``."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.name.startswith(".") and entry.name.endswith(TEMPORARY):
            entry.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
