"""axe-core, which finds what keeps people from reading a page: an npm package that is looked for, never fetched.

``make axe`` installs it; ``DARKFIGURE_AXE`` may name another ``axe.min.js``. Where it is not, tests say so.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM
from small_worlds import REPOSITORY

PLACES = (
    os.environ.get("DARKFIGURE_AXE", ""),
    REPOSITORY / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js",
    REPOSITORY / "node_modules" / "axe-core" / "axe.min.js",
)
FOUND = next((Path(place) for place in PLACES if place and Path(place).is_file()), None)
needs_axe = pytest.mark.skipif(
    FOUND is None, reason="NO AXE-CORE HERE: pages are not tested for who cannot see them; 'make axe' installs it"
)
GRAVE = ("serious", "critical")
TELEPHONE = 600
HIDDEN = "[...document.querySelectorAll('.stacked')].filter(it => it.scrollWidth > it.parentElement.clientWidth).length"
"""Tables that are told to stand below each other on a telephone and do not."""


def grave_faults(page: Any) -> list[str]:
    """Return what axe-core finds serious or critical on a page of Playwright, everything unfolded."""
    assert FOUND is not None
    page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    page.evaluate(FOUND.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    assert len(found["passes"]) > 20
    return [
        f"{fault['impact']}: {fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
    ]


def grave_faults_at(path: Path, widths: Sequence[int] = (1280, 390)) -> list[str]:
    """Return the same of a page in a file, opened at some widths."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as own:
        browser = own.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        faults = []
        for width in widths:
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(path.as_uri())
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"at {width} pixels it scrolls sideways")
            if width <= TELEPHONE and page.evaluate(HIDDEN):
                faults.append(f"at {width} pixels tables hide what should stand below each other")
            faults += [f"at {width} pixels {fault}" for fault in grave_faults(page)]
        browser.close()
    return faults
