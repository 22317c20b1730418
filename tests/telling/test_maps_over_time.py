"""Maps over time: counts by county and period, what is made of them, where counties stand, and files of a command."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from fake_ledger import make_counties, make_ledger
from made_figures import make_ledgers, write_crime
from matplotlib.colors import Normalize, to_rgb
from small_worlds import grid, ledger_of, scenario, setting_of

from sim.doors.cli import main as cli
from sim.running.measures import reduce
from sim.telling.figures.data import LEAST_EVENTS, limit_of
from sim.telling.figures.map_data import (
    Period,
    by_family_and_book,
    crime_by_period,
    maps_of_changes,
    maps_of_course,
    period_numbers,
    periods_of,
)
from sim.telling.figures.map_places import Frame, Places, albers, places_of
from sim.telling.figures.maps import FEW_COLOUR, Look, draw_counties
from sim.telling.figures.of_runs import RunFigures
from sim.telling.figures.style import new_figure
from sim.words.calendar import month_names
from sim.words.labels import CRIME_COLUMNS, CRIMES
from sim.world.counties.building import Counties

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "us_counties.csv"
SMALL = grid(2, 2, 20_000, 8, {"programs": {"secure_communities": {"counties": "all", "start": "2006-02"}}})
VIOLENT = [CRIMES.index(name) for name in ("homicide", "rape", "robbery", "aggravated_assault")]
RUN_FIGURES = ("books_over_time", "map_over_time_violent", "map_over_time_property", "enforcement_funnel")


def located(latitude: list[float], longitude: list[float]) -> Counties:
    """Return counties by coordinates instead of rows and columns."""
    count = len(latitude)
    nowhere = np.full(count, -1, dtype=np.int32)
    return dataclasses.replace(
        make_counties(1, count),
        row=nowhere,
        column=nowhere,
        latitude=np.array(latitude),
        longitude=np.array(longitude),
    )


def inside(places: Places, county: int, frame: Frame) -> bool:
    x, y = places.x[county], places.y[county]
    return bool(frame.left < x < frame.right and frame.bottom < y < frame.top)


# Periods


@pytest.mark.parametrize(
    ("first", "count", "start", "labels"),
    [
        ("2005-01", 96, 0, ["2005–2006", "2007–2008", "2009–2010", "2011–2012"]),
        ("2006-01", 60, 0, ["2006", "2007", "2008", "2009", "2010"]),
        ("2008-10", 3, 0, ["2008-10", "2008-11", "2008-12"]),
        ("2008-01", 24, 12, ["2009-01 to 2009-03", "2009-04 to 2009-06", "2009-07 to 2009-09", "2009-10 to 2009-12"]),
        ("2005-01", 17, 0, ["2005-01 to 2005-06", "2005-07 to 2005-12", "2006-01 to 2006-05"]),
        ("2005-01", 38, 0, ["2005", "2006", "2007-01 to 2008-02"]),
        ("2005-01", 1, 0, ["2005-01"]),
    ],
)
def test_periods_are_few_equal_and_named(first: str, count: int, start: int, labels: list[str]) -> None:
    assert [period.label for period in periods_of(month_names(first, count), start)] == labels


@pytest.mark.parametrize("start", [0, 7])
def test_every_month_from_the_start_is_in_one_period(start: int) -> None:
    for count in range(start + 1, 241):
        months = [f"{month:05d}" for month in range(count)]
        periods = periods_of(months, start)
        assert 1 <= len(periods) <= 5
        numbers = period_numbers(periods, count)
        assert (numbers[:start] == -1).all()
        assert set(np.diff(numbers[start:])) <= {0, 1}
        assert numbers[start] == 0
        assert numbers[-1] == len(periods) - 1


# Counts


def test_counts_of_a_month_are_sums_over_types_and_groups() -> None:
    crime = make_ledger(1).crime[3]
    counts = by_family_and_book(crime)
    for county in (0, 5):
        true = sum(int(crime[county, row, group, 0]) for row in VIOLENT for group in range(4))
        recorded = sum(int(crime[county, row, group, 2]) for row in (4, 5, 6) for group in range(4))
        assert counts[county, 0, 0] == true
        assert counts[county, 1, 1] == recorded


def test_table_is_summed_by_county_period_and_scenario(tmp_path: Path) -> None:
    counties = make_counties()
    ledgers = make_ledgers(1, counties, 0.004)
    write_crime(ledgers, tmp_path / "crime.parquet")
    months = tuple(ledgers["plain"][0].months)
    periods = periods_of(months, 12)
    found = crime_by_period(tmp_path / "crime.parquet", counties.fips, periods, months)
    assert set(found) == {"plain", "program_0"}
    recorded = CRIME_COLUMNS.index("recorded")
    for name, runs in ledgers.items():
        assert found[name].shape == (len(periods), 9, 2, 2)
        for number, period in enumerate(periods):
            span = slice(period.first, period.end)
            violent = sum(run.crime[span, 4][:, VIOLENT, :, recorded].sum() for run in runs)
            assert found[name][number, 4, 0, 1] == violent
        everything = sum(run.crime[12:, :, :7, :, 0].sum() for run in runs)
        assert found[name][..., 0].sum() == everything


def test_table_is_read_the_same_in_batches_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counties = make_counties()
    write_crime(make_ledgers(2, counties, 0.004), tmp_path / "crime.parquet")
    months = tuple(make_ledger(0, months=36).months)
    whole = crime_by_period(tmp_path / "crime.parquet", counties.fips, periods_of(months), months)
    monkeypatch.setattr("sim.telling.figures.map_data._BATCH_ROWS", 997)
    parts = crime_by_period(tmp_path / "crime.parquet", counties.fips, periods_of(months), months)
    assert list(parts) == list(whole)
    assert all(np.array_equal(parts[name], whole[name]) for name in whole)


# What is made of them


def table(*periods: list[tuple[int, int]]) -> np.ndarray:
    """Return counts of violent crime: by period, one (true, recorded) for each county."""
    counts = np.zeros((len(periods), len(periods[0]), 2, 2), dtype=np.int64)
    counts[:, :, 0] = np.array(periods)
    return counts


def test_changes_against_the_reference() -> None:
    base = table([(200, 100), (60, 50), (90, 40)], [(400, 200), (60, 50), (90, 40)])
    mine = table([(210, 90), (60, 50), (99, 40)], [(400, 220), (66, 45), (90, 40)])
    maps = maps_of_changes(mine, base, "violent")
    assert maps.shown.tolist() == [True, True, False]
    assert maps.values[:, 0, 0] == pytest.approx([5.0, -10.0, -15.0])
    assert maps.values[:, 1, 1] == pytest.approx([10.0, -10.0, -20.0])
    assert np.isnan(maps.values[:, :, 2]).all()
    true, observed = 100 * (369 / 350 - 1), 100 * (180 / 190 - 1)
    assert maps.nation[:, 0] == pytest.approx([true, observed, observed - true])


def test_course_of_a_run_is_levels_and_then_changes() -> None:
    agents = np.array([10_000, 4_000])
    periods = (Period(0, 6, "first"), Period(6, 12, "second"))
    counts = table([(1000, 400), (200, 100)], [(1100, 330), (200, 120)])
    maps = maps_of_course(counts, agents, periods, "violent")
    assert maps.values[:, 0, 0] == pytest.approx([20_000, 8_000, 60])
    assert maps.values[:, 1, 0] == pytest.approx([10, -17.5, 10])
    assert maps.values[:, 1, 1] == pytest.approx([0, 20, -10])
    assert maps.nation[:, 0] == pytest.approx([1200 / 14_000 / 0.5 * 1e5, 500 / 14_000 / 0.5 * 1e5, 100 * 700 / 1200])
    assert maps.nation[:, 1] == pytest.approx([100 * (1300 / 1200 - 1), -10, 100 * (1 - 450 / 1300 - 700 / 1200)])


def test_rates_allow_for_a_shorter_last_period() -> None:
    months = tuple(f"{2005 + month // 12}-{month % 12 + 1:02d}" for month in range(17))
    counts = table([(600, 300)], [(600, 300)], [(500, 250)])
    maps = maps_of_course(counts, np.array([5000]), periods_of(months), "violent")
    assert maps.values[:, 1:, 0] == pytest.approx(0, abs=1e-9)


def test_the_mean_over_periods_decides_who_is_shown() -> None:
    counts = table([(400, LEAST_EVENTS + 20), (400, 60)], [(400, LEAST_EVENTS - 20), (400, 38)])
    periods = periods_of(("2005-01", "2005-02"))
    assert maps_of_course(counts, np.array([1000, 1000]), periods, "violent").shown.tolist() == [True, False]


def test_a_change_is_clear_beyond_two_standard_errors_of_counting() -> None:
    """With 10,000 offences in each period a change has a standard error of 1.4 %: 2 % may be luck, 4 % is not."""
    counts = table([(10_000, 2_000), (10_000, 2_000)], [(10_200, 2_000), (10_400, 1_000)])
    maps = maps_of_course(counts, np.array([1000, 1000]), periods_of(("2005-01", "2005-02")), "violent")
    assert maps.clear[:, 0].all()
    assert maps.clear[:, 1].tolist() == [[False, True], [False, True], [False, True]]


def test_changes_without_a_program_are_rarely_clear() -> None:
    """Poisson counts: 5 % of 4,000 changes pass two standard errors, give or take 0.4 %."""
    rng = np.random.default_rng(5)
    true = rng.poisson(1000, (2, 4000))
    counts = np.zeros((2, 4000, 2, 2), dtype=np.int64)
    counts[:, :, 0, 0], counts[:, :, 0, 1] = true, rng.binomial(true, 0.4)
    maps = maps_of_course(counts, np.full(4000, 1000), periods_of(("2005-01", "2005-02")), "violent")
    assert maps.clear[:, 1].mean(axis=1) == pytest.approx([0.0455] * 3, abs=0.015)


def test_colours_end_where_few_people_lie_beyond() -> None:
    sizes = np.array([1.0, 2.0, 30.0, np.nan])
    assert limit_of(sizes, np.array([60, 37, 3, 1000])) == 2.0
    assert limit_of(sizes, np.array([60, 30, 10, 0])) == 30.0
    assert limit_of(np.full(3, np.nan), np.ones(3, dtype=np.int64)) == 1.0
    assert limit_of(np.zeros(3), np.ones(3, dtype=np.int64)) == pytest.approx(0.1)


# Where counties stand


def test_alaska_and_hawaii_stand_in_insets() -> None:
    places = places_of(located([34.05, 61.2, 52.0, 21.3, 40.7], [-118.2, -149.3, 178.3, -157.9, -74.0]))
    assert places is not None
    alaska, hawaii = places.insets
    assert (alaska.name, hawaii.name) == ("AK", "HI")
    assert [inside(places, county, alaska) for county in range(5)] == [False, True, True, False, False]
    assert [inside(places, county, hawaii) for county in range(5)] == [False, False, False, True, False]
    assert places.x[2] < places.x[1]  # the last of the Aleutian islands lies west, beyond the date line


def test_no_empty_insets() -> None:
    places = places_of(located([34.05, 40.7], [-118.2, -74.0]))
    assert places is not None
    assert places.insets == ()


def test_distances_on_the_map_are_near_true_ones() -> None:
    """New York to Los Angeles is 3,936 km, Miami to Seattle 4,397 km along great circles."""
    places = places_of(located([40.71, 34.05, 25.77, 47.61], [-74.01, -118.24, -80.19, -122.33]))
    assert places is not None
    lengths = [np.hypot(places.x[b] - places.x[a], places.y[b] - places.y[a]) for a, b in ((0, 1), (2, 3))]
    assert lengths == pytest.approx([3.936, 4.397], rel=0.02)


@pytest.mark.parametrize("latitude", [26.0, 37.0, 48.0])
def test_areas_are_kept(latitude: float) -> None:
    """A tenth of a degree square: north, east and the angle between them give the area on the sphere."""
    step = 0.1
    lat = np.array([latitude, latitude + step, latitude])
    lon = np.array([-120.0, -120.0, -120.0 + step])
    x, y = albers(lat, lon, (29.5, 45.5), (39.0, -96.0))
    area = abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))
    side = np.radians(step) * 6.371
    assert area == pytest.approx(side * side * np.cos(np.radians(latitude + step / 2)), rel=2e-3)


def test_counties_elsewhere_are_drawn_in_degrees_and_unknown_ones_not() -> None:
    abroad = places_of(located([60.0, 62.0, np.nan], [10.0, 14.0, 12.0]))
    assert abroad is not None
    assert abroad.insets == ()
    assert abroad.drawn.tolist() == [True, True, False]
    assert np.ptp(abroad.x[:2]) / np.ptp(abroad.y[:2]) == pytest.approx(2 * np.cos(np.radians(61)))
    home = places_of(located([40.0, 18.2], [-100.0, -66.4]))
    assert home is not None
    assert home.drawn.tolist() == [True, False]


@pytest.mark.skipif(not REAL.exists(), reason="the county files are not here")
def test_every_real_county_stands_on_the_map() -> None:
    with REAL.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    places = places_of(located([float(row["lat"]) for row in rows], [float(row["lon"]) for row in rows]))
    assert places is not None
    assert places.drawn.all()
    for county, row in enumerate(rows):
        for frame in places.insets:
            assert inside(places, county, frame) == (row["state"] == frame.name), row["county"]


def test_counties_not_shown_are_grey_points() -> None:
    places = places_of(located([34.0, 40.0, 45.0, 61.0], [-118.0, -100.0, -75.0, -149.0]))
    assert places is not None
    axes = new_figure(4, 3).subplots()
    values = np.array([2.0, np.nan, -1.0, np.nan])
    draw_counties(axes, places, values, np.full(4, 1000), Look("PuOr_r", Normalize(-3, 3), True))
    grey = [it for it in axes.collections if len(it.get_offsets()) and it.get_array() is None]
    (points,) = grey
    assert np.allclose(points.get_facecolor()[0][:3], to_rgb(FEW_COLOUR))
    assert np.allclose(np.asarray(points.get_offsets()), np.stack([places.x, places.y], axis=1)[[1, 3]])
    coloured = [float(value) for it in axes.collections if it.get_array() is not None for value in it.get_array()]
    assert sorted(coloured) == [-1.0, 2.0]


def test_changes_that_are_not_clear_have_no_colour() -> None:
    places = places_of(located([34.0, 40.0], [-118.0, -100.0]))
    assert places is not None
    axes = new_figure(4, 3).subplots()
    look = Look("PuOr_r", Normalize(-3, 3), True)
    draw_counties(axes, places, np.array([2.0, 2.5]), np.full(2, 1000), look, np.array([True, False]))
    coloured = [float(value) for it in axes.collections if it.get_array() is not None for value in it.get_array()]
    assert coloured == [2.0]


# One run


def watched(parameters: dict[str, object]) -> RunFigures:
    """Return what is kept of a run."""
    ledger, figures = ledger_of(parameters), RunFigures()
    figures.begin(scenario(parameters), setting_of(parameters))
    for month in range(len(ledger.months)):
        figures.add(ledger.record(month))
    return figures


def test_sums_of_a_run_are_those_of_its_ledger() -> None:
    figures, ledger = watched(SMALL), ledger_of(SMALL)
    maps = figures.maps()
    assert [period.months for period in maps.sheet.periods] == [2, 2, 2, 2]
    for number, period in enumerate(maps.sheet.periods):
        span = ledger.crime[period.first : period.end]
        assert maps.crime[number, 3, 1, 1] == span[:, 3, [4, 5, 6], :, 2].sum()
        assert maps.crime[number, 1, 0, 0] == span[:, 1, VIOLENT, :, 0].sum()
    assert maps.sheet.reached.tolist() == [0.0] + [1.0] * 7
    (summary,) = figures.results().runs["small"]
    wanted = reduce(ledger, "small", 0, 0)
    assert wanted.balance.any()
    for field in dataclasses.fields(wanted):
        assert np.array_equal(getattr(summary, field.name), getattr(wanted, field.name)), field.name


def test_figures_of_a_run_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "tiny.yaml", tmp_path / "out"
    file.write_text("months: 2\nworld: {rows: 2, columns: 2, people: 3000}\n", encoding="utf-8")
    assert cli.main(["run", str(file), "--figures", "--out", str(out)]) == 0
    assert f"Figures: {out / 'figures'}" in capsys.readouterr().out
    wanted = {f"{name}.{kind}" for name in RUN_FIGURES for kind in ("png", "svg")}
    assert {path.name for path in (out / "figures").iterdir()} == {*wanted, "captions.txt"}
    assert all((out / "figures" / name).stat().st_size > 10_000 for name in wanted)
    drawn = (out / "figures" / "map_over_time_violent.svg").read_text(encoding="utf-8")
    assert "all counties: " in drawn  # under each panel, and at the left what its row shows
    assert "True crime" in drawn
    captions = (out / "figures" / "captions.txt").read_text(encoding="utf-8")
    assert all(f"{name}: " in captions for name in RUN_FIGURES)
    assert cli.main(["run", str(file), "--out", str(tmp_path / "plain"), "--quiet"]) == 0
    assert (tmp_path / "plain" / "crime.parquet").read_bytes() == (out / "crime.parquet").read_bytes()
    assert not (tmp_path / "plain" / "figures").exists()


def test_a_world_without_places_is_told_before_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rates = [f"recorded_{name}_per_100k" for name in ("murder", "rape", "robbery", "aggravated_assault")]
    rates += [f"recorded_{name}_per_100k" for name in ("burglary", "larceny", "motor_vehicle_theft")]
    head = ["fips", "state", "county", "population", "hispanic_share", "noncitizen_share", "secure_communities", *rates]
    rows = [f"0100{n},AL,County {n},2000,.1,.05,,5,30,100,200,700,2000,300" for n in (1, 3)]
    (tmp_path / "counties.csv").write_text("\n".join([",".join(head), *rows]) + "\n", encoding="utf-8")
    (tmp_path / "here.yaml").write_text("months: 3\nworld: {counties: counties.csv, scale: 1}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "here.yaml", "--figures", "--out", "out"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert "lat and lon" in err[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counties.csv", "here.yaml"]
