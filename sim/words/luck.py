"""What each of the eight uniforms of a draw decides, the same in both engines; compiled code freezes the numbers.

See ``sim.numerics.compiled``: a file of numbers that loops read must key the cache of compiled code.
"""

from __future__ import annotations

WHAT, BUSINESS, WHOM, AGAIN, OWN_GROUP, TRAVELS, WHERE, WHO = range(8)
"""Of an opportunity: the crime; whether against an organization; in the place of whom, and what is left of that whether
of somebody who is victim again; of whom of these; whether the offender is of the target's group, and travels; where to,
and what is left of that in the place of whom; which likely offender."""
CALLS, RECORDS, CLEARS, THIRD_PARTY, WITNESS, TELLS = range(6)
"""Of a crime: who calls the police; whether they record it and clear it; who is the third party and the witness, and
what is left of the witness's place whether a hospital treats the victim; whether the survey is told."""
LINKED, FOUND, CHARGED = range(3)
"""Of an encounter on the street: whether police find somebody as offenders are found; whom; for what."""
STOPS, OF_A_STOP = 2, 4
"""How many encounters share a draw, and how many of its uniforms each has."""
PRINTS, SCREENS, HELD, CONVICTED, STAY, NEW = range(6)
"""Of a booking: whether fingerprints are sent, screening finds them, they are held, convicted; how long they stay;
whether they are new to the police."""
DECISIONS = 8
"""On how many opportunities one draw decides."""
