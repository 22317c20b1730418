"""Finding the counties of a world by code or by name, as lists of agencies write them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from sim.scenario.user_tables.codes import county_code
from sim.words.states import STATES, state_digits
from sim.world.counties.changes import OTHER_NAMES, REGION_WITHIN, REGIONS_ACROSS, SAME_PLACE
from sim.world.counties.table import Counties

_KINDS = (
    "city and borough",
    "consolidated municipality",
    "unified government",
    "metropolitan government",
    "census area",
    "planning region",
    "municipality",
    "municipio",
    "borough",
    "district",
    "parish",
    "counties",
    "parishes",
    "county",
    "cnty",
    "cty",
    "co",
    "par",
)
"""What is left out at the end of a name; "city" tells an independent city from the county around it."""
_BEFORE = ("city and county of", "county of", "parish of", "borough of", "municipality of")
_WITH_INDEPENDENT_CITIES = ("24", "29", "32", "51")
_CAPITAL = ("districtofcolumbia", "washington", "washingtondc", "dc")
CITY, COUNTY, EITHER = "city", "county", ""
NO_SUCH_COUNTY = "this world has no such county"
OTHER_STATE = "this world has no county of the state"


class Found(NamedTuple):
    """The counties that a text names, as places in the world; where there are none, why."""

    places: tuple[int, ...] = ()
    problem: str = ""
    sought: tuple[str, str] | None = None
    """State and name, where another name may be meant."""


class Gazetteer:
    """The counties of a world by code and by name."""

    def __init__(self, counties: Counties) -> None:
        """Take the names and codes of a world."""
        self.names = counties.name
        self.place_of_code = {code: place for place, code in enumerate(counties.fips)}
        self.is_numbered = all(code.isdigit() for code in counties.fips)
        self.state_of = [
            code[:2] if code[:2] in STATES else state for code, state in zip(counties.fips, counties.state, strict=True)
        ]
        self.states = set(self.state_of)
        self.own_words = {word.casefold(): state for word, state in zip(counties.state, self.state_of, strict=True)}
        self.by_name: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for place, (state, name) in enumerate(zip(self.state_of, counties.name, strict=True)):
            kind, base = split_name(name)
            self.by_name[state, base].setdefault(kind or _kind_of_code(counties.fips[place]), place)

    def impossible(self, code: str) -> str:
        """Return why no county of any year has this code, where this world has codes of digits."""
        return county_code(code)[1] if self.is_numbered and code not in self.place_of_code else ""

    def by_code(self, text: str) -> Found:
        """Return the counties that a code names: those of this world, or what became of it."""
        if text in self.place_of_code:
            return Found((self.place_of_code[text],))
        code, problem = county_code(text)
        found = None if problem else self._by_checked_code(code)
        return found or Found(problem=_why_not(code, NO_SUCH_COUNTY))

    def _by_checked_code(self, code: str) -> Found | None:
        """Return the county, or those that stand for it in lists of other years, if the world has them."""
        for codes in ((code,), *SAME_PLACE.get(code, ())):
            places = [self.place_of_code[other] for other in codes if other in self.place_of_code]
            if places:
                return Found(tuple(places))
        within = REGION_WITHIN.get(code)
        return Found((self.place_of_code[within],)) if within in self.place_of_code else None

    def by_words(self, state: str, text: str) -> Found:
        """Return the counties that a name names in a state; several names may be joined by commas or "and"."""
        name, written = _without_state(text)
        word = state or written
        digits = (self.own_words.get(word.casefold()) or state_digits(word)) if word else None
        if digits is None and word:
            return Found(problem=f"{word} is no state")
        if digits is not None and digits not in self.states:
            return Found(problem=OTHER_STATE)
        if not name:
            return Found(problem="no county is named")
        if name.isdigit() and len(name) <= 3 and digits is not None:
            return self.by_code(f"{digits}{name:0>3}")
        whole = self._by_name(digits, name)
        parts = [part.strip() for part in re.split(r"[,;/&\n]| and ", name) if part.strip()]
        if whole.places or len(parts) < 2:
            return whole
        found = [self._by_name(digits, part) for part in parts]
        together = Found(tuple(place for one in found for place in one.places))
        return whole if any(not one.places for one in found) else together

    def _by_name(self, digits: str | None, name: str) -> Found:
        states = [digits] if digits is not None else sorted(self.states)
        found = {one.places: one for state in states if (one := self._in_state(state, name)).places}
        if len(found) == 1:
            return next(iter(found.values()))
        if len(found) > 1:
            return Found(problem="several states have a county of this name; name the state")
        return self._in_state(states[0], name) if len(states) == 1 else Found(problem=NO_SUCH_COUNTY)

    def _in_state(self, state: str, name: str) -> Found:
        """Return the county of a name in one state; a name of a county and a city alike is not guessed at."""
        readings = list(_readings(name))
        if state == "11" and readings[0][1] in _CAPITAL:
            return Found(tuple(place for place, known in enumerate(self.state_of) if known == "11"))
        for kind, base in readings:
            known = self.by_name.get((state, base), {})
            if kind in known:
                return Found((known[kind],))
            if kind == EITHER and len(known) == 1:
                return Found(tuple(known.values()))
            if kind == EITHER and known:
                both = " or ".join(self.names[place] for place in known.values())
                return Found(problem=f"may be {both}; write which")
            if kind == CITY and known and state not in _WITH_INDEPENDENT_CITIES:
                return Found(tuple(known.values()))
        codes = [code for kind, base in readings if (code := OTHER_NAMES.get((state, kind or COUNTY, base)))]
        for code in codes:
            if found := self._by_checked_code(code):
                return found
        if codes:
            return Found(problem=_why_not(codes[0], NO_SUCH_COUNTY))
        return Found(problem=NO_SUCH_COUNTY, sought=(state, name))

    def why_not(self, found: Found) -> str:
        """Return why a text names no county, with the nearest name where there is one."""
        if found.sought is None:
            return found.problem
        state, name = found.sought
        names = {split_name(self.names[at])[1]: self.names[at] for at, it in enumerate(self.state_of) if it == state}
        near = get_close_matches(split_name(name[:100])[1], list(names), 1, 0.5)
        return f"{found.problem}; nearest is {names[near[0]]}" if near else found.problem


def _kind_of_code(code: str) -> str:
    """Return whether a code is that of an independent city; their numbers come after those of all counties."""
    return CITY if code[:2] in _WITH_INDEPENDENT_CITIES and code[2:] >= "510" else COUNTY


def _why_not(code: str, otherwise: str) -> str:
    across = REGIONS_ACROSS.get(code)
    return f"a planning region of Connecticut, which lies across the counties {across}" if across else otherwise


def _without_state(text: str) -> tuple[str, str]:
    """Return a name without the state that may follow after a comma, and that state."""
    name, comma, last = text.rpartition(",")
    return (name.strip(), last.strip()) if comma and state_digits(last) is not None else (text.strip(), "")


def _readings(name: str) -> Iterator[tuple[str, str]]:
    """Yield kind and base of a name, the likeliest first: "Carson City" is a city, or all of it is a county's name."""
    kind, base = split_name(name)
    yield kind, base
    if kind == CITY:
        yield EITHER, _letters(_words(name))


def split_name(name: str) -> tuple[str, str]:
    """Return whether a name is that of a city or a county (or either), and the letters that tell it from others."""
    words = _words(name)
    for before in _BEFORE:
        if words.startswith(before + " "):
            kind = EITHER if before.startswith("city") else COUNTY
            return kind, _letters(words.removeprefix(before))
    if words.startswith("city of "):
        return CITY, _letters(words.removeprefix("city of"))
    for ending in _KINDS:
        if words.endswith(" " + ending):
            return COUNTY, _letters(words.removesuffix(ending))
    if words.endswith(" city"):
        return CITY, _letters(words.removesuffix("city"))
    return EITHER, _letters(words)


def _words(name: str) -> str:
    """Return a name in small letters without accents, signs and doubled spaces."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    plain = re.sub(r"['’`ʻ.]", "", plain.replace("&", " and "))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def _letters(words: str) -> str:
    """Return the letters of a name; Saint, Sainte, St and Ste are one word, and so are Fort and Ft, Mount and Mt."""
    same = {"saint": "st", "sainte": "st", "ste": "st", "fort": "ft", "mount": "mt"}
    return "".join(same.get(word, word) for word in words.split())
