"""Words of effects: percent of logarithms, also of those beyond all numbers."""

import math

import numpy as np
import pytest

from sim.analysis.statistics import percent_of_log
from sim.telling.estimates_wording import percent_text


@pytest.mark.parametrize(
    ("points", "told"),
    [(0.1, "+10.5 %"), (-0.1, "−9.5 %"), (-1e5, "−100.0 %"), (12.0, "over +1,000,000 %"), (5e5, "over +1,000,000 %")],
)
def test_percent_of_a_logarithm_is_told_whatever_its_size(points: float, told: str) -> None:
    assert percent_text(float(percent_of_log(points))).replace("\N{NO-BREAK SPACE}", " ") == told


def test_arrays_and_nothing_are_percent_too() -> None:
    assert percent_of_log(np.array([0.0, math.log(2.0), np.inf])) == pytest.approx([0.0, 100.0, np.inf])
    assert percent_text(math.nan) == "–"
