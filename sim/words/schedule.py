"""The month as data: fourteen phases in their order.

Every phase reads what was true when it began. Phases 3 to 8 read start-of-month state only, so they may run block by
block of cells; a barrier stands before phases 9 and 14, where everything earlier must be complete.
"""

from __future__ import annotations

from typing import NamedTuple


class Phase(NamedTuple):
    """One phase: its place in the month, who decides, what happens, and the rules that decide it."""

    number: int
    name: str
    who: str
    what: str
    rules: tuple[str, ...]
    barrier: bool = False


PHASES: tuple[Phase, ...] = (
    Phase(1, "policy", "county calendar", "programs in force, detainer policy, changes of status", ("legalized",)),
    Phase(
        2,
        "patrol",
        "police department",
        "officers spread over the county's cells",
        ("relative_patrol", "guardianship"),
    ),
    Phase(
        3,
        "opportunity",
        "cell",
        "a target, a likely offender and a place meet",
        ("choose", "rest_of_choice", "repeat_width", "repeat_part", "repeat_victim", "roster_entry"),
    ),
    Phase(
        4,
        "offending",
        "offender",
        "takes the opportunity or not",
        ("offending_probability", "impunity", "displaced", "deterrence"),
    ),
    Phase(
        5,
        "reporting",
        "victim, third party, officer on the spot",
        "somebody calls the police or nobody does",
        (
            "trust",
            "part_at_full_trust",
            "willing_to_report",
            "somebody_reports",
            "first_caller",
            "is_treated_in_hospital",
        ),
    ),
    Phase(6, "recording", "police", "a report becomes a recorded crime or not", ("rest_of_call", "is_recorded")),
    Phase(
        7,
        "clearance",
        "police, a witness",
        "a recorded crime is solved by arrest",
        ("witness_help", "clearance_capacity", "clearance_probability", "risk_units"),
    ),
    Phase(
        8,
        "street_arrest",
        "police",
        "arrests for minor offences: traffic, drugs, driving under the influence",
        ("street_arrest_mean", "street_charge"),
    ),
    Phase(
        9,
        "booking",
        "jail, federal databases",
        "who is booked, matched and screened; who is removable",
        (
            "prior_felonies",
            "prior_misdemeanors",
            "record_level",
            "has_federal_record",
            "screening_probability",
            "is_identified",
            "is_removable",
        ),
        barrier=True,
    ),
    Phase(
        10,
        "detainer",
        "ICE office, then county",
        "ICE ranks within its capacity and asks; the county honours or declines",
        ("needs_conviction", "asks_for_detainer", "capacity_this_month", "outcome_of_request"),
    ),
    Phase(
        11,
        "custody",
        "courts, ICE",
        "convictions, sentences, transfers, removals, relief, releases; returns and new arrivals",
        (
            "months_held",
            "months_in_ice_custody",
            "conviction_kind",
            "departure",
            "months_until_return",
            "months_until_refill",
            "newcomer_status",
            "newcomer_class",
        ),
    ),
    Phase(
        12,
        "word_of_mouth",
        "household, acquaintances",
        "those close to a removed person fear",
        ("own_fear", "fear_after_jump", "fear_after_reassurance"),
    ),
    Phase(
        13,
        "news",
        "county",
        "fear fades and rises; offenders update the risk they believe in",
        ("county_fear", "pooled_removal_rate", "relative_risk", "running_removal_risk", "running_load"),
    ),
    Phase(
        14,
        "count",
        "ledger",
        "both books, the survey, the enforcement funnel, who is victim or arrested again",
        ("is_panel_member", "rotation", "next_interview", "is_told", "responds_to_survey"),
        barrier=True,
    ),
)
PHASE_NAMES: tuple[str, ...] = tuple(phase.name for phase in PHASES)
