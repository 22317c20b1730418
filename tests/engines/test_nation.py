"""The nation that is timed is the real thing: all counties, tables and programs, and the same in both engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from engine_scenarios import columnar, differences, empty_columns, mesa_run

from sim.engines.columnar import engine as columnar_engine
from sim.engines.ledger import MonthRecord
from sim.running.run import prepare, run_to_folder
from sim.scenario.scenario import Scenario, load_scenario
from sim.words.labels import (
    CRIME_COLUMNS,
    CRIMES,
    ENFORCEMENT_COLUMNS,
    GROUPS,
    LEVELS,
    PROGRAMS,
    STATUSES,
    TARGET_GROUPS,
)
from sim.world.setting import Setting

SCENARIOS = Path(__file__).parents[2] / "scenarios"
COUNTIES = 3143
ALL_PROGRAMS = (
    "programs.agreement_287g_jail.counties=file",
    "programs.agreement_287g_task_force.counties=file",
    "programs.detainer_resolution.counties=0.3",
    "programs.detainer_resolution.start=2010-09",
    "programs.detainer_resolution.cooperation=0.2",
    "programs.priority_enforcement_announced=2011-01",
    "programs.priority_enforcement.counties=0.5",
    "programs.priority_enforcement.start=2011-04",
    "programs.agreement_287g_warrant.counties=0.1",
    "programs.agreement_287g_warrant.start=2010-06",
    "programs.court_ruling.counties=0.1",
    "programs.court_ruling.start=2010-10",
    "programs.legalization.start=2011-02",
    "programs.legalization.share=0.3",
    "crime.deterrence=0.3",
    "trust.presence=0.02",
)
"""On top of the Criminal Alien Program and Secure Communities; some begin within the months of each test."""
WORLDS = ("made nation", "real counties")
USUALLY_REAL = (pytest.param("made nation", marks=pytest.mark.slow), "real counties")
RARE = (
    "arrests.homicide",
    "enforcement.at_large",
    "enforcement.from_prison",
    "enforcement.returned",
    "enforcement.without_detainer",
)
"""What may befall nobody of 30,875 people within two years."""


def scenario(world: str, request: pytest.FixtureRequest, *overrides: str) -> Scenario:
    """Return a scenario on a world of all counties; real ones are skipped where their files are not."""
    if world == "made nation":
        return load_scenario(SCENARIOS / "nation.yaml", overrides)
    data = request.getfixturevalue("shared_data")
    files = (f"world.counties={data / 'us_counties.csv'}", f"world.adjacency={data / 'adjacency.csv'}")
    return load_scenario(SCENARIOS / "secure_communities.yaml", [*files, *overrides])


def disagreements(setting: Setting, seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """Return where two threads, one thread and the Mesa engine differ, and what stays empty."""
    first = columnar(setting, seed, 1)
    with monkeypatch.context() as patch:
        patch.setattr(columnar_engine, "SMALL_WORLD", 0)
        shared = columnar(setting, seed, 2)
    return differences(first, shared) + differences(first, mesa_run(setting, seed)), empty_columns(first)


def ran(records: list[MonthRecord]) -> dict[str, int]:
    """Return in how many counties each program ever ran."""
    ever = np.logical_or.reduce([record.programs for record in records])
    return dict(zip(PROGRAMS, ever.sum(axis=0).tolist(), strict=True))


@pytest.mark.parametrize("world", USUALLY_REAL)
def test_engines_agree_on_the_whole_nation_under_all_programs(
    world: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30,875 people in 3,143 counties, most of which have fewer than four; nineteen months around every start."""
    setting = prepare(scenario(world, request, "world.scale=0.0001", "start=2010-07", "months=19", *ALL_PROGRAMS))
    agents = setting.world.counties.agents
    assert len(agents) == COUNTIES
    assert agents.sum() == pytest.approx(30_875, rel=0.02)
    assert (agents < 4).mean() > 0.5
    found, empty = disagreements(setting, 1, monkeypatch)
    assert not found, found[:5]
    assert all(column.startswith(("balance.", "arrests.")) or column in RARE for column in empty), empty


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3, 5])
@pytest.mark.parametrize("programs", ["Secure Communities", "all programs"])
@pytest.mark.parametrize("world", WORLDS)
def test_engines_agree_on_the_whole_nation_for_eight_years(
    world: str, programs: str, seed: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 30,875 people so few are released after a declined detainer that none of them may offend again."""
    extra = ALL_PROGRAMS if programs == "all programs" else ()
    setting = prepare(scenario(world, request, "world.scale=0.0001", "start=2006-01", "months=96", *extra))
    found, empty = disagreements(setting, seed, monkeypatch)
    assert not found, found[:5]
    rare = {"balance.by_released_after_declined_detainer", *RARE}
    assert set(empty) <= rare | (set() if extra else {"balance.prevented_by_deterrence"})


@pytest.mark.parametrize("programs", [pytest.param("Secure Communities", marks=pytest.mark.slow), "all programs"])
@pytest.mark.parametrize("world", USUALLY_REAL)
def test_every_quantity_of_the_funnel_is_counted_in_the_nation(
    world: str, programs: str, request: pytest.FixtureRequest
) -> None:
    """Three million people over 48 months: no column of any table stays empty, no status or level of the funnel."""
    extra = ALL_PROGRAMS if programs == "all programs" else ()
    setting = prepare(scenario(world, request, "world.scale=0.01", "start=2008-07", "months=48", *extra))
    records = columnar(setting, 1)
    empty = empty_columns(records)
    assert set(empty) <= (set() if extra else {"balance.prevented_by_deterrence"})
    programs_used = ran(records)
    assert (programs_used["secure_communities"], programs_used["criminal_alien_program"]) > (2900, 1000)
    assert all(programs_used.values()) == bool(extra)
    funnel = sum(record.enforcement.sum(axis=(0, 1), dtype=np.int64) for record in records)
    assert (funnel.sum(axis=(0, 1)) > 0).all()
    unauthorized = funnel[2]
    unauthorized[LEVELS.index("none"), ENFORCEMENT_COLUMNS.index("convicted")] += 1  # a conviction is a level
    assert (unauthorized > 0).all()
    if extra:
        before, after = (records[place].people[..., 0].sum(axis=0) for place in (30, 31))
        assert after[0, 2] < 0.75 * before[0, 2]
        assert after[0, 1] > before[0, 1]


@pytest.mark.parametrize("world", USUALLY_REAL)
def test_tables_of_the_nation_have_a_row_for_each_county_and_month(
    world: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """What is on disk is what the records hold, county by county."""
    chosen = scenario(world, request, "world.scale=0.001", "start=2010-07", "months=3", *ALL_PROGRAMS)
    folder = run_to_folder(chosen, seed=1, out=tmp_path / "run", quiet=True)
    rows = {
        "crime": len(CRIMES) * len(TARGET_GROUPS),
        "people": len(GROUPS) * len(STATUSES),
        "enforcement": len(GROUPS) * len(STATUSES) * len(LEVELS),
        "counties": 1,
    }
    tables = {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in rows}
    for name, each in rows.items():
        assert len(tables[name]) == 3 * COUNTIES * each, name
        assert tables[name].county.nunique() == COUNTIES
        assert tables[name].month.nunique() == 3
    assert pq.read_table(folder / "world.parquet").num_rows == COUNTIES
    crime = tables["crime"].groupby("county", observed=True)[list(CRIME_COLUMNS)].sum()
    setting = prepare(chosen)
    from sim.running.run import records, seed_of

    held = sum(record.crime.sum(axis=(1, 2), dtype=np.int64) for record in records(setting, seed_of(1, 0)))
    assert (crime.loc[setting.world.counties.fips].to_numpy() == held).all()
