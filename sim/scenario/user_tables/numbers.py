"""Numbers as people and spreadsheets write them: decimal commas, thousands, percent signs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal

Commas = Literal["none", "decimal", "thousands", "unclear"]
"""What commas within the numbers of a file mean."""

_PLAIN = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WITH_COMMA = re.compile(r"[-+]?[0-9.]*,[0-9.,]*")
_GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_GROUPED_BY_POINTS = re.compile(r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]*")
_DECIMAL_POINT = re.compile(r"[-+]?[0-9]*\.[0-9]+")
_SPACED = re.compile("[-+]?[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+([.,][0-9]*)?")


def meaning_of_commas(cells: Iterable[str]) -> Commas:
    """Return what commas mean in the numbers of a file: one that can only be one thing decides for all."""
    known = [_without_spaces(cell) for cell in cells]
    with_comma = [cell for cell in known if "," in cell and _WITH_COMMA.fullmatch(cell)]
    if not with_comma:
        return "none"
    decimal = any(not _GROUPED.fullmatch(cell) for cell in with_comma)
    thousands = any(cell.count(",") > 1 or "." in cell for cell in with_comma if _GROUPED.fullmatch(cell))
    points = any(_DECIMAL_POINT.fullmatch(cell) and not _GROUPED_BY_POINTS.fullmatch(cell) for cell in known)
    if decimal and not (thousands or points):
        return "decimal"
    return "thousands" if (thousands or points) and not decimal else "unclear"


def _without_spaces(text: str) -> str:
    return re.sub("[ \u00a0\u202f]", "", text) if _SPACED.fullmatch(text) else text


def number_of(text: str, commas: Commas) -> float:
    """Return the number that a text stands for; nan where it stands for none, an infinity where it is too large."""
    if not _PLAIN.fullmatch(text):
        text = with_point(text, commas)
    return float(text) if _PLAIN.fullmatch(text) else math.nan


def with_point(text: str, commas: Commas) -> str:
    """Return a number with a point before its decimals and nothing between thousands; other texts as they are."""
    text = _without_spaces(text)
    if commas == "thousands" and _GROUPED.fullmatch(text):
        return text.replace(",", "")
    if commas == "decimal" and _GROUPED_BY_POINTS.fullmatch(text) and "," in text:
        return text.replace(".", "").replace(",", ".")
    if commas == "decimal" and _DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    return text


def remedy(text: str, commas: Commas, low: float, high: float) -> str:
    """Return how to write a number that was refused, or nothing where that is not clear."""
    if text.endswith("%"):
        share = number_of(text[:-1].strip(), commas)
        return "" if math.isnan(share) else f"; write {share / 100:.6g} for {share:g} percent"
    if commas == "unclear" and _WITH_COMMA.fullmatch(text):
        return "; whether its comma parts thousands or decimals is not clear, write a point before decimals only"
    if commas == "decimal" and _DECIMAL_POINT.fullmatch(text):
        return "; other numbers of this file have decimal commas, write this one alike"
    value = number_of(text, commas)
    if (low, high) == (0, 1) and 1 < value <= 100:
        return f"; if it is a percentage, divide the column by 100 ({value / 100:.6g})"
    return ""
