"""Days and months as lists and spreadsheets write them; only the month is kept."""

from __future__ import annotations

import re
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years in which a program can begin or end; others are empty cells, typing errors or stand for "never"."""
_TIME = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]*)?)?(?: ?[AaPp][Mm])?(?:Z|[-+][0-9]{2}:?[0-9]{2})?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})(?:\2([0-9]{1,2})" + _TIME + ")?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})" + _TIME)
_DAY_AND_NAME = re.compile(r"([0-9]{1,2})[- ]([A-Za-z]{3,9})\.?,?[- ]([0-9]{4}|[0-9]{2})" + _TIME)
_NAME_AND_DAY = re.compile(r"([A-Za-z]{3,9})\.? (?:([0-9]{1,2}),? )?([0-9]{4})" + _TIME)
_SHORT_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{2})")
_COUNTED = re.compile(r"[2-7][0-9]{4}(\.0*)?")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ZERO_DAY = date(1899, 12, 30)
ALLOWED = "a day such as 2008-10-27"


def month_of_day(text: str) -> int | str:
    """Return the absolute month (12 * year + month - 1) of a day or month, or what is wrong with it.

    Read are 2008-10-27, 2008-10, 2008/10/27, 20081027, 10/27/2008 (month first), 27-Oct-2008, 27-Oct-08, October 27,
    2008 and Oct 2008; a time of day may follow a day.
    """
    parts = _parts(text)
    if parts is None:
        return _refused(text)
    year, month, day = parts
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return f"allowed are years from {FIRST_YEAR} to {LAST_YEAR}, or nothing where there is no day"
    try:
        date(year, month, day)
    except ValueError:
        return f"allowed is {ALLOWED}{_day_first(text, month, day)}, or nothing"
    return 12 * year + month - 1


def _parts(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day as they are written; the day is 1 where there is none."""
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4] or 1)
    if found := _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _MONTH_FIRST.fullmatch(text):
        return int(found[3]), int(found[1]), int(found[2])
    if found := _DAY_AND_NAME.fullmatch(text):
        return _named(found[3], found[2], found[1])
    if found := _NAME_AND_DAY.fullmatch(text):
        return _named(found[3], found[1], found[2] or "1")
    return None


def _named(year: str, name: str, day: str) -> tuple[int, int, int] | None:
    """Return the parts of a day whose month is a word; years of two digits are those from 1990 to 2089."""
    known = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name.lower())]
    if not known:
        return None
    full_year = int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= FIRST_YEAR % 100 else 2000
    return full_year, known[0], int(day)


def _refused(text: str) -> str:
    if _SHORT_YEAR.fullmatch(text):
        return f"allowed is {ALLOWED}, with all four digits of the year, or nothing"
    if _COUNTED.fullmatch(text):
        meant = _ZERO_DAY + timedelta(days=int(text.split(".")[0]))
        hint = f"; as a spreadsheet counts days it is {meant}" if FIRST_YEAR <= meant.year <= LAST_YEAR else ""
        return f"allowed is {ALLOWED}, or nothing{hint}"
    return f"allowed is {ALLOWED}, or nothing"


def _day_first(text: str, month: int, day: int) -> str:
    is_day_first = "/" in text and month > 12 and 1 <= day <= 12
    return " or 10/27/2008 (month, day, year)" if is_day_first else ""
