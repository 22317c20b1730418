"""The benchmarks of estimators: what they keep they find again, and their shares are those of the intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from evaluated_worlds import made_design, made_pair

from benchmarks.estimators import interference, recombined, size_and_coverage
from benchmarks.estimators.size_and_coverage import Sample, rejections, samples

SMALL = ["--people", "12000", "--months", "96", "--start", "2006-01", "--permutations", "9"]


def test_what_is_kept_is_not_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "kept"
    size_and_coverage.main(["--folder", str(folder), "--seeds", "2", "--pairs", "2", *SMALL])
    first = capsys.readouterr()
    assert first.err.count(".npz") == 4
    assert "No program" in first.out
    assert "Fall in reporting" in first.out
    size_and_coverage.main(["--folder", str(folder), "--seeds", "2", "--pairs", "2", *SMALL])
    again = capsys.readouterr()
    assert again.err == ""
    assert again.out == first.out
    recombined.main(["--folder", str(folder), "--draws", "3"])
    told = capsys.readouterr().out
    assert "3 draws from 2 worlds" in told
    assert len([line for line in told.splitlines() if "two_way" in line and line.split()[2] == "3"]) == 2
    with pytest.raises(SystemExit, match="another scenario"):
        size_and_coverage.main(["--folder", str(folder), *SMALL, "--people", "13000"])


def test_states_of_a_draw_come_whole_from_one_world() -> None:
    design = made_design()
    worlds = [made_pair(design, number).without for number in range(3)]
    (pair,) = recombined.recombined(design, worlds, 1, seed=4)
    code, used = design.state_code, set()
    for state in range(code.max() + 1):
        mine = pair.without.crime[:, code == state]
        (source,) = (number for number in range(3) if np.array_equal(mine, worlds[number].crime[:, code == state]))
        used.add(source)
    assert len(used) > 1


def test_shares_of_rejections() -> None:
    rows = [
        dict.fromkeys(size_and_coverage.COLUMNS, np.nan)
        | {"seed": seed, "group": "all", "estimator": "two_way", "estimate": value, "se_county": 1.0, "se_state": 1.0}
        | {"counties": 500, "clusters": 3, "low": value - 1, "high": value + 1, "p_permutation": 0.04, "p_wild": 0.5}
        for seed, value in enumerate((0.0, 1.5, 3.0, 5.0))
    ]
    (sample,) = samples(rows)  # type: ignore[arg-type]
    assert isinstance(sample, Sample)
    found = rejections(sample)
    assert found == {"counties": 50.0, "states": 25.0, "as shown": 75.0, "p_permutation": 100.0, "p_wild": 0.0}


def test_the_worlds_of_interference_differ_in_one_thing() -> None:
    paths = [{change.split("=")[0] for change in changes} for changes in interference.WORLDS.values()]
    assert paths[0] == set()
    assert not paths[1] & paths[2]
    assert (paths[1] | paths[2]) <= {change.split("=")[0] for change in interference.ALONE}
