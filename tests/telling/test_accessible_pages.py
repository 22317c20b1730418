"""Pages for those who do not see them, or hardly: axe-core finds nothing serious on any report, at both widths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe import grave_faults_at, needs_axe
from browser import needs_chromium
from evaluated_worlds import small_evaluation, small_scenario
from small_sweeps import COOPERATION, FADE, SENSITIVITY, listed, ranged, runs_of, sweep_of

from sim.scenario.design.sweep import Design
from sim.telling.figures.estimates import draw_estimates
from sim.telling.figures.sweeps import write_sweep_figures
from sim.telling.reports.estimates import Made, write_estimates_report
from sim.telling.reports.sweep import write_sweep_report

pytest.importorskip("playwright.sync_api", reason="PLAYWRIGHT IS NOT INSTALLED: pages are not tested")
pytestmark = [pytest.mark.slow, needs_chromium, needs_axe, pytest.mark.filterwarnings("ignore")]


def grid(folder: Path) -> None:
    factors = (listed(COOPERATION, (0.0, 0.5, 1.0)), listed(SENSITIVITY, (0.0, 1.0), "uncertainty"))
    write_sweep(folder, Design("grid"), factors)


def sobol(folder: Path) -> None:
    write_sweep(
        folder, Design("sobol", samples=8), (ranged(COOPERATION, role="lever"), ranged(SENSITIVITY), ranged(FADE))
    )


def write_sweep(folder: Path, design: Design, factors: tuple[Any, ...]) -> None:
    luck = (-0.1, 0.0, 0.1)
    runs = runs_of(sweep_of(design, factors), lambda values, number: (values[0] - 0.4 + luck[number], -values[1]))
    figures = write_sweep_figures(runs, folder)
    write_sweep_report(runs, "2009 to 2013", "a reason", figures, folder / "report.html")


def evaluation(folder: Path) -> None:
    found = small_evaluation()
    made = Made("estimate scenario.yaml", ("Another program also changes.",))
    write_estimates_report(found, small_scenario(), made, draw_estimates(found, folder), folder / "report.html")


@pytest.mark.parametrize(
    "write",
    [grid, sobol, evaluation],
    ids=lambda it: it.__name__,
)
def test_nothing_serious_keeps_anybody_from_reading_a_report(write: Any, tmp_path: Path) -> None:
    """That of a comparison is tested beside what else is asked of its page, and at each change."""
    write(tmp_path)
    assert grave_faults_at(tmp_path / "report.html") == []
