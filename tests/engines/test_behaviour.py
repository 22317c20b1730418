"""What the model does when enforcement changes: magnitudes, signs and mean fields, each with its power.

Grids of a million people, three years, Secure Communities in every county from the start of the second year; 14 seeds
paired by common luck. The spread of a paired difference over seeds is far below the width of each range (asserted).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.engines.columnar.engine import ColumnarEngine
from sim.engines.ledger import Ledger
from sim.running.run import prepare, seed_of, simulate
from sim.scenario.scenario import Scenario, load_scenario
from sim.words.labels import ENFORCEMENT_COLUMNS

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SEEDS = 14
NEARLY_ALL = 13
"""Without an effect, so many of the seeds or more lie on one side by a chance of one in a thousand."""
ACTIVATION = 12
WINDOW = slice(ACTIVATION + 1, ACTIVATION + 25)
WORLD = (
    "world.people=1000000",
    "world.rows=4",
    "world.columns=4",
    "start=2007-01",
    "months=37",
    "programs.secure_communities.counties=all",
    "programs.secure_communities.start=2008-01",
)
HISPANIC, OTHER = 0, 2
INDEX = slice(0, 7)


def scenario(name: str, *extra: str) -> Scenario:
    return load_scenario(SCENARIOS / f"{name}.yaml", [*WORLD, *extra])


@cache
def totals(name: str, seed: int, *extra: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return crime (type, group, column), enforcement (column) and balance (kind) over the window."""
    ledger: Ledger = simulate(scenario(name, *extra), seed=seed)
    return (
        ledger.crime[WINDOW].sum(axis=(0, 1)),
        ledger.enforcement[WINDOW].sum(axis=(0, 1, 2, 3, 4)),
        ledger.balance[WINDOW].sum(axis=(0, 1, 3)),
    )


def paired(measure, name: str, reference: str) -> np.ndarray:
    """Return the relative change of a measure of crime in each of the seeds."""
    return np.array([measure(totals(name, s)[0]) / measure(totals(reference, s)[0]) - 1.0 for s in range(SEEDS)])


def true_of(group: int):
    return lambda crime: crime[INDEX, group, 0].sum()


def reporting_of(group: int):
    return lambda crime: crime[INDEX, group, 1].sum() / crime[INDEX, group, 0].sum()


def assert_within(changes: np.ndarray, low: float, high: float) -> None:
    """The mean lies in the range, and the range is at least eight standard errors wide (power above 0.99)."""
    error = changes.std(ddof=1) / np.sqrt(len(changes))
    assert high - low > 8 * error, (error, low, high)
    assert low <= changes.mean() <= high, (changes.mean(), error)


def test_chilling_lowers_reporting_and_raises_victimization_of_hispanic_people() -> None:
    assert_within(paired(reporting_of(HISPANIC), "chilling_effect_only", "no_behavioral_response"), -0.35, -0.15)
    assert_within(paired(true_of(HISPANIC), "chilling_effect_only", "no_behavioral_response"), 0.08, 0.25)


def test_chilling_leaves_others_and_the_total_of_the_observed_book_nearly_unchanged() -> None:
    assert_within(paired(true_of(OTHER), "chilling_effect_only", "no_behavioral_response"), -0.01, 0.01)
    recorded = paired(lambda crime: crime[INDEX, :, 2].sum(), "chilling_effect_only", "no_behavioral_response")
    assert_within(recorded, -0.015, 0.015)


def test_deterrence_alone_lowers_true_crime_in_nearly_every_seed() -> None:
    """The effect is several paired standard deviations."""
    change = paired(lambda crime: crime[INDEX, :, 0].sum(), "deterrence_only", "no_behavioral_response")
    assert (change < 0).sum() >= NEARLY_ALL
    prevented = [totals("deterrence_only", seed)[2][1] for seed in range(SEEDS)]
    assert min(prevented) > 0


def test_no_response_leaves_both_books_of_the_baseline() -> None:
    """With all three responses off, Secure Communities moves people through the funnel and no crime at all."""
    off = ("responses.incapacitation=false", "responses.deterrence=false", "responses.chilled_reporting=false")
    for seed in range(3):
        with_program, funnel, _ = totals("no_behavioral_response", seed)
        without, _, _ = totals("no_behavioral_response", seed, "programs.secure_communities.counties=none", *off)
        assert np.array_equal(with_program, without)
        assert funnel[ENFORCEMENT_COLUMNS.index("removed")] > 0


class MeanField:
    """Expected offences by who is present: a person's rank, status and custody, not the incidents themselves."""

    def __init__(self, engine: ColumnarEngine) -> None:
        world, people = engine.world, engine.setting.parameters.people
        self.start = world.roster
        slots = world.roster.astype(np.int64)
        pool = np.repeat(np.arange(len(world.pool_low)), np.diff(world.roster_start))
        entry = np.arange(len(slots)) - world.roster_start[pool]
        mass = world.pool_size[pool] * people.likely_offender_share
        border = mass * people.frequent_share
        high = people.frequent_offending / (people.frequent_share * people.likely_offender_share)
        low = (1 - people.frequent_offending) / ((1 - people.frequent_share) * people.likely_offender_share)
        weight = np.clip(border - entry, 0, 1) * high
        weight += np.clip(np.minimum(mass, entry + 1) - np.maximum(border, entry), 0, 1) * low
        baseline, index = world.baseline, engine.constants.is_index == 1
        rates = np.diff(baseline.type_cumulative, axis=1, prepend=0.0) * baseline.opportunity_rate[:, None]
        family = engine.constants.family
        rate = np.stack([rates[:, (family == f) & index].sum(axis=1) for f in (0, 1)], axis=1)
        county = np.searchsorted(world.slot_base, slots, side="right") - 1
        status = (world.person[slots] >> 2) & 3
        self.slots = slots
        self.expected = weight * (engine.constants.propensity[status] * rate[county]).sum(axis=1)
        against_people = ((1 - baseline.organization_opportunity) * rates)[:, index].sum(axis=1)
        self.as_target = np.repeat(against_people, np.diff(world.slot_base))

    def monthly(self, engine: ColumnarEngine) -> float:
        """Return expected offences of next month, up to what is the same in every run."""
        free = (engine.state.person & 3) == 0
        by_offender = self.expected[free[self.slots] & (engine.state.roster == self.start)].sum()
        return float(by_offender + self.as_target[free].sum())


def test_incapacitation_equals_its_mean_field() -> None:
    """The change in true crime is what people removed would have done and suffered in the months they are gone.

    The mean field follows ranks, statuses, custody, removals and returns in both runs of a pair; the observed change is
    the paired difference in incidents. The standard error over the seeds is about one percent of the effect, and the
    mean field leaves out newcomers' offending and people missing as both target and offender (some percent), so an
    effect off by a tenth is seen with power above 0.99.
    """
    observed, expected = [], []
    for seed in range(SEEDS):
        gone, replaced = (
            ColumnarEngine(prepare(scenario(name, "world.settled_under=nothing")), seed_of(seed, 0))
            for name in ("incapacitation_only", "no_behavioral_response")
        )
        field, change, mean = MeanField(gone), 0, 0.0  # both worlds begin alike, with nobody away
        for t in range(len(gone.setting.months)):
            here, there = gone.step(t), replaced.step(t)
            change += int(here.crime[:, INDEX, :, 0].sum()) - int(there.crime[:, INDEX, :, 0].sum())
            if here.index < 36:
                mean += field.monthly(gone) - field.monthly(replaced)
        observed.append(change)
        expected.append(mean)
    difference = np.array(observed) - np.array(expected)
    error = difference.std(ddof=1) / np.sqrt(SEEDS)
    effect = abs(float(np.mean(expected)))
    assert error < 0.02 * effect, (error, effect)
    assert abs(difference.mean()) < 3 * error + 0.03 * effect, (difference.mean(), error, effect)


def test_a_county_that_stops_honouring_detainers_has_fewer_removals_and_more_reporting() -> None:
    """Paired over the seeds, by a sign test."""
    stops = (
        "programs.detainer_resolution.counties=all",
        "programs.detainer_resolution.start=2008-02",
    )
    removed, reporting = [], []
    place = ENFORCEMENT_COLUMNS.index("removed")
    for seed in range(SEEDS):
        honouring = totals("secure_communities", seed)
        declining = totals("secure_communities", seed, *stops)
        removed.append(declining[1][place] < honouring[1][place])
        reporting.append(reporting_of(HISPANIC)(declining[0]) > reporting_of(HISPANIC)(honouring[0]))
    assert sum(removed) >= NEARLY_ALL
    assert sum(reporting) >= NEARLY_ALL


def test_transfers_from_prison_are_not_a_countys_to_decline() -> None:
    """In the month of the decision the same people are booked, and as many go from prison to ICE; none from jails.

    Where nobody responds it stays so for two years, but for those whom contact with ICE made known to it.
    """
    prison = ("enforcement.prison_months=2", "enforcement.prison_share=1")
    declining = [f"programs.detainer_resolution.{it}" for it in ("counties=all", "start=2008-02", "cooperation=0")]
    honoured, declined = (
        simulate(scenario("no_behavioral_response", *prison, *extra), seed=1).enforcement.sum(axis=(1, 2, 3, 4))
        for extra in ((), declining)
    )
    decision = ACTIVATION + 1
    for name in ("booked", "removable", "detainers", "from_prison"):
        place = ENFORCEMENT_COLUMNS.index(name)
        assert honoured[decision, place] == declined[decision, place] > 0, name
        assert declined[decision:, place].sum() == pytest.approx(honoured[decision:, place].sum(), rel=0.05), name
    for name in ("honoured", "without_detainer"):
        place = ENFORCEMENT_COLUMNS.index(name)
        assert honoured[decision, place] > 0
        assert not declined[decision:, place].any()


@pytest.mark.parametrize("name", ["chilling_effect_only", "all_responses", "secure_communities"])
def test_hardly_any_opportunity_is_clipped(name: str) -> None:
    assert simulate(scenario(name), seed=1).clipped_share < 0.001
