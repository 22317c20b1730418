"""Scenario files: every mistake is told with its place and what is allowed, and what is right is read as written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.parameters import Parameters
from sim.scenario.scenario import Scenario, check_file, compare_scenarios, kind_of, load_comparison, load_scenario
from sim.telling.describe.schema import schema_text
from sim.words.faults import Fault, ScenarioError, UserError

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
SCENARIOS = [path for path in SHIPPED if kind_of(path) == "scenario"]
COMPARISONS = [path for path in SHIPPED if kind_of(path) == "comparison"]
DEFAULTS = Parameters()

# text of the file, line of the fault, what the message must say
FAULTS = {
    "unknown key": ("titel: a", 1, ["titel", "unknown key", "did you mean title?"]),
    "unknown key inside": ("world:\n  colums: 3", 2, ["world.colums", "did you mean columns?"]),
    "unknown key far off": ("world:\n  zzzz: 3", 2, ["world.zzzz", "allowed here are kind, rows"]),
    "key of another section": ("impunity_elasticity: 0.8", 1, ["did you mean crime.impunity_elasticity?"]),
    "unknown key in a table": ("detainers:\n  cooperation:\n    level_9: 1", 3, ["level_9", "did you mean level_"]),
    "duplicate key": ("months: 3\ntitle: a\nmonths: 4", 3, ["months", "written twice", "line 1"]),
    "wrong type": ("months: many", 1, ["months", "not a whole number (many)", "1 to 240"]),
    "not a number": ("trust:\n  presence: high", 2, ["trust.presence", "not a number (high)", "0 to 1"]),
    "quoted number": ('months: "5"', 1, ["months", "not a whole number", "1 to 240"]),
    "switch for a number": ("trust:\n  presence: true", 2, ["not a number (true)", "0 to 1"]),
    "YAML 1.1 no for a number": ("trust:\n  presence: no", 2, ["not a number (no)", "0 to 1"]),
    "number for a switch": ("responses:\n  deterrence: 1", 2, ["responses.deterrence", "true or false"]),
    "fraction for a whole number": ("months: 2.5", 1, ["not a whole number (2.5)", "1 to 240"]),
    "out of range": ("title: a\nworld:\n  rows: 0", 3, ["world.rows", "out of range (0)", "1 to 60"]),
    "out of range in a table": ("detainers: {cooperation: {none: 1.2}}", 1, ["cooperation.none", "(1.2)", "0 to 1"]),
    "spread out of range": ("detainers:\n  cooperation: 1.5", 2, ["detainers.cooperation", "(1.5)", "0 to 1"]),
    "nan": ("trust:\n  presence: .nan", 2, ["not a finite number (.nan)", "0 to 1"]),
    "infinity": ("trust:\n  presence: -.inf", 2, ["not a finite number (-.inf)", "0 to 1"]),
    "infinity by size": ("trust:\n  presence: 1e999", 2, ["out of range (1e999)", "0 to 1"]),
    "very long number": ("months: " + "9" * 5000, 1, ["out of range", "1 to 240"]),
    "impossible month": ("start: 2008-13", 1, ["start", "not a possible month (2008-13)", "YYYY-MM"]),
    "impossible year": ("start: 0000-01", 1, ["not a possible month", "YYYY-MM"]),
    "a day for a month": ("start: 2008-10-27", 1, ["(2008-10-27)", "YYYY-MM", "did you mean 2008-10?"]),
    "a month too short": ("start: 2008-1", 1, ["did you mean 2008-01?"]),
    "end before start": (
        "programs:\n  secure_communities:\n    start: 2009-01\n    until: 2008-01",
        4,
        ["secure_communities.until", "later than start", "2009-01"],
    ),
    "shift without a date": (
        "programs:\n  secure_communities:\n    counties: all\n    shift: -12",
        4,
        ["secure_communities.shift", "moves dates, and there is none", "-12"],
    ),
    "shift too far": (
        "programs:\n  secure_communities:\n    counties: file\n    shift: 241",
        4,
        ["secure_communities.shift", "out of range (241)", "-240 to 240"],
    ),
    "shift by half a month": (
        "programs:\n  secure_communities:\n    counties: file\n    shift: 0.5",
        4,
        ["secure_communities.shift", "whole number"],
    ),
    "horizon too long": ("months: 241", 1, ["months", "out of range (241)", "1 to 240"]),
    "missing county file": ("world:\n  counties: none.csv", 2, ["world.counties", "no such file", "none.csv"]),
    "missing adjacency": ("world:\n  adjacency: none.csv", 2, ["world.adjacency", "no such file"]),
    "missing background": ("world:\n  background: none.csv", 2, ["world.background", "no such file"]),
    "file name with a null": ('world:\n  counties: "a\\0b"', 2, ["world.counties", "cannot read the file"]),
    "conflicting kind": ("world:\n  kind: grid\n  counties: here.yaml", 3, ["world.counties", "world.kind is grid"]),
    "kind without file": ("world:\n  kind: counties", 2, ["world.kind", "world.counties"]),
    "adjacency without counties": ("world:\n  adjacency: here.yaml", 2, ["world.adjacency", "only for the kind"]),
    "scale on a grid": ("world:\n  scale: 0.1", 2, ["world.scale", "a grid has one agent per person", "(0.1)"]),
    "missing parent": ("title: a\nextends: none.yaml", 2, ["extends", "no such file"]),
    "parent is a list": ("extends: [a, b]", 1, ["extends", "one file"]),
    "parent with a null": ('extends: "a\\0b"', 1, ["extends", "one file"]),
    "parent with a long name": (f"extends: {'a' * 300}", 1, ["extends"]),
    "own parent": ("extends: here.yaml", 1, ["extends", "circle", "here.yaml -> here.yaml"]),
    "tag": ("title: !!python/object/apply:os.system [true]", 1, ["tags are not read", "os.system"]),
    "harmless tag": ("months: !!int 5", 1, ["tags are not read"]),
    "alias": ("title: &a x\nquestion: *a", 1, ["anchors and aliases", "not read"]),
    "alias of itself": ("world: &a\n  rows: *a", 1, ["anchors and aliases"]),
    "merge key": ("world:\n  <<: {rows: 3}", 2, ["world.<<", "unknown key"]),
    "deep nesting": ("title: " + "[" * 5000, 1, ["nested more than"]),
    "deep mapping": ("\n".join(" " * depth + "a:" for depth in range(60)), 13, ["nested more than"]),
    "syntax": ("title: a\nworld: {rows: 3\nmonths: 3", 3, ["not YAML"]),
    "tabulator": ("world:\n\trows: 3", 2, ["not YAML"]),
    "second document": ("title: a\n---\ntitle: b", 2, ["second document"]),
    "control character": ("title: a\nquestion: \x07", 2, ["a character that no text has"]),
    "list at the top": ("- title: a", 1, ["must be a mapping at the top level"]),
    "text at the top": ("hello", 1, ["must be a mapping at the top level"]),
    "key that is a list": ("? [a, b]\n: 1", 1, ["a key must be a name"]),
    "list for a section": ("world: [1]", 1, ["world", "must be a mapping (a list)", "allowed keys"]),
    "list for text": ("title: [a]", 1, ["title", "not a text (a list)"]),
    "mapping for a number": ("months: {a: 1}", 1, ["months", "not a whole number (a mapping)"]),
    "number for a table": ("crime:\n  organization_share: 0.2", 2, ["must be a mapping (0.2)", "0 to 1"]),
    "wrong name": ("police:\n  patrol: hotspots", 2, ["(hotspots)", "even, population, hot_spots", "mean hot_spots?"]),
    "YAML 1.1 no for a name": (
        "programs:\n  secure_communities:\n    counties: no",
        3,
        ["counties", "(no)", "all, none, file", "did you mean none?"],
    ),
    "share above one": ("programs:\n  secure_communities:\n    counties: 2", 3, ["(2)", "all, none, file", "0 to 1"]),
    "bad name": ("name: a/b", 1, ["name", "not a possible name"]),
    "comparison": ("title: a\nscenarios: [a, b]", 2, ["comparison", "darkfigure compare"]),
    "sweep": ("title: a\nlevers: {}", 2, ["this is a sweep file and a scenario is wanted", "darkfigure sweep"]),
}


def written(folder: Path, text: str, name: str = "here.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides)
    told = str(caught.value).splitlines()
    assert told == [str(fault) for fault in caught.value.faults] or told[-1].endswith("more faults")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_on_one_line_with_its_place(name: str, tmp_path: Path) -> None:
    text, line, words = FAULTS[name]
    path = written(tmp_path, text)
    faults = faults_of(path)
    message = faults[0]
    assert message.startswith(f"{path}:{line}: ")
    assert all(word in message for word in words), message
    assert len(faults) == (2 if name in {"alias", "alias of itself"} else 1)
    with pytest.raises(ScenarioError):
        check_file(path)


def test_several_faults_are_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = "titel: a\nmonths: 900\nmonths: 3\nworld:\n  rows: 0\n  columns: x\ndetainers:\n"
    text += "  cooperation: {none: 2, level_1: a}\nextends: none.yaml\n"
    faults = faults_of(written(tmp_path, text), "world.people=1", "x=2")
    keys = [fault.split(": ")[1] for fault in faults]
    wanted = ["titel", "months", "months", "world.rows", "world.columns", "detainers.cooperation.none"]
    assert keys == [*wanted, "detainers.cooperation.level_1", "extends", "world.people", "x"]
    assert faults[-1].startswith("--set x=2: x: unknown key")
    assert faults[-2].startswith("--set world.people=1: world.people: out of range (1)")


def test_a_flood_of_faults_is_cut_short(tmp_path: Path) -> None:
    path = written(tmp_path, "".join(f"key_{number}: 1\n" for number in range(20_000)))
    with pytest.raises(ScenarioError, match=r"and 19,9[0-9][0-9] more faults") as caught:
        load_scenario(path)
    assert sum(-(-len(line) // 80) for line in str(caught.value).split("\n")) <= 24


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"title: caf\xe9\n", "not UTF-8"),
        (b"\xff\xfet\x00i\x00", "not UTF-8"),
        (b"title: " + b"x" * 1_000_001, "longer than 1,000,000 bytes"),
    ],
)
def test_what_is_no_scenario_file_at_all(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "here.yaml"
    path.write_bytes(content)
    assert words in faults_of(path)[0]


def test_missing_scenario_names_a_neighbour(tmp_path: Path) -> None:
    written(tmp_path, "title: a", "baseline.yaml")
    assert faults_of(tmp_path / "basline.yaml") == [
        f"{tmp_path / 'basline.yaml'}: no such file; did you mean baseline.yaml?"
    ]
    assert "cannot read the file" in faults_of(tmp_path)[0]


def test_a_bomb_of_aliases_is_refused_without_growing(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert "anchors and aliases" in faults_of(written(tmp_path, "\n".join(lines)))[0]


def test_circle_of_extends_over_several_files(tmp_path: Path) -> None:
    written(tmp_path, "title: a\nextends: b.yaml", "a.yaml")
    written(tmp_path, "extends: c.yaml", "b.yaml")
    written(tmp_path, "extends: ./a.yaml", "c.yaml")
    message = faults_of(tmp_path / "a.yaml")[0]
    assert message.startswith(f"{tmp_path / 'c.yaml'}:1: extends: ")
    assert "a.yaml -> b.yaml -> c.yaml -> a.yaml" in message


def test_a_long_chain_of_extends_is_read(tmp_path: Path) -> None:
    written(tmp_path, "months: 7", "0.yaml")
    for number in range(1, 1200):
        written(tmp_path, f"extends: {number - 1}.yaml", f"{number}.yaml")
    assert load_scenario(tmp_path / "1199.yaml").parameters.months == 7


def test_a_fault_in_a_parent_is_told_where_it_stands(tmp_path: Path) -> None:
    parent = written(tmp_path, "title: a\nmonths: 0", "parent.yaml")
    child = written(tmp_path, "extends: parent.yaml\nworld: {rows: 0}", "child.yaml")
    assert [fault.partition(": ")[0] for fault in faults_of(child)] == [f"{child}:2", f"{parent}:2"]
    assert load_scenario(written(tmp_path, "extends: parent.yaml\nmonths: 5")).parameters.months == 5


def test_differences_are_merged_key_by_key(tmp_path: Path) -> None:
    written(tmp_path, "title: a\nmonths: 24\nworld: {rows: 3, people: 5000}", "parent.yaml")
    parameters = load_scenario(written(tmp_path, "extends: parent.yaml\nworld:\n  rows: 4")).parameters
    assert (parameters.title, parameters.months) == ("a", 24)
    assert (parameters.world.rows, parameters.world.people, parameters.world.columns) == (4, 5000, 5)


def test_cooperation_by_one_number_and_by_level(tmp_path: Path) -> None:
    written(tmp_path, "detainers: {cooperation: 0.8}", "parent.yaml")
    child = written(tmp_path, "extends: parent.yaml\ndetainers: {cooperation: {none: 0.1}}")
    assert load_scenario(tmp_path / "parent.yaml").parameters.detainers.cooperation.values() == (0.8,) * 4
    assert load_scenario(child).parameters.detainers.cooperation.values() == (0.8, 0.8, 0.8, 0.1)
    overridden = load_scenario(child, ["detainers.cooperation=0.5", "detainers.cooperation.none=0.2"])
    assert overridden.parameters.detainers.cooperation.values() == (0.5, 0.5, 0.5, 0.2)


def test_sensitivity_by_one_number_keeps_the_ratios(tmp_path: Path) -> None:
    default = DEFAULTS.trust.sensitivity
    plain = written(tmp_path, "trust: {sensitivity: 1.0}")
    found = load_scenario(plain).parameters.trust.sensitivity
    assert found.unauthorized == 1.0
    assert found.citizen == pytest.approx(default.citizen / default.unauthorized)
    written(tmp_path, "trust: {sensitivity: {citizen: 1, unauthorized: 4}}", "parent.yaml")
    child = written(tmp_path, "extends: parent.yaml\ntrust: {sensitivity: 2}", "child.yaml")
    own = load_scenario(child).parameters.trust.sensitivity
    assert (own.unauthorized, own.citizen) == (2.0, 0.5)
    assert own.lawful_noncitizen == pytest.approx(default.lawful_noncitizen / 2)
    off = load_scenario(plain, ["trust.sensitivity=0"]).parameters.trust.sensitivity
    assert off.values() == (0.0,) * 4
    again = load_scenario(plain, ["trust.sensitivity=0", "trust.sensitivity=2.0"]).parameters.trust.sensitivity
    assert again.values() == pytest.approx([ratio / default.unauthorized * 2 for ratio in default.values()])


def test_a_ratio_that_leaves_the_range_is_told_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, "trust:\n  sensitivity: {citizen: 8, unauthorized: 2}")
    assert "trust.sensitivity.citizen: out of range (20.0)" in faults_of(path, "trust.sensitivity=5")[0]


def test_values_are_read_as_the_table_wants_them(tmp_path: Path) -> None:
    text = "title: no\nquestion: 2008-10-27\nsource: 1.50\nmonths: 2.4e1\nstart: 2008-10\nworld: {people: 1_000_000}\n"
    text += "trust: {presence: 1e-3}\nresponses: {deterrence: off}\n"
    text += "programs: {secure_communities: {counties: [01001, 48201, no]}, legalization: {start: ~}}"
    parameters = load_scenario(written(tmp_path, text)).parameters
    assert (parameters.title, parameters.question, parameters.source) == ("no", "2008-10-27", "1.50")
    assert (parameters.months, parameters.start, parameters.world.people) == (24, "2008-10", 1_000_000)
    assert parameters.trust.presence == 0.001
    assert parameters.responses.deterrence is False
    assert parameters.programs.secure_communities.counties == ["01001", "48201", "no"]


def test_files_are_sought_beside_the_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "counties.csv").write_text("fips\n")
    written(tmp_path / "data", "world: {counties: counties.csv}", "parent.yaml")
    world = load_scenario(written(tmp_path, "extends: data/parent.yaml\nworld: {scale: 0.01}")).parameters.world
    assert (world.kind, world.counties) == ("counties", str(tmp_path / "data" / "counties.csv"))
    monkeypatch.chdir(tmp_path / "data")
    here = load_scenario(written(tmp_path, "title: a"), ["world.counties=counties.csv", "world.scale=0.01"])
    assert here.parameters.world == world


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("months", "must be KEY=VALUE"),
        ("=3", "must be KEY=VALUE"),
        ("world..rows=3", "must be KEY=VALUE"),
        ("months=241", "months: out of range (241), allowed is a whole number from 1 to 240"),
        ("world.kolumns=3", "did you mean columns?"),
        ("months.a=3", "not a whole number (a mapping)"),
        ("extends=a.yaml", "can only stand in a scenario file"),
        ("title=!!str a", "tags are not read"),
        ("title=[", "not YAML"),
        ("world.scale=0.1", "a grid has one agent per person"),
        ("world.counties=none.csv", "no such file"),
    ],
)
def test_overrides_pass_the_same_checks(override: str, words: str, tmp_path: Path) -> None:
    message = faults_of(written(tmp_path, "title: a"), override)[0]
    assert message.startswith(f"--set {override}: ")
    assert words in message


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenarios_load_and_round_trip(path: Path, tmp_path: Path) -> None:
    scenario = load_scenario(path)
    parameters = scenario.parameters
    assert parameters.title
    assert parameters.question.endswith("?")
    assert parameters.source
    again = load_scenario(written(tmp_path, scenario.resolved_yaml(), "scenario.yaml"))
    assert (again.name, again.parameters) == (scenario.name, parameters)
    assert again.resolved_yaml() == scenario.resolved_yaml()


def test_all_named_scenarios_are_shipped() -> None:
    wanted = {
        "baseline",
        "secure_communities",
        "agreement_287g_jail",
        "agreement_287g_task_force",
        "classroom",
        "nation",
    }
    wanted |= {"detainer_resolution", "priority_enforcement", "legalization", "incapacitation_only", "deterrence_only"}
    wanted |= {"chilling_effect_only", "all_responses", "no_behavioral_response", "neutral"}
    assert {path.stem for path in SCENARIOS} == wanted
    assert {path.stem for path in COMPARISONS} == {"compare_programs", "compare_responses"}


def by_name(name: str) -> Scenario:
    return load_scenario(next(path for path in SCENARIOS if path.stem == name))


def test_baseline_and_secure_communities_differ_in_that_program_alone() -> None:
    headers = {"title", "question", "source"}
    baseline, program = by_name("baseline").differences(), by_name("secure_communities").differences()
    different = {key for key in {**baseline, **program} if baseline.get(key) != program.get(key)} - headers
    assert different == {"programs.secure_communities.counties"}


def test_worlds_of_behavior_differ_in_responses_alone() -> None:
    switches = {}
    for name in ("incapacitation", "deterrence", "chilling_effect"):
        switches[name] = by_name(f"{name}_only")
    switches["none"], switches["all"] = by_name("no_behavioral_response"), by_name("all_responses")
    on = {name: sum(world.parameters.responses.model_dump().values()) for name, world in switches.items()}
    assert on == {"incapacitation": 1, "deterrence": 1, "chilling_effect": 1, "none": 0, "all": 3}
    assert min(world.parameters.crime.deterrence for world in switches.values()) > 0
    free = {"title", "question", "source"}
    for world in switches.values():
        keys = {key for key in world.differences() if not key.startswith("responses.")} - free
        assert keys == {"programs.secure_communities.counties"}


def test_the_months_of_dated_scenarios_hold_their_dates() -> None:
    for name, month in (("detainer_resolution", "2014-09"), ("priority_enforcement", "2017-02")):
        parameters = by_name(name).parameters
        first = int(parameters.start[:4]) * 12 + int(parameters.start[5:]) - 1
        assert first < int(month[:4]) * 12 + int(month[5:]) - 1 < first + parameters.months
        assert "tylized" in parameters.source
        assert "stylized" in parameters.title


def comparison(folder: Path, text: str) -> Path:
    written(folder, "title: a\nmonths: 12", "a.yaml")
    written(folder, "title: b\nmonths: 12", "b.yaml")
    written(folder, "title: c\nmonths: 24", "c.yaml")
    return written(folder, text, "comparison.yaml")


def test_comparison_defaults_names_and_common_settings(tmp_path: Path) -> None:
    text = "title: t\nscenarios:\n  - a.yaml\n  - other: c.yaml\nset: {months: 36, trust: {sensitivity: 1}}"
    found = load_comparison(comparison(tmp_path, text), ["months=48"])
    assert [scenario.name for scenario in found.scenarios] == ["a", "other"]
    assert (found.title, found.reference, found.replications, found.seed) == ("t", "a", 20, 1)
    assert {scenario.parameters.months for scenario in found.scenarios} == {48}
    assert found.scenarios[0].parameters.trust.sensitivity.unauthorized == 1.0
    mapped = load_comparison(
        comparison(tmp_path, "scenarios: {x: a.yaml, y: b.yaml}\nreference: y\nseed: 4"), (), {"seed": "9"}
    )
    assert ([scenario.name for scenario in mapped.scenarios], mapped.reference, mapped.seed) == (["x", "y"], "y", 9)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("scenarios: [a.yaml]", 1, "two or more"),
        ("scenarios: 5", 1, "two or more"),
        ("scenarios:\n - a.yaml\n - none.yaml", 3, "no such file"),
        ("scenarios:\n - a.yaml\n - [b.yaml]", 3, "each entry is a file"),
        ("scenarios:\n - a.yaml\n - a.yaml", 3, "two scenarios are called a"),
        ("scenarios:\n - a.yaml\n - x/y: b.yaml", 3, "not a possible name"),
        ("scenarios:\n - a.yaml\n - c.yaml", 3, "c has months 24 unlike a"),
        ("scenarios: [a.yaml, b.yaml]\nreference: d", 2, "not one of the scenarios (d), allowed is a, b"),
        ("scenarios: [a.yaml, b.yaml]\nreplications: 0", 2, "out of range (0), allowed is a whole number from 1"),
        ("scenarios: [a.yaml, b.yaml]\nreplications: 20\nreplications: 2", 3, "written twice"),
        ("scenarios: [a.yaml, b.yaml]\nseed: true", 2, "not a whole number (true)"),
        ("scenarios: [a.yaml, b.yaml]\nmonths: 2", 2, "unknown key"),
        ("scenarios: [a.yaml, b.yaml]\nset: 3", 2, "must be a mapping of parameters"),
        ("scenarios: [a.yaml, b.yaml]\nset:\n  monts: 3", 3, "did you mean months?"),
        ("scenarios: [a.yaml, b.yaml]\nset:\n  extends: a.yaml", 3, "can only stand in a scenario file"),
        ("title: a\nlevers: {}", 2, "this is a sweep file"),
        ("title: a", 1, "missing key"),
    ],
)
def test_faults_in_comparison_files(text: str, line: int, words: str, tmp_path: Path) -> None:
    path = comparison(tmp_path, text)
    with pytest.raises(ScenarioError) as caught:
        load_comparison(path)
    assert len(caught.value.faults) == 1
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert words in str(caught.value)


def test_comparison_of_files_from_the_command_line(tmp_path: Path) -> None:
    path = comparison(tmp_path, "scenarios: [a.yaml, b.yaml]")
    one, two = tmp_path / "a.yaml", tmp_path / "b.yaml"
    assert compare_scenarios([path]).path == path
    found = compare_scenarios([one, two], ["months=3"], {"reference": "b", "replications": "2"})
    assert (found.reference, found.replications, found.path) == ("b", 2, None)
    with pytest.raises(UserError, match="nothing to compare"):
        compare_scenarios([one])
    with pytest.raises(UserError, match=r"--replications many: replications: not a whole number \(many\)"):
        compare_scenarios([one, two], (), {"replications": "many"})
    with pytest.raises(UserError, match="comparison file"):
        compare_scenarios([one, path])


@pytest.mark.parametrize("path", COMPARISONS, ids=lambda path: path.stem)
def test_shipped_comparisons_load(path: Path) -> None:
    found = load_comparison(path)
    assert found.title
    assert found.question.endswith("?")
    assert found.reference == found.members[0].name
    assert len(found.scenarios) >= 4
    assert {scenario.parameters.world.people for scenario in found.scenarios} == {200_000}


def test_the_schema_on_disk_is_current() -> None:
    assert (Path(__file__).parents[2] / "scenarios" / "schema.json").read_text(encoding="utf-8") == schema_text()


odd_values = ["1", "0.5", ".nan", "no", "~", "2008-13", "file", '"5"', "[", "{", "&a", "*a", "!!int 3", "-1", "|"]
any_value = st.recursive(
    st.sampled_from(odd_values) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)
known_keys = st.sampled_from([*Parameters.model_fields, "extends", "name", "scenarios", "levers", "<<"])
documents = st.lists(st.tuples(known_keys | st.text(max_size=5), any_value), max_size=5).map(
    lambda pairs: "\n".join(f"{key}: {value}" for key, value in pairs)
)


def told(load: Callable[[], object]) -> list[Fault]:
    try:
        load()
    except ScenarioError as error:
        return error.faults
    return []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(documents.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=80)))
@example(content=b"extends: '\\0'")
@example(content=b'title: "\\ud800"')
def test_any_text_gives_a_scenario_or_a_scenario_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    for load in (load_scenario, load_comparison):
        faults = told(lambda load=load: load(path))
        assert all("\n" not in str(fault) for fault in faults)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(option=st.text(max_size=12) | st.tuples(known_keys, any_value).map("=".join))
def test_any_override_gives_a_scenario_or_a_scenario_error(option: str, tmp_path: Path) -> None:
    path = written(tmp_path, "title: a")
    told(lambda: load_scenario(path, [option]))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=30), presence=st.floats(0, 1), people=st.integers(40, 400_000_000))
def test_any_values_survive_the_resolved_file(title: str, presence: float, people: int, tmp_path: Path) -> None:
    changes = {"title": title, "trust": {"presence": presence}, "world": {"people": people}}
    scenario = Scenario("any", Parameters.model_validate(changes))
    path = written(tmp_path, scenario.resolved_yaml())
    assert load_scenario(path).parameters == scenario.parameters


def test_the_neutral_scenario_tells_both_sides_of_each_dial_and_stands_between_them() -> None:
    path = next(path for path in SCENARIOS if path.stem == "neutral")
    text, own = path.read_text(encoding="utf-8"), load_scenario(path).parameters
    assert text.count("# One side:") == text.count("# The other:") == 7
    assert 0 < own.crime.deterrence < 0.3
    assert 0 < own.crime.impunity_elasticity.burglary < 0.79
    assert own.crime.impunity_elasticity.homicide == 0
    assert 0.5 < own.crime.propensity_violent.unauthorized < 1
    assert 0.25 < own.crime.propensity_property.unauthorized < 1


@pytest.mark.parametrize("name", ["null", "NA", "nan", "None", "true", "FALSE", "007", "1e5", "-inf", "0x10"])
def test_names_that_mean_something_else_to_readers_of_tables_are_refused(tmp_path: Path, name: str) -> None:
    """By file, by the key ``name``, and in a comparison's list."""
    text = "title: t\nmonths: 6\n"
    file, keyed, plain = (tmp_path / f"{stem}.yaml" for stem in (name, "keyed", "plain"))
    file.write_text(text, encoding="utf-8")
    keyed.write_text(f"{text}name: {name}\n", encoding="utf-8")
    plain.write_text(text, encoding="utf-8")
    listed = tmp_path / "both.yaml"
    listed.write_text(f"title: c\nscenarios:\n  a: plain.yaml\n  {name}: plain.yaml\n", encoding="utf-8")
    for load, path in ((load_scenario, file), (load_scenario, keyed), (load_comparison, listed)):
        with pytest.raises(ScenarioError, match="give the scenario another name"):
            load(path)


def test_a_reference_asked_for_is_never_taken_for_none(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(f"title: {name}\nmonths: 6\n", encoding="utf-8")
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    with pytest.raises(ScenarioError, match="no scenario can be called null"):
        compare_scenarios(paths, options={"reference": "null"})


@pytest.mark.parametrize("text", ["36_", "1__0", "1_.5", "1_e3", "_1", "1_000_"])
def test_misplaced_underscores_make_no_number(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"months: {text}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="not a whole number"):
        load_scenario(path)
