"""Parameters of crime: how much there is, against whom and by whom."""

from __future__ import annotations

from typing import ClassVar

from sim.parameters.base import ASSUMPTION, ByCrime, ByFamily, ByGroup, ByStatus, Section, number, share_of, table

MOST_HEADROOM = 10
"""Largest ``headroom`` that a scenario may ask for, and a calibration tries."""


class CrimeSection(Section):
    """How much crime there is, against whom and by whom."""

    recorded_per_100k: ByCrime = table(
        ByCrime(
            homicide=5.7,
            rape=30.6,
            robbery=148.3,
            aggravated_assault=287.2,
            burglary=726.1,
            larceny=2185.4,
            motor_vehicle_theft=364.9,
            simple_assault=554.0,
        ),
        "recorded crimes per 100,000 persons and year",
        0,
        100_000,
        "T01-T07; simple assault T46 times the shares reported and recorded",
        "Recorded crime at full trust (made worlds; simple assault and gaps everywhere)",
    )
    hospital: ByCrime = table(
        ByCrime.same(0.0, homicide=1.0, rape=0.15, robbery=0.10, aggravated_assault=0.20, simple_assault=0.03),
        "share of incidents",
        0,
        1,
        ASSUMPTION,
        "Incidents whose victim is treated in hospital or dies, whether or not anybody calls the police",
    )
    headroom: float = number(
        2.0, "ratio", 1, MOST_HEADROOM, "design", "Opportunities for each expected offence; room for offending to rise"
    )
    organization_share: ByCrime = table(
        ByCrime(
            homicide=0.0,
            rape=0.0,
            robbery=0.24,
            aggravated_assault=0.0,
            burglary=0.32,
            larceny=0.27,
            motor_vehicle_theft=0.10,
            simple_assault=0.0,
        ),
        "share of recorded crime",
        0,
        1,
        "FBI Crime in the United States, offence analysis",
        "Crimes with an organization as victim",
    )
    repeat_share: ByFamily = table(
        ByFamily(violent=0.20, property=0.28),
        "share of incidents",
        0,
        0.5,
        "hand-set to T47, T48",
        "Incidents against people or households who are victims again and again",
    )
    repeat_stratum: ByFamily = table(
        ByFamily(violent=410, property=50),
        "people or households",
        1,
        10_000,
        "hand-set to T47, T48",
        "One in so many people (households) is victim again and again",
    )
    chronic_share: ByFamily = table(
        ByFamily(violent=0.32, property=0.0),
        "share of incidents",
        0,
        0.5,
        "hand-set to T53",
        "Incidents against people or households who are victims nearly every month",
    )
    chronic_stratum: ByFamily = table(
        ByFamily(violent=780, property=780),
        "people or households",
        1,
        10_000,
        "hand-set to T53",
        "One in so many people (households) is victim nearly every month",
    )
    own_group: ByGroup = table(
        ByGroup.same(0.10),
        "share of incidents",
        0,
        1,
        "T44, T45",
        "Offenders sought in the target's own group; the others come from anyone nearby",
    )
    travel_share: float = share_of(0.1, "incidents", ASSUMPTION, "Offenders who live in a neighbouring cell")
    propensity_violent: ByStatus = table(
        ByStatus.same(1.0, unauthorized=0.5),
        "ratio",
        0,
        5,
        "unauthorized people calibrated from a prior at T23 (at most, disputed: sweep to 1); others assumption",
        "Violent offending relative to citizens, before normalisation to mean 1",
    )
    propensity_property: ByStatus = table(
        ByStatus.same(1.0, unauthorized=0.29),
        "ratio",
        0,
        5,
        "unauthorized people calibrated from a prior at T24 (at most, disputed: sweep to 1); others assumption",
        "Property offending relative to citizens, before normalisation to mean 1",
    )
    impunity_elasticity: ByCrime = table(
        ByCrime.same(1.0, homicide=0.0),
        "elasticity",
        0,
        1.5,
        "calibrated with T33, T35; the published study implies 0.44 to 0.79",
        "How offending rises as the risk of being reported and solved falls",
    )
    risk_memory: float = number(
        2.2,
        "months",
        0.5,
        60,
        "calibrated with T33, T35; left open",
        "Months of expected risk that offenders' belief averages over",
    )
    displacement: float = share_of(0.0, "", ASSUMPTION, "Offending that moves between groups rather than being added")
    deterrence: float = share_of(
        0.31,
        "",
        "calibrated; disputed and left open by the figures",
        "Offending of removable people given up where removal is as likely as can be",
    )
    spread: ClassVar[tuple[str, ...]] = ("own_group", "impunity_elasticity", "repeat_share", "chronic_share")
