"""How much memory a new process may take before the system ends it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.words.faults import UserError, printable, shortened

GIGABYTE = 1e9
VARIABLE = "DARKFIGURE_MEMORY"


class _Group(NamedTuple):
    """The files in which a control group tells of its memory, and the name of the cache it can give back."""

    limit: str
    used: str
    cache: str


_VERSION_1 = _Group("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_VERSION_2 = _Group("memory.max", "memory.current", "inactive_file")


def free_memory(root: Path = Path("/")) -> float | None:
    """Return the bytes that may still be taken, or None where the system does not tell.

    ``DARKFIGURE_MEMORY``, in GB, stands above all that is found. On Linux it is the least of what the machine and the
    control groups of this process have left; elsewhere the memory of the whole machine.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` lie.

    Raises
    ------
    UserError
        Where ``DARKFIGURE_MEMORY`` is no number above 0.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        return _stated(given)
    machine = _field(root / "proc" / "meminfo", "MemAvailable:")
    if machine is None:
        return _whole_machine() if root == Path("/") else None
    return max(0.0, min([machine * 1024.0, *_left_in_groups(root)]))


def _stated(text: str) -> float:
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = math.nan
    if not 0 < gigabytes < math.inf:
        raise UserError(printable(f"{VARIABLE} is {shortened(text)}; allowed is a number of GB above 0, such as 4"))
    return gigabytes * GIGABYTE


def _whole_machine() -> float | None:
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return None


def _left_in_groups(root: Path) -> Iterator[float]:
    """Yield what each control group of this process has left: its own, and those around it."""
    hierarchy = root / "sys" / "fs" / "cgroup"
    for line in _lines(root / "proc" / "self" / "cgroup"):
        number, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield from _left_upwards(hierarchy / "memory", path, _VERSION_1)
        elif number == "0":
            unified = hierarchy / "unified"
            yield from _left_upwards(unified if unified.is_dir() else hierarchy, path, _VERSION_2)


def _left_upwards(mount: Path, path: str, group: _Group) -> Iterator[float]:
    """Yield what is left in a group and in all above it; inside a container only the top is seen."""
    inner = Path(path.lstrip("/"))
    for folder in (inner, *inner.parents):
        limit, used = _number(mount / folder / group.limit), _number(mount / folder / group.used)
        if limit is not None and used is not None:
            yield float(limit - used + (_field(mount / folder / "memory.stat", group.cache) or 0))


def _number(path: Path) -> int | None:
    """Return the number that a file consists of; None where there is none, as in ``max``."""
    text = "".join(_lines(path)).strip()
    return int(text) if text.isdigit() else None


def _field(path: Path, name: str) -> int | None:
    """Return the number after ``name`` in a file of names and numbers."""
    for line in _lines(path):
        words = line.split()
        if len(words) > 1 and words[0] == name and words[1].isdigit():
            return int(words[1])
    return None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
