"""Parameters of who calls the police at full trust."""

from __future__ import annotations

from sim.parameters.base import ByCrime, ByFamily, ByStatus, Section, table


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
        "T08-T13; homicide and simple assault assumption",
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
        ByStatus.same(0.0), "log odds", -3, 3, "T14", "Reporting that differs by status even at full trust"
    )
