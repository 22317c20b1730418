"""How fast the page answers: from a slider to the new curve in a real browser, and from the address to the first one.

python -m benchmarks.measuring.page [ROUNDS]
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import sys
import threading
import time
from typing import Any

CHROMIUM = os.environ.get("DARKFIGURE_CHROMIUM") or shutil.which("chromium")
DRAWN = """value => new Promise(done => {
  const slider = document.getElementById('dial-sensitivity');
  const chart = document.getElementById('crime');
  const begun = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  });
  seen.observe(chart, { childList: true });
  slider.value = value;
  slider.dispatchEvent(new Event('input'));
})"""
"""Milliseconds from the slider's event until the frame that shows the new curve."""


def serve() -> str:
    import uvicorn

    from sim.doors.explore.guard import Guard
    from sim.doors.explore.service import make_service

    listening = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(Guard(make_service(), frozenset({host})), log_level="warning", ws="none"))
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
    return f"http://{host}/"


def opened(browser: Any, address: str) -> tuple[Any, float]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("#crime svg")
    return page, time.perf_counter() - begun


def sliders(page: Any, rounds: int) -> list[float]:
    found = []
    for number in range(rounds):
        found.append(page.evaluate(DRAWN, str(0.1 + 0.1 * number)) / 1000)
        time.sleep(0.2)
    return found


def main() -> None:
    from playwright.sync_api import sync_playwright

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    address = serve()
    with sync_playwright() as own:
        browser = own.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page, _ = opened(browser, address)  # loads the engine
        page.close()
        opening = []
        for _ in range(5):
            page, seconds = opened(browser, address)
            opening.append(seconds)
            page.close()
        print(f"page opened, first curve: median {statistics.median(opening):.2f} s")
        for people, times in (("100000", rounds), ("1000000", 7)):
            page, _ = opened(browser, f"{address}#pinned=&d.people={people}")
            sliders(page, 2)
            found = sliders(page, times)
            print(
                f"{int(people):,} people, 96 months, slider to new curve: median {statistics.median(found):.3f} s, "
                f"longest {max(found):.3f} s of {times}"
            )
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
