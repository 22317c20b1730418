"""Target 5: how cost grows with people and with events; ours beside the toys and peers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.measuring.runners import (
    FULL_MODEL,
    SEED,
    engine_runner,
    loop_seconds,
    mesa_toy_runner,
    numpy_toy_runner,
    peer_runner,
    prepared,
)
from benchmarks.measuring.timing import Runner, Spread, paired_rounds, per_unit, quotient, spread
from benchmarks.peers import peers_at_work
from benchmarks.targets.speed import ARRAYS, ENGINE, ORDERED, SHUFFLED, not_working, peer_label
from benchmarks.telling.lines import Line, Options, Point

LARGEST_TOY = 1_000_000
"""Toys and peers are not run beyond so many people: some would take minutes a round."""
EVENT_RATES = (0.125, 0.25, 0.5, 1.0, 2.0)
DOUBLINGS = (1, 2, 4)


def rates(factor: float) -> list[str]:
    """Return overrides that multiply what happens to a person: crime, street arrests and interviews."""
    from sim.scenario.scenario import load_scenario

    parameters = load_scenario(FULL_MODEL, []).parameters
    crimes = parameters.crime.recorded_per_100k.model_dump()
    entries = ", ".join(f"{name}: {value * factor!r}" for name, value in crimes.items())
    return [
        f"crime.recorded_per_100k={{{entries}}}",
        f"police.street_arrests_per_100k={parameters.police.street_arrests_per_100k * factor!r}",
        f"survey.panel_share={parameters.survey.panel_share * factor!r}",
    ]


def factor_of(share: float) -> float:
    """Return the factor at which a person meets that share of the usual opportunities.

    It is not the share itself: the less happens, the fewer people are in jail, and the fewer opportunities lapse.
    """
    factor, usual = share, _expected(1.0)
    for _ in range(8):
        factor *= share * usual / _expected(factor)
    return factor


def _expected(factor: float) -> float:
    """Return expected opportunities of a person and month, up to a constant."""
    world = prepared(["world.people=25000", "months=1", *rates(factor)]).world
    return float(np.average(world.baseline.opportunity_rate, weights=world.counties.agents))


def opportunities(setting: Any) -> float:
    """Return opportunities in a month of a run, the mean over its months."""
    from sim.running.run import records

    return sum(float(record.opportunities.sum()) for record in records(setting, SEED)) / len(setting.months)


def month_runner(setting: Any) -> Runner:
    """Return a runner that gives processor seconds for a month of the loop."""
    return lambda: per_unit(lambda: loop_seconds(setting), len(setting.months))


def scaling(options: Options) -> list[Line]:
    """Target 5: doubled people at equal events, cost against events, and both together beside toys and peers."""
    return [*equal_events(options), *against_events(options), *against_people(options)]


def equal_events(options: Options) -> list[Line]:
    """Return what doubling people costs while as much happens as before."""
    sizes = [options.doubling_people * times for times in DOUBLINGS]
    settings = [
        prepared([f"world.people={people}", f"months={options.scaling_months}", *rates(factor_of(1 / times))])
        for people, times in zip(sizes, DOUBLINGS, strict=True)
    ]
    events = [opportunities(setting) for setting in settings]
    runners = {str(people): month_runner(setting) for people, setting in zip(sizes, settings, strict=True)}
    costs = list(paired_rounds(runners, options.rounds).values())
    lines = []
    for place in range(1, len(sizes)):
        note = f"events {events[place] / events[place - 1]:.3f} times as many"
        value = quotient(costs[place], costs[place - 1])
        what = f"a month of {sizes[place]:,} people over {sizes[place - 1]:,}, equal events"
        lines.append(Line(5, what, value, "x", "<= 1.2 x", note))
    for people, seconds in zip(sizes, costs, strict=True):
        point = Point("equal events", ENGINE, people)
        lines.append(Line(5, f"a month of {people:,} people, equal events", _milliseconds(seconds), "ms", point=point))
    return lines


def _milliseconds(seconds: Sequence[float]) -> Spread:
    return spread([1e3 * value for value in seconds])


def against_events(options: Options) -> list[Line]:
    """Return what a month costs as more happens to the same people, and the straight line through it."""
    people = options.events_people
    settings = [
        prepared([f"world.people={people}", f"months={options.scaling_months}", *rates(factor)])
        for factor in EVENT_RATES
    ]
    events = [opportunities(setting) for setting in settings]
    runners = {str(factor): month_runner(setting) for factor, setting in zip(EVENT_RATES, settings, strict=True)}
    costs = list(paired_rounds(runners, options.rounds).values())
    lines = _event_line(people, events, costs)
    for count, seconds in zip(events, costs, strict=True):
        what = f"a month of {people:,} people, {count:,.0f} opportunities"
        lines.append(Line(5, what, _milliseconds(seconds), "ms", point=Point("events", ENGINE, count)))
    return lines


def _event_line(people: int, events: Sequence[float], costs: Sequence[Sequence[float]]) -> list[Line]:
    """Return slope and intercept of cost against events, fitted in each round."""
    fits = [np.polyfit(events, [seconds[number] for seconds in costs], 1) for number in range(len(costs[0]))]
    usual = EVENT_RATES.index(1.0)
    fixed = [100 * fit[1] / costs[usual][number] for number, fit in enumerate(fits)]
    note = f"{people:,} people"
    return [
        Line(
            5, "cost of one more opportunity and what follows", spread([1e9 * fit[0] for fit in fits]), "ns", "", note
        ),
        Line(5, "share of a usual month that no event causes", spread(fixed), "%", "", note),
    ]


def against_people(options: Options) -> list[Line]:
    """Return nanoseconds a person-month by size of the world, events growing with it."""
    lines: list[Line] = []
    for people in options.scaling_people:
        lines += _at_size(people, options)
    return lines


def _at_size(people: int, options: Options) -> list[Line]:
    months = options.scaling_months
    runners = {ENGINE: engine_runner("columnar", people, [], months)}
    names: Sequence[str] = ()
    if people <= LARGEST_TOY:
        names = options.peers
        runners[SHUFFLED] = mesa_toy_runner(people, months, shuffled=True)
        runners[ORDERED] = mesa_toy_runner(people, months, shuffled=False)
        runners[ARRAYS] = numpy_toy_runner(people, months)
    runners[ENGINE]()
    with peers_at_work(names, people, months) as (peers, failed):
        runners.update({peer_label(name): peer_runner(peer) for name, peer in peers.items()})
        costs = paired_rounds(runners, options.rounds)
    return [*(_person_month(people, name, costs[name]) for name in costs), *not_working(5, failed)]


def _person_month(people: int, name: str, costs: Sequence[float]) -> Line:
    value, point = spread([1e9 * cost for cost in costs]), Point("people", name, people)
    return Line(5, f"{name}, {people:,} people, a person-month", value, "ns", point=point)
