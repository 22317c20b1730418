"""Parameters of fear: how it arises, fades and acts."""

from __future__ import annotations

from typing import ClassVar

from sim.parameters.base import ASSUMPTION, ByChannel, ByCommunity, ByTie, Section, number, share_of, table


class TrustSection(Section):
    """How fear arises, fades and acts."""

    sensitivity: ByTie = table(
        ByTie(citizen=0.6, citizen_mixed_household=1.0, lawful_noncitizen=1.0, unauthorized=1.4),
        "log odds per unit of lost trust",
        0,
        10,
        "calibrated with T32, T33, T35; citizens relative to unauthorized people T36; ratios of others assumption",
        "How strongly lost trust lowers reporting, help as a witness, and survey response",
    )
    county_fade: float = number(
        0.069, "share per month", 0, 1, "calibrated with T32, T33, T35", "Fading of county fear"
    )
    own_fade: float = number(0.04, "share per month", 0, 1, ASSUMPTION, "Fading of a person's own fear")
    publicity_activation: float = number(
        0.9, "fear", 0, 5, "calibrated with T32, T33; little apart from sensitivity", "News that a county is activated"
    )
    publicity_agreement: float = number(0.6, "fear", 0, 5, ASSUMPTION, "News of a 287(g) agreement")
    publicity_resolution: float = number(0.2, "fear", 0, 5, ASSUMPTION, "Relief at a resolution against detainers")
    publicity_priority: float = number(0.2, "fear", 0, 5, ASSUMPTION, "Relief at priority enforcement")
    presence: float = number(0.0, "fear per month", 0, 1, "design", "Lasting fear of a program in force")
    awareness: float = number(
        0.02, "fear per removal in 1,000 of the group", 0, 5, "calibrated; left open", "News of removals in a month"
    )
    region_weight: float = number(
        20_000, "persons", 0, 10_000_000, "design", "Weight of removals in the ICE region beside the county's own"
    )
    concern: ByCommunity = table(
        ByCommunity(hispanic=1.0, other_noncitizen=0.25),
        "ratio",
        0,
        5,
        "T31 over the groups' shares of noncitizens, rounded up for what they share",
        "How strongly announcements and programs in force frighten a group, for it is those like them who are taken",
    )
    spill_over: float = share_of(0.2, "", ASSUMPTION, "Weight of removals of people of the other group")
    visibility: ByChannel = table(
        ByChannel(jail=1.0, prison=0.54, at_large=2.0, task_force=1.5),
        "ratio",
        0,
        10,
        "assumption: disputed, sweep from 0; prison calibrated, left open",
        "How much people hear of a removal, by how ICE got hold of the person, relative to one out of a county jail",
    )
    known_refusal: float = share_of(
        0.7, "", "hand-set to spill-overs muted where counties refuse", "How far refusal mutes what is announced"
    )
    refusal_fade: float = share_of(
        0.04, "month", ASSUMPTION, "Further fading of county fear where all detainers are declined"
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
