"""What a user computes with pandas from a run's tables alone is what ``validate`` says of the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_worlds import grid, scenario

from sim.analysis.evidence.changes import static_sun_abraham
from sim.analysis.evidence.counts import counts_of
from sim.analysis.evidence.figures import shipped_figures
from sim.analysis.evidence.observing import observed_or_why
from sim.running.run import simulate
from sim.running.tables.files import TableWriter
from sim.running.tables.months import MonthTables
from sim.words.labels import PROPERTY_CRIMES, SURVEYED_CRIMES, VIOLENT_CRIMES

Tables = dict[str, pd.DataFrame]
NAMES = ("crime", "survey", "people", "enforcement", "arrests", "counties", "repeat_victims", "rearrests")
QUARTER = 3
FIGURES = (
    *("T23", "T24", "T31", "T32", "T33", "T33_base", "T43", "T47", "T47_borne", "T48", "T48_borne"),
    *("T49_0", "T49_4", "T49_8", "T50_victim", "T50_others", "T50_officer", "T53", "T53_borne"),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, dict[str, float]]:
    """A run's tables as they are read from its files, and its figures over all of its months."""
    program = {"counties": "file"}
    given = grid(3, 3, 60_000, 84, {"start": "2006-01", "programs": {"secure_communities": program}})
    ledger = simulate(scenario(given), seed=1)
    folder = tmp_path_factory.mktemp("run")
    writer, tables = TableWriter(folder), MonthTables(ledger.months, ledger.counties, "made", 0)
    for index in range(len(ledger.months)):
        writer.write(tables.of(ledger.record(index)))
    writer.close()
    figures = [replace(it, first="", last="") for it in shipped_figures() if it.id in FIGURES]
    values, missing = observed_or_why(figures, counts_of(ledger))
    assert missing == {}
    read = {name: pd.read_parquet(folder / f"{name}.parquet") for name in NAMES}
    return read, dict(zip((it.id for it in figures), values.tolist(), strict=True))


def asked(survey: pd.DataFrame) -> pd.DataFrame:
    """Return the survey's rows of one type, in which each person-month stands once."""
    return survey[survey["type"] == "larceny"]


def by_county(rows: pd.DataFrame, column: str) -> np.ndarray:
    """Return sums of a column, months x counties."""
    return rows.groupby(["month", "county"], observed=True)[column].sum().unstack().to_numpy()


def in_quarters(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, QUARTER, values.shape[1]).sum(axis=1)


def hispanic(tables: Tables) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return what Hispanic people told, told as reported and were asked about, and the months since activation."""
    rows = tables["survey"][tables["survey"]["group"] == "hispanic"]
    told, reported = by_county(rows, "told"), by_county(rows, "told_reported")
    months = tables["counties"].pivot(index="month", columns="county", values="secure_communities").to_numpy()
    start = np.where(months.any(axis=0), months.argmax(axis=0), len(months))
    return told, reported, by_county(asked(rows), "person_months"), np.arange(len(months))[:, None] - start


def test_changes_in_the_survey_at_activation(run: tuple[Tables, dict[str, float]]) -> None:
    tables, figures = run
    told, reported, months, since = hispanic(tables)
    start = -since[0] // QUARTER
    before = (since < 0) & (since >= -8 * QUARTER)
    level = (reported * before).sum() / (told * before).sum()
    falls = static_sun_abraham(in_quarters(reported), in_quarters(told), start) / level
    assert falls == pytest.approx(figures["T32"])
    assert static_sun_abraham(in_quarters(told), in_quarters(months), start) == pytest.approx(figures["T33"])
    assert (told * before).sum() / (months * before).sum() == pytest.approx(figures["T33_base"])
    for quarter in (0, 4, 8):
        there = since // QUARTER == quarter
        assert (told * there).sum() / (months * there).sum() == pytest.approx(figures[f"T49_{quarter}"])


def test_transfers_and_arrests(run: tuple[Tables, dict[str, float]]) -> None:
    tables, figures = run
    active = tables["counties"][["county", "month", "secure_communities"]]
    taken = tables["enforcement"].merge(active, on=["county", "month"])
    taken = taken[taken["secure_communities"]].groupby("group", observed=True)["ice_custody"].sum()
    assert taken["hispanic"] / taken.sum() == pytest.approx(figures["T31"])
    people = tables["people"].groupby("status", observed=True)["people"].sum()
    for name, charges in (("T23", VIOLENT_CRIMES), ("T24", PROPERTY_CRIMES)):
        arrests = tables["arrests"][tables["arrests"]["charge"].isin(charges)]
        rates = arrests.groupby("status", observed=True)["bookings"].sum() / people
        assert rates["unauthorized"] / rates["citizen"] == pytest.approx(figures[name])
    again = tables["rearrests"].groupby("status", observed=True)[["released", "rearrested"]].sum().loc["unauthorized"]
    assert again["rearrested"] / again["released"] == pytest.approx(figures["T43"])


def test_first_callers_and_victims_again(run: tuple[Tables, dict[str, float]]) -> None:
    tables, figures = run
    told = {*SURVEYED_CRIMES} - {*PROPERTY_CRIMES}
    violent = tables["crime"][tables["crime"]["type"].isin(told)]
    for caller in ("victim", "others", "officer"):
        called = violent[f"reported_by_{caller}"].sum() / violent["reported"].sum()
        assert called == pytest.approx(figures[f"T50_{caller}"])
    victims = tables["repeat_victims"].groupby(["family", "victimizations"], observed=True)[["victims", "incidents"]]
    for name, family, often in (("T47", "violent", "2"), ("T48", "property", "2"), ("T53", "violent", "6+")):
        counts = victims.sum().loc[family]
        shares = counts.loc[often:].sum() / counts.sum()
        assert shares["victims"] == pytest.approx(figures[name])
        assert shares["incidents"] == pytest.approx(figures[f"{name}_borne"])
