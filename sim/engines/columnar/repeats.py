"""Who is victim again and again: worked out once a run for each county, group and family, then looked up."""

from __future__ import annotations

from sim.engines.columnar.records import Array, Land, index
from sim.numerics.compiled import block, helper
from sim.numerics.draws import entity_of
from sim.rules.opportunity import choose, repeat_part, repeat_victim, repeat_victims, repeat_width
from sim.words.codes import FAMILY_COUNT, GROUP_COUNT
from sim.world.person import HOUSEHOLD

UNIT = (1, HOUSEHOLD)
"""How many people are one victim of a family of crimes: violent ones strike persons, others households."""


@helper
def _scatter(county: int, group: int, family: int, often: int) -> int:
    """Return the identity that scatters those who are victims again, or (``often`` 1) again and again."""
    return entity_of(county, 2 * (group * FAMILY_COUNT + family) + often)


@block
def work_out_repeats(land: Land, table: Array) -> None:
    """Fill in the counties' records who are repeat victims, and the uniforms below which one of them is meant."""
    constants = table[0]
    for county in range(len(land.counties)):
        code = land.counties[county].code
        for group in range(GROUP_COUNT):
            for family in range(FAMILY_COUNT):
                size = land.counties[county].size[group] // UNIT[family]
                until, widths = land.counties[county].repeat_until, land.counties[county].repeat_width
                victims, before = land.counties[county].repeat_victims, 0.0
                for often in (1, 0):
                    share = constants.chronic_share[family] if often == 1 else constants.repeat_share[family]
                    stratum = constants.chronic_stratum[family] if often == 1 else constants.repeat_stratum[family]
                    width = repeat_width(size, stratum, constants.repeats_bear[family])
                    scatter = _scatter(code, group, family, often)
                    before += repeat_part(size, share, width, scatter)
                    until[group, family, often], widths[group, family, often] = before, width
                    victims[group, family, often] = repeat_victims(size, width, scatter)


@helper
def victim_again(u: float, which: float, group: int, family: int, county: int, land: Land) -> int:
    """Return which of the people (households) of a county's group is victim again; below 0 it is none of these.

    ``u`` decides whether one is, ``which`` who it is.
    """
    until, kind = land.counties[county].repeat_until, index(family)
    often = 1 if choose(u, until[group, kind, 1]) else 0
    width = land.counties[county].repeat_width[group, kind, often]
    victims = land.counties[county].repeat_victims[group, kind, often]
    victim = repeat_victim(which, victims, width, _scatter(land.counties[county].code, group, family, often))
    return victim if choose(u, until[group, kind, 0]) else -1
