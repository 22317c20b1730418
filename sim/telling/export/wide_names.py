"""Names of the wide panel's columns, short enough for Stata (32 characters)."""

from __future__ import annotations

from collections.abc import Sequence

SHORT_WORDS = {
    "aggravated_assault": "agg_assault",
    "motor_vehicle_theft": "vehicle_theft",
    "other_noncitizen": "other_nc",
    "organization": "org",
    "lawful_noncitizen": "lawful",
    "unauthorized": "unauth",
}
"""Words for kinds that would make names too long."""
SHORTEST_WORDS = {
    "hispanic": "hisp",
    "other_noncitizen": "onc",
    "citizen": "cit",
    "level_1": "l1",
    "level_2": "l2",
    "level_3": "l3",
}
"""Words of the enforcement table, whose kinds have three of them."""
SHORT_COLUMNS = {
    "without_detainer": "no_detainer",
    "removed_parents": "rem_parents",
    "reported_by_victim": "by_vic",
    "reported_by_others": "by_oth",
    "reported_by_officer": "by_off",
    "by_released_after_declined_detainer_violent": "by_released_declined_violent",
    "by_released_after_declined_detainer_property": "by_released_declined_property",
}


def wide_name(column: str, kind: Sequence[str]) -> str:
    """Return the name of a column of the panel: what is counted, then of which kind."""
    short = SHORT_WORDS if len(kind) < 3 else SHORT_WORDS | SHORTEST_WORDS
    return "_".join([SHORT_COLUMNS.get(column, column), *(short.get(word, word) for word in kind)])
