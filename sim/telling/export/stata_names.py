"""Names and labels within Stata's limits: 32 characters for a variable, 80 for its label, no reserved words."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from sim.telling.export.wide_names import SHORT_COLUMNS, SHORT_WORDS

LONGEST_NAME = 32
LONGEST_LABEL = 80
_RESERVED_WORDS = """
_all _b _coef _cons _n _N _pi _pred _rc _se _skip alias byte double float if in int long strL using with
aggregate array boolean break case catch class colvector complex const continue default delegate delete do else
eltypedef end enum explicit export external for friend function global goto inline local NULL pragma protected
quad rowvector short typedef typename virtual
"""
RESERVED = frozenset(_RESERVED_WORDS.split())
"""Reserved in Stata, and in its language Mata."""
_RESERVED_FORM = re.compile(r"str[0-9]+")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")


def stata_names(columns: Sequence[str]) -> list[str]:
    """Return a legal name for each column, no two alike; names that are legal stay as they are."""
    taken = {column for column in columns if _is_legal(column)}
    names = []
    for column in columns:
        name = column if _is_legal(column) else _free(_legal(column), taken)
        taken.add(name)
        names.append(name)
    return names


def _is_legal(name: str) -> bool:
    return name == _cleaned(name) and 0 < len(name) <= LONGEST_NAME


def _cleaned(column: str) -> str:
    """Return a name of letters, digits and underscores that is not reserved, of any length."""
    name = _NOT_IN_NAMES.sub("_", column)
    if name in RESERVED or _RESERVED_FORM.fullmatch(name):
        return f"{name}_"
    return f"v_{name}" if not name or name[0].isdigit() else name


def _legal(column: str) -> str:
    """Return a legal name: long words are shortened first, and what is left too long is cut."""
    name = _cleaned(SHORT_COLUMNS.get(column, column))
    for word, shorter in SHORT_WORDS.items():
        if len(name) > LONGEST_NAME:
            name = name.replace(word, shorter)
    return name[:LONGEST_NAME]


def _free(name: str, taken: set[str]) -> str:
    """Return ``name``, or with a number at its end where it is taken."""
    count, free = 1, name
    while free in taken:
        count += 1
        ending = f"_{count}"
        free = name[: LONGEST_NAME - len(ending)] + ending
    return free


def stata_label(meaning: str) -> str:
    """Return ``meaning`` as a label: at most 80 characters, cut between words."""
    return textwrap.shorten(meaning, LONGEST_LABEL, placeholder=" ...")
