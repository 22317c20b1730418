"""The command line as a user meets it: help, mistakes, and what is asked of the parts behind it."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from small_worlds import REPOSITORY

from sim.doors.cli import main as cli
from sim.world.counties import files as county_files

ROOT = Path(__file__).parents[2]
Call = tuple[Any, dict[str, Any]]
HEAVY = ("numpy", "numba", "pandas", "pyarrow", "matplotlib", "mesa", "scipy", "networkx")


def darkfigure(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120)


def scenario(folder: Path, text: str, name: str = "here.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("titel: a", "here.yaml:1: titel: unknown key; did you mean title?"),
        ("months: 3\nmonths: 4", "here.yaml:2: months: key written twice"),
        ("months: 300", "here.yaml:1: months: out of range (300), allowed is a whole number from 1 to 240"),
        ("title: !!python/name:os.system x", "here.yaml:1: tags are not read"),
        ("extends: here.yaml", "here.yaml:1: extends: files extend each other in a circle"),
        ("world: {counties: none.csv}", "here.yaml:1: world.counties: no such file"),
    ],
)
def test_mistakes_end_with_status_two_and_one_message(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario(tmp_path, text)
    for command in ("run", "check"):
        assert_refused([command, "here.yaml"], words, capsys)
    assert not (tmp_path / "outputs").exists()


def assert_refused(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert words in told.err


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_process_ends_with_the_status_and_the_message_of_its_mistake(command: str, tmp_path: Path) -> None:
    scenario(tmp_path, "titel: a")
    result = darkfigure(command, "here.yaml", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "here.yaml:1: titel: unknown key; did you mean title?\n"
    assert not (tmp_path / "outputs").exists()


COUNTY_COLUMNS = (
    "fips,state,county,population,hispanic_share,noncitizen_share,secure_communities,recorded_murder_per_100k,"
    "recorded_rape_per_100k,recorded_robbery_per_100k,recorded_aggravated_assault_per_100k,recorded_burglary_per_100k,"
    "recorded_larceny_per_100k,recorded_motor_vehicle_theft_per_100k"
)
COUNTY_ROW = "\n04001,AZ,Oak,1000,0.2,0.1,2009-03-05,5,30,100,200,700,2000,300\n"
WITH_COUNTIES = "months: 3\nworld: {counties: counties.csv}\n"


@pytest.mark.parametrize(
    ("text", "counties", "words"),
    [
        ("", COUNTY_ROW.replace("04001", "04000"), "counties.csv, line 2: fips is 04000; the total of a whole state"),
        ("", COUNTY_ROW.replace("2009-03-05", "1899-12-30"), "secure_communities is 1899-12-30; allowed are years"),
        ("  ", COUNTY_ROW + COUNTY_ROW[1:], "counties.csv, line 3: fips 04001 stands already on line 2"),
        ("programs: {secure_communities: {counties: l.csv}}", COUNTY_ROW, "secure_communities.counties: no such file"),
        (
            "programs: {secure_communities: {counties: counties}}",
            COUNTY_ROW,
            "not one of the possible values (counties)",
        ),
        ("programs: {agreement_287g_jail: {counties: book.xlsx}}", COUNTY_ROW, "book.xlsx is a spreadsheet"),
        ("programs: {agreement_287g_jail: {counties: pipe.csv}}", COUNTY_ROW, "it is a pipe; only regular files"),
    ],
)
def test_faults_in_files_are_told_before_a_run_and_by_check(
    text: str,
    counties: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario(tmp_path, WITH_COUNTIES + text)
    (tmp_path / "counties.csv").write_text(COUNTY_COLUMNS + counties)
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04")
    os.mkfifo(tmp_path / "pipe.csv")
    for command in ("run", "check"):
        assert_refused([command, "here.yaml"], words, capsys)
    assert not (tmp_path / "outputs").exists()


def test_what_files_add_up_to_is_told_by_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario(tmp_path, WITH_COUNTIES + "programs: {agreement_287g_jail: {counties: l.csv}}")
    (tmp_path / "counties.csv").write_text((COUNTY_COLUMNS + COUNTY_ROW).replace(",", ";").replace("0.", "0,"))
    (tmp_path / "l.csv").write_text("state,county,from\nAZ,Oak County,3/5/2009\nAZ,Oat,\n")
    assert cli.main(["check", "here.yaml"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "world.counties: counties.csv is read with semicolons between columns, decimal commas",
        "world.counties: 1 county, 1,000 people, 20.0 % Hispanic, 10.0 % noncitizens; "
        "recorded per 100,000 and year: 335 violent, 3,000 property",
        "programs.agreement_287g_jail.counties: 1 county from 1 row",
        "programs.agreement_287g_jail.counties: left out: 1 row of 2 whose county is not found",
        "  line 3: Oat, AZ: this world has no such county; nearest is Oak",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "none.yaml"], "none.yaml: no such file"),
        (["run", "here.yaml", "--seed", "-1"], "--seed -1: seed: out of range (-1), allowed is a whole number from 0"),
        (["run", "here.yaml", "--seed", "many"], "not a whole number (many)"),
        (["run", "here.yaml", "--set", "world.rows=61"], "--set world.rows=61: world.rows: out of range (61)"),
        (["run", "here.yaml", "--out", "full"], "the folder is not empty"),
        (["run", "here.yaml", "--out", "here.yaml"], "is a file"),
        (["run", "here.yaml", "--out", "here.yaml/inside"], "cannot write in"),
        (["compare", "here.yaml"], "nothing to compare"),
        (["compare", "here.yaml", "here.yaml"], "two scenarios are called here"),
        (["compare", "here.yaml", "other.yaml", "--reference", "othr"], "did you mean other?"),
        (["compare", "here.yaml", "other.yaml", "--replications", "0"], "--replications 0: replications: out of range"),
        (["resume", "full"], "full: not the folder of a batch (there is no plan.json)"),
        (["resume", "none"], "none: not the folder of a batch"),
        (["status", "here.yaml"], "here.yaml: not the folder of a batch"),
        (["rerun", "full", "here.0"], "full: not the folder of a batch"),
        (["merge", "full"], "full: not the folder of a batch"),
        (["run", "comparison.yaml"], "use 'darkfigure compare'"),
        (["run", "sweep.yaml"], "sweep.yaml:1: this is a sweep file and a scenario is wanted; use 'darkfigure sweep'"),
        (["compare", "sweep.yaml"], "sweep.yaml:1: this is a sweep file and a comparison is wanted"),
        (["check", "sweep.yaml"], "sweep.yaml:1: scenario: missing key"),
    ],
)
def test_mistakes_on_the_command_line(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario(tmp_path, "title: a")
    scenario(tmp_path, "title: b", "other.yaml")
    scenario(tmp_path, "scenarios: [here.yaml, other.yaml]", "comparison.yaml")
    scenario(tmp_path, "levers: {trust.sensitivity: [0, 1]}", "sweep.yaml")
    (tmp_path / "full").mkdir()
    scenario(tmp_path / "full", "mine", "mine.txt")
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert len(err.splitlines()) == 1
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["walk"],
        ["run"],
        ["run", "a.yaml", "--engine", "steam"],
        ["run", "a.yaml", "--threads", "0"],
        ["describe", "x"],
        ["compare", "a.yaml", "b.yaml", "--shard", "3/2"],
        ["compare", "a.yaml", "b.yaml", "--shard", "1"],
        ["compare", "a.yaml", "b.yaml", "--timeout", "0"],
        ["compare", "a.yaml", "b.yaml", "--on-error", "ignore"],
        ["resume"],
        ["rerun", "folder"],
        ["merge"],
    ],
)
def test_wrong_usage_ends_with_status_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert "usage: darkfigure" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["run", "compare", "sweep", "resume", "status", "rerun", "merge", "plot", "export", "check", "describe", ""],
)
def test_help_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"] if command else ["--help"]) == 0
    out = capsys.readouterr().out
    assert "example" in out
    assert f"  darkfigure {command}" in out


LIGHT_CALLS = {
    "no YAML": (
        (*HEAVY, "pydantic", "yaml"),
        [["--help"], ["run", "--help"], ["resume", "--help"], ["--version"]],
    ),
    "no numbers": (
        HEAVY,
        [
            ["resume", "no_such"],
            ["status", "no_such"],
            ["check", "no_such.yaml"],
            ["run", "no_such.yaml"],
            ["describe"],
            ["describe", "--odd"],
            ["describe", "--json-schema"],
        ],
    ),
    "no tables": (
        ("pandas", "pyarrow", "matplotlib", "mesa", "networkx"),
        [["check", "scenarios/compare_programs.yaml"]],
    ),
}
CALL_ALL = """
import contextlib, io, sys
from sim.doors.cli.main import main
for call in {calls}:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        main(call)
    assert out.getvalue() or err.getvalue(), call
    print(call, [name for name in {absent} if name in sys.modules])
"""


@pytest.mark.parametrize("name", LIGHT_CALLS)
def test_nothing_heavy_is_imported_before_it_is_needed(name: str) -> None:
    """In one process, each call after those that need no more; the first that loads too much is named."""
    absent, calls = LIGHT_CALLS[name]
    code = CALL_ALL.format(calls=calls, absent=absent)
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == [f"{call} []" for call in calls]


def test_check_reads_a_county_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario(tmp_path, WITH_COUNTIES)
    (tmp_path / "counties.csv").write_text(COUNTY_COLUMNS + COUNTY_ROW)
    own, read = county_files.read_counties, list[str]()
    monkeypatch.setattr(county_files, "read_counties", lambda *given: read.append("once") or own(*given))
    assert cli.main(["check", str(tmp_path / "here.yaml")]) == 0
    assert read == ["once"]


def test_check_tells_of_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = scenario(tmp_path, "title: fine"), scenario(tmp_path, "months: 0", "bad.yaml")
    worse = scenario(tmp_path, "start: soon", "worse.yaml")
    assert cli.main(["check", str(bad), str(good), str(worse)]) == 2
    out, err = capsys.readouterr()
    assert out.startswith(f"{good}: a scenario without fault, 'fine'; 100,000 people, 96 months: about ")
    assert len(out.splitlines()) == 1
    assert len(err.splitlines()) == 2
    assert cli.main(["check", *map(str, sorted((ROOT / "scenarios").glob("*.yaml")))]) == 0


def stand_in(monkeypatch: pytest.MonkeyPatch, module: str, function: str, action: Any) -> list[Call]:
    """Put a module in place that notes its calls, so that only the command line is tested."""
    calls: list[Call] = []

    def noted(subject: Any, **options: Any) -> Path:
        calls.append((subject, options))
        if isinstance(action, BaseException):
            raise action
        return options["out"]

    fake = types.ModuleType(module)
    setattr(fake, function, noted)
    monkeypatch.setitem(sys.modules, module, fake)
    return calls


def test_run_hands_over_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = stand_in(monkeypatch, "sim.running.run", "run_to_folder", None)
    path, out = scenario(tmp_path, "title: a"), tmp_path / "new"
    options = ["--seed", "7", "--engine", "mesa", "--threads", "2", "--set", "months=3", "--set", "world.rows=2"]
    assert cli.main(["run", str(path), *options, "--out", str(out), "--quiet"]) == 0
    subject, given = calls[0]
    assert (subject.name, subject.parameters.months, subject.parameters.world.rows) == ("here", 3, 2)
    assert given == {"seed": 7, "engine": "mesa", "threads": 2, "out": out, "quiet": True, "watchers": []}


def test_results_go_under_outputs_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = stand_in(monkeypatch, "sim.running.run", "run_to_folder", None)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", str(scenario(tmp_path, "title: a"))]) == 0
    out = calls[0][1]["out"]
    assert out.parent == Path("outputs")
    assert out.name.startswith("here-20")
    assert calls[0][1]["seed"] == 1


def test_compare_hands_over_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = stand_in(monkeypatch, "sim.jobs.compare", "compare_to_folder", None)
    one, two = scenario(tmp_path, "title: a"), scenario(tmp_path, "title: b", "other.yaml")
    options = ["--reference", "other", "--replications", "3", "--seed", "5", "--workers", "2", "--set", "months=3"]
    assert cli.main(["compare", str(one), str(two), *options, "--out", str(tmp_path / "new")]) == 0
    subject, given = calls[0]
    assert (subject.reference, subject.replications, subject.seed) == ("other", 3, 5)
    assert [found.parameters.months for found in subject.scenarios] == [3, 3]
    wanted = {"workers": 2, "threads": 1, "engine": "columnar", "out": tmp_path / "new", "quiet": False}
    assert {name: given[name] for name in wanted} == wanted
    assert given["shard"] is None
    assert (given["options"].on_error, given["options"].timeout, given["options"].dask) == ("hold", None, None)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(28, "No space left on device", "crime.parquet"), 2, "crime.parquet: No space left on device"),
        (PermissionError(13, "Permission denied", "outputs"), 2, "outputs: Permission denied"),
        (MemoryError(), 2, "not enough memory"),
    ],
)
def test_what_goes_wrong_on_the_way_is_told_in_a_line(
    error: BaseException,
    status: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stand_in(monkeypatch, "sim.running.run", "run_to_folder", error)
    assert cli.main(["run", str(scenario(tmp_path, "title: a")), "--out", str(tmp_path / "new")]) == status
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert words in lines[0]


def test_a_fault_of_the_program_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "sim.running.run", "run_to_folder", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["run", str(scenario(tmp_path, "title: a")), "--out", str(tmp_path / "new")])


def test_a_closed_pipe_ends_quietly() -> None:
    code = f"{sys.executable} -m sim describe | head -1"
    result = subprocess.run(["bash", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "THE MONTH\n"
    assert result.stderr == ""


def test_version() -> None:
    assert darkfigure("--version").stdout.startswith("darkfigure ")


def test_describe_lists_phases_rules_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.telling.describe.overview import rule_list
    from sim.words.schedule import PHASES, STATES

    assert cli.main(["describe"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 120
    rules = {rule.name: rule for rule in rule_list()}
    assert all(rule.meaning for rule in rules.values())
    for phase in PHASES:
        assert f"\n{phase.number:<3}  {phase.name}" in text
        assert set(phase.rules) <= set(rules), phase.name
    unbroken = " ".join(text.split())
    assert "what last month's news" in unbroken
    assert all(f"{state.name:24}" in text for state in STATES)
    for words in ("trust\n", "programs.secure_communities\n", "county_fade", "calibrated with", "log odds per"):
        assert words in text


def test_describe_as_odd_document(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.words.schedule import PHASES

    assert cli.main(["describe", "--odd"]) == 0
    text = capsys.readouterr().out
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert [head[3] for head in heads] == list("1234567")
    assert all(f"| {', '.join(p.reads)} | {', '.join(p.writes)} | {p.why} |" in text for p in PHASES)
    for words in (
        "Purpose",
        "Entities",
        "Process overview",
        "Design concepts",
        "Initialization",
        "Input data",
        "Submodels",
    ):
        assert any(words in head for head in heads)
    for table in text.split("\n\n"):
        if table.startswith("| "):
            assert len({line.replace("\\|", "").count("|") for line in table.splitlines()}) == 1


BACKENDS = ("module://matplotlib_inline.backend_inline", "nonsense")


def test_an_inherited_backend_is_put_aside_before_anything_is_drawn() -> None:
    code = (
        "import sys; from sim.doors.cli.main import main; sys.argv = ['darkfigure', '--version']; main();"
        "import matplotlib.pyplot as plt; plt.figure(); print(plt.get_backend())"
    )
    environment = {**os.environ, "MPLBACKEND": BACKENDS[1]}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert done.stdout.splitlines()[-1] == "agg"


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_an_inherited_backend_ends_no_run(tmp_path: Path, backend: str) -> None:
    small = ["--set", "world.people=1200", "--set", "months=2", "--set", "world.rows=2", "--set", "world.columns=2"]
    command = [sys.executable, "-m", "sim", "run", str(REPOSITORY / "scenarios" / "baseline.yaml"), *small]
    command += ["--figures", "--out", str(tmp_path / "out")]
    environment = {**os.environ, "MPLBACKEND": backend}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr


def test_a_closed_output_is_no_traceback(tmp_path: Path) -> None:
    path = REPOSITORY / "scenarios" / "baseline.yaml"
    command = f"{sys.executable} -m sim check {path} >&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")


REFUSED = {
    "a county that is not there": 'programs: {secure_communities: {counties: ["99999"]}}',
    "dates that the world has not": "programs: {court_ruling: {counties: file, start: 2007-01}}",
    "nobody offends": "crime: {propensity_violent: 0}",
    "neighbours that are none": "world: {counties: counties.csv, adjacency: counties.csv}",
    "a county file that is none": "world: {counties: table.csv}",
    "a list of no county": "programs: {secure_communities: {counties: table.csv}}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_check_refuses_what_run_would_in_the_same_words(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    five = REPOSITORY / "tests" / "made" / "five_counties" / "counties.csv"
    (tmp_path / "counties.csv").write_bytes(five.read_bytes())
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    scenario(tmp_path, f"title: a\n{REFUSED[name]}\n")
    told = []
    for command in (["check", "here.yaml"], ["run", "here.yaml", "--out", "out", "--quiet"]):
        assert cli.main(command) == 2
        told.append(capsys.readouterr().err)
    assert told[0] == told[1] != ""
    assert not (tmp_path / "out").exists()


def test_check_refuses_a_comparison_of_one_scenario_under_two_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scenario(tmp_path, "title: a\nscenarios: {a: baseline, b: baseline}\n")
    assert cli.main(["check", str(path)]) == 2
    assert "a and b are one scenario under two names" in capsys.readouterr().err
