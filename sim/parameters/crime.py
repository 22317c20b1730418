"""Parameters of crime, reporting and the police."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.parameters.base import (
    ASSUMPTION,
    ByCharge,
    ByCrime,
    ByFamily,
    ByGroup,
    ByStatus,
    ByTie,
    Section,
    choice,
    number,
    table,
)

FBI_2007 = "T01-T07"
NCVS_REPORTING = "T08-T13"


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
            simple_assault=498.0,
        ),
        "recorded crimes per 100,000 persons and year",
        0,
        100_000,
        "T01-T07; simple assault from T46",
        "Recorded crime at full trust (made worlds; simple assault and gaps everywhere)",
    )
    headroom: float = number(
        2.0, "ratio", 1, 10, "design", "Opportunities for each expected offence; room for offending to rise"
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
        ByFamily(violent=0.54, property=0.36),
        "share of incidents",
        0,
        1,
        "T47, T48",
        "Incidents against people or households who are victims again and again",
    )
    repeat_stratum: ByFamily = table(
        ByFamily(violent=512, property=64),
        "people or households",
        1,
        4096,
        "T47, T48",
        "One in so many people (households) is victim again and again",
    )
    own_group: ByGroup = table(
        ByGroup(hispanic=0.10, other_noncitizen=0.10, other=0.10),
        "share of incidents",
        0,
        1,
        "T44, T45",
        "Offenders sought in the target's own group; the others come from anyone nearby",
    )
    travel_share: float = number(
        0.1, "share of incidents", 0, 1, ASSUMPTION, "Offenders who live in a neighbouring cell"
    )
    propensity_violent: ByStatus = table(
        ByStatus(citizen=1.0, lawful_noncitizen=1.0, unauthorized=0.5),
        "ratio",
        0,
        5,
        "T23 for unauthorized people (at most, disputed: sweep to 1); others assumption",
        "Violent offending relative to citizens, before normalisation to mean 1",
    )
    propensity_property: ByStatus = table(
        ByStatus(citizen=1.0, lawful_noncitizen=1.0, unauthorized=0.25),
        "ratio",
        0,
        5,
        "T24 for unauthorized people (at most, disputed: sweep to 1); others assumption",
        "Property offending relative to citizens, before normalisation to mean 1",
    )
    impunity_elasticity: ByCrime = table(
        ByCrime(
            homicide=0.0,
            rape=0.6,
            robbery=0.6,
            aggravated_assault=0.6,
            burglary=0.6,
            larceny=0.6,
            motor_vehicle_theft=0.6,
            simple_assault=0.6,
        ),
        "elasticity",
        0,
        1.5,
        "design; the published study implies 0.44 to 0.79",
        "How offending rises as the risk of being reported and solved falls",
    )
    risk_memory: float = number(
        4.0, "months", 0.5, 60, ASSUMPTION, "Months of expected risk that offenders' belief averages over"
    )
    displacement: float = number(
        0.0, "share", 0, 1, ASSUMPTION, "Offending that moves between groups rather than being added"
    )
    deterrence: float = number(
        0.0, "share", 0, 1, ASSUMPTION, "Offending of removable people given up where removal is as likely as can be"
    )
    spread: ClassVar[tuple[str, ...]] = ("own_group", "impunity_elasticity", "repeat_share")


class PoliceSection(Section):
    """Patrol, recording, clearance and street arrests."""

    officers_per_1000: float = number(
        2.4, "officers per 1,000 persons", 0, 20, "FBI Crime in the United States 2007", "Sworn officers"
    )
    patrol: Literal["even", "population", "hot_spots"] = choice(
        "population", "name", "design", "How officers are spread over cells"
    )
    patrol_effect: float = number(
        0.3, "per unit of relative patrol", 0, 3, ASSUMPTION, "How patrol lowers offending in a cell"
    )
    hot_spot_memory: float = number(12, "months", 1, 60, ASSUMPTION, "Months of recorded crime that hot spots average")
    recording: ByCrime = table(
        ByCrime(
            homicide=1.0,
            rape=0.9,
            robbery=0.9,
            aggravated_assault=0.9,
            burglary=0.9,
            larceny=0.9,
            motor_vehicle_theft=0.95,
            simple_assault=0.8,
        ),
        "share of reports",
        0.01,
        1,
        ASSUMPTION,
        "Reports that become recorded crimes",
    )
    clearance: ByCrime = table(
        ByCrime(
            homicide=0.621,
            rape=0.413,
            robbery=0.254,
            aggravated_assault=0.552,
            burglary=0.127,
            larceny=0.18,
            motor_vehicle_theft=0.13,
            simple_assault=0.45,
        ),
        "share of recorded crimes",
        0,
        1,
        "T15-T18 and FBI Crime in the United States 2005, table 25; simple assault assumption",
        "Recorded crimes cleared by arrest at usual load and full trust",
    )
    witness_weight: float = number(
        0.12, "ratio", 0, 2, ASSUMPTION, "How far clearance depends on the trust of a witness"
    )
    load_elasticity: float = number(
        0.2, "elasticity", 0, 2, ASSUMPTION, "How clearance falls as recorded crime per officer rises"
    )
    load_memory: float = number(12, "months", 0, 60, ASSUMPTION, "Months that police workload averages over")
    street_arrests_per_100k: float = number(
        3800, "arrests per 100,000 persons and year", 0, 50_000, "T19, T20 less simple assault", "Minor offences"
    )
    offender_link: float = number(
        0.6, "share of street arrests", 0, 1, "hand-set to T43", "Street arrests that find people as offending does"
    )
    stop_ratio: ByGroup = table(
        ByGroup(hispanic=1.0, other_noncitizen=1.0, other=1.0),
        "ratio",
        0,
        10,
        ASSUMPTION,
        "Street arrests relative to the population (1: no pretext stops)",
    )
    street_felony_share: float = number(
        0.15, "share of street arrests", 0, 1, "FBI arrests 2007, drug sale", "Felonies"
    )
    spread: ClassVar[tuple[str, ...]] = ("stop_ratio", "recording")


class ReportingSection(Section):
    """Who calls the police at full trust."""

    reported: ByCrime = table(
        ByCrime(
            homicide=0.99,
            rape=0.35,
            robbery=0.59,
            aggravated_assault=0.56,
            burglary=0.55,
            larceny=0.33,
            motor_vehicle_theft=0.83,
            simple_assault=0.45,
        ),
        "share of incidents",
        0.01,
        0.999,
        f"{NCVS_REPORTING}; homicide and simple assault assumption",
        "Incidents that somebody reports, at full trust",
    )
    victim_part: ByFamily = table(
        ByFamily(violent=0.5, property=0.8),
        "share of the log chance",
        0.01,
        1,
        "T50; property from the design",
        "The victim's part in reporting",
    )
    officer_part: ByFamily = table(
        ByFamily(violent=0.06, property=0.02),
        "share of the log chance",
        0,
        0.5,
        "T50; property assumption",
        "The part of officers on the spot; the rest are third parties",
    )
    offset: ByStatus = table(
        ByStatus(citizen=0.0, lawful_noncitizen=0.0, unauthorized=0.0),
        "log odds",
        -3,
        3,
        "T14",
        "Reporting that differs by status even at full trust",
    )


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
    neighbour_weight: float = number(0.1, "share", 0, 1, ASSUMPTION, "Weight of news from neighbouring counties")
    household_jump: float = number(1.0, "fear", 0, 5, ASSUMPTION, "Fear of those who live with a removed person")
    acquaintance_jump: float = number(0.5, "fear", 0, 5, ASSUMPTION, "Fear of a removed person's acquaintances")
    acquaintances: float = number(10, "people", 0, 100, ASSUMPTION, "Acquaintances who hear of a removal")
    at_large_jump: float = number(0.5, "fear", 0, 5, ASSUMPTION, "Further fear where the arrest was made at large")
    reassurance: float = number(0.5, "share", 0, 1, ASSUMPTION, "Own fear lost when one's report led to an arrest")
    spread: ClassVar[tuple[str, ...]] = ("sensitivity",)

    @classmethod
    def spread_one(cls, name: str, value: float, entries: dict[str, float]) -> dict[str, float]:
        """Let one number set the unauthorized, and the others keep their ratios to them."""
        if entries["unauthorized"] == 0:
            entries = cls.model_fields[name].default.model_dump()
        return {tie: entry / entries["unauthorized"] * value for tie, entry in entries.items()}


class CourtsSection(Section):
    """What follows an arrest in the local courts and jails."""

    held: ByCharge = table(
        ByCharge(
            homicide=0.9,
            rape=0.6,
            robbery=0.6,
            aggravated_assault=0.45,
            burglary=0.45,
            motor_vehicle_theft=0.4,
            larceny=0.25,
            street_felony=0.35,
            simple_assault=0.2,
            street_misdemeanor=0.12,
        ),
        "share of bookings",
        0,
        1,
        "T51 for felonies as a whole; by charge assumption",
        "People booked who stay in jail or prison",
    )
    stay: ByCharge = table(
        ByCharge(
            homicide=100,
            rape=50,
            robbery=36,
            aggravated_assault=16,
            burglary=12,
            motor_vehicle_theft=8,
            larceny=5,
            street_felony=6,
            simple_assault=2,
            street_misdemeanor=1.2,
        ),
        "months",
        1,
        240,
        ASSUMPTION,
        "Mean stay of those held, until disposition or the end of the sentence",
    )
    convicted: ByCharge = table(
        ByCharge(
            homicide=0.7,
            rape=0.6,
            robbery=0.62,
            aggravated_assault=0.55,
            burglary=0.68,
            motor_vehicle_theft=0.7,
            larceny=0.65,
            street_felony=0.68,
            simple_assault=0.45,
            street_misdemeanor=0.6,
        ),
        "share of bookings",
        0,
        1,
        "BJS felony defendants 2004; misdemeanours assumption",
        "Bookings that end in a conviction",
    )
    felony: ByCharge = table(
        ByCharge(
            homicide=1,
            rape=1,
            robbery=1,
            aggravated_assault=1,
            burglary=1,
            motor_vehicle_theft=1,
            larceny=0.3,
            street_felony=1,
            simple_assault=0,
            street_misdemeanor=0,
        ),
        "share of convictions",
        0,
        1,
        ASSUMPTION,
        "Convictions that are felonies",
    )
    aggravated: ByCharge = table(
        ByCharge(
            homicide=1,
            rape=1,
            robbery=0.8,
            aggravated_assault=0.6,
            burglary=0.3,
            motor_vehicle_theft=0.2,
            larceny=0.2,
            street_felony=0.25,
            simple_assault=0,
            street_misdemeanor=0,
        ),
        "share of felony convictions",
        0,
        1,
        ASSUMPTION,
        "Felony convictions that immigration law calls aggravated felonies",
    )
    disposition_lag: ByCharge = table(
        ByCharge(
            homicide=6,
            rape=3,
            robbery=3,
            aggravated_assault=3,
            burglary=3,
            motor_vehicle_theft=3,
            larceny=2,
            street_felony=3,
            simple_assault=1,
            street_misdemeanor=1,
        ),
        "months",
        1,
        24,
        "T51 for felonies; others assumption",
        "Months from booking to disposition",
    )
    prior_felony_likely: float = number(0.25, "share", 0, 1, "hand-set to T27, T30", "Likely offenders with a felony")
    prior_felony_other: float = number(0.04, "share", 0, 1, "hand-set to T27, T30", "Other people with a felony")
    prior_misdemeanor_likely: float = number(0.4, "share", 0, 1, "hand-set to T27", "Likely offenders with one or more")
    prior_misdemeanor_other: float = number(0.12, "share", 0, 1, "hand-set to T27", "Other people with one or more")
    prior_aggravated: float = number(0.3, "share of felons", 0, 1, "hand-set to T30", "Of them, an aggravated felony")
    prior_repeat: float = number(
        0.4,
        "share",
        0,
        1,
        ASSUMPTION,
        "Of those with a prior conviction: two felonies or more, three misdemeanours or more",
    )
    spread: ClassVar[tuple[str, ...]] = ("disposition_lag",)


class SurveySection(Section):
    """The victimization survey."""

    panel_share: float = number(0.05, "share of people", 0, 0.5, "design", "People in the panel")
    panel_share_nation: float = number(0.0005, "share of people", 0, 0.5, "design", "The same in a nation at scale 1")
    response: float = number(0.9, "share of interviews", 0, 1, "BJS NCVS, about", "Response at full trust")
    capture: ByCrime = table(
        ByCrime(
            homicide=0.0,
            rape=0.8,
            robbery=0.9,
            aggravated_assault=0.9,
            burglary=0.95,
            larceny=0.9,
            motor_vehicle_theft=0.98,
            simple_assault=0.85,
        ),
        "share of incidents",
        0,
        1,
        ASSUMPTION,
        "Incidents a respondent tells the interviewer of",
    )
    trust_weight: float = number(0.1, "ratio", 0, 2, ASSUMPTION, "How far survey response depends on trust")
