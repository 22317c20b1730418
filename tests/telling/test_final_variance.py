"""What describe says of a parameter's share of the final variance, and how it was found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.telling import shares as found
from sim.parameters import Parameters
from sim.parameters.listing import rows
from sim.scenario.shipped import shipped_folder
from sim.telling.describe.overview import parameter_cells
from sim.telling.describe.shares import share_words, shares_in, shipped_shares

TEXT = """\
parameter,how,true_total,true_hispanic
trust.sensitivity,drawn,0.2512,0.3
trust.sensitivity.citizen,drawn,0.0004,0.01
police.witness_weight,moved,0.0123,0.0
"""


def test_a_parameter_is_told_with_its_share(tmp_path: Path) -> None:
    (tmp_path / "shares.csv").write_text(TEXT)
    shares = shares_in(tmp_path / "shares.csv")
    told = share_words(("trust", "sensitivity"), shares)
    assert told == "drawn: 25.1 %; citizen drawn: below 0.1 % of the final variance"
    assert share_words(("police", "witness_weight"), shares) == "moved by a quarter: 1.2 % of the final variance"
    assert share_words(("trust", "sensitivity_of_others"), shares) == ""
    assert shares_in(tmp_path / "none.csv") == {}


def test_what_is_shipped_covers_every_draw_and_every_assumption() -> None:
    shares = shipped_shares()
    if not shares:
        pytest.skip("no shares come with the program yet")
    header = (shipped_folder() / "posterior.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    drawn = set(header.split(",")) - {"weight"}
    assert drawn <= {path for path, (how, _) in shares.items() if how == "drawn"}
    lacking = [".".join(row.path) for row in found.assumed(drawn) if not share_words(row.path)]
    assert len(lacking) <= 3, lacking
    assert all(0 <= share <= 1 for _, share in shares.values())
    row = next(row for row in rows(Parameters) if row.path == ("trust", "county_fade"))
    assert parameter_cells(row)[4].endswith("of the final variance")


def test_chance_adds_nothing_to_a_variance() -> None:
    luck = np.random.default_rng(1)
    up, down = 3.0 + luck.normal(size=(400, 1)), 1.0 + luck.normal(size=(400, 1))
    assert found.variance_of(up, down) == pytest.approx(1.0, abs=0.25)
    assert found.variance_of(luck.normal(size=(400, 1)), luck.normal(size=(400, 1)))[0] < 0.01


def test_parameters_are_moved_by_a_quarter_within_what_they_allow() -> None:
    by_path = {".".join(row.path): row for row in rows(Parameters)}
    weight, displacement = by_path["police.witness_weight"], by_path["crime.displacement"]
    assert found.moved(weight, 0.12, 1) == pytest.approx(0.15)
    assert (found.moved(displacement, 0.0, 1), found.moved(displacement, 0.0, -1)) == (0.25, 0.0)
    reach = by_path["enforcement.cap_reach"]
    assert found.moved(reach, 0.85, 1) == pytest.approx(0.85 + 0.25 * 0.15)
    assumed = {".".join(row.path) for row in found.assumed({"trust.own_fade"})}
    assert "trust.own_fade" not in assumed
    assert "police.witness_weight" in assumed
    assert "start" not in assumed
