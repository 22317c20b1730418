"""The month as data: fourteen phases in their order.

Every phase reads what was true when it began. Phases 3 to 8 change nothing that lasts beyond the month, so they may run
block by block of cells; a barrier stands before phases 9 and 14, where everything earlier must be complete.
"""

from __future__ import annotations

from typing import NamedTuple


class State(NamedTuple):
    """Something that phases read and write: its name, what it is, and whether it lasts beyond the month."""

    name: str
    meaning: str
    lasts: bool


class Phase(NamedTuple):
    """One phase: its place in the month, who decides, what happens, and the rules that decide it.

    ``reads`` and ``writes`` name states; ``why`` says why the phase stands where it does.
    """

    number: int
    name: str
    who: str
    what: str
    rules: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    why: str
    barrier: bool = False


STATES: tuple[State, ...] = (
    State("world", "counties, cells, homes and households, the rates to be expected: fixed from the start", True),
    State("calendar", "programs, detainer policies, events and background rates of all months", True),
    State("status", "legal status of each person", True),
    State("custody", "whether a person is free, jailed, in ICE custody or away", True),
    State("criminal record", "convictions of each person", True),
    State("federal record", "who is in the immigration database by contact with ICE", True),
    State("declined detainers", "who was released after a detainer that the county declined", True),
    State("rosters", "likely offenders, in the order in which opportunities find them", True),
    State("own fear", "fear of each person by what befell those close to them", True),
    State("county fear", "fear that everybody of the community in a county shares", True),
    State("believed risk", "risk of being reported and solved that offenders believe in, by county", True),
    State("removal risk", "running share of removable arrestees who are removed, by county", True),
    State("workload", "running recorded crime of each police department, against the usual", True),
    State("recent crime", "running recorded crime of each cell, which hot spots are", True),
    State("due", "convictions, releases, ends of ICE custody, returns and arrivals of later months", True),
    State("interviews", "crimes that members of the survey's panel will tell of", True),
    State("followed", "victims of this year in the survey's panel, and people released in the last January", True),
    State("policy", "programs, detainer policy, events and background rate of this month, by county", False),
    State("conditions", "fear at its start, impunity, deterrence, police capacity and stops, by county", False),
    State("guardianship", "how officers on patrol lower offending, by cell", False),
    State("opportunities", "targets, likely offenders and places that met", False),
    State("incidents", "opportunities taken: crimes that happened", False),
    State("calls", "who called the police of each incident, and how likely that was", False),
    State("recorded crime", "incidents that the police recorded", False),
    State("arrests", "people arrested, on which charge and where", False),
    State("risks run", "sums of each incident's risk of being reported and solved", False),
    State("reassured", "victims whose own call led to an arrest", False),
    State("bookings", "people booked: held for how long, identified or not, removable or not", False),
    State("outcomes", "detainers asked for, and whom ICE takes, from jail or at large", False),
    State("removals", "people removed or arrested at large, of whom others will hear", False),
    State("books", "counts of the month: both books, the people, the enforcement funnel, the survey", False),
)
"""All that phases read and write, what lasts first."""

PHASES: tuple[Phase, ...] = (
    Phase(
        1,
        "policy",
        "county calendar",
        "programs in force, detainer policy, changes of status",
        ("legalized",),
        reads=("calendar", "status"),
        writes=("policy", "status"),
        why="first, for everybody acts under what is in force this month",
    ),
    Phase(
        2,
        "patrol",
        "police department",
        "officers spread over the county's cells",
        ("relative_patrol", "guardianship"),
        reads=("world", "policy", "county fear", "believed risk", "removal risk", "workload", "recent crime"),
        writes=("conditions", "guardianship"),
        why="before anything happens, for what last month's news means is worked out once and holds all month",
    ),
    Phase(
        3,
        "opportunity",
        "cell",
        "a target, a likely offender and a place meet",
        ("choose", "repeat_width", "repeat_part", "repeat_victim", "roster_entry"),
        reads=("world", "policy", "custody", "rosters"),
        writes=("opportunities", "books"),
        why="before anybody decides, for there must be an opportunity to decide on",
    ),
    Phase(
        4,
        "offending",
        "offender",
        "takes the opportunity or not",
        ("intensity", "is_taken", "impunity", "displaced", "deterrence"),
        reads=(
            "opportunities",
            "conditions",
            "guardianship",
            "status",
            "custody",
            "criminal record",
            "declined detainers",
        ),
        writes=("incidents", "books"),
        why="after opportunities, and before there is anything to report",
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
        reads=("world", "incidents", "conditions", "status", "own fear"),
        writes=("calls", "books"),
        why="after offending, for only what happened can be reported",
    ),
    Phase(
        6,
        "recording",
        "police",
        "a report becomes a recorded crime or not",
        ("is_recorded",),
        reads=("incidents", "calls"),
        writes=("recorded crime", "books"),
        why="after reporting, for police record only what they are told of",
    ),
    Phase(
        7,
        "clearance",
        "police, a witness",
        "a recorded crime is solved by arrest",
        ("witness_help", "clearance_capacity", "clearance_probability", "risk_units"),
        reads=("world", "incidents", "calls", "recorded crime", "conditions", "status", "own fear"),
        writes=("arrests", "risks run", "reassured", "books"),
        why="after recording, for only a recorded crime is cleared",
    ),
    Phase(
        8,
        "street_arrest",
        "police",
        "arrests for minor offences: traffic, drugs, driving under the influence",
        ("street_arrest_mean", "street_charge"),
        reads=("world", "conditions", "custody", "rosters"),
        writes=("arrests",),
        why="owes nothing to the month's crimes; here, so that all arrests lie ready for booking",
    ),
    Phase(
        9,
        "booking",
        "jail, federal databases",
        "who is booked, matched and screened; who is removable",
        (
            "is_new_to_police",
            "felonies_in",
            "misdemeanors_in",
            "aggravated_in",
            "record_level",
            "has_federal_record",
            "is_matched",
            "screening_probability",
            "is_screened",
            "is_removable",
        ),
        reads=("arrests", "policy", "status", "criminal record", "federal record"),
        writes=("bookings", "criminal record", "federal record", "declined detainers", "due", "books"),
        why="when all arrests are known: whoever is arrested twice, in two cells or counties, is booked once, on the "
        "gravest charge",
        barrier=True,
    ),
    Phase(
        10,
        "detainer",
        "ICE office, then county",
        "ICE ranks within its capacity and asks; the county honours or declines",
        (
            "is_imprisoned",
            "needs_conviction",
            "issue_share",
            "asks_for_detainer",
            "capacity_this_month",
            "outcome_of_request",
            "is_handed_over",
            "channel_of",
        ),
        reads=("world", "bookings", "policy", "status"),
        writes=("outcomes", "declined detainers", "books"),
        why="after booking, for an office ranks all that are booked in its region before it asks",
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
            "comes_back",
            "months_until_return",
            "months_until_refill",
        ),
        reads=("world", "due", "bookings", "outcomes", "status", "custody", "criminal record", "rosters"),
        writes=(
            "custody",
            "criminal record",
            "federal record",
            "declined detainers",
            "rosters",
            "own fear",
            "due",
            "removals",
            "books",
        ),
        why="after detainers, which settle with whom people go; where they are holds from the next month",
    ),
    Phase(
        12,
        "word_of_mouth",
        "household, acquaintances",
        "those close to a removed person fear",
        ("own_fear", "fear_after_jump", "fear_after_reassurance"),
        reads=("world", "reassured", "removals", "own fear"),
        writes=("own fear",),
        why="after custody, which says who was taken; calls hear of it next month, the survey at once",
    ),
    Phase(
        13,
        "news",
        "county",
        "fear fades and rises; offenders update the risk they believe in",
        (
            "fading",
            "county_fear",
            "pooled_removal_rate",
            "spilled_over",
            "relative_risk",
            "running_removal_risk",
            "running_load",
        ),
        reads=(
            "world",
            "policy",
            "removals",
            "bookings",
            "outcomes",
            "recorded crime",
            "risks run",
            "county fear",
            "believed risk",
            "removal risk",
            "workload",
            "recent crime",
        ),
        writes=("county fear", "believed risk", "removal risk", "workload", "recent crime"),
        why="when the month's crimes and removals are complete; its conditions come with the next patrol",
    ),
    Phase(
        14,
        "count",
        "ledger",
        "both books, the survey, the enforcement funnel, who is victim or arrested again",
        ("panel_member", "rotation", "next_interview", "is_told", "responds_to_survey"),
        reads=(
            "incidents",
            "calls",
            "bookings",
            "outcomes",
            "followed",
            "interviews",
            "status",
            "custody",
            "conditions",
            "own fear",
            "policy",
            "county fear",
            "believed risk",
            "removal risk",
            "books",
        ),
        writes=("interviews", "followed", "books"),
        why="last, when all that happened is in the books and can be asked for",
        barrier=True,
    ),
)
PHASE_NAMES: tuple[str, ...] = tuple(phase.name for phase in PHASES)
