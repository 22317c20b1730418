"""What compiled loops ask about a person: tie to enforcement, trust, criminal record, place in a cell."""

from __future__ import annotations

from sim.engines.columnar.records import Array, Land, Month, State, index
from sim.numerics.compiled import helper, int64, prefetch
from sim.numerics.draws import Purpose, draw
from sim.rules.booking import (
    aggravated_in,
    felonies_in,
    has_federal_record,
    misdemeanors_in,
    record_level,
)
from sim.rules.reporting import own_fear, trust
from sim.words.codes import CITIZEN, HISPANIC, OTHER
from sim.world.constants import Constants
from sim.world.person import (
    HOUSEHOLD,
    added_felonies,
    added_misdemeanors,
    first_of_household,
    generation_of,
    has_added_aggravated,
    is_known_to_ice,
    is_likely_offender,
    is_tied,
    status_of,
)

RECORD = int(Purpose.RECORD)


@helper
def tie_of(slot: int, group: int, low: int, size: int, person: Array) -> int:
    """Return a community member's tie to enforcement; a citizen's household is looked at."""
    status = status_of(person[index(slot)])
    mixed = False
    if status == CITIZEN and group == HISPANIC:
        first = first_of_household(slot, low)
        for other in range(first, min(first + HOUSEHOLD, low + size)):
            if status_of(person[index(other)]) != CITIZEN:
                mixed = True
    return is_tied(status, mixed)


@helper
def community_place(slot: int, county: int, land: Land) -> int:
    """Return the number of a community member in the world, under which own fear is kept."""
    here = index(county)
    return slot - land.counties[here].base + land.counties[here].community


@helper
def prefetch_fear(slot: int, county: int, land: Land, state: State) -> None:
    """Ask for a community member's own fear, which will be read soon."""
    place = community_place(slot, county, land)
    prefetch(state.fear_steps, place)
    prefetch(state.fear_month, place)


@helper
def trust_of(slot: int, county: int, group: int, month: Month, land: Land, state: State, decay: Array) -> float:
    """Return the trust of a community member at the start of the month."""
    here, place = index(county), index(community_place(slot, county, land))
    steps = int64(state.fear_steps[place])
    if steps == 0:
        return float(month.trust[here, group])
    own = own_fear(steps, decay[index(month.index - int64(state.fear_month[place]))])
    return trust(month.counties[here].fear_at_start[group], own)


@helper
def sensitivity_and_trust(
    slot: int, county: int, group: int, month: Month, land: Land, state: State, constants: Constants
) -> tuple[float, float]:
    """Return how sensitive somebody is to lost trust, and their trust; (0, 1) outside the community."""
    if group == OTHER:
        return 0.0, 1.0
    here = index(county)
    low, size = land.counties[here].low[group], land.counties[here].size[group]
    sensitivity = constants.sensitivity[index(tie_of(slot, group, low, size, state.person))]
    if sensitivity == 0.0:
        return 0.0, 1.0
    return sensitivity, trust_of(slot, county, group, month, land, state, constants.fear_decay)


@helper
def record_of(person: int, group: int, home: int, entity: int, land: Land, constants: Constants) -> int:
    """Return a person's level of criminal record: what those of the start brought, and what was added."""
    u = draw(land.world_seed, entity, 0, 0, RECORD)[0] if generation_of(person) == 0 else 1.0
    return level_of(person, group, home, u, land, constants)


@helper
def level_of(person: int, group: int, home: int, u: float, land: Land, constants: Constants) -> int:
    """Return a person's level of criminal record, where ``u`` says what those of the start brought."""
    brought = 0
    if generation_of(person) == 0:
        history = index(land.counties[index(home)].history)
        many = constants.prior_record[history, group, status_of(person), is_likely_offender(person)]
        for record in range(len(many)):  # no branch that the processor cannot foresee
            brought += 1 if u >= many[record] else 0
    felonies = felonies_in(brought) + added_felonies(person)
    misdemeanors = misdemeanors_in(brought) + added_misdemeanors(person)
    return record_level(felonies, misdemeanors, max(aggravated_in(brought), has_added_aggravated(person)))


@helper
def is_in_database(person: int, group: int, home: int, u: float, land: Land, constants: Constants) -> bool:
    """Return whether somebody's fingerprints are in the immigration database, as ``u`` says."""
    generation, status = generation_of(person), status_of(person)
    share = constants.federal_record[group, status]
    if generation == 0:
        history = index(land.counties[index(home)].history)
        share = constants.federal_record_at_start[history, group, status, is_likely_offender(person)]
    return has_federal_record(is_known_to_ice(person), u, share)


@helper
def group_at(places: Array, place: int) -> tuple[int, int]:
    """Return the group and the place within it of the ``place``-th person of a cell, given where each group begins."""
    group = (1 if place >= places[1] else 0) + (1 if place >= places[2] else 0)
    return group, place - places[index(group)]
