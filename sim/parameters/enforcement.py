"""Parameters of immigration enforcement, and the switches of the three responses."""

from __future__ import annotations

from typing import ClassVar

from sim.parameters.base import ASSUMPTION, ByLevel, ByStatus, Section, choice, number, share_of, table


class BookingSection(Section):
    """Fingerprints and federal records."""

    fingerprints: float = share_of(0.86, "bookings", "hand-set to T42", "Bookings whose fingerprints are sent")
    federal_record: ByStatus = table(
        ByStatus(citizen=0.03, lawful_noncitizen=0.7, unauthorized=0.5),
        "share of people",
        0,
        1,
        "hand-set to T25, T41",
        "People whose fingerprints are in the immigration database",
    )
    federal_record_hispanic_citizen: float = share_of(
        0.06, "people", "hand-set to T41", "The same for Hispanic citizens (naturalized among them)"
    )


class EnforcementSection(Section):
    """Identification, detainers and removal."""

    cap_reach: float = share_of(0.85, "counties", ASSUMPTION, "Jails that the Criminal Alien Program reaches")
    cap_access: float = share_of(1.0, "", "design", "Access of the program to those jails; a county can withdraw it")
    cap_interview: float = share_of(
        0.55, "noncitizens booked", "hand-set to T29", "Noncitizens whom jail interviews identify"
    )
    cap_prison: float = share_of(
        0.8, "noncitizens held", "hand-set to T29", "Noncitizens held whom screening at the end of term finds"
    )
    screening_287g: float = share_of(0.95, "noncitizens booked", ASSUMPTION, "Found by deputised officers")
    task_force_stops: float = number(
        0.3, "ratio", 0, 5, ASSUMPTION, "Rise in street arrests of the community under a task force"
    )
    task_force_officer_time: float = number(
        0.02, "share of officer time", 0, 0.9, ASSUMPTION, "Time taken from other police work"
    )
    detainer_issue: ByLevel = table(
        ByLevel(level_1=0.55, level_2=0.6, level_3=0.65, none=0.6),
        "share of removable people identified",
        0,
        1,
        "hand-set to T25-T28",
        "People for whom ICE asks, by level",
    )
    capacity_per_100k: float = number(
        40, "detainers per 100,000 persons and month", 0, 10_000, ASSUMPTION, "What a field office can handle"
    )
    custody_share: float = share_of(0.95, "detainers honoured", ASSUMPTION, "People whom ICE then takes into custody")
    custody_ends: float = number(0.7, "share per month", 0.05, 1, "T52", "ICE custody ending within a month")
    removal_share: float = share_of(
        0.6, "people in ICE custody", "hand-set to T25, T26", "Removed; the others get relief"
    )
    at_large: float = share_of(0.05, "", ASSUMPTION, "People identified and released who are arrested at large")
    notification_pickup: float = share_of(
        0.15, "", ASSUMPTION, "Priority enforcement: people taken after a notification instead of a detainer"
    )
    returns: float = share_of(0.25, "people removed", "design", "Return within a year")
    return_months: float = number(12, "months", 1, 60, "design", "Latest month of a return")
    refill: float = share_of(0.5, "vacancies", "design", "Vacancies filled by a newcomer")
    refill_months: float = number(6, "months", 1, 120, ASSUMPTION, "Mean months until a vacancy is filled")
    removal_memory: float = number(12, "months", 1, 60, ASSUMPTION, "Months that belief in removal averages over")


class DetainersSection(Section):
    """What counties do with detainers."""

    cooperation: ByLevel = table(
        ByLevel.same(0.95),
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
