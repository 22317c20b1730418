"""Calibration and identification files: what they mean, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_worlds import REPOSITORY

from sim.scenario.calibration.files import load_calibration
from sim.scenario.calibration.identification import load_identification
from sim.scenario.calibration.priors import Prior, changes_of, settings_of, values_of
from sim.scenario.design.paths import varied
from sim.words.faults import ScenarioError

HEAD = f"title: t\nsource: s\nscenario: {REPOSITORY / 'scenarios' / 'secure_communities.yaml'}\n"
FIGURES = "figures: {targets: [T25]}\n"
PLAIN = "  crime.deterrence: {prior: uniform, low: 0, high: 1, source: assumption}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, priors: str, rest: str = FIGURES) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_calibration(written(folder, f"{HEAD}priors:\n{priors}{rest}"))
    return [f"{fault.line}: {fault.message}" for fault in caught.value.faults]


def test_the_shipped_calibration_varies_both_disputed_dials_and_names_every_source() -> None:
    found = load_calibration("calibration")
    paths = {prior.path for prior in found.priors}
    assert {"crime.deterrence", "crime.impunity_elasticity", "trust.visibility.prison"} <= paths
    assert all(prior.source for prior in found.priors)
    for share in (1e-6, 0.5, 1 - 1e-6):
        values = values_of(found.priors, np.full(len(found.priors), share))
        varied(found.base, changes_of(found.priors, values), "end")


def test_options_take_the_place_of_what_the_file_says(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD}priors:\n{PLAIN}{FIGURES}worlds: 32\n")
    assert load_calibration(path).header.worlds == 32
    changed = load_calibration(path, ["months=24"], {"worlds": "16", "seed": "9"})
    assert (changed.header.worlds, changed.header.seed) == (16, 9)
    assert changed.base.parameters.months == 24


CASES = {
    "range": ("  crime.deterrence: {low: 0.5, high: 0.5, source: s}\n", "low must be below high (0.5 to 0.5)"),
    "source": ("  crime.deterrence: {low: 0, high: 1}\n", "lacks source"),
    "empty source": ("  crime.deterrence: {low: 0, high: 1, source: ''}\n", "source is empty"),
    "outside": ("  crime.deterrence: {low: 0, high: 2, source: s}\n", "allowed is a number from 0 to 1"),
    "name": ("  crime.deterence: {low: 0, high: 1, source: s}\n", "did you mean crime.deterrence?"),
    "no number": ("  responses.deterrence: {low: 0, high: 1, source: s}\n", "is no number"),
    "kind": ("  crime.deterrence: {prior: beta, low: 0, high: 1, source: s}\n", "beta"),
    "log": ("  crime.deterrence: {prior: log_uniform, low: 0, high: 1, source: s}\n", "must be above 0"),
    "bell": ("  crime.deterrence: {prior: normal, low: 0, high: 1, source: s}\n", "a normal needs centre"),
    "flat": ("  crime.deterrence: {centre: 1, low: 0, high: 1, source: s}\n", "a uniform has no centre"),
    "times": (
        "  crime.deterrence: {low: 0, high: 1, source: s, times: crime.headroom}\n",
        "not an uncertain parameter",
    ),
    "also": ("  crime.deterrence: {low: 0, high: 1, source: s, also: [crime.nothing]}\n", "also crime.nothing"),
    "scalar": ("  crime.deterrence: 0.5\n", "must be a mapping such as"),
    "key": ("  crime.deterrence: {low: 0, high: 1, source: s, mode: 1}\n", "mode"),
}


@pytest.mark.parametrize(("priors", "told"), CASES.values(), ids=CASES)
def test_a_fault_in_a_prior_is_told_with_its_line(priors: str, told: str, tmp_path: Path) -> None:
    found = faults(tmp_path, priors)
    assert any(told in line and line.startswith("5: ") for line in found), found


def test_figures_must_be_named_once_and_in_one_role(tmp_path: Path) -> None:
    assert any("name one figure at least" in line for line in faults(tmp_path, PLAIN, "figures: {}\n"))
    assert any("T25 is listed twice" in it for it in faults(tmp_path, PLAIN, "figures: {targets: [T25, T25]}\n"))
    both = faults(tmp_path, PLAIN, "figures: {targets: [T25], validation: [T25]}\n")
    assert any("what weighs worlds cannot validate them" in it for it in both)


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, "  crime.deterrence: 0.5\n  crime.nothing: {low: 0, high: 1, source: s}\n", "wave: 2\n")
    assert len(found) >= 4
    assert any("wave: unknown key; did you mean waves?" in line for line in found)


PRIORS = {
    "uniform": Prior("a", "uniform", -1.0, 3.0),
    "log_uniform": Prior("a", "log_uniform", 0.1, 10.0),
    "normal": Prior("a", "normal", -1.0, 2.0, 0.5, 0.8),
    "lognormal": Prior("a", "lognormal", 0.2, 9.0, 1.5, 0.7),
}


@pytest.mark.parametrize("prior", PRIORS.values(), ids=PRIORS)
def test_quantiles_rise_from_the_lowest_value_to_the_highest(prior: Prior) -> None:
    values = prior.quantile(np.linspace(0, 1, 101))
    assert (np.diff(values) > 0).all()
    assert (values[0], values[-1]) == pytest.approx((prior.low, prior.high))


def test_moments_are_those_of_the_distributions() -> None:
    assert PRIORS["uniform"].mean_and_sd == pytest.approx((1.0, 4 / np.sqrt(12)), rel=1e-3)
    wide = Prior("a", "normal", -50.0, 50.0, 1.0, 2.0)
    assert wide.mean_and_sd == pytest.approx((1.0, 2.0), abs=0.01)
    assert Prior("a", "lognormal", 1e-9, 1e9, 2.0, 0.5).mean_and_sd[0] == pytest.approx(2 * np.exp(0.125), rel=0.01)
    mean = (10 - 0.1) / np.log(100)
    assert PRIORS["log_uniform"].mean_and_sd[0] == pytest.approx(mean, rel=1e-3)


def test_ratios_and_shared_values_are_set_in_order() -> None:
    first = Prior("trust.sensitivity", "uniform", 1.0, 3.0, also=("trust.awareness",))
    ratio = Prior("trust.sensitivity.citizen", "uniform", 0.0, 1.0, times="trust.sensitivity")
    values = values_of([first, ratio], np.array([[0.5, 0.25]]))
    found = settings_of([first, ratio], values)
    assert list(found) == ["trust.sensitivity", "trust.awareness", "trust.sensitivity.citizen"]
    assert [float(value[0]) for value in found.values()] == [2.0, 2.0, 0.5]


IDENTIFIED = "title: t\nsource: s\ntrends: net\nevidence:\n  nothing: []\n"


def test_an_identification_has_sets_ranges_and_cases(tmp_path: Path) -> None:
    text = IDENTIFIED + "  both: {figures: [T32, T35], course: {true_hispanic_q4: [5, 60]}}\ncases:\n  a: {x.y: 1}\n"
    found = load_identification(written(tmp_path, text))
    assert [it.name for it in found.evidence] == ["nothing", "both"]
    assert found.evidence[1].figures == ("T32", "T35")
    assert found.evidence[1].course == {"true_hispanic_q4": (5.0, 60.0)}
    assert found.cases == {"a": {"x.y": 1.0}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (IDENTIFIED.replace("trends: net\n", ""), "trends: missing key"),
        (IDENTIFIED.replace("net", "nett"), "trends"),
        (IDENTIFIED + "  one: T35\n", "figures are a list of ids"),
        (IDENTIFIED + "  one: {course: {true_total: [3, 1]}}\n", "must be \\[low, high\\]"),
        (IDENTIFIED + "  one: {figure: [T35]}\n", "neither figures nor course"),
        (IDENTIFIED + "cases:\n  a: {x: many}\n", "must map parameters to numbers"),
        (IDENTIFIED + "effect: true_everything\n", "effect"),
    ],
)
def test_faults_of_identifications_are_told(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=told):
        load_identification(written(tmp_path, text))


def test_files_of_another_kind_say_which_command_takes_them(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"this is a calibration file.*darkfigure calibrate"):
        load_identification("calibration")
    with pytest.raises(ScenarioError, match="darkfigure identify"):
        load_calibration("identification")
    with pytest.raises(ScenarioError, match="priors: missing key"):
        load_calibration("baseline")
