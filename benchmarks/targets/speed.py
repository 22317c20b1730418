"""Targets 1 and 2: the engines, full model, against toys and peers that do a small part of it."""

from __future__ import annotations

import importlib.util

from benchmarks.measuring.runners import engine_runner, mesa_toy_runner, numpy_toy_runner, peer_runner
from benchmarks.measuring.timing import paired_rounds, ratio
from benchmarks.peers import peers_at_work, pinned_version
from benchmarks.telling.lines import Line, Options, speeds

ENGINE, SHUFFLED, ORDERED, ARRAYS = "columnar engine", "Mesa toy, shuffle_do", "Mesa toy, do", "numpy toy"
WANTED = {SHUFFLED: ">= 1000 x", ORDERED: ">= 300 x", ARRAYS: ">= 5 x"}


def peer_label(name: str) -> str:
    """Return what a peer is called in the table."""
    return f"{name} {pinned_version(name)} toy"


def not_working(target: int, failed: dict[str, str]) -> list[Line]:
    """Return a line for each peer that cannot take part."""
    return [Line(target, peer_label(name), None, "", note=reason) for name, reason in failed.items()]


def columnar_engine(options: Options) -> list[Line]:
    """Target 1: the columnar engine, full model on one thread, against toys that do a small part of it."""
    people, months = options.people, options.months
    runners = {
        ENGINE: engine_runner("columnar", people, [], months),
        SHUFFLED: mesa_toy_runner(people, months, shuffled=True),
        ORDERED: mesa_toy_runner(people, months, shuffled=False),
        ARRAYS: numpy_toy_runner(people, months),
    }
    runners[ENGINE]()
    with peers_at_work(options.peers, people, months) as (peers, failed):
        runners.update({peer_label(name): peer_runner(peer) for name, peer in peers.items()})
        costs = paired_rounds(runners, options.rounds)
    note = f"{people:,} people, {months} months"
    lines = [
        Line(1, f"columnar engine faster than {toy}", ratio(costs, toy, ENGINE), "x", WANTED.get(toy, ""), note)
        for toy in list(runners)[1:]
    ]
    return lines + speeds(1, costs) + not_working(1, failed)


def mesa_engine(options: Options) -> list[Line]:
    """Target 2: the Mesa engine, full model, against the bare Mesa toy."""
    if importlib.util.find_spec("sim.engines.mesa.model") is None:
        return [Line(2, "Mesa engine", None, "", note="skipped: this version has no Mesa engine")]
    lines = []
    for people in options.mesa_people:
        months = options.mesa_months
        engine, toy = f"Mesa engine, {people:,} people", f"Mesa toy, do, {people:,} people"
        runners = {
            engine: engine_runner("mesa", people, ["start=2010-07"], months),
            toy: mesa_toy_runner(people, months, shuffled=False),
        }
        runners[toy]()
        if people == options.mesa_people[0]:
            runners[engine]()
        costs = paired_rounds(runners, options.rounds)
        lines.append(
            Line(2, f"time of {engine}, over {toy}", ratio(costs, engine, toy), "x", "<= 2 x", f"{months} months")
        )
        lines += speeds(2, costs)
    return lines
