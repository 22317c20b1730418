"""A run as the page draws it: monthly counts of both books, the funnel, and the counties, as plain lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.running.measures import CRIME_FAMILIES, adoption_months, reduce
from sim.telling.figures.data import STAGES
from sim.telling.figures.map_places import places_of
from sim.words.labels import (
    COMMUNITY,
    CRIME_COLUMNS,
    CRIME_TYPES,
    ENFORCEMENT_COLUMNS,
    LABELS,
    STATUSES,
    TARGET_GROUPS,
)

if TYPE_CHECKING:
    from sim.engines.ledger import Ledger
    from sim.running.measures import RunSummary
    from sim.world.counties.building import Counties

BOOKS = ("occurred", "reported", "recorded")
MOST_MAP_NUMBERS = 100_000
"""Numbers of a map over time: with more counties it goes in longer steps."""
MAP_STEPS = (1, 3, 6, 12, 24)
_INDEX = [number for number, crime in enumerate(CRIME_TYPES) if crime.index]
_STAGES = [ENFORCEMENT_COLUMNS.index(name) for name in STAGES]
_BOOKS = [CRIME_COLUMNS.index(name) for name in BOOKS]
NONCITIZENS = [STATUSES.index(name) for name in STATUSES if name != "citizen"]


def course_of(ledger: Ledger) -> dict[str, Any]:
    """Return a run as the page draws it.

    Returns
    -------
    dict
        ``months`` (T names); ``crime`` (``CRIME_FAMILIES`` x ``TARGET_GROUPS`` x ``BOOKS`` x T); ``funnel`` of people
        who are no citizens (stages x T); ``fear`` (``COMMUNITY`` x T, mean over counties by people); ``map`` by county.
    """
    summary = reduce(ledger, "page", 0, 0)
    weights = ledger.counties.agents / ledger.counties.agents.sum()
    return {
        "months": list(ledger.months),
        "people": int(ledger.counties.agents.sum()),
        **counts_of(summary),
        "fear": _rounded(np.einsum("tkc,k->ct", ledger.county_fear, weights)),
        "map": _map(ledger),
    }


def counts_of(run: RunSummary) -> dict[str, Any]:
    """Return national monthly counts of a run."""
    return {
        "crime": _crime(run).tolist(),
        "funnel": _funnel(run).tolist(),
    }


def _crime(run: RunSummary) -> NDArray[Any]:
    """Return crime by family, group of the target, book and month."""
    return np.transpose(run.crime[..., _BOOKS], (1, 2, 3, 0))


def _funnel(run: RunSummary) -> NDArray[Any]:
    """Return noncitizens by stage of enforcement and month."""
    found: NDArray[Any] = run.enforcement[:, :, NONCITIZENS].sum(axis=(1, 2, 3))[:, _STAGES].T
    return found


def mean_counts(runs: Sequence[RunSummary]) -> dict[str, Any]:
    """Return the means of national monthly counts over replications."""
    crime, funnel = (np.mean([part(run) for run in runs], axis=0) for part in (_crime, _funnel))
    return {"crime": _rounded(crime, 3), "funnel": _rounded(funnel, 3)}


def _map(ledger: Ledger) -> dict[str, Any]:
    """Return index crime of both books by county and step of time, and when a program first reached each county."""
    months, counties = len(ledger.months), len(ledger.counties)
    step = next((it for it in MAP_STEPS if 2 * counties * -(-months // it) <= MOST_MAP_NUMBERS), MAP_STEPS[-1])
    index = ledger.crime[:, :, _INDEX].sum(axis=(2, 3), dtype=np.int64)  # T x K x columns
    edges = np.arange(0, months, step)
    books = {name: np.add.reduceat(index[..., CRIME_COLUMNS.index(name)], edges, axis=0) for name in BOOKS[::2]}
    return {
        "step": step,
        "adopted": adoption_months(ledger.programs).tolist(),
        **{name: values.T.tolist() for name, values in books.items()},
    }


def places(counties: Counties) -> dict[str, Any] | None:
    """Return where counties are drawn, what they are called and how many people each has; None without places."""
    found = places_of(counties)
    if found is None:
        return None
    return {
        "squares": found.squares,
        "x": _rounded(found.x, 4),
        "y": _rounded(found.y, 4),
        "code": list(counties.fips),
        "label": [name or code for name, code in zip(counties.name, counties.fips, strict=True)],
        "agents": counties.agents.tolist(),
    }


def names() -> dict[str, Any]:
    """Return the orders and labels of what a course holds."""
    groups = {name: LABELS[name] for name in TARGET_GROUPS}
    return {
        "families": list(CRIME_FAMILIES),
        "groups": groups,
        "community": list(COMMUNITY),
        "books": {name: LABELS[name] for name in BOOKS},
        "stages": {name: _IN_WORDS.get(name, name.capitalize()) for name in STAGES},
    }


_IN_WORDS = {
    "detainers": "Detainers issued",
    "honoured": "Detainers honoured",
    "ice_custody": "In ICE custody",
}


def _rounded(values: NDArray[np.float64], digits: int = 5) -> Any:
    """Return numbers as JSON takes them: nan becomes null."""
    table = np.round(values, digits).astype(object)
    table[~np.isfinite(values)] = None
    return table.tolist()
