"""The benchmarks measure what they say: the toys run one workload, lines meet their bounds, charts show their lines."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks.instructions import Counted, of_one_opportunity
from benchmarks.measuring.timing import Spread, paired_rounds, ratio
from benchmarks.measuring.toys import ToyArrays, ToyModel
from benchmarks.measuring.whole_run import PARTS
from benchmarks.measuring.workload import faults
from benchmarks.peers import Peer, PeerFailed, pinned_version
from benchmarks.targets.nation import ONE, STREAMS, TABLES, TWO
from benchmarks.targets.scaling import factor_of
from benchmarks.targets.speed import ENGINE
from benchmarks.telling.charts import draw_charts, series_of
from benchmarks.telling.lines import PEERS, QUICK, Line, Options, Point, as_data, as_text, from_data


def line(what: str, value: float, wanted: str = "", point: Point | None = None) -> Line:
    return Line(3, what, Spread(value, value * 0.9, value * 1.1), "x", wanted, "", point)


def test_sizes_asked_for_are_written_over_the_usual_or_the_small_ones() -> None:
    parse = command.build_parser().parse_args
    assert command.options_of(parse([])) == Options()
    assert command.options_of(parse(["--quick"])) == QUICK
    asked = command.options_of(parse(["--quick", "--scaling-people", "5000", "6000", "--peers", "--scale", "0.5"]))
    assert asked == QUICK._replace(scaling_people=(5000, 6000), peers=(), scale=0.5)


@pytest.mark.parametrize(
    "arguments",
    [["--targets", "10"], ["--rounds", "0"], ["--scale", "1.5"], ["--counties", "nowhere.csv"], ["--peers", "other"]],
)
def test_bad_arguments_end_with_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert arguments[1] in capsys.readouterr().err


def test_a_line_meets_its_bound_from_the_right_side() -> None:
    assert line("a", 3.0, ">= 2 x").met() is True
    assert line("a", 3.0, "<= 2 x").met() is False
    assert line("a", 3.0).met() is None
    assert "wanted <= 2 x: not met" in as_text(line("a", 3.0, "<= 2 x"))


def test_lines_come_back_from_json() -> None:
    for one in (line("a", 3.0, "<= 2 x", Point("people", ENGINE, 10)), Line(1, "b", None, "", note="missing")):
        assert from_data(as_data(one)) == one


def test_every_round_runs_everything_in_turned_order() -> None:
    order: list[str] = []
    runners = {name: lambda name=name: order.append(name) or float(len(order)) for name in "abc"}
    costs = paired_rounds(runners, 2)
    assert "".join(order) == "abccba"
    assert ratio(costs, "c", "a") == Spread(np.mean([3 / 1, 4 / 6]), 4 / 6, 3 / 1)


def test_the_toys_here_run_the_same_workload() -> None:
    arrays = ToyArrays(200_000, 1)
    arrays.run(36)
    agents = ToyModel(5_000, 1)
    agents.run(24, shuffled=True)
    assert faults(arrays.counts(), 200_000, 36) == []
    assert faults(agents.counts(), 5_000, 24) == []


def test_another_workload_is_noticed() -> None:
    arrays = ToyArrays(200_000, 1)
    arrays.run(36)
    counts = arrays.counts()
    for name, value in (
        ("incidents", counts.incidents * 1.05),
        ("reports", counts.reports * 0.9),
        ("removals", 0),
        ("trust", 1.0),
    ):
        found = faults(counts._replace(**{name: value}), 200_000, 36)
        assert any(name in fault for fault in found), name


def peer_of(script: str, folder: Path) -> Peer:
    path = folder / "toy.py"
    path.write_text(script, encoding="utf-8")
    return Peer("toy", Path(sys.executable), path, 1_000, 10)


ANSWERING = """
import sys
print("a library's own words", flush=True)
for line in sys.stdin:
    counts = '{"incidents": %d, "reports": 50, "removals": 1, "trust": 0.999}'
    print('answer {"seconds": 0.5, "counts": ' + counts + "}", flush=True)
"""


def test_a_peer_answers_with_its_seconds_whatever_else_is_printed(tmp_path: Path) -> None:
    peer = peer_of(ANSWERING % 100, tmp_path)
    assert [peer.run(), peer.run()] == [0.5, 0.5]
    peer.close()


@pytest.mark.parametrize(
    ("script", "message"),
    [(ANSWERING % 400, "does not run the workload"), ("raise ValueError('no')", "ValueError: no")],
)
def test_a_peer_that_fails_says_why(script: str, message: str, tmp_path: Path) -> None:
    peer = peer_of(script, tmp_path)
    with pytest.raises(PeerFailed, match=message):
        peer.run()
    peer.close()


@pytest.mark.parametrize("peer", PEERS)
def test_every_peer_is_pinned_and_takes_the_workload_it_is_given(peer: str) -> None:
    assert pinned_version(peer)
    folder = Path(command.__file__).parent / "peers"
    script = (folder / f"{peer.replace('-', '_')}_toy.py").read_text(encoding="utf-8")
    for name in ("victimised", "reporting_base", "removed", "recovery", "loss"):
        assert f"workload.{name}" in script
    assert "0.01" not in script


def test_half_the_opportunities_need_a_little_more_than_half_the_rates() -> None:
    assert factor_of(1.0) == pytest.approx(1.0)
    assert 0.5 < factor_of(0.5) < 0.6


def chart_lines() -> list[Line]:
    people = [
        line(f"{name} {size}", cost, "", Point("people", name, size))
        for name, cost in ((ENGINE, 3.0), ("Mesa toy, do", 200.0))
        for size in (1_000_000, 10_000)
    ]
    events = [line(f"events {count}", count / 100, "", Point("events", ENGINE, count)) for count in (100, 200)]
    equal = [line(f"people {count}", 5.0, "", Point("equal events", ENGINE, count)) for count in (1_000, 2_000)]
    bounds = [line(name, 5.0, "", Point("nation", name)) for name in STREAMS.values()]
    runs = [line(f"{name}: {part}", 2.0, "", Point("nation", name)) for name in (ONE, TWO, TABLES) for part in PARTS]
    return [*people, *events, *equal, *bounds, *runs]


def test_series_are_sorted_along_their_axis() -> None:
    first = series_of(chart_lines(), "people")[0]
    assert (first.name, first.x, first.y[0].median) == (ENGINE, [10_000, 1_000_000], 3.0)


def test_charts_are_drawn_from_the_lines_they_need(tmp_path: Path) -> None:
    drawn = draw_charts(chart_lines(), tmp_path / "all")
    assert [path.name for path in drawn] == ["speed_by_people.png", "speed_by_events.png", "speed_of_a_nation.png"]
    assert all(path.stat().st_size > 10_000 for path in drawn)
    assert draw_charts([line("a", 1.0)], tmp_path / "none") == []


def test_instructions_are_those_of_further_opportunities_alone() -> None:
    start = [100, 130, 90]  # what loading takes differs from run to run
    rounds = [[Counted(it + 5 * 20, 20), Counted(it + 5 * 60, 60)] for it in start]
    rounds[1][1] = Counted(99_000, 60)  # one run that something disturbed
    each, spread = of_one_opportunity(rounds)
    assert each == pytest.approx((400 - 200) / 40)
    assert spread == pytest.approx((99_000 - 390) / 40)
