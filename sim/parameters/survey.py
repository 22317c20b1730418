"""Parameters of the victimization survey."""

from __future__ import annotations

from sim.parameters.base import ASSUMPTION, ByCrime, Section, number, share_of, table


class SurveySection(Section):
    """The victimization survey."""

    panel_share: float = number(0.05, "share of people", 0, 0.5, "design", "People in the panel")
    panel_share_nation: float = number(0.0005, "share of people", 0, 0.5, "design", "The same in a nation at scale 1")
    response: float = share_of(0.9, "interviews", "BJS NCVS, about", "Response at full trust")
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
