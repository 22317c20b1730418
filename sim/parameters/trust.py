"""Parameters of fear: how it arises, fades and acts."""

from __future__ import annotations

from typing import ClassVar

from sim.parameters.base import ASSUMPTION, ByTie, Section, number, share_of, table


class TrustSection(Section):
    """How fear arises, fades and acts."""

    sensitivity: ByTie = table(
        ByTie(citizen=0.8, citizen_mixed_household=1.4, lawful_noncitizen=1.4, unauthorized=2.0),
        "log odds per unit of lost trust",
        0,
        10,
        "hand-set to T32; citizens relative to unauthorized people T36; others assumption",
        "How strongly lost trust lowers reporting, help as a witness, and survey response",
    )
    county_fade: float = number(0.06, "share per month", 0, 1, "hand-set to T32 and T49", "Fading of county fear")
    own_fade: float = number(0.04, "share per month", 0, 1, ASSUMPTION, "Fading of a person's own fear")
    publicity_activation: float = number(0.8, "fear", 0, 5, "hand-set to T32", "News that a county is activated")
    publicity_agreement: float = number(0.6, "fear", 0, 5, ASSUMPTION, "News of a 287(g) agreement")
    publicity_resolution: float = number(0.2, "fear", 0, 5, ASSUMPTION, "Relief at a resolution against detainers")
    publicity_priority: float = number(0.2, "fear", 0, 5, ASSUMPTION, "Relief at priority enforcement")
    presence: float = number(0.0, "fear per month", 0, 1, "design", "Lasting fear of a program in force")
    awareness: float = number(
        0.02, "fear per removal in 1,000 of the community", 0, 5, ASSUMPTION, "News of removals in a month"
    )
    region_weight: float = number(
        2000, "agents", 0, 1_000_000, "design", "Weight of removals in the ICE region beside the county's own"
    )
    neighbour_weight: float = share_of(0.1, "", ASSUMPTION, "Weight of news from neighbouring counties")
    household_jump: float = number(1.0, "fear", 0, 5, ASSUMPTION, "Fear of those who live with a removed person")
    acquaintance_jump: float = number(0.5, "fear", 0, 5, ASSUMPTION, "Fear of a removed person's acquaintances")
    acquaintances: float = number(10, "people", 0, 100, ASSUMPTION, "Acquaintances who hear of a removal")
    at_large_jump: float = number(0.5, "fear", 0, 5, ASSUMPTION, "Further fear where the arrest was made at large")
    reassurance: float = share_of(0.5, "", ASSUMPTION, "Own fear lost when one's report led to an arrest")
    spread: ClassVar[tuple[str, ...]] = ("sensitivity",)

    @classmethod
    def spread_one(cls, name: str, value: float, entries: dict[str, float]) -> dict[str, float]:
        """Let one number set the unauthorized, and the others keep their ratios to them."""
        if entries["unauthorized"] == 0:
            entries = cls.model_fields[name].default.model_dump()
        return {tie: entry / entries["unauthorized"] * value for tie, entry in entries.items()}
