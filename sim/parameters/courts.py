"""Parameters of what follows an arrest in the local courts and jails."""

from __future__ import annotations

from typing import ClassVar

from sim.parameters.base import ASSUMPTION, ByCharge, Section, share_of, table


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
        ByCharge.same(1, larceny=0.3, simple_assault=0, street_misdemeanor=0),
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
            robbery=1,
            aggravated_assault=0.8,
            burglary=0.6,
            motor_vehicle_theft=0.4,
            larceny=0.4,
            street_felony=0.5,
            simple_assault=0,
            street_misdemeanor=0,
        ),
        "share of felony convictions",
        0,
        1,
        "hand-set to T30; burglary, theft and drug sale count from a sentence of a year or at all",
        "Felony convictions that immigration law calls aggravated felonies",
    )
    disposition_lag: ByCharge = table(
        ByCharge.same(3, homicide=6, larceny=2, simple_assault=1, street_misdemeanor=1),
        "months",
        1,
        24,
        "T51 for felonies; others assumption",
        "Months from booking to disposition",
    )
    first_booking_likely: float = share_of(
        0.15,
        "bookings of likely offenders",
        "hand-set to T27, T30",
        "People booked who are new to the police: they came of age or moved in, without a record",
    )
    first_booking_other: float = share_of(
        0.35, "bookings of other people", "hand-set to T27, T30", "The same for people who are no likely offenders"
    )
    spread: ClassVar[tuple[str, ...]] = ("disposition_lag",)
