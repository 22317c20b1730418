"""The calendar: who is under which program when, and what news it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.parameters import Parameters
from sim.words.calendar import month_number
from sim.words.faults import UserError
from sim.world.counties.building import Counties, build_counties
from sim.world.programs import Calendar, build_calendar, dated_by

SEED = 2008
START = month_number("2006-01")
NEWS = Parameters().trust.publicity_activation
AGREEMENT = Parameters().trust.publicity_agreement


def world_of(programs: dict[str, Any], **rest: Any) -> tuple[Parameters, Counties]:
    world = {"rows": 4, "columns": 5, "people": 20_000}
    parameters = Parameters.model_validate({"world": world, "programs": programs, **rest})
    return parameters, build_counties(parameters, SEED)


def calendar_of(programs: dict[str, Any], **rest: Any) -> tuple[Calendar, Counties]:
    """Return a calendar in which refusal mutes nothing, unless it is asked to."""
    trust = {"known_refusal": 0.0, **rest.pop("trust", {})}
    parameters, counties = world_of(programs, trust=trust, **rest)
    return build_calendar(parameters, counties, SEED), counties


def test_nothing_but_the_criminal_alien_program_by_default() -> None:
    calendar, counties = calendar_of({})
    assert calendar.cap.shape == (96, 20)
    assert 0 < calendar.cap[0].sum() < 20
    assert (calendar.cap == calendar.cap[0]).all()
    for name in ("secure_communities", "agreement_287g_jail", "agreement_287g_task_force", "detainer_resolution"):
        assert not getattr(calendar, name).any()
    assert not calendar.priority_enforcement.any()
    assert not calendar.announced.any()
    assert calendar.refusal == pytest.approx(0.05)
    assert (calendar.issue_course[[0, -1]] == [[Parameters().enforcement.detainer_issue_early], [1.0]]).all()
    assert (calendar.cooperation == 0.95).all()
    assert calendar.cooperation.shape == (96, len(counties), 4)
    assert calendar.legalization == -1


@pytest.mark.parametrize(("reach", "reached"), [(0.0, 0), (1.0, 20)])
def test_reach_of_the_criminal_alien_program(reach: float, reached: int) -> None:
    calendar, _ = calendar_of({}, enforcement={"cap_reach": reach})
    assert calendar.cap[0].sum() == reached


def test_secure_communities_by_its_own_dates() -> None:
    calendar, counties = calendar_of({"secure_communities": {"counties": "file"}})
    first = calendar.secure_communities.argmax(axis=0)
    assert (first == counties.activation - START).all()
    assert (calendar.announced[first, np.arange(20)] == NEWS).all()
    assert calendar.announced.sum() == pytest.approx(20 * NEWS)


def test_dates_before_the_first_month_are_in_force_but_no_news() -> None:
    calendar, counties = calendar_of({"secure_communities": {"counties": "file"}}, start="2011-01")
    early = counties.activation < month_number("2011-01")
    assert 0 < early.sum() < 20
    assert (calendar.secure_communities[0] == (counties.activation <= month_number("2011-01"))).all()
    assert not calendar.announced[:, early].any()
    assert (calendar.announced[:, ~early].sum(axis=0) == NEWS).all()


def test_a_shift_moves_the_dates_of_the_world_and_what_falls_before_the_start_is_no_news() -> None:
    usual, counties = calendar_of({"secure_communities": {"counties": "file"}})
    for shift in (-12, 7):
        moved, _ = calendar_of({"secure_communities": {"counties": "file", "shift": shift}})
        first = counties.activation - START + shift
        month = np.arange(96)[:, None]
        assert (moved.secure_communities == (month >= first)).all()
        assert (moved.announced == NEWS * (month == first)).all()
        assert (moved.cap == usual.cap).all()
    early, _ = calendar_of({"secure_communities": {"counties": "file", "shift": -240}})
    assert early.secure_communities.all()
    assert not early.announced.any()


def test_a_shift_moves_start_until_and_the_announcement() -> None:
    dated = {"counties": 0.5, "start": "2009-01", "until": "2011-01"}
    moved, _ = calendar_of({"agreement_287g_jail": {**dated, "shift": 5}})
    same, _ = calendar_of({"agreement_287g_jail": {**dated, "start": "2009-06", "until": "2011-06"}})
    assert (moved.agreement_287g_jail == same.agreement_287g_jail).all()
    assert (moved.announced == same.announced).all()
    heard = {"counties": "all", "start": "2010-01"}
    priority, _ = calendar_of(
        {"priority_enforcement": {**heard, "shift": -3}, "priority_enforcement_announced": "2009-08"}
    )
    other, _ = calendar_of(
        {"priority_enforcement": {**heard, "start": "2009-10"}, "priority_enforcement_announced": "2009-05"}
    )
    assert (priority.announced == other.announced).all()
    assert priority.announced.any()


def test_a_shift_moves_each_row_of_a_list_and_leaves_what_has_no_date(tmp_path: Path) -> None:
    rows = "fips,from,until\nr01c01,2008-03,2010-01\nr01c01,2011-01,\nr02c02,,2009-01\nr03c03,,\n"
    later = "fips,from,until\nr01c01,2008-07,2010-05\nr01c01,2011-05,\nr02c02,,2009-05\nr03c03,,\n"
    for name, text in (("own", rows), ("later", later)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    moved, _ = calendar_of({"agreement_287g_jail": {"counties": str(tmp_path / "own.csv"), "shift": 4}})
    same, _ = calendar_of({"agreement_287g_jail": {"counties": str(tmp_path / "later.csv")}})
    assert (moved.agreement_287g_jail == same.agreement_287g_jail).all()
    assert (moved.announced == same.announced).all()
    assert 0 < moved.agreement_287g_jail.sum() < moved.agreement_287g_jail.size


def test_counties_are_dated_as_a_scenario_brings_the_program_to_them(tmp_path: Path) -> None:
    def dated(program: dict[str, Any]) -> list[int]:
        parameters, counties = world_of({"secure_communities": program})
        return [int(month) for month in dated_by(parameters, counties, SEED).activation]

    _, counties = world_of({})
    own = counties.activation.tolist()
    assert dated({}) == own  # the scenario has it nowhere
    assert dated({"counties": "file"}) == own
    assert dated({"counties": "file", "shift": -30}) == [month - 30 for month in own]
    late = month_number("2010-06")
    assert dated({"counties": "file", "start": "2010-06"}) == [max(month, late) for month in own]
    assert dated({"counties": "all", "start": "2010-06", "shift": 2}) == [late + 2] * len(own)
    (tmp_path / "own.csv").write_text("fips,from,until\nr01c01,2008-03,\nr02c02,,\n", encoding="utf-8")
    listed = dated({"counties": str(tmp_path / "own.csv"), "shift": 1})
    assert listed[counties.fips.index("r01c01")] == month_number("2008-04")
    assert listed[counties.fips.index("r02c02")] == START
    assert sum(month > START + 96 for month in listed) == len(own) - 2  # never, as far as any run goes


def test_start_is_not_earlier_than_and_until_is_the_first_month_without() -> None:
    span = {"counties": "file", "start": "2010-06", "until": "2012-01"}
    calendar, counties = calendar_of({"secure_communities": span})
    month = START + np.arange(96)[:, None]
    first = np.maximum(counties.activation, month_number("2010-06"))
    assert (calendar.secure_communities == ((month >= first) & (month < month_number("2012-01")))).all()
    never = counties.activation >= month_number("2012-01")
    assert 0 < never.sum() < 20
    assert not calendar.announced[:, never].any()


@pytest.mark.parametrize(
    ("start", "month", "news"), [(None, 0, NEWS), ("2006-01", 0, NEWS), ("2005-06", 0, 0.0), ("2007-02", 13, NEWS)]
)
def test_everywhere_from_a_month_on(start: str | None, month: int, news: float) -> None:
    calendar, _ = calendar_of({"secure_communities": {"counties": "all", "start": start}})
    assert calendar.secure_communities[month:].all()
    assert not calendar.secure_communities[:month].any()
    assert (calendar.announced[month] == news).all()
    assert calendar.announced.sum() == pytest.approx(20 * news)


@pytest.mark.parametrize(("share", "number"), [(0.0, 0), (0.01, 1), (0.3, 6), (0.31, 7), (1.0, 20)])
def test_a_share_of_counties_is_rounded_up(share: float, number: int) -> None:
    calendar, _ = calendar_of({"secure_communities": {"counties": share}})
    assert calendar.secure_communities[0].sum() == number


def test_shares_of_two_programs_are_different_counties_and_grow_by_adding() -> None:
    both = {"secure_communities": {"counties": 0.5}, "detainer_resolution": {"counties": 0.5}}
    calendar, _ = calendar_of(both)
    assert (calendar.secure_communities[0] != calendar.detainer_resolution[0]).any()
    more, _ = calendar_of({"secure_communities": {"counties": 0.7}})
    assert (calendar.secure_communities <= more.secure_communities).all()


def test_a_list_of_counties() -> None:
    calendar, counties = calendar_of({"detainer_resolution": {"counties": ["r02c03", "r01c01"], "start": "2008-01"}})
    here = calendar.detainer_resolution.any(axis=0)
    assert [code for code, there in zip(counties.fips, here, strict=True) if there] == ["r01c01", "r02c03"]


def test_unknown_counties_are_all_named_with_the_nearest() -> None:
    with pytest.raises(UserError) as caught:
        calendar_of({"secure_communities": {"counties": ["r01c01", "r1c02", "Fulton"]}})
    lines = str(caught.value).split("\n")
    assert len(lines) == 2
    assert "programs.secure_communities.counties: r1c02 is no county of this world; nearest are" in lines[0]
    assert "r01c02" in lines[0]
    assert "Fulton" in lines[1]


@pytest.mark.parametrize("name", ["criminal_alien_program", "detainer_resolution", "priority_enforcement"])
def test_programs_without_dates_cannot_ask_for_them(name: str) -> None:
    with pytest.raises(UserError, match=rf"programs\.{name}\.counties is file, but"):
        calendar_of({name: {"counties": "file"}})


def test_agreements_by_their_own_dates_make_news_once() -> None:
    own = {"counties": "file"}
    both, counties = calendar_of({"agreement_287g_jail": own, "agreement_287g_task_force": own})
    jail, _ = calendar_of({"agreement_287g_jail": own})
    signed = counties.agreement >= 0
    assert signed.sum() == 1
    assert (both.agreement_287g_jail == both.agreement_287g_task_force).all()
    assert (both.agreement_287g_jail.any(axis=0) == signed).all()
    assert (both.agreement_287g_jail.argmax(axis=0)[signed] == month_number("2007-06") - START).all()
    assert (both.announced == jail.announced).all()
    assert jail.announced.sum() == pytest.approx(AGREEMENT)


def test_agreements_that_begin_apart_make_news_twice() -> None:
    programs = {
        "agreement_287g_jail": {"counties": "all", "start": "2007-01"},
        "agreement_287g_task_force": {"counties": "all", "start": "2008-01"},
    }
    calendar, _ = calendar_of(programs)
    assert (calendar.announced[[12, 24]] == AGREEMENT).all()
    assert calendar.announced.sum() == pytest.approx(2 * 20 * AGREEMENT)


def test_resolution_lowers_cooperation_and_fear() -> None:
    resolution = {"counties": ["r01c02"], "start": "2010-01", "cooperation": {"level_1": 0.8}}
    calendar, _ = calendar_of({"detainer_resolution": resolution})
    assert (calendar.cooperation[48:, 1] == [0.8, 0.0, 0.0, 0.0]).all()
    assert (calendar.cooperation[:48, 1] == 0.95).all()
    assert (calendar.cooperation[:, 2] == 0.95).all()
    assert calendar.announced[48, 1] == -0.2
    assert calendar.announced.sum() == pytest.approx(-0.2)


def test_announced_priorities_lower_fear_everywhere_if_the_program_is_used() -> None:
    announced = {"priority_enforcement_announced": "2012-11"}
    used, _ = calendar_of({**announced, "priority_enforcement": {"counties": ["r01c01"], "start": "2013-07"}})
    unused, _ = calendar_of(announced)
    assert (used.announced[82] == -0.2).all()
    assert used.announced.sum() == pytest.approx(-0.2 * 20)
    assert not unused.announced.any()


def test_presence_counts_programs_in_force() -> None:
    programs = {
        "secure_communities": {"counties": "all", "start": "2008-01"},
        "agreement_287g_jail": {"counties": ["r01c01"], "until": "2009-01"},
    }
    quiet = {"presence": 0.1, "publicity_activation": 0.0, "publicity_agreement": 0.0}
    calendar, _ = calendar_of(programs, trust=quiet)
    assert calendar.announced[0, 0] == 0.1
    assert calendar.announced[0, 1] == 0.0
    assert calendar.announced[24, 0] == 0.2
    assert calendar.announced[36, 0] == 0.1


def test_what_frightens_is_muted_where_detainers_are_declined() -> None:
    """Half of the detainers are declined in one county from 2007 on, and refusal mutes by up to 0.6."""
    programs = {
        "secure_communities": {"counties": "all", "start": "2008-01"},
        "detainer_resolution": {"counties": ["r01c01"], "start": "2007-01", "cooperation": 0.5},
    }
    trust = {"known_refusal": 0.6, "publicity_resolution": 0.2}
    calendar, _ = calendar_of(programs, trust=trust, detainers={"cooperation": 1.0})
    assert calendar.refusal[11:13, 0].tolist() == [0.0, 0.5]
    assert calendar.announced[24, 0] == pytest.approx(NEWS * 0.7)
    assert calendar.announced[24, 1] == pytest.approx(NEWS)
    assert calendar.announced[12, 0] == -0.2  # relief is not muted


def test_detainers_of_matches_follow_a_course() -> None:
    course = {"detainer_issue_early": 0.2, "detainer_course_start": "2006-03", "detainer_course_end": "2006-07"}
    calendar, _ = calendar_of({}, enforcement=course)
    assert calendar.issue_course[:8, 0] == pytest.approx([0.2, 0.2, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    assert (calendar.issue_course == calendar.issue_course[:, :1]).all()


def test_a_court_ruling_stands_above_resolutions_and_below_served_warrants() -> None:
    programs = {
        "detainer_resolution": {"counties": ["r01c01", "r01c02"], "cooperation": 0.3},
        "court_ruling": {"counties": ["r01c02", "r01c03", "r01c04"], "start": "2008-01", "cooperation": 0.1},
        "agreement_287g_warrant": {"counties": ["r01c04"], "cooperation": 0.8},
    }
    calendar, _ = calendar_of(programs, detainers={"cooperation": 0.6})
    assert calendar.cooperation[23, :5, 0].tolist() == [0.3, 0.3, 0.6, 0.8, 0.6]
    assert calendar.cooperation[24, :5, 0].tolist() == [0.3, 0.1, 0.1, 0.8, 0.6]


@pytest.mark.parametrize(("start", "month"), [("2006-01", 0), ("2007-03", 14), ("2014-01", -1), ("2004-01", 0)])
def test_month_of_legalization(start: str, month: int) -> None:
    calendar, _ = calendar_of({"legalization": {"start": start}})
    assert calendar.legalization == month


def test_one_program_changes_nothing_else() -> None:
    """Baseline and Secure Communities differ in that program alone."""
    without, _ = calendar_of({})
    calendar, _ = calendar_of({"secure_communities": {"counties": "file"}})
    assert (without.cap == calendar.cap).all()
    assert (without.cooperation == calendar.cooperation).all()
