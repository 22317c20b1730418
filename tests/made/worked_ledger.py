"""A ledger of a few counties in which nothing happens, to be filled by hand; and figures as short as can be."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from fake_ledger import make_counties, make_ledger

from sim.analysis.evidence.figures import Figure
from sim.analysis.evidence.observing import observed_or_why
from sim.engines.ledger import Ledger
from sim.engines.panel import told_event
from sim.words.calendar import month_number
from sim.words.codes import PEOPLE, RESPONDENTS
from sim.words.labels import CRIMES, PROGRAMS

SECURE_COMMUNITIES = PROGRAMS.index("secure_communities")
PEOPLE_EACH = 1_000


def empty_ledger(months: int = 36, first: str = "2008-01", starts: tuple[str, ...] = ("2009-01",) * 4) -> Ledger:
    """Return a ledger of 1,000 people a county in which nothing happens but that the program begins in ``starts``."""
    activation = np.array([month_number(start) for start in starts], dtype=np.int32)
    counties = dataclasses.replace(make_counties(1, len(starts), PEOPLE_EACH), activation=activation)
    ledger = make_ledger(1, counties=counties, months=months, first_month=first, rate=0.0)
    for name in ("crime", "people", "enforcement", "bookings", "repeats", "rearrests", "programs"):
        getattr(ledger, name)[...] = 0
    number = month_number(first) + np.arange(months)
    ledger.programs[..., SECURE_COMMUNITIES] = number[:, None] >= activation
    ledger.people[..., 0, 0, PEOPLE] = 160
    ledger.people[..., 2, 0, PEOPLE] = 800
    ledger.people[..., 0, 2, PEOPLE] = 40
    return ledger


def tell(
    ledger: Ledger, month: int, county: int, crime: str, group: int, status: int, told: int, reported: int
) -> None:
    """Let incidents of a month be told in the next one's interviews."""
    for number in range(told):
        event = told_event(month, county, CRIMES.index(crime), group, status, number < reported)
        ledger.told[month + 1] = np.sort(np.append(ledger.told[month + 1], event))


def ask(ledger: Ledger, each: int) -> None:
    """Let so many Hispanic citizens of each county be interviewed in each month."""
    ledger.people[..., 0, 0, RESPONDENTS] = each


def figure(kind: str, **design: Any) -> Figure:
    return Figure("F1", "a quantity", 1.0, math.nan, "", kind, "target", **design)


def value_of(ledger: Ledger, kind: str, **design: Any) -> float:
    """Return a figure of a ledger, which must be given."""
    values, reasons = observed_or_why([figure(kind, **design)], ledger)
    assert reasons == {}, reasons
    return float(values[0])


def why_not(ledger: Ledger, kind: str, **design: Any) -> str:
    """Return why a ledger does not give a figure."""
    values, reasons = observed_or_why([figure(kind, **design)], ledger)
    assert np.isnan(values[0])
    return reasons["F1"]
