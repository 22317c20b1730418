"""Files as others may have left them: only regular ones of a bounded size are opened, and JSON has the shape wanted."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.words.faults import UserError, printable, shortened

LARGEST_FILE = 256 * 1024 * 1024
"""Bytes; no table of counties, and nothing that a batch says of itself, comes near."""
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
Kinds = type | tuple[type, ...]


def not_regular(path: Path, largest: int = LARGEST_FILE) -> str | None:
    """Return why ``path`` is not opened (a pipe, a device, a folder, too large), or None.

    Raises
    ------
    OSError
        Where there is no such file, or no right to look at it.
    """
    found = os.stat(path)
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        return f"is {_KINDS.get(kind, 'no file')}; only regular files are read"
    if found.st_size > largest:
        return f"has {found.st_size:,} bytes; files of up to {largest // 1024**2} MB are read"
    return None


def content_of(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    UserError
        Where it is no regular file, larger than ``largest`` bytes, or cannot be read.
    """
    try:
        problem = not_regular(path, largest)
        if problem:
            raise UserError(printable(f"{path} cannot be read: it {problem}"))
        with path.open("rb") as stream:
            return stream.read(largest + 1)[:largest]
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from None
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(printable(f"{path} cannot be read ({reason})")) from None


def refuse_irregular(folder: Path, names: Iterable[str] = (".",)) -> None:
    """Refuse a results folder in which something else than files and folders lies, for opening it may never end.

    ``names`` are the folders within it to look through.

    Raises
    ------
    UserError
        Naming the first of what is neither.
    """
    for name in names:
        place = folder / name
        if not place.is_dir():
            continue
        with os.scandir(place) as entries:
            for entry in entries:
                if not (entry.is_file() or entry.is_dir() or not Path(entry.path).exists()):
                    raise UserError(printable(f"{folder / name / entry.name}: it {not_regular(Path(entry.path))}"))


class Damaged(UserError):
    """A file of a results folder that is not what the program wrote."""


def json_of(text: bytes | str, path: Path) -> Any:
    """Return what a file of JSON holds; ``path`` is what a message calls it.

    Raises
    ------
    Damaged
        Where the text is no JSON, nested without end, or holds a number of thousands of digits.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Damaged(printable(f"{path}: damaged ({shortened(str(error), 200)})")) from None


def record_in(path: Path, kinds: Mapping[str, Kinds] | None = None) -> dict[str, Any]:
    """Return the JSON object that a file holds.

    Parameters
    ----------
    path : Path
        The file.
    kinds : mapping of str, optional
        Names that must be there, and what each may be; a whole number is no truth value, and the other way round.

    Raises
    ------
    FileNotFoundError
        Where there is no such file.
    Damaged
        Where it is something else.
    """
    return checked_record(json_of(content_of(path), path), path, kinds or {})


def checked_record(content: Any, path: Path, kinds: Mapping[str, Kinds]) -> dict[str, Any]:
    """Return ``content``, read from ``path``, where it is an object in which every name of ``kinds`` is of its kind.

    Raises
    ------
    Damaged
        Where it is not.
    """
    if not isinstance(content, dict):
        raise Damaged(printable(f"{path}: damaged (not an object of JSON)"))
    for name, kind in kinds.items():
        if name not in content:
            raise Damaged(printable(f"{path}: damaged ({name} is missing)"))
        wanted = kind if isinstance(kind, tuple) else (kind,)
        if type(content[name]) not in wanted:
            raise Damaged(printable(f"{path}: damaged ({name}: {shortened(repr(content[name]))})"))
    return content
