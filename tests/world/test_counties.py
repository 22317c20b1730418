"""Counties: made worlds keep their totals and published shapes; files are read as written or refused with reasons."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.words.calendar import month_number
from sim.words.codes import BACKGROUND_OF_CRIME
from sim.words.faults import UserError
from sim.world.counties.background import background_trends, shrunk
from sim.world.counties.building import Counties, build_counties
from sim.world.counties.shares import average_ranks, rank_correlation, rollout_months
from sim.world.counties.table import apportion, neighbour_table
from sim.world.counties.uniforms import county_uniforms

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
real_data = pytest.mark.skipif(not (DATA / "us_counties.csv").exists(), reason="../shared/data is not there")

ROLLOUT_ENDS = ("2008-12", "2009-12", "2010-12", "2011-12", "2012-06", "2013-01")
T37 = [14, 105, 895, 1994, 3037, 3143]
T38 = -0.357
RATES = "recorded_murder_per_100k,recorded_rape_per_100k,recorded_robbery_per_100k,recorded_aggravated_assault_per_100k"
RATES += ",recorded_burglary_per_100k,recorded_larceny_per_100k,recorded_motor_vehicle_theft_per_100k"
HEADER = "fips,state,county,population,hispanic_share,noncitizen_share,secure_communities,agreement_287g,"
HEADER += f"agreement_287g_jail,agreement_287g_task_force,{RATES}"
ROWS = (
    "02001,AA,Ash,1000,0.2,0.1,2009-03-05,2007-06-30,1,0,5,30,100,200,700,2000,300",
    "02003,AA,Birch,3000,,0.3,2010-04,,,,5,30,100,200,700,2000,300",
    "01001,BB,Cedar,500,0.4,0.02,,,,,,,,,,,",
)


def grid(rows: int = 5, columns: int = 5, people: int = 100_000, seed: int = 2008, **people_section: float) -> Counties:
    world = {"rows": rows, "columns": columns, "people": people}
    return build_counties(Parameters.model_validate({"world": world, "people": people_section}), seed)


def from_file(path: Path, adjacency: Path | None = None, scale: float = 1.0) -> Counties:
    world = {"counties": str(path), "adjacency": adjacency and str(adjacency), "scale": scale}
    return build_counties(Parameters.model_validate({"world": {"kind": "counties", **world}}), 1)


def written(folder: Path, *rows: str, header: str = HEADER, name: str = "counties.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def active_at(counties: Counties, months: tuple[str, ...] = ROLLOUT_ENDS) -> list[int]:
    return [int((counties.activation <= month_number(month)).sum()) for month in months]


def pairs_of(counties: Counties) -> set[tuple[int, int]]:
    owner = np.repeat(np.arange(len(counties)), np.diff(counties.neighbour_start))
    return set(zip(owner.tolist(), counties.neighbour.tolist(), strict=True))


def weighted(counties: Counties, share: np.ndarray) -> float:
    return float(counties.persons @ share / counties.persons.sum())


@pytest.fixture(scope="module")
def nation() -> Counties:
    return build_counties(Parameters.model_validate({"world": {"kind": "nation", "scale": 0.001}}), 2008)


# Grid


@pytest.mark.parametrize(
    ("rows", "columns", "people"), [(1, 1, 40), (1, 2, 81), (5, 5, 1000), (5, 5, 100_003), (30, 30, 10**6)]
)
def test_grid_has_exactly_its_people(rows: int, columns: int, people: int) -> None:
    made = grid(rows, columns, people)
    assert made.agents.sum() == people
    assert made.agents.min() >= 40
    assert (made.persons == made.agents).all()
    assert (np.diff(made.code) > 0).all()


def test_grid_refuses_too_few_people() -> None:
    with pytest.raises(UserError, match=r"world\.people is 999, but 25 counties .* need at least 1000"):
        grid(people=999)


@pytest.mark.parametrize("seed", range(5))
def test_grid_shares_keep_means_and_ceilings(seed: int) -> None:
    made = grid(12, 12, 500_000, seed)
    assert weighted(made, made.hispanic_share) == pytest.approx(0.163, abs=1e-12)
    assert weighted(made, made.noncitizen_share) == pytest.approx(0.073, abs=1e-12)
    assert made.hispanic_share.max() <= 0.95
    assert made.noncitizen_share.max() <= 0.6
    assert (0.58 * made.noncitizen_share <= 0.9 * made.hispanic_share + 1e-12).all()
    assert (made.hispanic_share + 0.42 * made.noncitizen_share <= 0.98 + 1e-12).all()


def test_grid_without_hispanics_or_noncitizens() -> None:
    made = grid(hispanic_share=0.0, noncitizen_share=0.0)
    assert not made.hispanic_share.any()
    assert not made.noncitizen_share.any()


@pytest.mark.parametrize(
    ("hispanic", "noncitizen", "named"), [(0.97, 0.1, "hispanic_share"), (0.1, 0.5, "noncitizen_share")]
)
def test_grid_refuses_shares_that_no_county_can_have(hispanic: float, noncitizen: float, named: str) -> None:
    with pytest.raises(UserError, match=rf"people\.{named} is .* allowed .*is 0 to"):
        grid(hispanic_share=hispanic, noncitizen_share=noncitizen)


def test_grid_shares_of_neighbours_resemble_each_other_as_asked() -> None:
    def resemblance(clustering: float) -> float:
        world = {"rows": 30, "columns": 30, "people": 10**6, "clustering": clustering}
        shares = np.log(build_counties(Parameters.model_validate({"world": world}), 3).noncitizen_share).reshape(30, 30)
        return float(np.corrcoef(shares[1:].ravel(), shares[:-1].ravel())[0, 1])

    assert abs(resemblance(0.0)) < 0.15
    assert 0.4 < resemblance(0.6) < 0.75


@pytest.mark.parametrize("wanted", [-0.8, -0.357, 0.0, 0.5])
def test_grid_adoption_follows_the_wanted_rank_correlation(wanted: float) -> None:
    for rows, tolerance in ((5, 0.03), (20, 0.002)):
        world = {"rows": rows, "columns": rows, "people": 400_000, "adoption_correlation": wanted}
        made = build_counties(Parameters.model_validate({"world": world}), 7)
        assert rank_correlation(made.activation, made.noncitizen_share) == pytest.approx(wanted, abs=tolerance)


def test_one_more_column_changes_no_other_county_draws() -> None:
    narrow, wide = grid(5, 5), grid(5, 6)
    shared = np.isin(wide.code, narrow.code)
    assert [code for code, keep in zip(wide.fips, shared, strict=True) if keep] == narrow.fips
    for block in range(14):
        assert (county_uniforms(2008, wide.code, block)[shared] == county_uniforms(2008, narrow.code, block)).all()
    ratio = wide.agents[shared] / narrow.agents
    large = narrow.agents > 1000
    assert np.ptp(ratio[large]) < 0.01


def test_grid_depends_on_the_seed_alone() -> None:
    one, same, other = grid(seed=4), grid(seed=4), grid(seed=5)
    assert (one.agents == same.agents).all()
    assert (one.activation == same.activation).all()
    assert (one.agents != other.agents).any()


def test_grid_names_regions_agreements_and_neighbours() -> None:
    made = grid(3, 4, 50_000)
    assert made.fips[:2] == ["r01c01", "r01c02"]
    assert made.code[5] == 1002
    assert made.name[5] == "County 2-2"
    assert sorted(set(made.region.tolist())) == [0, 1]
    assert (np.diff(made.region) >= 0).all()
    agreed = made.agreement >= 0
    assert agreed.sum() == 1
    assert (made.agreement[agreed] == month_number("2007-06")).all()
    assert (made.agreement_jail == agreed).all()
    assert (made.agreement_task_force == agreed).all()
    pairs = pairs_of(made)
    assert len(pairs) == 2 * (3 * 3 + 2 * 4)
    for one, other in pairs:
        step = abs(int(made.row[one]) - int(made.row[other])) + abs(int(made.column[one]) - int(made.column[other]))
        assert step == 1
        assert (other, one) in pairs


def test_a_small_grid_has_no_agreement() -> None:
    assert (grid(2, 4).agreement == -1).all()


# Nation


def test_nation_has_published_size_and_moments(nation: Counties) -> None:
    assert len(nation) == 3143
    assert len(set(nation.state)) == 51
    assert nation.persons.sum() == 308_745_538
    assert np.log(nation.persons).mean() == pytest.approx(10.27, abs=0.005)
    assert np.log(nation.persons).std() == pytest.approx(1.465, abs=0.005)
    assert 1e6 < nation.persons.max() < 2e7
    assert nation.agents.min() >= 1
    assert nation.agents.sum() == pytest.approx(308_745, rel=0.01)


def test_nation_follows_the_rollout_exactly(nation: Counties) -> None:
    assert active_at(nation) == T37
    assert nation.activation.min() == month_number("2008-10")
    assert rank_correlation(nation.activation, nation.noncitizen_share) == pytest.approx(T38, abs=0.01)


def test_nation_rates_and_shares_have_the_national_means(nation: Counties) -> None:
    parameters = Parameters()
    means = nation.persons @ nation.recorded_per_100k / nation.persons.sum()
    assert means == pytest.approx(np.array(parameters.crime.recorded_per_100k.values()), rel=1e-12)
    assert np.log(nation.recorded_per_100k).std(axis=0) == pytest.approx(np.full(8, 0.4), abs=0.03)
    assert weighted(nation, nation.noncitizen_share) == pytest.approx(parameters.people.noncitizen_share, abs=1e-12)
    assert weighted(nation, nation.hispanic_share) == pytest.approx(parameters.people.hispanic_share, abs=1e-12)


def test_nation_map_is_connected_and_symmetric(nation: Counties) -> None:
    pairs = pairs_of(nation)
    assert all((other, one) in pairs and one != other for one, other in pairs)
    reached, edge = {0}, [0]
    while edge:
        one = edge.pop()
        around = nation.neighbour[nation.neighbour_start[one] : nation.neighbour_start[one + 1]].tolist()
        edge += [other for other in around if other not in reached]
        reached.update(around)
    assert len(reached) == 3143
    assert len(set(zip(nation.latitude.tolist(), nation.longitude.tolist(), strict=True))) == 3143


# Shared helpers


def test_rollout_of_a_few_counties_keeps_the_national_curve() -> None:
    assert [int((rollout_months(25) <= month_number(month)).sum()) for month in ROLLOUT_ENDS] == [0, 1, 7, 16, 24, 25]
    assert len(rollout_months(1)) == 1


def test_apportion_uses_largest_remainders_above_a_floor() -> None:
    assert apportion(np.array([1.0, 1.0, 1.0]), 10, 0).tolist() == [4, 3, 3]
    assert apportion(np.array([100.0, 1.0, 1.0]), 100, 10).tolist() == [80, 10, 10]


def test_average_ranks_share_ties() -> None:
    assert average_ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_neighbour_table_is_symmetric_without_self() -> None:
    start, neighbour = neighbour_table(np.array([0, 2, 2, 1]), np.array([2, 0, 2, 2]), 4)
    assert start.tolist() == [0, 1, 2, 4, 4]
    assert neighbour.tolist() == [2, 2, 0, 1]


# Files


def test_file_is_read_sorted_and_gaps_are_filled_and_flagged(tmp_path: Path) -> None:
    made = from_file(written(tmp_path, *ROWS), scale=0.001)
    assert made.fips == ["01001", "02001", "02003"]
    assert made.code.tolist() == [1001, 2001, 2003]
    assert made.agents.tolist() == [1, 1, 3]
    assert made.region.tolist() == [1, 0, 0]
    assert made.activation.tolist() == [month_number(month) for month in ("2013-01", "2009-03", "2010-04")]
    assert made.agreement.tolist() == [-1, month_number("2007-06"), -1]
    assert made.agreement_jail.tolist() == [False, True, False]
    assert not made.agreement_task_force.any()
    assert made.hispanic_share.tolist() == [0.4, 0.2, 0.2]
    assert made.filled[1] == ""
    assert made.filled[2] == "hispanic_share (state)"
    assert made.filled[0].startswith("recorded_murder_per_100k (nation), ")
    assert made.recorded_per_100k[0] == pytest.approx([5, 30, 100, 200, 700, 2000, 300, 554])
    assert np.isnan(made.latitude).all()
    assert made.neighbour.size == 0
    assert made.neighbour_start.tolist() == [0, 0, 0, 0]


def test_gaps_are_filled_by_people_weighted_means(tmp_path: Path) -> None:
    more = "02005,AA,Dogwood,1000,0.6,0.0,,,,,9,30,100,200,700,2000,300"
    made = from_file(written(tmp_path, *ROWS, more))
    assert made.hispanic_share[made.fips.index("02003")] == pytest.approx(0.4)
    murder = (5 * 1000 + 5 * 3000 + 9 * 1000) / 5000
    assert made.recorded_per_100k[0, 0] == pytest.approx(murder)


def test_a_column_empty_everywhere_comes_from_the_parameters(tmp_path: Path) -> None:
    made = from_file(written(tmp_path, "1001,BB,Cedar,500,,,,,,,,,,,,,"))
    assert made.fips == ["01001"]
    assert made.recorded_per_100k[0] == pytest.approx(Parameters().crime.recorded_per_100k.values())
    assert made.hispanic_share[0] == 0.163
    assert "noncitizen_share (parameters)" in made.filled[0]


def test_adjacency_is_made_symmetric(tmp_path: Path) -> None:
    pairs = written(tmp_path, "1001,02003", "02003,02003", header="fips,neighbor_fips", name="pairs.csv")
    made = from_file(written(tmp_path, *ROWS), pairs)
    assert pairs_of(made) == {(0, 2), (2, 0)}


SPOILED = {
    "no people": ("Birch,3000", "Birch,0", "line 3: Birch, AA: population is 0, a county without people"),
    "unknown population": ("Birch,3000", "Birch,", "line 3: Birch, AA: population is empty, a county without people"),
    "negative population": (
        "Birch,3000",
        "Birch,-3",
        "line 3: Birch, AA: population is -3; allowed is a number above 0",
    ),
    "share in percent": (
        "1000,0.2,",
        "1000,20,",
        "line 2: Ash, AA: hispanic_share is 20; allowed is a number from 0 to 1",
    ),
    "negative share": ("0.2,0.1", "0.2,-0.1", "noncitizen_share is -0.1; allowed is a number from 0 to 1"),
    "negative rate": ("1,0,5,30", "1,0,5,-30", "recorded_rape_per_100k is -30; allowed is a number from 0 to 100,000"),
    "no number": ("1000,0.2", "1000,many", "hispanic_share is many; allowed is a number from 0 to 1"),
    "nan": ("1000,0.2", "1000,nan", "hispanic_share is nan; allowed is a number from 0 to 1"),
    "malformed date": ("2009-03-05", "5.3.2009", "secure_communities is 5.3.2009; allowed is a day such as 2008-10-27"),
    "impossible date": ("2009-03-05", "2009-02-30", "secure_communities is 2009-02-30; allowed is a day"),
    "repeated county": ("02003,", "02001,", "line 3: fips 02001 stands already on line 2"),
    "malformed code": ("02003,", "AA3,", "line 3: fips is AA3; allowed are five digits"),
    "malformed flag": ("30,1,0", "30,yes,0", "agreement_287g_jail is yes; allowed is 0, 1 or nothing"),
    "agreement without day": ("2007-06-30", "", "agreement_287g_jail is 1, but agreement_287g gives no day"),
    "agreement of no kind": ("30,1,0", "30,0,0", "agreement_287g has a day; agreement_287g_jail or"),
    "short row": (",300\n02003", "\n02003", "line 2: 16 values, but the first line names 17 columns"),
    "missing column": (
        "noncitizen_share",
        "noncitizens_share",
        "noncitizen_share is missing; nearest is noncitizens_share",
    ),
    "repeated column": ("hispanic_share", "noncitizen_share", "column noncitizen_share stands twice"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_impossible_values_are_refused_by_county_column_and_line(case: str, tmp_path: Path) -> None:
    before, after, message = SPOILED[case]
    path = written(tmp_path, *ROWS)
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(UserError) as caught:
        from_file(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_several_faults_are_told_at_once_in_order(tmp_path: Path) -> None:
    rows = [f"{10001 + place},AA,Name,0,2,0.1,,,,,5,30,100,200,700,2000,300" for place in range(12)]
    with pytest.raises(UserError) as caught:
        from_file(written(tmp_path, *rows))
    lines = str(caught.value).split("\n")
    assert sum(-(-len(line) // 80) for line in lines) <= 24
    assert "line 2:" in lines[0]
    assert lines[-1] == f"... and {24 - len(lines) + 1} more faults"


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"world\.counties: there is no file"):
        from_file(tmp_path / "none.csv")
    with pytest.raises(UserError, match="cannot be read"):
        from_file(tmp_path)
    with pytest.raises(UserError, match="has no rows"):
        from_file(written(tmp_path))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00fips")
    with pytest.raises(UserError, match="not a CSV file in UTF-8"):
        from_file(tmp_path / "binary.csv")


def test_files_are_read_without_the_compiler_or_pandas(tmp_path: Path) -> None:
    path = written(tmp_path, *ROWS)
    program = (
        "import sys\nfrom sim.world.counties.building import build_counties\nfrom sim.parameters import Parameters\n"
        f"build_counties(Parameters.model_validate({{'world': {{'counties': {str(path)!r}}}}}), 1)\n"
        "assert not {'numba', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).resolve().parents[2])


# Real counties


@pytest.fixture(scope="module")
def real() -> Counties:
    return from_file(DATA / "us_counties.csv", DATA / "adjacency.csv", scale=0.01)


@real_data
def test_real_counties_are_as_the_file_says(real: Counties) -> None:
    with (DATA / "us_counties.csv").open(encoding="utf-8") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: int(row["fips"]))
    assert real.fips == [row["fips"] for row in rows]
    assert real.activation.tolist() == [month_number(row["secure_communities"] or "2013-01") for row in rows]
    assert real.persons.sum() == 308_745_538
    assert sum(row["agreement_287g"] != "" for row in rows) == (real.agreement >= 0).sum() == 50
    assert int(real.agreement_jail.sum()) == 40
    assert int(real.agreement_task_force.sum()) == 26
    assert np.isfinite(real.recorded_per_100k).all()
    assert sum(note != "" for note in real.filled) == 170
    assert len(pairs_of(real)) == 18_578


@real_data
def test_real_rollout_is_within_five_counties_of_the_published_one(real: Counties) -> None:
    """The file's dates give 2, 2 and 5 counties fewer than T37 from 2010 to June 2012; five counties are undated."""
    active = active_at(real)
    assert active == [14, 105, 893, 1992, 3032, 3143]
    assert all(0 <= published - found <= 5 for found, published in zip(active, T37, strict=True))
    assert real.activation.min() == month_number("2008-10")
    assert rank_correlation(real.activation, real.noncitizen_share) == pytest.approx(T38, abs=0.01)


@real_data
def test_background_of_real_counties_follows_the_national_course(real: Counties) -> None:
    parameters = Parameters()
    trend = background_trends(str(DATA / "county_crime_2000_2012.csv"), real, parameters)
    assert trend.shape == (96, 3143, 3)
    published = {  # FBI estimates for the U.S. over their 2005-07 mean, 2006 to 2012
        (0, 4): [1.013, 0.997, 0.969, 0.912, 0.854, 0.818, 0.819],
        (4, 7): [0.999, 0.978, 0.959, 0.907, 0.879, 0.867, 0.856],
    }
    for (first, last), course in published.items():
        expected = real.persons[:, None] * real.recorded_per_100k[:, first:last]
        by_type = trend[::12, :, list(BACKGROUND_OF_CRIME[first:last])]
        yearly = np.einsum("tkj,kj->t", by_type, expected) / expected.sum()
        assert yearly[:7] == pytest.approx(course, abs=0.02)
    assert (trend[84:] == trend[72]).all()
    illinois = [place for place, state in enumerate(real.state) if state == "IL"]
    assert (trend[:, illinois] == trend[:, illinois[:1]]).all()


# Background trends from a small file

BACKGROUND = "fips,year,is_county,no_report,coverage_indicator,population_covered,violent,property"


def test_background_shrinks_small_counties_to_their_state(tmp_path: Path) -> None:
    rows = [
        f"02001,{year},1,0,100,100000,0,{crimes}"
        for year, crimes in zip(range(2005, 2010), (4000,) * 3 + (2000, 3000), strict=True)
    ]
    rows += [
        f"02003,{year},1,0,100,100,0,{crimes}"
        for year, crimes in zip(range(2005, 2010), (4,) * 3 + (4, 4), strict=True)
    ]
    made = from_file(written(tmp_path, *ROWS))
    path = written(tmp_path, *rows, header=BACKGROUND, name="years.csv")
    parameters = Parameters.model_validate({"start": "2004-12", "months": 75})
    trend = background_trends(str(path), made, parameters)
    large, small, elsewhere = (made.fips.index(code) for code in ("02001", "02003", "01001"))
    violent, thefts, others = np.moveaxis(trend, 2, 0)
    assert (violent == 1.0).all()  # no crime of that kind is told
    assert (thefts == others).all()  # the file does not tell thefts apart
    assert thefts[:37, large] == pytest.approx(1.0)
    assert thefts[37, large] == pytest.approx(0.5, abs=0.01)
    assert thefts[37, small] == pytest.approx(0.5, abs=0.02)
    assert thefts[37, elsewhere] == pytest.approx(0.5, abs=0.01)
    assert (trend[37:49] == trend[37]).all()
    assert (trend[49:] == trend[74]).all()


def test_background_has_a_course_for_each_kind(tmp_path: Path) -> None:
    """Violent crime rises by a half, vehicle theft halves, other property stands still."""
    rows = [f"02001,{year},100000,{v},{9000 + t},{t}" for year, v, t in ((2006, 4000, 2000), (2009, 6000, 1000))]
    header = "fips,year,population_covered,violent,property,motor_vehicle_theft"
    path = written(tmp_path, *rows, header=header, name="years.csv")
    parameters = Parameters.model_validate({"start": "2009-01", "months": 12})
    made = from_file(written(tmp_path, *ROWS))
    trend = background_trends(str(path), made, parameters)[0, made.fips.index("02001")]
    assert trend == pytest.approx([1.5, 0.5, 1.0], abs=0.005)


@pytest.mark.parametrize(("spread", "kept"), [(0.0, (0.0, 0.15)), (0.4, (0.8, 1.1))])
def test_background_keeps_what_is_no_noise(spread: float, kept: tuple[float, float]) -> None:
    """Among 400 counties of some 30 crimes chance is smoothed away, and differences beyond chance stay."""
    luck = np.random.default_rng(3)
    true = luck.gamma(1.0 / spread**2, spread**2, 400) if spread else np.ones(400)
    expected = np.full((1, 400), 30.0)
    counts = luck.poisson(expected * true).astype(np.float64)
    found = shrunk(counts, expected, np.ones((1, 400)), np.array([False]))[0]
    low, high = kept
    assert low <= found.std() / max(spread, (counts / 30.0).std()) <= high
    if spread:
        assert np.abs(found - true).mean() < np.abs(counts[0] / 30.0 - true).mean()


def test_more_thefts_than_property_crimes_are_a_fault(tmp_path: Path) -> None:
    header = "fips,year,population_covered,violent,property,motor_vehicle_theft"
    path = written(tmp_path, "02001,2006,100000,5,10,11", header=header, name="years.csv")
    with pytest.raises(UserError, match=r"line 2: .*motor_vehicle_theft is a part of property and larger than"):
        background_trends(str(path), from_file(written(tmp_path, *ROWS)), Parameters())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("02001,2005,1,0,100,-5,0,10", "line 2: county 02001: population_covered is -5; allowed is a number from 0"),
        ("02001,2005,1,0,100,1000,0,", "property is empty"),
        ("02001,2005,0,0,100,1000,0,10", "no usable row"),
        ("17001,2005,1,0,100,1000,0,10", "no usable row"),
        ("02001,2010,1,0,100,1000,0,10", "none of the years 2005 to 2007"),
    ],
)
def test_background_faults(row: str, message: str, tmp_path: Path) -> None:
    made = from_file(written(tmp_path, *ROWS))
    path = written(tmp_path, row, header=BACKGROUND, name="years.csv")
    with pytest.raises(UserError, match=message):
        background_trends(str(path), made, Parameters())


def test_lognormal_spread_of_a_large_grid() -> None:
    made = grid(40, 40, 40_000_000)
    assert np.log(made.agents).std() == pytest.approx(1.465, abs=4 * 1.465 / math.sqrt(2 * 1600))
