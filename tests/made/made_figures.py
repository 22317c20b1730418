"""Made results of a comparison, and its figures drawn from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fake_ledger import make_counties, make_ledger

from sim.engines.ledger import Ledger
from sim.parameters import Parameters
from sim.running.measures import ComparisonRuns, Evaluation, reduce
from sim.running.tables.months import run_tables
from sim.scenario.scenario import Comparison, Scenario
from sim.telling.figures.of_comparisons import draw_all, write_figures
from sim.telling.figures.style import Drawn
from sim.world.counties.building import Counties


def make_ledgers(others: int, counties: Counties, rate: float) -> dict[str, list[Ledger]]:
    names = ["plain", *(f"program_{index}" for index in range(others))]
    shared = {"counties": counties, "months": 36, "rate": rate}
    effect = {"adopted": 12, "true_factor": 1.2, "report_factor": 0.7}
    return {
        name: [make_ledger(run, **shared, **(effect if name != "plain" else {})) for run in range(3)]  # type: ignore[arg-type]
        for name in names
    }


def make_results(
    others: int = 1, counties: Counties | None = None, title: str = "With $igns & 漢字", rate: float = 0.004
) -> ComparisonRuns:
    counties = counties or make_counties()
    ledgers = make_ledgers(others, counties, rate)
    scenarios = [Scenario(name, Parameters.model_validate({"title": title, "months": 36})) for name in ledgers]
    runs = {name: [reduce(ledger, name, run, 12) for run, ledger in enumerate(them)] for name, them in ledgers.items()}
    reached = np.where(np.arange(36) >= 12, 1.0, 0.0)
    evaluation = Evaluation(12, "test", dict.fromkeys(ledgers, reached), float(counties.agents.sum()))
    return ComparisonRuns(Comparison("t", "q", scenarios, "plain", 3, 1), counties, evaluation, runs)


def write_crime(ledgers: dict[str, list[Ledger]], path: Path) -> None:
    """Write the table ``crime`` of all runs as a comparison does."""
    runs = [(ledger, name, run) for name, them in ledgers.items() for run, ledger in enumerate(them)]
    tables = [dict(run_tables(*each))["crime"] for each in runs]
    pq.write_table(pa.concat_tables(tables).unify_dictionaries(), path)


def drawn(
    folder: Path,
    others: int = 1,
    counties: Counties | None = None,
    title: str = "With $igns & 漢字",
    rate: float = 0.004,
    every: bool = False,
) -> tuple[ComparisonRuns, list[Drawn]]:
    """Draw the figures of a comparison's page into ``folder``, or every one there is."""
    results = make_results(others, counties, title, rate)
    write_crime(make_ledgers(others, results.counties, rate), folder / "crime.parquet")
    return results, (draw_all if every else write_figures)(results, folder)
