"""Sweep files: every mistake is told with its place and what is allowed, and what is right is read as written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_sweeps import COOPERATION, SENSITIVITY, written
from small_worlds import REPOSITORY

from sim.doors.cli.main import main
from sim.parameters import Parameters
from sim.scenario.design.files import load_sweep
from sim.scenario.design.paths import path_problem, targets, varied
from sim.scenario.scenario import kind_of
from sim.telling.describe.schema import schema
from sim.words.faults import ScenarioError

HEAD = "scenario: program.yaml\n"
GRID = HEAD + f"levers:\n  {COOPERATION}: [0, 1]\n"
LIST = HEAD + f"levers: [{COOPERATION}]\ndesign:\n  kind: list\n"

# text of the file, line of the first fault, what the message must say
FAULTS = {
    "unknown key": (GRID + "titel: a", 4, ["titel: unknown key", "did you mean title?"]),
    "unknown key far off": (GRID + "zzz: a", 4, ["zzz: unknown key", "allowed here are title, question"]),
    "no scenario": (f"levers: {{{COOPERATION}: [0, 1]}}", 1, ["scenario: missing key"]),
    "scenario is a list": (f"levers: {{{COOPERATION}: [0, 1]}}\nscenario: [a]", 2, ["one scenario file (a list)"]),
    "no such scenario": ("levers: {trust.presence: [0, 1]}\nscenario: progam.yaml", 2, ["did you mean program.yaml?"]),
    "scenario against itself": (GRID + "against: program.yaml", 4, ["against: is the scenario itself"]),
    "against other months": (GRID + "against: long.yaml", 4, ["months 24", "share start, months and world"]),
    "nothing against to keep a value": (GRID + f"against_keeps: [{COOPERATION}]", 4, ["there is no 'against'"]),
    "kept and not swept": (
        GRID + "against: base.yaml\nagainst_keeps: [detainers.coperation]",
        5,
        ["against_keeps: detainers.coperation is not swept; did you mean detainers.cooperation?"],
    ),
    "nothing swept": (HEAD + "design: grid", 1, ["levers: missing key"]),
    "unknown path": (HEAD + "levers:\n  detainers.coperation: [0, 1]", 3, ["did you mean detainers.cooperation?"]),
    "path of another section": (HEAD + "levers:\n  cap_access: [0, 1]", 3, ["mean enforcement.cap_access?"]),
    "a section": (HEAD + "levers:\n  detainers: [0, 1]", 3, ["several parameters; name one of detainers.cooperation"]),
    "a table": (HEAD + "levers:\n  crime.propensity_violent: [0, 1]", 3, ["crime.propensity_violent.unauthorized"]),
    "months": (HEAD + "levers:\n  months: [12, 24]", 3, ["cannot be swept", "same months of the same world", "'set'"]),
    "start": (HEAD + "levers:\n  start: [2008-01, 2009-01]", 3, ["cannot be swept"]),
    "world": (HEAD + "levers:\n  world.people: [1000, 2000]", 3, ["cannot be swept"]),
    "seed of the world": (HEAD + "levers:\n  world.seed: [1, 2]", 3, ["cannot be swept", "redraw: true"]),
    "title": (HEAD + "levers:\n  title: [a, b]", 3, ["no parameter of the model"]),
    "swept twice": (GRID + f"uncertainties:\n  {COOPERATION}: [0, 1]", 5, ["swept twice, first on line 3"]),
    "overlap": (GRID + f"uncertainties:\n  {COOPERATION}.none: [0, 1]", 5, [f"overlaps with {COOPERATION}"]),
    "set and swept": (GRID + "set:\n  detainers: {cooperation: 1}", 5, ["is swept, so it cannot be set"]),
    "set a part of it": (GRID + "set:\n  detainers: {cooperation: {none: 1}}", 5, ["is swept, so it cannot be set"]),
    "set is a number": (GRID + "set: 3", 4, ["set: must be a mapping"]),
    "name in set": (GRID + "set: {name: a}", 4, ["set.name: can only stand in a scenario file"]),
    "fault in set": (GRID + "set: {monts: 3}", 4, ["monts: unknown key; did you mean months?"]),
    "one number": (HEAD + f"levers:\n  {COOPERATION}: 1", 3, ["must be a list of values or a range"]),
    "one value": (HEAD + f"levers:\n  {COOPERATION}: [1]", 3, ["two values or more", "'set'"]),
    "value out of range": (
        HEAD + f"levers:\n  {COOPERATION}:\n    - 0\n    - 1.5",
        5,
        ["out of range (1.5)", "0 to 1"],
    ),
    "no number": (HEAD + "levers:\n  trust.presence: [0, high]", 3, ["not a number (high)", "0 to 1"]),
    "empty value": (HEAD + f"levers:\n  {COOPERATION}: [0, ~]", 3, ["empty, allowed is a number from 0 to 1"]),
    "twice the same": (HEAD + f"levers:\n  {COOPERATION}: [0, 0.0]", 3, ["0 is listed twice"]),
    "a list in a list": (HEAD + f"levers:\n  {COOPERATION}: [0, [1]]", 3, ["one number, switch or name (a list)"]),
    "neither true nor false": (HEAD + "levers:\n  responses.deterrence: [true, 2]", 3, ["true nor false (2)"]),
    "unknown name": (HEAD + "levers:\n  police.patrol: [even, evn]", 3, ["(evn)", "even, population, hot_spots"]),
    "impossible month": (HEAD + "levers:\n  programs.legalization.start: [2008-13, 2008-12]", 3, ["possible month"]),
    "range of names": (HEAD + "levers:\n  police.patrol: {low: 0, high: 1, steps: 2}", 3, ["no number", "list its"]),
    "no high": (HEAD + f"levers:\n  {COOPERATION}: {{low: 0, steps: 2}}", 3, ["lacks high"]),
    "range upside down": (HEAD + f"levers:\n  {COOPERATION}: {{low: 1, high: 0, steps: 2}}", 3, ["low must be below"]),
    "range too wide": (
        HEAD + f"levers:\n  {COOPERATION}:\n    low: 0\n    high: 2\n    steps: 3",
        5,
        ["(2)", "0 to 1"],
    ),
    "unknown key in a range": (HEAD + f"levers:\n  {COOPERATION}: {{low: 0, hgih: 1}}", 3, ["did you mean high?"]),
    "grid without steps": (HEAD + f"levers:\n  {COOPERATION}: {{low: 0, high: 1}}", 3, ["lacks steps"]),
    "one step": (HEAD + f"levers:\n  {COOPERATION}: {{low: 0, high: 1, steps: 1}}", 3, ["steps", "(1)", "from 2"]),
    "too many points": (
        GRID
        + "uncertainties:\n"
        + "".join(
            f"  trust.{name}: {{low: 0, high: 1, steps: 100}}\n" for name in ("presence", "county_fade", "own_fade")
        ),
        1,
        ["2,000,000 points, allowed are up to 100,000"],
    ),
    "ratio that leaves the range": (
        HEAD + "levers:\n  trust.sensitivity: [1, 9]\nset: {trust: {sensitivity: {unauthorized: 2, citizen: 8}}}",
        3,
        ["trust.sensitivity.citizen: out of range (36.0)"],
    ),
    "unknown design": (
        GRID + "design: gird",
        4,
        ["design.kind", "(gird)", "grid, list, latin_hypercube, sobol, morris"],
    ),
    "design is a list": (GRID + "design: [grid]", 4, ["must be a name or a mapping"]),
    "unknown key in the design": (GRID + "design: {kind: sobol, smaples: 8}", 4, ["smaples", "did you mean samples?"]),
    "samples of a grid": (
        GRID + "design: {kind: grid, samples: 8}",
        4,
        ["a grid design has none", "latin_hypercube or sobol"],
    ),
    "no samples": (GRID + "design: sobol", 4, ["samples: missing key"]),
    "no power of two": (GRID + "design: {kind: sobol, samples: 50}", 4, ["(50); the nearest are 32 and 64"]),
    "no trajectories": (GRID + "design: morris", 4, ["trajectories: missing key"]),
    "odd levels": (GRID + "design: {kind: morris, trajectories: 4, levels: 5}", 4, ["not an even number (5)"]),
    "steps without a grid": (
        HEAD + f"levers:\n  {COOPERATION}: {{low: 0, high: 1, steps: 3}}\ndesign: {{kind: sobol, samples: 8}}",
        3,
        ["only a grid has steps"],
    ),
    "values of a list": (GRID + f"design: {{kind: list, points: [{{{COOPERATION}: 1}}]}}", 3, ["write the name alone"]),
    "neither points nor file": (LIST, 3, ["either points or a file"]),
    "no such file": (LIST + "  file: pionts.csv", 5, ["design.file: no such file", "did you mean points.csv?"]),
    "point lacks a value": (
        LIST + f"  points:\n    - {{{COOPERATION}: 1}}\n    - {{}}",
        7,
        ["lacks detainers.cooperation"],
    ),
    "point with another": (
        LIST + "  points:\n    - {trust.presence: 1}",
        6,
        ["not among the levers and uncertainties"],
    ),
    "point out of range": (LIST + f"  points:\n    - {COOPERATION}: 3", 6, ["out of range (3)"]),
    "point is a number": (LIST + "  points: [3]", 5, ["each is a mapping such as {detainers.cooperation: ...}"]),
    "the same point": (
        LIST + f"  points:\n    - {{{COOPERATION}: 1}}\n    - {{{COOPERATION}: 1.0}}",
        7,
        ["the same point as on line 6"],
    ),
    "reference and against": (
        GRID + f"against: base.yaml\nreference: {{{COOPERATION}: 1}}",
        5,
        ["keep one of the two"],
    ),
    "reference lacks": (GRID + "reference: {}", 4, ["reference: lacks detainers.cooperation"]),
    "reference out of range": (GRID + f"reference: {{{COOPERATION}: 2}}", 4, ["reference: ", "out of range (2)"]),
    "reference is a number": (GRID + "reference: 2", 4, ["reference: must be a mapping"]),
    "no replications": (GRID + "replications: 0", 4, ["out of range (0), allowed is a whole number from 1"]),
    "keep": (GRID + "keep: all", 4, ["keep", "(all)", "outcomes, tables"]),
    "contradiction": (
        HEAD
        + "levers:\n  programs.detainer_resolution.start: [2008-06, 2008-08]\n"
        + "  programs.detainer_resolution.until: [2008-07, 2008-09]",
        1,
        ["contradict each other", "later than start"],
    ),
    "a file of the wrong kind": ("title: a", 1, ["levers: missing key; a sweep names"]),
    "a comparison": ("scenarios: [base.yaml, program.yaml]", 1, ["a comparison file and a sweep is wanted"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    text, line, words = FAULTS[name]
    path = written(tmp_path, text)
    (tmp_path / "long.yaml").write_text("start: 2008-06\nmonths: 24\nworld: {rows: 2, columns: 2, people: 1200}\n")
    (tmp_path / "points.csv").write_text(f"{COOPERATION}\n1\n")
    with pytest.raises(ScenarioError) as caught:
        load_sweep(path)
    told = str(caught.value)
    assert told.startswith(f"{path}:{line}: "), told
    for word in words:
        assert word in told, told


def test_several_faults_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = f"titel: a\n{HEAD}levers:\n  detainers.coperation: [0, 1]\n  {COOPERATION}: [0, 2]\nreplications: many\n"
    path = written(tmp_path, text)
    with pytest.raises(ScenarioError) as caught:
        load_sweep(path)
    assert [fault.line for fault in caught.value.faults] == [1, 4, 5, 6]


CSV_FAULTS = {
    f"{COOPERATION},{SENSITIVITY}\n1,2\n1,2\n": (3, "the same point as on line 2"),
    f"{COOPERATION},{SENSITIVITY}\n1,2\n1\n": (3, "1 values, but the first line names 2 columns"),
    f"{COOPERATION}\n1\n": (2, "lacks trust.sensitivity"),
    f"{COOPERATION},{SENSITIVITY},x\n1,2,3\n": (2, "x: is not among the levers"),
    f"{COOPERATION},{COOPERATION}\n1,2\n": (1, f"column {COOPERATION} stands twice"),
    f"{COOPERATION},{SENSITIVITY}\n1,20\n": (2, "out of range (20)"),
    f"{COOPERATION},{SENSITIVITY}\n1,\n": (2, "empty, allowed is a number"),
}


@pytest.mark.parametrize("content", CSV_FAULTS)
def test_faults_in_a_file_of_points_are_told_with_their_line(content: str, tmp_path: Path) -> None:
    line, words = CSV_FAULTS[content]
    text = HEAD + f"levers: [{COOPERATION}]\nuncertainties: [{SENSITIVITY}]\ndesign: {{kind: list, file: points.csv}}"
    path = written(tmp_path, text)
    (tmp_path / "points.csv").write_text(content)
    with pytest.raises(ScenarioError) as caught:
        load_sweep(path)
    assert str(caught.value).splitlines()[0].startswith(f"{tmp_path / 'points.csv'}:{line}: "), str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        f"{COOPERATION};{SENSITIVITY}\n0,25;1\n0,5;2\n",
        f"{COOPERATION}\t{SENSITIVITY}\r\n0.25\t1\r\n0.5\t2\r\n",
        f"\ufeffpoint,{COOPERATION},{SENSITIVITY},,\n,0.25,1,,\n,0.5,2,,\n",
        f"Detainers.Cooperation , {SENSITIVITY}\n0.25,1\n0.5,2\n",
    ],
)
def test_a_file_of_points_may_come_from_a_spreadsheet(content: str, tmp_path: Path) -> None:
    text = HEAD + f"levers: [{COOPERATION}]\nuncertainties: [{SENSITIVITY}]\ndesign: {{kind: list, file: points.csv}}"
    (tmp_path / "points.csv").write_bytes(content.encode())
    found = load_sweep(written(tmp_path, text))
    assert [point.values for point in found.points] == [(0.25, 1.0), (0.5, 2.0)]


def test_a_missing_column_of_points_is_told_once(tmp_path: Path) -> None:
    text = HEAD + f"levers: [{COOPERATION}]\nuncertainties: [{SENSITIVITY}]\ndesign: {{kind: list, file: points.csv}}"
    (tmp_path / "points.csv").write_text(f"{COOPERATION}\n" + "".join(f"0.{n}\n" for n in range(1, 9)))
    with pytest.raises(ScenarioError) as caught:
        load_sweep(written(tmp_path, text))
    assert len(caught.value.faults) == 1


def test_a_program_list_can_be_swept_and_its_path_is_that_of_the_sweep_file(tmp_path: Path) -> None:
    path = "programs.secure_communities.counties"
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "list.csv").write_text("fips\nr01c01\n")
    text = HEAD.replace("scenario: ", "scenario: ../") + f"levers:\n  {path}: [all, list.csv]\ndesign: grid\n"
    written(tmp_path, HEAD)
    found = load_sweep(written(folder, text))
    assert [point.values for point in found.points] == [("all",), (str(folder / "list.csv"),)]


def test_a_file_of_points_gives_the_same_points_as_rows(tmp_path: Path) -> None:
    paths = f"levers: [{COOPERATION}]\nuncertainties: [programs.secure_communities.start]\n"
    rows = "\n".join(
        f"    - {{{COOPERATION}: {share}, programs.secure_communities.start: {start}}}"
        for share, start in ((0, "2009-01"), (0.25, "~"))
    )
    (tmp_path / "points.csv").write_text(
        f"point,programs.secure_communities.start,{COOPERATION}\nfirst,2009-01,0\nsecond,,0.25\n"
    )
    inline = load_sweep(written(tmp_path, f"{HEAD}{paths}design:\n  kind: list\n  points:\n{rows}\n"))
    filed = load_sweep(written(tmp_path, f"{HEAD}{paths}design: {{kind: list, file: points.csv}}\n", "filed.yaml"))
    assert inline.points == filed.points
    assert [point.values for point in inline.points] == [(0.0, "2009-01"), (0.25, None)]
    assert filed.scenario("p00001").parameters.programs.secure_communities.start is None


def test_a_sweep_is_read_as_written(tmp_path: Path) -> None:
    text = (
        "title: t\nquestion: q?\nsource: s\nscenario: program.yaml\nagainst: base.yaml\nset: {months: 10}\n"
        f"levers:\n  {COOPERATION}: {{low: 0, high: 1, steps: 3}}\n"
        "uncertainties:\n  responses.deterrence: [no, yes]\n  police.patrol: [even, hot_spots]\n"
        "design: grid\nreplications: 2\nseed: 5\nkeep: tables\n"
    )
    found = load_sweep(written(tmp_path, text), ["world.rows=1"], {"replications": "7"})
    assert (found.title, found.question, found.source) == ("t", "q?", "s")
    assert (found.replications, found.seed, found.keep, found.size, found.runs) == (7, 5, "tables", 12, 168)
    assert [factor.path for factor in found.levers] == [COOPERATION]
    assert [factor.values for factor in found.uncertainties] == [(False, True), ("even", "hot_spots")]
    assert found.against is not None
    for scenario in (found.base, found.against):
        assert (scenario.parameters.months, scenario.parameters.world.rows) == (10, 1)
    assert found.scenario("p00003").parameters.police.patrol == "hot_spots"
    assert found.base.parameters.programs.secure_communities.counties == "all"
    assert found.against.parameters.programs.secure_communities.counties == "none"


def test_the_runs_that_points_are_compared_with_can_keep_a_value(tmp_path: Path) -> None:
    own = "scenario: program.yaml\nagainst: base.yaml\n"
    text = own + f"levers:\n  {COOPERATION}: [0.25, 1]\nuncertainties:\n  {SENSITIVITY}: [1, 2]\n"
    moving = load_sweep(written(tmp_path, text))
    held = load_sweep(written(tmp_path, text + f"against_keeps: [{COOPERATION}]\n"))
    assert (moving.held, held.held) == ((), (COOPERATION,))
    for sweep, cooperation in ((moving, 0.25), (held, Parameters().detainers.cooperation.none)):
        mine, other = (sweep.scenario(name).parameters for name in ("p00000", "p00000-against"))
        assert mine.detainers.cooperation.none == 0.25
        assert other.detainers.cooperation.none == cooperation
        assert mine.trust.sensitivity == other.trust.sensitivity


def test_an_override_of_a_swept_parameter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"--set detainers.cooperation=1: detainers.cooperation: is swept"):
        load_sweep(written(tmp_path, GRID), [f"{COOPERATION}=1"])
    with pytest.raises(ScenarioError, match=r"--seed many: seed: not a whole number \(many\)"):
        load_sweep(written(tmp_path, GRID), (), {"seed": "many"})


@pytest.mark.parametrize("path", list(targets()))
def test_every_parameter_that_can_be_swept_takes_its_default(path: str) -> None:
    from sim.scenario.scenario import Scenario

    value = Parameters().model_dump()
    for name in path.split("."):
        value = value[name]
    assert path_problem(path) == ""
    if not isinstance(value, dict):
        found = varied(Scenario("base", Parameters()), {path: value}, "point")
        assert found.parameters == Parameters()


@pytest.mark.parametrize("path", sorted((REPOSITORY / "scenarios").glob("sweep_*.yaml")), ids=lambda path: path.stem)
def test_shipped_sweeps_load(path: Path) -> None:
    assert kind_of(path) == "sweep"
    found = load_sweep(path)
    assert found.title
    assert found.question.endswith("?")
    assert found.source
    assert found.levers
    assert found.uncertainties
    assert found.against is not None
    assert 200 <= found.runs <= 1000


def test_check_tells_what_a_sweep_is_and_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, GRID + f"against: base.yaml\nuncertainties: {{{SENSITIVITY}: [1, 2, 3]}}\n")
    told = "a sweep without fault, grid design of 6 points over 1 lever and 1 uncertainty, each with and without (base)"
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: {told}; 60 runs of 1,200 people, 14 months: about")


def test_the_schema_completes_paths_and_designs() -> None:
    found = schema()
    sweep, swept = found["$defs"]["sweep"], found["$defs"]["swept"]["anyOf"][0]["properties"]
    assert set(swept) == set(targets())
    assert {"$ref": "#/$defs/range"} in swept[COOPERATION]["anyOf"]
    assert {"$ref": "#/$defs/range"} not in swept["police.patrol"]["anyOf"]
    assert swept[COOPERATION]["anyOf"][0]["items"] == {"type": "number", "minimum": 0.0, "maximum": 1.0}
    assert sweep["properties"]["design"]["anyOf"][0] == {"enum": ["grid", "list", "latin_hypercube", "sobol", "morris"]}
    assert sweep["required"] == ["scenario"]
    json.dumps(found)


odd = st.sampled_from(["1", "0.5", ".nan", "no", "~", "[0, 1]", "{low: 0, high: 1}", "grid", "[", "&a", "{}", "a.yaml"])
keys = st.sampled_from(["scenario", "against", "levers", "uncertainties", "design", "reference", "set", "keep", "seed"])
paths = st.sampled_from([COOPERATION, SENSITIVITY, "months", "police.patrol", "detainers", "x"])
nested = st.lists(st.tuples(paths, odd), max_size=3).map(
    lambda pairs: "{" + ", ".join(f"{path}: {value}" for path, value in pairs) + "}"
)
documents = st.lists(st.tuples(keys, odd | nested), max_size=6).map(
    lambda pairs: "\n".join(f"{key}: {value}" for key, value in pairs)
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=documents)
def test_any_text_gives_a_sweep_or_a_scenario_error(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"scenario: program.yaml\n{text}" if "scenario:" not in text else text)
    faults = ["none"]
    try:
        sweep = load_sweep(path)
    except ScenarioError as error:
        faults = [str(fault) for fault in error.faults]
    else:
        assert sweep.size > 0
    assert faults
