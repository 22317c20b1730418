"""The page on opening results: its Python runs on a real comparison, and its R and Stata name columns that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from small_worlds import REPOSITORY

from sim.telling.export.export import export

PAGE = (REPOSITORY / "docs" / "results.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def demo(small_comparison: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory in which ``outputs/demo`` is a real comparison, exported as the page says."""
    folder = tmp_path_factory.mktemp("page")
    target = folder / "outputs" / "demo"
    target.mkdir(parents=True)
    for path in small_comparison.iterdir():
        (target / path.name).symlink_to(path)
    for form, wide in (("csv", False), ("stata", False), ("stata", True), ("parquet", True)):
        export(target, form, wide=wide, quiet=True)  # type: ignore[arg-type]
    return folder


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_of_the_page_runs(
    demo: Path, number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each block for itself, as a script; a warning is an error here."""
    monkeypatch.chdir(demo)
    exec(compile(blocks("python")[number], f"block {number}", "exec"), {"__name__": "__main__"})
    told = capsys.readouterr().out
    assert told.strip()
    assert "nan" not in told.lower()


def test_files_of_the_page_exist(demo: Path) -> None:
    named = {path for path in re.findall(r"outputs/demo/[\w./]+", PAGE) if "." in path}
    assert len(named) >= 5
    assert all((demo / path).exists() for path in named), named


def test_names_of_the_page_exist(demo: Path) -> None:
    panel = pd.read_stata(demo / "outputs/demo/export_stata_wide/panel.dta", convert_categoricals=False)
    crime = pd.read_stata(demo / "outputs/demo/export_stata/crime.dta", convert_categoricals=False)
    for name in re.findall(r"`((?:occurred|recorded|people|removed)_\w+|secure_communities|month_date)`", PAGE):
        assert name in panel, name
    wide, long, _ = blocks("stata")
    stems = re.findall(r"`book'(_\w+_)\*", wide)
    assert len(stems) == 7
    assert all(any(name.startswith(f"occurred{stem}") for name in panel) for stem in stems)
    (words,) = re.findall(r"_\(([\w|]+)\)_", blocks("r")[2])
    assert [f"_{word}_" for word in words.split("|")] == stems
    assert {"scenario", "replication", "month_date", "occurred", "recorded", "type"} <= set(crime)
    assert all(word in long for word in ("month_date", "occurred recorded", '"simple_assault":type'))


def test_readme_and_page_know_each_other() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert "docs/results.md" in readme
    assert (REPOSITORY / "outputs" / "README.md").exists()
