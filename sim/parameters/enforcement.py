"""Parameters of immigration enforcement, and the switches of the three responses."""

from __future__ import annotations

from typing import ClassVar

from sim.parameters.base import ASSUMPTION, ByLevel, ByStatus, Section, choice, number, table
from sim.parameters.world import Month


class BookingSection(Section):
    """Fingerprints and federal records."""

    fingerprints: float = number(
        0.86, "share of bookings", 0, 1, "hand-set to T42", "Bookings whose fingerprints are sent"
    )
    federal_record: ByStatus = table(
        ByStatus(citizen=0.04, lawful_noncitizen=0.86, unauthorized=0.86),
        "share of people",
        0,
        1,
        "calibrated with T25-T28; citizens hand-set to T41",
        "Newcomers whose fingerprints are in the immigration database; contact with ICE adds to it",
    )
    federal_record_other: float = number(
        0.35,
        "ratio",
        0,
        1,
        "hand-set to T31",
        "The same for noncitizens who are not Hispanic, relative to those who are",
    )
    federal_record_hispanic_citizen: float = number(
        0.08, "share of people", 0, 1, "hand-set to T41", "The same for Hispanic citizens (naturalized among them)"
    )


class EnforcementSection(Section):
    """Identification, detainers and removal."""

    cap_reach: float = number(
        0.85, "share of counties", 0, 1, ASSUMPTION, "Jails that the Criminal Alien Program reaches"
    )
    cap_access: float = number(
        1.0, "share", 0, 1, "design", "Access of the program to those jails; a county can withdraw it"
    )
    cap_interview: float = number(
        0.69, "share of noncitizens booked", 0, 1, "calibrated with T29", "Noncitizens whom jail interviews identify"
    )
    cap_prison: float = number(
        0.9,
        "share of noncitizens held",
        0,
        1,
        "hand-set to T29",
        "Noncitizens held whom screening at the end of term finds",
    )
    screening_other: float = number(
        0.3,
        "ratio",
        0,
        1,
        "hand-set to T31",
        "Noncitizens who are not Hispanic whom interviews and screening find, relative to those who are",
    )
    screening_287g: float = number(0.95, "share of noncitizens booked", 0, 1, ASSUMPTION, "Found by deputised officers")
    task_force_stops: float = number(
        0.3, "ratio", 0, 5, ASSUMPTION, "Rise in street arrests of the community under a task force"
    )
    task_force_officer_time: float = number(
        0.02, "share of officer time", 0, 0.9, ASSUMPTION, "Time taken from other police work"
    )
    detainer_issue: ByLevel = table(
        ByLevel(level_1=0.95, level_2=0.9, level_3=0.85, none=0.59),
        "share of removable people identified",
        0,
        1,
        "hand-set to T25-T28; none calibrated",
        "People for whom ICE asks, by level",
    )
    detainer_issue_early: float = number(
        0.1,
        "ratio",
        0,
        1,
        "calibrated with T28",
        "Detainers for people known by a fingerprint match alone, in the program's first months, relative to later",
    )
    detainer_course_start: Month = choice(
        "2009-08", "month", "T28: its first ten months end", "Until then few such detainers are issued"
    )
    detainer_course_end: Month = choice("2010-10", "month", ASSUMPTION, "From then on as many as for others")
    capacity_per_100k: float = number(
        40, "detainers per 100,000 persons and month", 0, 10_000, ASSUMPTION, "What a field office can handle"
    )
    custody_share: float = number(
        0.88,
        "share of detainers honoured",
        0,
        1,
        "calibrated with T25; T55 says at most 0.40 of requests, of later years",
        "People whom ICE then takes into custody",
    )
    custody_without_detainer: float = number(
        0.2,
        "share of removable people identified",
        0,
        1,
        ASSUMPTION,
        "Of those for whom it does not ask, people whom ICE takes from a jail all the same where the county cooperates",
    )
    prison_months: float = number(
        13, "months", 2, 240, "sentences of more than a year", "Terms so long are served in state or federal prison"
    )
    prison_share: float = number(
        0.9,
        "share of removable people identified in prison",
        0,
        1,
        ASSUMPTION,
        "Whom ICE takes over at the end of the term, whatever a county decides",
    )
    custody_ends: float = number(0.7, "share per month", 0.05, 1, "T52", "ICE custody ending within a month")
    removal_share: float = number(
        0.56, "share of people in ICE custody", 0, 1, "calibrated with T25, T26", "Removed; the others get relief"
    )
    at_large: ByLevel = table(
        ByLevel(level_1=0.3, level_2=0.15, level_3=0.05, none=0.02),
        "share of declined detainers",
        0,
        1,
        ASSUMPTION,
        "People whom ICE arrests at large after a county declined, the gravest records first",
    )
    notification_pickup: float = number(
        0.15, "share", 0, 1, ASSUMPTION, "Priority enforcement: people taken after a notification instead of a detainer"
    )
    returns: float = number(0.25, "share of people removed", 0, 1, "design", "Return within a year")
    return_months: float = number(12, "months", 1, 60, "design", "Latest month of a return")
    refill_months: float = number(
        24, "months", 1, 240, ASSUMPTION, "Mean months until a newcomer takes the place of somebody removed for good"
    )
    removal_memory: float = number(12, "months", 1, 60, ASSUMPTION, "Months that belief in removal averages over")
    spread: ClassVar[tuple[str, ...]] = ("at_large",)


class DetainersSection(Section):
    """What counties do with detainers."""

    cooperation: ByLevel = table(
        ByLevel(level_1=0.95, level_2=0.95, level_3=0.95, none=0.95),
        "share of detainers",
        0,
        1,
        ASSUMPTION,
        "Share of detainers that a county honours; a number, or one for each level",
    )
    spread: ClassVar[tuple[str, ...]] = ("cooperation",)


class ResponsesSection(Section):
    """The three responses, each switched on alone and together."""

    incapacitation: bool = choice(
        True, "switch", "design", "Removed people leave; if off, an identical person takes their place at once"
    )
    deterrence: bool = choice(True, "switch", "design", "Removable people offend less where removal is likely")
    chilled_reporting: bool = choice(True, "switch", "design", "Lost trust lowers reporting, witness help and response")
