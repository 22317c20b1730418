"""The page in a real browser: every control at both widths, no request off the machine, numbers as in the tables.

Chromium is looked for where ``DARKFIGURE_CHROMIUM`` says, else under its usual names.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe import grave_faults, needs_axe
from browser import CHROMIUM, needs_chromium

import sim

pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="PLAYWRIGHT IS NOT INSTALLED: the page is not tested")
pytestmark = [
    needs_chromium,
    pytest.mark.filterwarnings("ignore"),
]

WIDTHS = {"desktop": (1280, 900), "telephone": (390, 844)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    found = tmp_path_factory.mktemp("page")
    (found / "outputs").mkdir()
    (found / "scenarios").mkdir()
    short = {"months": 44, "world": {"rows": 2, "columns": 2, "people": 10_000}}
    for name, base in (("short", "secure_communities"), ("short_base", "baseline")):
        content = {"extends": base, "title": name.capitalize(), **short}
        (found / "scenarios" / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    wide = {"extends": "secure_communities", "months": 72, "world": {"rows": 3, "columns": 4, "people": 10_000}}
    (found / "scenarios" / "wide.yaml").write_text(yaml.safe_dump(wide), encoding="utf-8")
    before = Path.cwd()
    os.chdir(found)
    yield found
    os.chdir(before)


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    import uvicorn

    from sim.doors.explore.guard import Guard
    from sim.doors.explore.service import make_service

    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    guarded = Guard(make_service(), frozenset({f"127.0.0.1:{port}"}))
    server = uvicorn.Server(uvicorn.Config(guarded, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as own:
        found = own.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield found
        found.close()


ON_A_DESKTOP = pytest.mark.parametrize(
    "page", ["desktop", pytest.param("telephone", marks=pytest.mark.slow)], indirect=True
)
"""What is the same at both widths; how a telephone shows each view is seen with the other tests of it."""


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """A page at one width; what it complains of, and what it asks of others, fails the test."""
    width, height = WIDTHS[request.param]
    found = browser.new_page(viewport={"width": width, "height": height})
    wrong: list[str] = []
    found.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("request", lambda asked: None if asked.url.startswith((address, "data:")) else wrong.append(asked.url))
    found.set_default_timeout(30_000)
    found.goto(f"{address}#scenario=short&pinned=short_base")
    found.wait_for_selector("body[data-ready]")
    for box in ("#dials-box", "#more-box"):
        found.eval_on_selector(box, "box => { box.open = true }")
    yield found
    refused = [text for text in wrong if "422" in text]
    assert [text for text in wrong if text not in refused or request.function is not test_a_fault_is_told] == []
    assert found.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    found.close()


def until(page: Any, holds: str, seconds: float = 60) -> None:
    """Wait until something holds on the page, whose policy lets nothing be compiled there."""
    end = time.monotonic() + seconds
    while not page.evaluate(holds):
        assert time.monotonic() < end, (holds, page.text_content("#fault"))
        time.sleep(0.05)


def settled(page: Any) -> None:
    time.sleep(0.1)
    until(page, "document.getElementById('working').textContent === ''")
    assert page.text_content("#fault") == ""


def numbers(page: Any) -> dict[str, list[str]]:
    cells = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    return {row[0]: row[1:] for row in page.eval_on_selector_all("#numbers tbody tr", cells)}


def told(number: float) -> str:
    return f"{number:,}"


@ON_A_DESKTOP
def test_numbers_on_the_page_are_those_of_the_tables(page: Any, folder: Path) -> None:
    page.fill("#dial-sensitivity", "3.5")
    until(page, "location.hash.includes('d.sensitivity=3.5')")
    settled(page)
    shown = numbers(page)
    worlds = [
        sim.run(folder / "scenarios" / f"{name}.yaml", changes)
        for name, changes in (("short", {"trust.sensitivity": 3.5}), ("short_base", {}))
    ]
    for place, world in enumerate(worlds):
        crime = world.tables["crime"]
        index = crime[crime["type"] != "simple_assault"]
        assert shown["True, chosen crime"][place] == told(int(index["occurred"].sum()))
        assert shown["Observed (recorded), chosen crime"][place] == told(int(index["recorded"].sum()))
        hispanic = index[index["group"] == "hispanic"]["occurred"].sum()
        assert shown["True, against Hispanic"][place] == told(int(hispanic))
        people = world.tables["enforcement"]
        removed = people[people["status"] != "citizen"]["removed"].sum()
        assert shown["Removed"][place] == told(int(removed))
    page.select_option("#family", "violent")
    violent = worlds[0].tables["crime"]
    chosen = violent[violent["type"].isin(["homicide", "rape", "robbery", "aggravated_assault"])]
    assert numbers(page)["True, chosen crime"][0] == told(int(chosen["occurred"].sum()))


def test_every_control_of_the_world_works(page: Any) -> None:
    for slider in page.query_selector_all("#dials input[type=range]"):
        name = slider.get_attribute("id").removeprefix("dial-")
        end = slider.get_attribute("min") if name == "people" else slider.get_attribute("max")
        slider.fill("4" if name == "people" else end)
        until(page, f"location.hash.includes('d.{name}=')")
    for box in page.query_selector_all("#dials input[type=checkbox]"):
        box.click()
    page.select_option("#dial-rollout", "all")
    settled(page)
    page.select_option("#replications", "2")
    page.fill("#seed", "3")
    page.dispatch_event("#seed", "change")
    settled(page)
    until(page, "document.getElementById('headline').textContent.includes('2 pairs')")
    assert re.search(r"true crime [−+][\d.]+ % \([−+][\d.]+ % to [−+][\d.]+ %\)", page.text_content("#headline"))
    for what in ("hidden", "occurred", "recorded"):
        page.select_option("#map-what", what)
        assert len(page.query_selector_all("#map svg rect")) >= 4
    for smooth in ("1", "3", "12"):
        page.select_option("#smooth", smooth)
    page.select_option("#group", "hispanic")
    for chart in ("crime", "change", "reporting", "funnel", "fear"):
        assert page.query_selector(f"#{chart} svg") is not None, chart
    page.fill("#month", "20")
    assert page.text_content("#month-name") == "2007-09"
    page.click("#play")
    until(page, "document.getElementById('month-name').textContent >= '2007-12'")
    page.click("#play")
    page.click("#pin")
    settled(page)
    until(page, "document.getElementById('headline').textContent.includes('+0.00 %')")
    kept = page.url
    page.click("#unpin")
    settled(page)
    assert page.is_hidden("#change-figure")
    page.goto("about:blank")
    page.goto(kept)
    page.wait_for_selector("body[data-ready]")
    until(page, "document.getElementById('headline').textContent.includes('+0.00 %')")
    assert page.input_value("#seed") == "3"
    page.eval_on_selector("#dials-box", "box => { box.open = true }")
    page.click("#reset")
    settled(page)
    assert "d." not in page.url.replace("p.", "")


@pytest.mark.slow
def test_a_world_is_saved_and_a_batch_begun_watched_and_opened(page: Any, folder: Path) -> None:
    name = f"batch-{page.viewport_size['width']}"
    page.evaluate("location.hash = '#scenario=short&pinned=short'")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    for box in ("#dials-box", "#more-box"):
        page.eval_on_selector(box, "box => { box.open = true }")
    page.select_option("#dial-rollout", "none")
    settled(page)
    page.fill("#name", name)
    page.click("#save")
    until(page, "document.getElementById('kept').textContent.includes('Saved')")
    assert (folder / "scenarios" / f"{name}.yaml").exists()
    page.fill("#batch-replications", "2")
    page.click("#batch")
    until(page, "document.getElementById('kept').textContent.includes('at work')")
    page.click("a[data-view=batches]")
    row = f"#folders tr:has-text('{name}')"
    page.wait_for_selector(f"{row} a:has-text('Report')", timeout=100_000)
    until(page, "!document.querySelector('#folders').textContent.includes('at work')", 100)
    page.check(f"{row} input")
    page.wait_for_selector("#beside svg")
    told = page.text_content("#beside")
    assert "mean over 2 replications" in told
    assert "change of index crime against Short" in told
    strokes = "paths => [...new Set(paths.map(it => it.getAttribute('stroke')))]"
    books = page.eval_on_selector_all("#beside svg path", strokes)
    assert books == ["#0072B2", "#D55E00"]  # true and recorded, whichever scenario it is


@ON_A_DESKTOP
def test_the_list_of_batches_and_a_saved_world(page: Any, folder: Path) -> None:
    name = f"kept-{page.viewport_size['width']}"
    page.fill("#name", name)
    page.click("#save")
    until(page, "document.getElementById('kept').textContent.includes('Saved')")
    assert (folder / "scenarios" / f"{name}.yaml").exists()
    page.click("a[data-view=batches]")
    until(page, "document.querySelector('#folders thead').textContent.includes('Runs done')")


@ON_A_DESKTOP
def test_worlds_of_two_sizes_are_compared_at_one(page: Any) -> None:
    page.fill("#dial-people", "4.3")
    settled(page)
    until(page, "document.getElementById('crime-title').textContent.includes('20,000 people')")
    settled(page)
    assert "Against Short_base" in page.text_content("#headline")
    page.select_option("#scenario", "wide")
    until(page, "document.getElementById('pinned').textContent.includes('not shown')")
    assert page.is_hidden("#change-figure")


def test_the_evaluator_answers(page: Any) -> None:
    page.select_option("#scenario", "wide")
    settled(page)
    page.click("a[data-view=evaluator]")
    page.click("#evaluate")
    until(page, "document.getElementById('found').textContent.length > 20")
    assert page.query_selector("#answers tbody tr") is not None
    headings = page.eval_on_selector_all("#answers .section", "rows => rows.map(it => it.textContent)")
    assert headings[:2] == ["Recorded crime against everybody", "True crime against everybody"]
    lefts = "texts => Math.min(...texts.map(it => it.getBoundingClientRect().left))"
    assert page.eval_on_selector_all("#estimates text", lefts) >= 0, "a label is cut"


@ON_A_DESKTOP
def test_what_an_evaluator_would_find_follows_the_dials(page: Any) -> None:
    page.select_option("#scenario", "wide")
    settled(page)
    until(page, "document.getElementById('found-told').textContent.includes('standard error')")
    before = page.text_content("#found-told")
    assert len(page.query_selector_all("#found-rows svg circle")) >= 2
    assert page.query_selector("#found-study svg") is not None or page.is_hidden("#found-study")
    page.fill("#dial-sensitivity", "6")
    page.select_option("#group", "hispanic")
    settled(page)
    until(page, f"document.getElementById('found-told').textContent !== {before!r}")
    page.select_option("#scenario", "short_base")
    settled(page)
    until(page, "document.getElementById('found-told').textContent.includes('nobody to compare with')")
    assert page.is_hidden("#found-charts")


@ON_A_DESKTOP
def test_the_posterior_is_drawn_over_the_curves(page: Any) -> None:
    tracks = page.query_selector_all("#dials .track .posterior")
    assert len(tracks) >= 4
    page.click("#posterior")
    until(page, "document.getElementById('doubt').textContent.startsWith('Over 20 draws')")
    settled(page)
    assert "posterior=drawn" in page.url
    assert "middle 90 % of 20 draws" in page.text_content("#change")
    page.click("#posterior")
    until(page, "document.getElementById('doubt').textContent === ''")
    assert "draws" not in page.text_content("#crime")


def test_the_town_plays(page: Any) -> None:
    page.click("a[data-view=town]")
    page.fill("#town-counties", "1")
    page.click("#town-run")
    until(page, "Number(document.getElementById('town-month').max) >= 5")
    page.fill("#town-month", "4")
    assert "incidents, of which somebody reported" in page.text_content("#town-told")
    assert len(page.query_selector_all("#town-map rect")) > 3
    assert page.query_selector("#town-map circle") is not None
    assert "not reported" in page.text_content("#town-map")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    until(page, "Number(document.getElementById('town-month').max) === 35")
    page.click("#town-play")
    time.sleep(0.5)
    page.click("#town-play")


@needs_axe
def test_nothing_serious_keeps_anybody_from_using_it(browser: Any, address: str) -> None:
    views = {"desktop": ("world", "evaluator", "batches", "town"), "telephone": ("world",)}
    for name, (width, height) in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": height}, bypass_csp=True)
        page.goto(f"{address}#scenario=short&pinned=short_base")
        page.wait_for_selector("body[data-ready]")
        for view in views[name]:
            page.click(f"a[data-view={view}]")
            time.sleep(0.3)
            assert grave_faults(page) == [], (width, view)
        page.close()


@ON_A_DESKTOP
def test_a_fault_is_told(page: Any) -> None:
    page.fill("#name", "Not A Name")
    page.click("#save")
    until(page, "document.getElementById('fault').textContent.includes('name')")
