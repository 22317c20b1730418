"""What a run will need is told before it starts, and a run that would not fit is refused before anything is built."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.doors.cli import main as cli
from sim.engines.columnar import engine as columnar_engine
from sim.engines.columnar.engine import SMALL_WORLD
from sim.running.costs import THREADS_FROM, Memory
from sim.running.memory import VARIABLE, free_memory
from sim.running.needs import (
    LEAST_PER_COUNTY,
    _duration,
    _gigabytes,
    _two_digits,
    forecast_comparison,
    forecast_run,
    is_compiled,
)
from sim.running.run import prepare, records, run_to_folder
from sim.scenario.scenario import compare_scenarios, load_scenario
from sim.words.faults import UserError
from sim.world.counties.made import LEAST_AGENTS

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
MAXIMUM = """
import sys
from pathlib import Path
from sim.running.run import run_to_folder
from sim.scenario.scenario import load_scenario
scenario = load_scenario(sys.argv[1], sys.argv[3:])
run_to_folder(scenario, seed=1, engine="columnar", threads=2, out=Path(sys.argv[2]), quiet=True)
lines = Path("/proc/self/status").read_text().splitlines()
print(*(int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmHWM:", "RssFile:"))))
"""
LIBRARIES = 130e6
"""In ``costs.PROCESS``, as pages of libraries; of those written lately the kernel maps half as many again."""


def forecast(name: str, *overrides: str, engine: str = "columnar", threads: int = 1):  # type: ignore[no-untyped-def]
    return forecast_run(load_scenario(SCENARIOS / f"{name}.yaml", overrides).parameters, engine, threads)


def files(root: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


# What is free

MACHINE = {"proc/meminfo": "MemTotal:  9000000 kB\nMemAvailable:  8000000 kB\n"}
V2 = "sys/fs/cgroup"
V1 = "sys/fs/cgroup/memory"


@pytest.mark.parametrize(
    ("system", "free"),
    [
        (MACHINE, 8_192_000_000),
        (
            {
                "proc/self/cgroup": "0::/jobs/mine\n",
                f"{V2}/jobs/mine/memory.max": "3000000000\n",
                f"{V2}/jobs/mine/memory.current": "1000000000\n",
            },
            2_000_000_000,
        ),
        (
            {
                "proc/self/cgroup": "0::/jobs/mine\n",
                f"{V2}/jobs/mine/memory.max": "max\n",
                f"{V2}/jobs/mine/memory.current": "1000000000\n",
                f"{V2}/jobs/memory.max": "1500000000\n",
                f"{V2}/jobs/memory.current": "1100000000\n",
                f"{V2}/jobs/memory.stat": "anon 5\ninactive_file 200000000\n",
            },
            600_000_000,
        ),
        (
            {
                "proc/self/cgroup": "3:cpu,memory:/docker/abc\n1:name=systemd:/\n0::/\n",
                f"{V1}/memory.limit_in_bytes": "2000000000\n",
                f"{V1}/memory.usage_in_bytes": "1900000000\n",
                f"{V1}/memory.stat": "inactive_file 1\ntotal_inactive_file 400000000\n",
                f"{V2}/unified/cgroup.procs": "1\n",
            },
            500_000_000,
        ),
        (
            {
                "proc/self/cgroup": "3:memory:/\n",
                f"{V1}/memory.limit_in_bytes": "9223372036854771712\n",
                f"{V1}/memory.usage_in_bytes": "1900000000\n",
            },
            8_192_000_000,
        ),
        (
            {
                "proc/self/cgroup": "0::/\n",
                f"{V2}/memory.max": "1000\n",
                f"{V2}/memory.current": "2000\n",
            },
            0,
        ),
    ],
    ids=["machine", "group", "group around it", "container of version 1", "no limit", "nothing left"],
)
def test_free_memory_is_the_least_that_machine_and_groups_have_left(
    system: dict[str, str], free: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert free_memory(files(tmp_path, {**MACHINE, **system})) == free


def test_unknown_memory_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert free_memory(tmp_path) is None
    monkeypatch.setattr("sim.running.needs.free_memory", lambda: None)
    forecast("nation", "world.scale=1", engine="mesa").ensure_room()


def test_this_machine_has_memory() -> None:
    assert os.environ.get(VARIABLE) is None
    free = free_memory()
    assert free is None or free > 1e8


@pytest.mark.parametrize("text", ["much", "0", "-1", "nan", "inf", "4GB"])
def test_a_limit_that_is_no_number_of_gigabytes(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(UserError, match=f"{VARIABLE} is {text}; allowed is a number of GB above 0"):
        free_memory()


# What is needed


def test_whole_numbers_of_the_model_stand_here_too() -> None:
    """They are written again so that telling needs imports no compiler."""
    assert (THREADS_FROM, LEAST_PER_COUNTY) == (SMALL_WORLD, LEAST_AGENTS)


@pytest.mark.parametrize("name", ["secure_communities", "nation"])
def test_size_is_that_of_the_world_that_is_built(name: str) -> None:
    overrides = ["world.scale=0.002"] if name == "nation" else []
    scenario = load_scenario(SCENARIOS / f"{name}.yaml", [*overrides, "months=6"])
    size = forecast_run(scenario.parameters, "columnar", 1).size
    setting = prepare(scenario)
    assert size.people == pytest.approx(setting.world.size, rel=0.01)
    assert size.counties == len(setting.world.counties)
    assert size.months == 6
    assert size.community * size.people == pytest.approx(setting.world.community_base[-1], rel=0.05)
    done = sum(int(record.opportunities.sum()) for record in records(setting, 1))
    assert size.opportunities * size.people * 6 == pytest.approx(done, rel=0.1)


def test_size_of_a_county_file_is_that_of_the_world_that_is_built(shared_data: Path) -> None:
    overrides = [f"world.counties={shared_data / 'us_counties.csv'}", "world.scale=0.001", "months=6"]
    scenario = load_scenario(SCENARIOS / "secure_communities.yaml", overrides)
    size = forecast_run(scenario.parameters, "columnar", 1).size
    setting = prepare(scenario)
    assert (size.people, size.counties) == (setting.world.size, 3143)
    assert size.community * size.people == pytest.approx(setting.world.community_base[-1], rel=0.05)
    done = sum(int(record.opportunities.sum()) for record in records(setting, 1))
    assert size.opportunities * size.people * 6 == pytest.approx(done, rel=0.1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory at its highest is read from /proc")
@pytest.mark.parametrize(
    "overrides",
    [
        ("world.people=50000", "months=12"),
        ("world.people=5000000", "months=6"),
        pytest.param(("world.people=40000000", "months=6"), marks=pytest.mark.slow),
    ],
)
def test_memory_is_what_a_run_takes_at_its_highest(
    overrides: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told neither below nor a third above what the process took, which has nothing to compile."""
    scenario = SCENARIOS / "secure_communities.yaml"
    monkeypatch.setattr(columnar_engine, "SMALL_WORLD", 0)
    shortly = load_scenario(scenario, ["world.people=4000", "months=1"])
    run_to_folder(shortly, seed=1, engine="columnar", threads=2, out=tmp_path / "compiled", quiet=True)
    command = [sys.executable, "-c", MAXIMUM, str(scenario), "out", *overrides]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    highest, of_files = map(int, done.stdout.split())
    taken = highest - of_files + LIBRARIES
    told = forecast("secure_communities", *overrides, threads=2).bytes
    assert 0.95 * taken < told < 1.33 * taken


def test_needs_grow_with_people_months_and_workers() -> None:
    small, large = forecast("nation", "world.scale=0.1"), forecast("nation", "world.scale=1")
    assert 2 < (large.bytes - forecast("nation", "world.scale=0.0001").bytes) / large.size.people < 8
    assert large.seconds > 5 * small.seconds
    assert forecast("nation", "world.scale=1", threads=2).seconds < 0.7 * large.seconds
    assert forecast("nation", threads=2) == forecast("nation", threads=1)  # too small to share out
    assert forecast("nation", engine="mesa").seconds > 10 * forecast("nation").seconds
    comparison = compare_scenarios([SCENARIOS / "baseline.yaml", SCENARIOS / "secure_communities.yaml"])
    one, two, many = (forecast_comparison(comparison, "columnar", 1, workers) for workers in (1, 2, 40))
    assert one.bytes < two.bytes < many.bytes
    assert one.seconds > two.seconds > many.seconds
    assert many == forecast_comparison(comparison, "columnar", 1, 400)
    assert one.bytes > forecast("baseline").bytes


def test_compilation_is_foreseen() -> None:
    parameters = load_scenario(SCENARIOS / "baseline.yaml").parameters
    before, after = (forecast_run(parameters, "columnar", 1, compiled) for compiled in (False, True))
    assert before.bytes > after.bytes
    assert str(before).endswith("on 1 thread; the loops are compiled first, once, which takes a minute or two")
    list(records(prepare(load_scenario(SCENARIOS / "baseline.yaml", ["world.people=1000", "months=1"])), 1))
    assert is_compiled("columnar")
    assert is_compiled("mesa")


# How it is told


def test_line_of_the_nation() -> None:
    nation = forecast("nation", "world.scale=1", threads=2)
    nation = dataclasses.replace(nation, memory=Memory(1.5e9, 0.0, 1.0), seconds=90.0)
    assert str(nation) == "308,745,538 people, 96 months: about 1.5 GB of memory and 1 to 2 minutes on 2 threads"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.5, 2, "a few seconds"),
        (6, 16, "6 to 16 seconds"),
        (24, 64, "20 to 60 seconds"),
        (54, 144, "1 to 2 minutes"),
        (119, 121, "about 2 minutes"),
        (1500, 4000, "20 to 70 minutes"),
        (3600, 9600, "1 to 3 hours"),
        (36_000, 96_000, "10 to 30 hours"),
        (3_600_000, 9_600_000, "1,000 to 2,670 hours"),
    ],
)
def test_ranges_of_time(low: float, high: float, words: str) -> None:
    assert _duration(low, high) == words


def test_figures_are_rounded_to_the_safe_side() -> None:
    assert (_gigabytes(2.01e8), _gigabytes(1.5e9), _gigabytes(1.51e9)) == ("0.3 GB", "1.5 GB", "1.6 GB")
    assert [_two_digits(value) for value in (0.04389, 12_999.0, 0.5, 0.0, -3.0)] == [0.043, 12_000.0, 0.5, 0.0, 0.0]


def limited(monkeypatch: pytest.MonkeyPatch, gigabytes: float) -> None:
    monkeypatch.setenv(VARIABLE, str(gigabytes))


def test_too_little_memory_ends_with_status_two_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.running.run.prepare", lambda *_: pytest.fail("the world was built"))
    limited(monkeypatch, 1.0)
    for engine in ("columnar", "mesa"):
        command = ["run", str(SCENARIOS / "nation.yaml"), "--set", "world.scale=1", "--engine", engine]
        assert cli.main([*command, "--out", "new"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        assert "308,745,538 people need about" in err
        assert "1.0 GB are free" in err
        assert re.search(r"use --set world\.scale=0\.0*[1-9]", err)
        assert VARIABLE in err
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("gigabytes", [0.45, 0.7, 1.0])
def test_the_scale_advised_fits_and_a_larger_one_does_not(gigabytes: float, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, gigabytes)
    with pytest.raises(UserError) as refused:
        forecast("nation", "world.scale=1").ensure_room()
    found = re.search(r"world\.scale=(\S+)", str(refused.value))
    assert found
    scale = float(found[1])
    forecast("nation", f"world.scale={scale}").ensure_room()
    with pytest.raises(UserError):
        forecast("nation", f"world.scale={1.11 * scale:.6f}").ensure_room()


def test_a_grid_is_advised_in_people_and_nothing_where_nothing_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 0.5)
    with pytest.raises(UserError, match=r"use --set world\.people=\d+ \("):
        forecast("baseline", "world.people=300000000").ensure_room()
    limited(monkeypatch, 0.1)
    with pytest.raises(UserError, match="not even the smallest such world would fit"):
        forecast("baseline").ensure_room()
    with pytest.raises(UserError, match="not even the smallest such world would fit"):
        forecast("nation").ensure_room()


def test_mesa_is_advised_to_leave_the_work_to_the_columnar_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 0.5)
    with pytest.raises(UserError, match="use --engine columnar"):
        forecast("nation", engine="mesa").ensure_room()


def test_a_comparison_is_told_how_many_workers_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limited(monkeypatch, 1.8)
    command = ["compare", *(str(SCENARIOS / f"{name}.yaml") for name in ("baseline", "secure_communities"))]
    assert cli.main([*command, "--workers", "6", "--out", str(tmp_path / "new")]) == 2
    advice = re.search(r"use --workers (\d+) ", capsys.readouterr().err)
    assert advice
    comparison = compare_scenarios(command[1:])
    forecast_comparison(comparison, "columnar", 1, int(advice[1])).ensure_room()
    with pytest.raises(UserError):
        forecast_comparison(comparison, "columnar", 1, int(advice[1]) + 1).ensure_room()
    assert not (tmp_path / "new").exists()


def test_a_run_tells_its_needs_unless_it_shall_be_quiet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    scenario = load_scenario(SCENARIOS / "baseline.yaml", ["months=2", "world.people=1000"])
    for quiet in (False, True):
        run_to_folder(scenario, seed=1, out=tmp_path / str(quiet), quiet=quiet)
        told = capfd.readouterr().err
        assert told == ("" if quiet else told)
        assert quiet or re.fullmatch(r"1,000 people, 2 months: about 0\.\d GB of memory and .* on 1 thread.*\n", told)


def test_check_tells_what_runs_need(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(SCENARIOS / "nation.yaml"), str(SCENARIOS / "compare_programs.yaml")]) == 0
    nation, comparison = capsys.readouterr().out.splitlines()
    assert "; 3,087,455 people, 96 months: about 0." in nation
    assert "; 160 runs of 200,000 people, 96 months: about " in comparison


# On a terminal

SLOWLY = """
import sys, time
from sim.running.terminal import month_progress, working
with working("building the world", False):
    time.sleep(0.3)
with month_progress(6, False) as advance:
    for _ in range(6):
        time.sleep(0.5)
        advance()
"""


def on_a_terminal(*arguments: str, cwd: Path) -> str:
    """Return what a Python command shows on standard error when that is a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    child = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=theirs, cwd=cwd, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # Linux ends a terminal that nobody holds with an error
        pass
    os.close(ours)
    assert child.wait(timeout=60) == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


def test_slow_months_move_a_bar_with_time_left(tmp_path: Path) -> None:
    shown = on_a_terminal("-c", SLOWLY, cwd=tmp_path)
    assert "building the world" in shown
    for months in range(7):
        assert f" {months}/6 " in shown
    lines = [line for line in re.split(r"[\r\n]+", shown) if "/6 " in line]
    assert all(line.startswith("months ") and line.rstrip().endswith("left") for line in lines)
    assert any("3/6 0:00:0" in line and "0:00:00" not in line for line in lines)
    assert "6/6 0:00:00 left" in lines[-1]


def test_a_run_on_a_terminal_tells_needs_world_and_months(tmp_path: Path) -> None:
    command = ("-m", "sim", "run", str(SCENARIOS / "baseline.yaml"), "--set", "months=3", "--out", "new")
    shown = on_a_terminal(*command, cwd=tmp_path)
    assert shown.index("100,000 people, 3 months: about") < shown.index("building the world") < shown.index("3/3")


def test_nothing_moves_where_standard_error_is_no_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLOWLY.replace("0.5", "0.01")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    assert done.stdout == b""
