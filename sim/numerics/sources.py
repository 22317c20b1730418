"""The sources of the program: a hash of all, which results name, and of those that compiled code is made of.

A compiled function freezes the numbers it reads from its module. So a file of such numbers must name the compiler's
door, ``sim.numerics.compiled``, and where it does not compile anything itself, its docstring does.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

_PACKAGE = Path(__file__).parents[1]
"""The folder of the whole package: whatever compiled code is made of lies below it."""
_DOOR = b"sim.numerics.compiled"


class Fingerprints(NamedTuple):
    """Hashes of 16 digits: of every Python source file of the package, and of those that name the compiler's door."""

    whole: str
    compiled: str


def fingerprints() -> Fingerprints:
    """Return the fingerprints of the sources as they are now."""
    sources = _sources()
    return Fingerprints(_hash(sources), _hash(_compiled_of(sources)))


def compiled_sources() -> list[Path]:
    """Return the source files that compiled code is made of: those that name the compiler's door."""
    return [_PACKAGE / path for path in _compiled_of(_sources())]


def _sources() -> dict[str, bytes]:
    """Return the content of every Python source file of the package by its path within, in the order of paths."""
    start, found = len(str(_PACKAGE)) + 1, {}
    for folder, _, files in os.walk(_PACKAGE):
        for path in (os.path.join(folder, file) for file in files if file.endswith(".py")):
            with open(path, "rb", buffering=0) as opened:
                found[path[start:].replace(os.sep, "/")] = opened.read()
    return dict(sorted(found.items()))


def _compiled_of(sources: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in sources.items() if _DOOR in content}


def _hash(sources: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in sources.items():
        digest.update(path.encode())
        digest.update(content)
    return digest.hexdigest()[:16]


FINGERPRINTS = fingerprints()
"""Of the sources when this process began to load them."""
