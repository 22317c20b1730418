"""Who is victim again and again: worked out once a run for each county, group and family, then looked up."""

from __future__ import annotations

from sim.engines.columnar.records import Array, Land
from sim.numerics.compiled import block, helper
from sim.numerics.draws import entity_of
from sim.rules.opportunity import choose, repeat_part, repeat_victim, repeat_width, rest_of_choice
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
    """Fill in the counties' records the part of incidents that falls on repeat victims, and among how many is one."""
    constants = table[0]
    for county in range(len(land.counties)):
        code = land.counties[county].code
        for group in range(GROUP_COUNT):
            for family in range(FAMILY_COUNT):
                size = land.counties[county].size[group] // UNIT[family]
                parts, widths = land.counties[county].repeat_part, land.counties[county].repeat_width
                before = 0.0
                for often in (1, 0):
                    share = constants.chronic_share[family] if often == 1 else constants.repeat_share[family]
                    stratum = constants.chronic_stratum[family] if often == 1 else constants.repeat_stratum[family]
                    width = repeat_width(size, stratum, constants.repeats_bear[family])
                    part = repeat_part(size, share, width, _scatter(code, group, family, often)) / (1.0 - before)
                    parts[group, family, often], widths[group, family, often] = part, width
                    before = part


@helper
def _found(u: float, part: float, group: int, family: int, often: int, county: int, land: Land) -> int:
    """Return which person (household) a uniform below ``part`` finds."""
    width, code = land.counties[county].repeat_width[group, family, often], land.counties[county].code
    rest, size = rest_of_choice(u, min(1.0, part)), land.counties[county].size[group] // UNIT[family]
    return repeat_victim(rest, size, width, _scatter(code, group, family, often))


@helper
def victim_again(u: float, group: int, family: int, county: int, land: Land) -> int:
    """Return which of the people (households) of a county's group is victim again; below 0 it is none of these."""
    part = land.counties[county].repeat_part[group, family, 1]
    if choose(u, part):
        return _found(u, part, group, family, 1, county, land)
    u = rest_of_choice(u, part)
    part = land.counties[county].repeat_part[group, family, 0]
    return _found(u, part, group, family, 0, county, land) if choose(u, part) else -1
