"""The service behind the page: its answers are those of runs on disk, and it refuses what the page cannot have sent."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
pytest.importorskip("httpx2", reason="the extra 'web' is not installed")

from fastapi.testclient import TestClient
from hollow_figures import hollow_figures
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_worlds import REPOSITORY

import sim
from sim.doors.explore.dials import DIALS, catalogue_of_dials, changes_of, standing
from sim.doors.explore.guard import MOST_BYTES, Guard
from sim.doors.explore.service import make_service
from sim.parameters import Parameters
from sim.running.batch.drawn import draw_of
from sim.scenario.calibration.draws import read_draws
from sim.scenario.design.paths import varied
from sim.scenario.scenario import load_scenario
from sim.scenario.shipped import shipped_folder
from sim.scenario.values import scenario_of

HOST = "127.0.0.1:8765"
SMALL = {"people": 2_000}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outputs").mkdir()
    (tmp_path / "scenarios").mkdir()
    short = {"extends": "secure_communities", "title": "Short", "months": 44, "world": {"rows": 2, "columns": 2}}
    (tmp_path / "scenarios" / "short.yaml").write_text(yaml.safe_dump(short), encoding="utf-8")
    return tmp_path


def client_of(token: str | None = None) -> TestClient:
    hosts = frozenset({HOST, "localhost:8765"}) if token is None else None
    app = Guard(make_service(), hosts, token)
    return TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=True, follow_redirects=False)


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    with client_of() as found:
        yield found


def run(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.post("/api/run", json={"scenario": "short", "dials": SMALL, **asked})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# What is answered


def test_a_course_has_the_counts_of_a_run(client: TestClient, folder: Path) -> None:
    found = run(client, seed=7, replication=1, dials={**SMALL, "sensitivity": 3})["course"]
    changes = {"world.people": 2_000, "trust.sensitivity": 3}
    alone = sim.run(folder / "scenarios" / "short.yaml", changes, seed=7, replication=1).tables
    crime = alone["crime"][alone["crime"]["type"] != "simple_assault"]
    families = [sum(sum(sum(book[at]) for book in group) for group in found["crime"][:2]) for at in range(3)]
    assert families == [int(crime[name].sum()) for name in ("occurred", "reported", "recorded")]
    by_month = crime.groupby("month", observed=True)["recorded"].sum()
    months = [sum(group[2][at] for family in found["crime"][:2] for group in family) for at in range(44)]
    assert months == by_month.tolist()
    assert found["months"] == by_month.index.tolist()
    enforcement = alone["enforcement"][alone["enforcement"]["status"] != "citizen"]
    assert sum(found["funnel"][-1]) == int(enforcement["removed"].sum())
    counties = crime.groupby("county", observed=True)["occurred"].sum()
    assert [sum(county) for county in found["map"]["occurred"]] == counties.tolist()


def test_what_is_found_at_once_is_what_the_estimators_find_in_the_runs_on_disk(
    client: TestClient, folder: Path
) -> None:
    wide = {"extends": "secure_communities", "months": 72, "world": {"rows": 3, "columns": 4, "people": 8_000}}
    (folder / "scenarios" / "wide.yaml").write_text(yaml.safe_dump(wide), encoding="utf-8")
    dials = {"sensitivity": 3}
    asked = {"scenario": "wide", "dials": dials, "seed": 5, "crime": "property"}
    answer = client.post("/api/found", json=asked)
    assert answer.status_code == 200, answer.text
    found = {row["name"]: row for row in answer.json()["rows"]}
    changes = {"trust.sensitivity": 3}
    with hollow_figures():
        alone = sim.estimate(
            folder / "scenarios" / "wide.yaml", changes, seed=5, replications=1, unit="year", permutations=0
        ).estimates
    told = alone[(alone["book"] == "recorded") & (alone["crime"] == "property") & (alone["group"] == "all")]
    assert len(found) >= 2
    for name, row in found.items():
        own = {"Poisson": "poisson", "Two-way, county trends": "county_trends"}.get(name, "callaway_santanna")
        same = told[told["estimator"] == own].iloc[0]
        assert row["estimate"] == pytest.approx(100 * math.expm1(same["estimate"]), abs=2e-3)
        assert row["error"] == pytest.approx(100 * math.exp(same["estimate"]) * same["se_state"], abs=2e-3)
    assert "standard error" in answer.json()["sentence"]


def test_where_nobody_can_be_compared_the_page_says_so(client: TestClient) -> None:
    nobody = client.post("/api/found", json={"scenario": "baseline"}).json()
    assert nobody["rows"] == []
    assert "nobody to compare with" in nobody["sentence"]
    large = client.post("/api/found", json={"scenario": "short", "dials": {"people": 2_000_000}})
    assert large.status_code == 422
    assert "darkfigure estimate" in large.json()["error"]


def test_a_draw_of_the_posterior_stands_below_the_dials_that_were_moved(client: TestClient, folder: Path) -> None:
    drawn = run(client, draw=3, dials={**SMALL, "sensitivity": 1})["course"]
    values = draw_of(shipped_folder(), 1, 6)
    own = load_scenario(folder / "scenarios" / "short.yaml")
    there = varied(own, {**values, "world.people": 2_000}, "short")
    usual = own.parameters.trust.sensitivity
    moved = {"trust.sensitivity": {name: value / usual.unauthorized for name, value in usual.model_dump().items()}}
    alone = sim.run(there, moved).tables["crime"]
    index = alone[alone["type"] != "simple_assault"]
    assert sum(sum(sum(group[0]) for group in family) for family in drawn["crime"][:2]) == index["occurred"].sum()
    assert run(client, draw=4)["course"]["crime"] != run(client, draw=5)["course"]["crime"]


def test_a_dial_knows_where_the_middle_of_the_posterior_lies() -> None:
    draws = read_draws(shipped_folder() / "posterior.csv")
    known = {dial["name"]: dial["known"] for dial in catalogue_of_dials()}
    low, high = known["deterrence"]["low"], known["deterrence"]["high"]
    column = [row[draws.paths.index("crime.deterrence")] for row in draws.rows]
    inside = sum(w for w, value in zip(draws.weights, column, strict=True) if low <= value <= high)
    assert inside / sum(draws.weights) == pytest.approx(0.9, abs=0.01)
    assert known["deterrence"]["prior_low"] <= low < high <= known["deterrence"]["prior_high"]
    assert known["cooperation"] is None


def test_dials_stand_where_the_scenario_has_them_and_change_what_they_say() -> None:
    parameters = load_scenario(REPOSITORY / "scenarios" / "secure_communities.yaml").parameters
    found = standing(parameters)
    usual = parameters.trust.sensitivity.unauthorized, parameters.crime.impunity_elasticity.larceny
    assert (found["cooperation"], found["sensitivity"], found["elasticity"]) == (0.95, *usual)
    assert (found["rollout"], found["people"], found["chilled"]) == ("file", 100_000, True)
    assert changes_of({"not_before": 30}, parameters) == {"programs.secure_communities.start": "2008-07"}
    elastic = changes_of({"elasticity": 1.2}, parameters)["crime.impunity_elasticity"]
    assert "homicide" not in elastic
    assert set(elastic.values()) == {1.2}
    seen = changes_of({"visibility": 2.0}, parameters)["trust.visibility"]
    prison = pytest.approx(2.0 * parameters.trust.visibility.prison)
    assert seen == {"jail": 2.0, "prison": prison, "at_large": 4.0, "task_force": 3.0}


@pytest.mark.parametrize("dial", DIALS, ids=lambda dial: dial.name)
def test_both_ends_of_every_dial_are_allowed(dial: Any, folder: Path) -> None:
    name = "nation" if dial.name == "scale" else "secure_communities"
    own = load_scenario(REPOSITORY / "scenarios" / f"{name}.yaml")
    for value in (dial.low, dial.high):
        assert isinstance(scenario_of(own, changes_of({dial.name: value}, own.parameters)).parameters, Parameters)


def test_a_saved_world_is_a_scenario_that_gives_the_same(client: TestClient, folder: Path) -> None:
    dials = {**SMALL, "cooperation": 0.3, "rollout": "all", "not_before": 20, "agreements": 0.5, "chilled": False}
    shown = run(client, dials=dials)["course"]
    saved = client.post("/api/scenarios", json={"scenario": "short", "dials": dials, "name": "found"})
    assert saved.status_code == 201, saved.text
    again = run(client, scenario="found", dials={})["course"]
    assert again == shown
    twice = client.post("/api/scenarios", json={"scenario": "short", "name": "found"})
    assert twice.status_code == 409
    assert "none is overwritten" in twice.json()["error"]
    shipped = client.post("/api/scenarios", json={"scenario": "short", "name": "baseline"})
    assert shipped.status_code == 409
    assert sorted(path.name for path in (folder / "scenarios").iterdir()) == ["found.yaml", "short.yaml"]


@pytest.mark.slow
def test_a_batch_is_begun_watched_stopped_resumed_and_looked_at(client: TestClient, folder: Path) -> None:
    worlds = {"one": {"scenario": "short", "dials": SMALL}, "two": {"scenario": "baseline", "dials": SMALL}}
    unlike = client.post("/api/batches", json={"name": "mine", "worlds": worlds, "replications": 2})
    assert unlike.status_code == 422
    assert "share start, months and world" in unlike.json()["error"]
    worlds["two"] = {"scenario": "short", "dials": {**SMALL, "rollout": "none"}}
    begun = client.post("/api/batches", json={"name": "mine", "worlds": worlds, "replications": 3, "seed": 4})
    assert begun.status_code == 201, begun.text
    assert client.post("/api/batches", json={"name": "mine", "worlds": worlds}).status_code == 409
    assert client.post("/api/batches/mine/stop").status_code in (200, 409)  # may be done already
    state = client.get("/api/batches/mine").json()
    if not state["complete"]:
        assert client.post("/api/batches/mine/resume").status_code == 200
    deadline = time.monotonic() + 120
    while not (state := client.get("/api/batches/mine").json())["complete"]:
        assert time.monotonic() < deadline, state
        time.sleep(0.2)
    assert state["done"] == 6
    course = client.get("/api/batches/mine/course").json()
    with (folder / "outputs" / "mine" / "summary.csv").open(newline="") as lines:
        assert course["summary"]["rows"] == list(csv.reader(lines))[1:]
    found = sim.load(folder / "outputs" / "mine").tables["crime"]
    one = found[(found["scenario"] == "one") & (found["type"] != "simple_assault")]
    mean = sum(sum(sum(group[0]) for group in family) for family in course["scenarios"]["one"]["crime"][:2])
    assert mean == pytest.approx(one["occurred"].sum() / 3, abs=0.1)
    report = client.get("/results/mine/report.html")
    assert report.status_code == 200
    assert "sandbox" in report.headers["content-security-policy"]
    assert client.post("/api/batches/mine/stop").status_code == 409


def test_a_town_sends_its_months(client: TestClient) -> None:
    answer = client.post("/api/town", json={"people": 400, "seed": 3})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    cells = lines[0]["cells"]
    assert sum(cell["people"] for cell in cells) == 400
    assert len(lines) == 37
    assert all(len(month["called"]) == len(cells) for month in lines[1:])
    assert sum(sum(month["called"]) for month in lines[1:]) > 0


# What is refused

STRANGERS: dict[str, dict[str, str]] = {
    "another name for this machine": {"host": "evil.example:8765"},
    "another port": {"host": "127.0.0.1:80"},
    "a page of another origin": {"origin": "http://evil.example"},
    "a file": {"origin": "null"},
    "another port's page": {"origin": "http://127.0.0.1:3000"},
    "a page that hides its origin": {"sec-fetch-site": "cross-site"},
    "a page beside it": {"sec-fetch-site": "same-site"},
}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
def test_other_origins_and_hosts_are_refused(headers: dict[str, str], client: TestClient, folder: Path) -> None:
    asked = {"scenario": "short", "name": "theirs"}
    assert client.post("/api/scenarios", json=asked, headers=headers).status_code in (403, 421)
    assert client.get("/api/catalogue", headers=headers).status_code in (403, 421)
    assert not (folder / "scenarios" / "theirs.yaml").exists()


def test_its_own_page_and_a_visit_from_elsewhere_are_let_in(client: TestClient) -> None:
    own = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}
    assert client.get("/api/scenarios/short", headers=own).status_code == 200
    assert client.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200


def test_with_a_token_nobody_else_is_let_in(folder: Path) -> None:
    with client_of("open sesame") as client:
        assert client.get("/").status_code == 401
        assert client.get("/api/catalogue").status_code == 401
        assert client.get("/?token=wrong").status_code == 401
        sent_on = client.get("/?token=open%20sesame")
        assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/")
        assert "HttpOnly; SameSite=Strict" in sent_on.headers["set-cookie"]
        assert client.get("/", headers={"cookie": "darkfigure=wrong"}).status_code == 401


OUTSIDE = ("..", "%2e%2e", "..%2f..%2fetc", "%2e%2e%2f", ".hidden", "a%00b", "link", "x" * 500, "~", "a b", "C:")


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_outside_is_read(name: str, client: TestClient, folder: Path) -> None:
    secret = folder / "secret"
    secret.mkdir()
    (secret / "report.html").write_text("top secret", encoding="utf-8")
    (folder / "outputs" / "link").symlink_to(secret)
    for path in (f"/results/{name}/report.html", f"/api/batches/{name}", f"/api/batches/{name}/course"):
        answer = client.get(path)
        assert 400 <= answer.status_code < 500, path
        assert "top secret" not in answer.text
    assert name == ".." or 400 <= client.get(f"/page/{name}").status_code < 500
    assert client.get("/api/batches").json() == []


def test_a_link_within_a_folder_is_not_followed(client: TestClient, folder: Path) -> None:
    (folder / "outputs" / "mine").mkdir()
    (folder / "outputs" / "mine" / "report.html").symlink_to(folder / "scenarios" / "short.yaml")
    assert client.get("/results/mine/report.html").status_code == 404
    assert client.get("/results/mine/scenario.yaml").status_code == 404


def test_a_link_among_scenarios_is_not_followed(client: TestClient, folder: Path) -> None:
    (folder / "else.yaml").write_text("months: 3\n", encoding="utf-8")
    (folder / "scenarios" / "link.yaml").symlink_to(folder / "else.yaml")
    assert client.get("/api/scenarios/link").status_code == 404
    assert "link" not in [one["name"] for one in client.get("/api/catalogue").json()["scenarios"]]


BAD: tuple[tuple[str, Any, int, str], ...] = (
    ("/api/run", {"scenario": "nobody"}, 404, "no scenario of this name"),
    ("/api/run", {"scenario": "../short"}, 422, "scenario"),
    ("/api/run", {"scenario": "short", "dials": {"trust": 1}}, 422, "no such dial"),
    ("/api/run", {"scenario": "short", "dials": {"sensitivity": 11}}, 422, "out of range (11.0), allowed is a number"),
    ("/api/run", {"scenario": "short", "dials": {"people": 1e9}}, 422, "a whole number from 2,000 to 2,000,000"),
    ("/api/run", {"scenario": "short", "dials": {"scale": 0.1}}, 422, "one agent per person"),
    ("/api/run", {"scenario": "nation", "dials": {"scale": 1}}, 422, "more than the page runs"),
    ("/api/run", {"scenario": "short", "seed": -1}, 422, "seed"),
    ("/api/run", {"scenario": "short", "more": 1}, 422, "more"),
    ("/api/run", [], 422, ""),
    ("/api/scenarios", {"scenario": "short", "name": "../x"}, 422, "name"),
    ("/api/scenarios", {"scenario": "short", "name": "x.yaml"}, 422, "name"),
    ("/api/batches", {"name": "x", "worlds": {}, "replications": 2}, 422, "worlds"),
    ("/api/town", {"people": 10**7}, 422, "people"),
    ("/api/evaluate", {"scenario": "baseline"}, 422, "nobody to compare with"),
)


@pytest.mark.parametrize(("path", "content", "code", "told"), BAD, ids=lambda it: str(it)[:40])
def test_mistakes_are_told_in_a_sentence(
    path: str, content: Any, code: int, told: str, client: TestClient, folder: Path
) -> None:
    answer = client.post(path, json=content)
    assert answer.status_code == code, answer.text
    assert told in answer.json()["error"]
    assert "Traceback" not in answer.text
    assert list((folder / "outputs").iterdir()) == []


def test_what_is_no_json_or_too_large_is_refused(client: TestClient) -> None:
    assert client.post("/api/run", content=b"{nope", headers={"content-type": "application/json"}).status_code == 400
    assert client.post("/api/run", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    pieces = (b"[" * 4096 for _ in range(40))
    answer = client.post("/api/run", content=pieces, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 413)
    deep = b'{"scenario":' + b"[" * 30_000
    assert client.post("/api/run", content=deep, headers={"content-type": "application/json"}).status_code in (400, 422)


def test_every_answer_has_the_headers_that_keep_it_here(client: TestClient) -> None:
    for path in ("/", "/page/main.js", "/api/scenarios/short", "/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]


# Any request that the description allows, and others


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
DIAL_NAMES = st.sampled_from([*(dial.name for dial in DIALS), "rollout", "chilled", "nothing"])
SETTINGS = st.booleans() | st.floats(-3, 3) | st.integers(-10, 10**12) | st.sampled_from(["all", "none", "file", "x"])
FIELDS = {
    "scenario": st.sampled_from(["short", "nobody", "nation", ".", "..", "a/b", ""]) | ANYTHING,
    "dials": st.dictionaries(DIAL_NAMES, SETTINGS, max_size=3).map(lambda dials: {**dials, **SMALL}) | ANYTHING,
    "seed": st.integers(-5, 2**60) | ANYTHING,
    "replication": st.integers(-2, 60) | ANYTHING,
    "name": st.sampled_from(["new", "short", "../up", ""]) | ANYTHING,
    "worlds": ANYTHING,
    "people": st.integers(-5, 10**6).filter(lambda people: not 1_000 < people <= 4_000) | ANYTHING,
    "sensitivity": ANYTHING,
}
POSTS = ("/api/run", "/api/scenarios", "/api/batches", "/api/town", "/api/batches/x/stop", "/api/batches/x/resume")


def describe(client: TestClient, path: str, content: Any) -> None:
    try:
        body = json.dumps(content).encode()
    except (ValueError, UnicodeEncodeError):
        return
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code < 500, (path, content, answer.text)
    assert "Traceback" not in answer.text


def bombard(requests: int, client: TestClient) -> None:
    @settings(max_examples=requests, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(POSTS), st.fixed_dictionaries({}, optional=FIELDS) | ANYTHING)
    def any_request(path: str, content: Any) -> None:
        describe(client, path, content)

    any_request()


def test_no_request_makes_it_fail(client: TestClient) -> None:
    bombard(100, client)


@pytest.mark.slow
def test_no_request_of_thousands_makes_it_fail(client: TestClient) -> None:
    bombard(5_000, client)


def test_the_description_names_every_question(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(POSTS[:4]) <= set(paths)
    assert {"/api/catalogue", "/api/evaluate", "/api/batches/{name}/course"} <= set(paths)
