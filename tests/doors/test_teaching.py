"""The page for teachers: its scripts and its page in the browser run as they stand."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from small_worlds import REPOSITORY

import sim

PAGE = REPOSITORY / "docs" / "teaching.md"
BROWSER = REPOSITORY / "docs" / "teaching_page.py"
TINY = {"months": 6, "world": {"rows": 2, "columns": 2, "people": 2_000}}


def scripts() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def run_script(number: int, folder: Path, patch: pytest.MonkeyPatch) -> dict[str, object]:
    """Run one of the page's scripts in a folder of its own and return its names."""
    (folder / "scenarios").symlink_to(REPOSITORY / "scenarios")
    patch.chdir(folder)
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(scripts()[number], str(PAGE), "exec"), names)
    return names


def test_script_steps_reads_agents_and_plots_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_script(0, tmp_path, monkeypatch)
    trust = np.array(names["trust"])
    model = names["model"]
    assert trust.shape == (37, len(model.neighbourhoods))  # type: ignore[attr-defined]
    assert (trust[0] > 0.9).all()  # years of the Criminal Alien Program lie behind
    assert trust[-1].min() < trust[-1].max() - 0.1
    assert (tmp_path / "trust_by_cell.png").read_bytes().startswith(b"\x89PNG")
    told = capsys.readouterr().out
    assert all(f"{kind:16} " in told for kind in ("Resident", "Immigrant", "PoliceDepartment", "IceOffice"))
    assert names["fearful"]


def test_collector_sees_the_books_of_every_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = run_script(1, tmp_path, monkeypatch)["collector"].get_model_vars_dataframe()  # type: ignore[attr-defined]
    found = sim.run("scenarios/classroom.yaml", {"months": 12}).tables["crime"]
    found = found[found["type"] != "simple_assault"].groupby("month")[["occurred", "recorded"]].sum()
    assert table[["occurred", "recorded"]].to_numpy().tolist() == found.to_numpy().tolist()


def test_scripts_are_short() -> None:
    assert len(scripts()) == 2
    assert len(scripts()[0].splitlines()) <= 28
    assert len(BROWSER.read_text(encoding="utf-8").splitlines()) <= 64


# The way to make a model


def test_a_model_is_the_run_of_the_same_seed() -> None:
    model = sim.mesa_model(TINY, {"months": 4}, seed=7)
    crime = sim.run(TINY, {"months": 4}, seed=7).tables["crime"]
    true = [int(record.crime[..., 0].sum()) for record in model.months()]
    assert true == crime.groupby("month")["occurred"].sum().tolist()
    assert (model.month, model.running) == (4, False)


def test_mistakes_are_told_before_anything_is_made() -> None:
    with pytest.raises(sim.UserError, match="the mesa engine runs up to 200,000 people, this world has 300,000"):
        sim.mesa_model({"world.people": 300_000, "months": 1})
    with pytest.raises(sim.ScenarioError, match="wrold"):
        sim.mesa_model({"wrold": 1})
    with pytest.raises(sim.UserError, match="seed"):
        sim.mesa_model(TINY, seed=-1)


# The page in the browser; it needs the extra "teaching"


@pytest.fixture
def browser() -> ModuleType:
    pytest.importorskip("solara", reason="the extra 'teaching' is not installed")
    spec = importlib.util.spec_from_file_location("teaching_page", BROWSER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.filterwarnings("default")
def test_page_in_the_browser_steps_and_resets_by_its_sliders(browser: ModuleType) -> None:
    import ipyvuetify
    import ipywidgets
    import solara

    made: list[object] = []
    monthly = browser.Classroom.begin_month
    browser.Classroom.begin_month = lambda model: (made.append(model), monthly(model))
    _, shown = solara.render(solara.AppLayout(children=[browser.page]), handle_error=False)

    def press(label: str) -> None:
        shown.find(ipyvuetify.Btn, children=[label]).widget.click()

    def figures() -> list[bytes]:
        return [bytes(image.value) for image in shown.find(ipywidgets.Image).widgets]

    before = figures()
    assert len(before) == 2
    for month in (1, 2):
        press("Step")
        assert made[-1].month == month  # type: ignore[attr-defined]
    assert all(ours != theirs for ours, theirs in zip(figures(), before, strict=True))
    shown.find(ipyvuetify.Slider, label="Sensitivity to lost trust").widget.v_model = 0.0
    press("Reset")
    press("Step")
    assert made[-1] is not made[0]
    assert made[-1].setting.parameters.trust.sensitivity.unauthorized == 0.0  # type: ignore[attr-defined]
    assert made[-1].month == 1  # type: ignore[attr-defined]
