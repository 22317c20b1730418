"""Folders of results with known contents, made without running anything."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fake_ledger import make_counties, make_ledger

from sim.engines.ledger import Ledger
from sim.parameters import Parameters
from sim.running.tables.codebook import write_codebook
from sim.running.tables.files import write_world
from sim.running.tables.months import run_tables
from sim.scenario.scenario import Scenario
from sim.words.labels import CRIMES, TABLES
from sim.world.counties.building import Counties

SCENARIOS = ("plain", "program")
REPLICATIONS = 2
MONTHS = 4


def made_counties() -> Counties:
    """Return six counties, with codes that begin with a zero and a name that is not plain ASCII."""
    import dataclasses

    made = make_counties(2, 3, people=500)
    names = ["Añasco", 'The "Bronx"', "Cook, North", "Doña Ana", "E", "F"]
    return dataclasses.replace(made, fips=[f"0{k + 1}001" for k in range(6)], name=names)


def made_ledgers() -> dict[tuple[str, int], Ledger]:
    """Return the ledger of each run, with numbers of their own in each column and one trust that is not known."""
    ledgers = {}
    for place, name in enumerate(SCENARIOS):
        for run in range(REPLICATIONS):
            ledger = make_ledger(
                10 * place + run, counties=made_counties(), months=MONTHS, adopted=2 if place else MONTHS
            )
            rng = np.random.default_rng(place * 10 + run)
            for table in (ledger.trust, ledger.county_fear, ledger.relative_risk, ledger.removal_risk, ledger.officers):
                table[:] = rng.random(table.shape)
            for counts in (ledger.crime, ledger.people, ledger.enforcement):
                counts[:] = rng.integers(0, 60_000, counts.shape)
            ledger.trust[1, 2, 0, 1] = np.nan
            ledgers[name, run] = ledger
    return ledgers


def made_comparison(folder: Path) -> Path:
    """Write the tables of a comparison of two scenarios with two replications, a row group a run, and return it."""
    folder.mkdir(parents=True)
    for name in TABLES:
        writer = None
        for (scenario, run), ledger in made_ledgers().items():
            table = dict(run_tables(ledger, scenario, run))[name].unify_dictionaries()
            writer = writer or pq.ParquetWriter(folder / f"{name}.parquet", table.schema, compression="zstd")
            writer.write_table(table)
        assert writer is not None
        writer.close()
    write_world(made_counties(), folder / "world.parquet")
    write_codebook(folder / "codebook.csv")
    manifest = {"scenarios": list(SCENARIOS), "reference": "plain", "replications": REPLICATIONS, "seed": 1}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "summary.csv").write_text(
        "scenario,measure,group,estimate,low,high,unit\nplain,occurred_violent,all,1.5,,,per\nprogram,gap,all,,,,blank\n"
    )
    return folder


def made_sweep(folder: Path) -> Path:
    """Write outcomes and design of a sweep of three points and return its folder."""
    folder.mkdir(parents=True)
    outcomes = {
        "scenario": ["p00000", "p00000", "p00001", "p00002"],
        "replication": pa.array([0, 1, 0, 0], pa.int32()),
        "occurred_violent": [1.0, 2.5, float("nan"), 0.1],
        "prevented_by_removal.organization.total_and_more": [1.0, 2.0, 3.0, 4.0],
    }
    pq.write_table(pa.table(outcomes), folder / "outcomes.parquet")
    with (folder / "design.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["point", "detainers.cooperation", "trust.sensitivity", "programs.secure_communities.counties"])
        writer.writerows(
            [["p00000", "0.1", "1", "all"], ["p00001", "0.30000000000000004", "2", "none"], ["p00002", "1", "0", "all"]]
        )
    (folder / "manifest.json").write_text(json.dumps({"scenarios": ["p00000", "p00001", "p00002"], "seed": 3}))
    return folder


def plain_scenario(name: str = "plain") -> Scenario:
    """Return a scenario of default parameters."""
    return Scenario(name, Parameters(months=MONTHS))


CRIME_ROWS = len(SCENARIOS) * REPLICATIONS * MONTHS * 6 * len(CRIMES) * 4
