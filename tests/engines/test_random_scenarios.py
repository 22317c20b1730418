"""The two engines give the same ledger in random scenarios, in which every parameter of the table varies.

A parameter that is added to the table is drawn without being named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import pytest
from engine_scenarios import columnar_in_threads, differences, empty_columns, mesa_run, opportunities, ready
from random_parameters import FIXED, Changes, changes_to, fewest, random_changes, values, with_changes

from sim.words.faults import UserError


class Comparison:
    """Random scenarios in which the engines were compared."""

    def __init__(self, most_opportunities: int) -> None:
        self.most_opportunities = most_opportunities
        self.count = 0
        self.values: dict[str, set[str]] = defaultdict(set)
        self.empty: Counter[str] = Counter()

    def compare(self, number: int, changes: Changes) -> None:
        """Compare the engines in the lively world with some changes, unless they are impossible or make much crime."""
        try:
            setting = ready(with_changes(changes))
        except UserError:  # shares of groups that no made world has
            return
        first = columnar_in_threads(setting, seed_of(number), threads=1 + number % 2)
        if opportunities(first) > self.most_opportunities:
            return
        found = differences(first, mesa_run(setting, seed_of(number)))
        assert not found, f"{found[:5]}\n{reason(number, changes)}"
        self.count += 1
        self.empty.update(empty_columns(first))
        for name, value in values(setting.parameters).items():
            self.values[name].add(str(value))

    def constant(self) -> list[str]:
        """Return the parameters (entries of tables) that had one value in all scenarios."""
        return [name for name, taken in self.values.items() if len(taken) < 2 and name not in FIXED]


def seed_of(number: int) -> int:
    return Random(f"seed {number}").randrange(2**62)


def reason(number: int, changes: Changes) -> str:
    """Say which few changes of the lively world suffice for the engines to differ."""
    few = fewest(changes, lambda fewer: engines_differ(number, fewer))
    return f"random scenario {number}; it takes seed {seed_of(number)} and EVERYTHING with {few or 'no change'}"


def engines_differ(number: int, changes: Changes) -> bool:
    try:
        setting = ready(with_changes(changes))
    except UserError:
        return False
    seed = seed_of(number)
    return bool(differences(columnar_in_threads(setting, seed, threads=1 + number % 2), mesa_run(setting, seed)))


def compared(scenarios: int, most_opportunities: int) -> Comparison:
    """Compare the engines in so many random scenarios, and in one more that varies what chance left as it was."""
    comparison = Comparison(most_opportunities)
    number = 0
    while comparison.count < scenarios:
        comparison.compare(number, random_changes(number))
        number += 1
        assert number <= 3 * scenarios, f"of {number} random scenarios {number - comparison.count} cannot be compared"
    if comparison.constant():
        comparison.compare(number, changes_to(comparison.constant()))
    return comparison


@pytest.mark.parametrize(
    ("scenarios", "most_opportunities"), [(20, 80_000), pytest.param(600, 500_000, marks=pytest.mark.slow)]
)
def test_engines_agree_in_random_scenarios_that_vary_every_parameter_and_fill_every_column(
    scenarios: int, most_opportunities: int
) -> None:
    seen = compared(scenarios, most_opportunities)
    assert not seen.constant(), (
        f"never varied in {seen.count} random scenarios: {', '.join(seen.constant())}. "
        "tests/made/random_parameters.py draws every parameter: see whether its rules reach these, or whether "
        "`consistent` takes them back; one that no engine can tell is named in FIXED with the reason"
    )
    rare = {column: number for column, number in seen.empty.items() if number > 0.4 * seen.count}
    assert not rare, (
        f"columns empty in more than 0.4 of {seen.count} random scenarios, where the comparison says nothing: {rare}. "
        "Make EVERYTHING in tests/made/random_parameters.py livelier, or narrow in NARROWED the range that empties them"
    )
