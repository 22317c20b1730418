"""The words in which a figure's design is written, and what they stand for in a run's tables."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sim.words.calendar import month_number
from sim.words.codes import HISPANIC
from sim.words.labels import (
    CALLERS,
    CHARGES,
    CRIMES,
    ENFORCEMENT_COLUMNS,
    GROUPS,
    LEVELS,
    PROPERTY_CRIMES,
    STATUSES,
    SURVEYED_CRIMES,
    VIOLENT_CRIMES,
)

Codes = tuple[int, ...]
TOTALS: dict[str, tuple[str, ...]] = {
    "index": (*VIOLENT_CRIMES, *PROPERTY_CRIMES),
    "violent": VIOLENT_CRIMES,
    "property": PROPERTY_CRIMES,
    "assault": ("aggravated_assault", "simple_assault"),
    "surveyed": SURVEYED_CRIMES,
    "surveyed_violent": ("rape", "robbery", "aggravated_assault", "simple_assault"),
    "all": CRIMES,
}
"""Names for several types of crime."""
GROUP_WORDS: dict[str, Codes] = {
    **{name: (number,) for number, name in enumerate(GROUPS)},
    "not_hispanic": tuple(number for number in range(len(GROUPS)) if number != HISPANIC),
    "everyone": tuple(range(len(GROUPS))),
}
STATUS_WORDS: dict[str, Codes] = {
    **{name: (number,) for number, name in enumerate(STATUSES)},
    "noncitizen": tuple(number for number, name in enumerate(STATUSES) if name != "citizen"),
}
MATCHED = "matched"
"""The population of those whom Secure Communities' match identified, whatever interviews found too."""
LEVEL_WORDS: dict[str, Codes] = {
    **{name: (number,) for number, name in enumerate(LEVELS)},
    "convicted": tuple(number for number, name in enumerate(LEVELS) if name != "none"),
}


class People(NamedTuple):
    """A part of the population: numbers of groups and of statuses."""

    groups: Codes
    statuses: Codes


class Term(NamedTuple):
    """A column of the funnel that is added (1) or taken away (-1)."""

    column: int
    sign: int


class Part(NamedTuple):
    """A part of the people in the funnel: along which axis (group, status or level), and which of it."""

    axis: int
    members: Codes


@lru_cache
def crimes_of(text: str) -> Codes:
    """Return the types of crime of a text such as ``violent`` or ``robbery + burglary``.

    Raises
    ------
    ValueError
        With what is allowed; so do all functions here.
    """
    names = [name for word in _words(text) for name in TOTALS.get(word, (word,))]
    unknown = [name for name in names if name not in CRIMES]
    if unknown or not names:
        raise ValueError(f"allowed are {', '.join((*TOTALS, *CRIMES))}, or several joined by +")
    return tuple(dict.fromkeys(CRIMES.index(name) for name in names))


def surveyed_of(text: str) -> Codes:
    """Return the types of a text, none of which a survey cannot ask for."""
    found = crimes_of(text)
    if any(CRIMES[number] not in SURVEYED_CRIMES for number in found):
        raise ValueError(f"allowed are types that a survey is told: surveyed, {', '.join(SURVEYED_CRIMES)}")
    return found


@lru_cache
def charges_of(text: str) -> Codes:
    """Return the numbers of charges, written as types of crime or as the two of minor offences."""
    names = [name for word in _words(text) for name in TOTALS.get(word, (word,))]
    if not names or any(name not in CHARGES for name in names):
        raise ValueError(f"allowed are {', '.join((*TOTALS, *CHARGES))}, or several joined by +")
    return tuple(dict.fromkeys(CHARGES.index(name) for name in names))


@lru_cache
def people_of(text: str) -> People:
    """Return the part of the population of a text such as ``hispanic``, ``unauthorized``, ``hispanic citizen``."""
    groups, statuses = GROUP_WORDS["everyone"], tuple(range(len(STATUSES)))
    for word in text.split():
        if word in GROUP_WORDS:
            groups = GROUP_WORDS[word]
        elif word in STATUS_WORDS:
            statuses = STATUS_WORDS[word]
        else:
            allowed = ", ".join((*GROUP_WORDS, *STATUS_WORDS))
            raise ValueError(f"allowed are {allowed}, or a group and a status after a space")
    return People(groups, statuses)


@lru_cache
def two_peoples_of(text: str) -> tuple[People, People]:
    """Return two parts of the population, written with a stroke between them: ``unauthorized / citizen``."""
    parts = text.split("/")
    if len(parts) != 2 or not all(part.strip() for part in parts):
        raise ValueError("allowed are two populations with a stroke between them, such as hispanic / not_hispanic")
    return people_of(parts[0].strip()), people_of(parts[1].strip())


def matched_or_all(text: str) -> bool:
    """Return whether a funnel's figure is about those alone whom Secure Communities' match identified."""
    if text not in ("", MATCHED):
        raise ValueError(f"allowed is {MATCHED}, or nothing for all whom ICE takes")
    return text == MATCHED


@lru_cache
def terms_of(text: str) -> tuple[Term, ...]:
    """Return the columns of the funnel that a text adds or takes away: ``ice_custody - at_large``."""
    found = re.findall(r"([+-]?)\s*([a-z_]+)", text)
    rest = re.sub(r"([+-]?)\s*([a-z_]+)", "", text).strip()
    if not found or rest or any(name not in ENFORCEMENT_COLUMNS for _, name in found):
        raise ValueError(f"allowed are {', '.join(ENFORCEMENT_COLUMNS)}, or several joined by + or -")
    return tuple(Term(ENFORCEMENT_COLUMNS.index(name), -1 if sign == "-" else 1) for sign, name in found)


@lru_cache
def ratio_of_terms(text: str) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Return numerator and denominator of a text such as ``ice_custody / booked``."""
    parts = text.split("/")
    if len(parts) != 2:
        raise ValueError("allowed are columns of the funnel with a stroke between them, such as removed / booked")
    return terms_of(parts[0]), terms_of(parts[1])


@lru_cache
def part_of(text: str) -> Part:
    """Return the groups, statuses or levels that a text names, of one kind."""
    for axis, words in enumerate((GROUP_WORDS, STATUS_WORDS, LEVEL_WORDS)):
        named = _words(text)
        if named and all(word in words for word in named):
            return Part(axis, tuple(dict.fromkeys(code for word in named for code in words[word])))
    allowed = ", ".join((*GROUP_WORDS, *STATUS_WORDS, *LEVEL_WORDS))
    raise ValueError(f"allowed are {allowed}, or several of one kind joined by +")


def caller_of(text: str) -> int:
    """Return the number of who reports first."""
    if text not in CALLERS:
        raise ValueError(f"allowed are {', '.join(CALLERS)}")
    return CALLERS.index(text)


def times_of(text: str) -> int:
    """Return how many times a victim is one, at least."""
    if text not in tuple("123456"):
        raise ValueError("allowed is a whole number from 1 to 6: victim so many times or more in a year")
    return int(text)


def horizon_of(text: str) -> int:
    """Return a quarter since activation."""
    if not re.fullmatch(r"-?[0-9]{1,2}", text):
        raise ValueError("allowed is a whole number of quarters since activation, such as 4 or -2")
    return int(text)


def month_of(text: str) -> str:
    """Return a month written YYYY-MM, or nothing."""
    if text and not (re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])", text) and month_number(text)):
        raise ValueError("allowed is a month such as 2008-10, or nothing for an open end")
    return text


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split("+")] if text.strip() else []
