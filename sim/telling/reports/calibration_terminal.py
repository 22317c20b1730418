"""What a calibration found, on a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from sim.analysis.calibration.outcome import Outcome
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.summary import parameters_told
from sim.analysis.calibration.tables import figure_rows
from sim.telling.calibration_wording import calibration_sentences

WIDTH = 80


def print_calibration(study: Study, outcome: Outcome) -> None:
    """Print in words and two tables what was found, and where the rest is."""
    for sentence in calibration_sentences(study, outcome):
        print(*textwrap.wrap(sentence, WIDTH), sep="\n")
    print("", *_parameters(study, outcome), "", *_figures(study, outcome), sep="\n")
    print(f"\nDraws, worlds, tables and figures: {study.folder}")


def _parameters(study: Study, outcome: Outcome) -> Iterator[str]:
    yield f"{'parameter':44}{'5 %':>9}{'median':>9}{'95 %':>9}{'sd/prior':>9}"
    for it in parameters_told(study.priors, outcome.draws.shares):
        low, _, middle, _, high = it.quantiles
        label = it.label.split(" / ")[0] + (" (ratio)" if " / " in it.label else "")
        yield f"{label[:44]:44}{low:9.3g}{middle:9.3g}{high:9.3g}{it.ratio:9.2f}"


def _figures(study: Study, outcome: Outcome) -> Iterator[str]:
    yield f"{'figure':16}{'published':>10}{'se':>9}{'posterior':>11}{'its sd':>9}{'emulator':>10}{'point':>9}{'z':>6}"
    for name, _, role, published, se, error, *_, mean, sd, point, z, _ in figure_rows(study, outcome):
        mark = "" if role == "target" else " *"
        numbers = f"{published:10.3g}{_blank(se, 9)}{_blank(mean, 11)}{_blank(sd, 9)}{_blank(error, 10)}{point:9.3g}"
        yield f"{name + mark:16}{numbers}{_blank(z, 6, '.1f')}"
    yield "* validation: told, and never weighed; emulator: error of leaving a world out;"
    yield "point: run in luck that did not choose it"


def _blank(value: float, width: int, form: str = ".2g") -> str:
    return f"{value:{width}{form}}" if value == value else " " * width
