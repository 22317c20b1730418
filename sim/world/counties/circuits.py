"""The federal judicial circuits: which states a court of appeals speaks for (28 U.S.C. § 41)."""

from __future__ import annotations

CIRCUITS: dict[str, tuple[str, ...]] = {
    "circuit_1": ("ME", "MA", "NH", "RI", "PR"),
    "circuit_2": ("CT", "NY", "VT"),
    "circuit_3": ("DE", "NJ", "PA", "VI"),
    "circuit_4": ("MD", "NC", "SC", "VA", "WV"),
    "circuit_5": ("LA", "MS", "TX"),
    "circuit_6": ("KY", "MI", "OH", "TN"),
    "circuit_7": ("IL", "IN", "WI"),
    "circuit_8": ("AR", "IA", "MN", "MO", "NE", "ND", "SD"),
    "circuit_9": ("AK", "AZ", "CA", "GU", "HI", "ID", "MT", "NV", "OR", "WA"),
    "circuit_10": ("CO", "KS", "NM", "OK", "UT", "WY"),
    "circuit_11": ("AL", "FL", "GA"),
    "circuit_dc": ("DC",),
}


def states_of(word: str) -> tuple[str, ...]:
    """Return the postal codes of the states that a circuit, or a state's own code, stands for."""
    return CIRCUITS.get(word.lower(), (word.upper(),))
