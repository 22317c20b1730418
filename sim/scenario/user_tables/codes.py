"""Codes of counties: five digits, of which the first two are a state's; no county's ends in 000, and few beyond 510."""

from __future__ import annotations

import re

from sim.words.states import STATES

LARGEST_COUNTY, LARGEST_IN_VIRGINIA = 510, 840
"""Independent cities have the largest numbers; codes such as 777 and 999 stand for "elsewhere in the state"."""
EXAMPLE = "five digits, such as 01001"
_DIGITS = re.compile(r"([0-9]{1,5})(\.0*)?")
_LONG = re.compile(r"(?:[0-9]{7})?US([0-9]{5})")
_FOR_SPREADSHEETS = re.compile(r"=?\"([0-9]+)\"|'([0-9]+)")


def county_code(text: str) -> tuple[str, str]:
    """Return the five digits that a text stands for, and what is wrong with them; one of the two is empty.

    Read are 01001, 1001 (a spreadsheet dropped the zero), 1001.0 and 0500000US01001.
    """
    quoted = _FOR_SPREADSHEETS.fullmatch(text)
    plain = (quoted[1] or quoted[2]) if quoted else text
    found = _DIGITS.fullmatch(plain) or _LONG.fullmatch(plain)
    if found is None:
        return "", f"allowed are {EXAMPLE}"
    code = found[1].zfill(5)
    if code == "00000":
        return "", f"no county has this code; allowed are {EXAMPLE}"
    if code.endswith("000"):
        return "", "the total of a whole state, for no county's code ends in 000; leave such rows out"
    if code[:2] not in STATES:
        return "", f"no state's codes begin with {code[:2]}; allowed are {EXAMPLE}"
    if int(code[2:]) > (LARGEST_IN_VIRGINIA if code[:2] == "51" else LARGEST_COUNTY):
        return "", f"no county of the state ever had the number {code[2:]}; leave such rows out"
    return code, ""
