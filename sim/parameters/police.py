"""Parameters of the police: patrol, recording, clearance and street arrests."""

from __future__ import annotations

from typing import ClassVar, Literal

from sim.parameters.base import ASSUMPTION, ByCrime, ByGroup, Section, choice, number, share_of, table


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
        ByCrime.same(0.9, homicide=1.0, motor_vehicle_theft=0.95, simple_assault=0.8),
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
    offender_link: float = share_of(
        0.6, "street arrests", "hand-set to T43", "Street arrests that find people as offending does"
    )
    stop_ratio: ByGroup = table(
        ByGroup.same(1.0, other_noncitizen=0.5),
        "ratio",
        0,
        10,
        "hand-set to T31 for noncitizens who are not Hispanic; others 1",
        "Street arrests relative to the population (above 1: pretext stops)",
    )
    street_felony_share: float = share_of(0.15, "street arrests", "FBI arrests 2007, drug sale", "Felonies")
    spread: ClassVar[tuple[str, ...]] = ("stop_ratio", "recording")
