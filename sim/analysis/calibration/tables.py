"""The files of a calibration's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.calibration.outcome import Outcome, with_error
from sim.analysis.calibration.study import Study
from sim.analysis.calibration.summary import TOLD, parameters_told, trade_offs, variance_shares
from sim.analysis.evaluation.tables import Column, write_codebook, write_csv
from sim.analysis.evidence.effects import EFFECT_NAMES, EFFECTS
from sim.analysis.evidence.figures import Figure
from sim.scenario.calibration.priors import settings_of, values_of

WEIGHT = "weight"
"""First column of posterior.csv; every other is the path of a parameter."""
QUANTILES = tuple(f"q{round(100 * share):02d}" for share in TOLD)
_QUANTILE_COLUMNS: tuple[Column, ...] = tuple(
    (name, "number", "", f"Value below which {share:.0%} lie") for name, share in zip(QUANTILES, TOLD, strict=True)
)
FILES: dict[str, tuple[Column, ...]] = {
    "posterior": ((WEIGHT, "number", "", "Weight of the draw; all other columns are parameters, set in this order"),),
    "predictions": (
        (
            "draw",
            "whole number",
            "",
            "Row of posterior.csv, from 1; all other columns are emulated figures and effects",
        ),
    ),
    "worlds": (
        (
            "world",
            "text",
            "",
            "Wave and number; point: what can be shipped, in lucks of its own; then parameters, figures, effects",
        ),
        ("chi_square", "number", "", "Joint misfit to the targets; as many degrees of freedom as targets"),
        ("weight", "number", "", "By its own figures, over how densely worlds lie there; none of the point"),
        ("clipped", "number", "share", "Opportunities whose probability had to be cut to 1"),
        ("headroom", "number", "ratio", "With which it was run; raised where too much was clipped"),
    ),
    "parameters": (
        ("parameter", "text", "", "Dotted path, or a ratio to another"),
        ("prior_mean", "number", "the parameter's", ""),
        ("prior_sd", "number", "the parameter's", ""),
        ("mean", "number", "the parameter's", "Of the posterior"),
        ("sd", "number", "the parameter's", "Of the posterior"),
        *_QUANTILE_COLUMNS,
        ("sd_ratio", "number", "", "Posterior over prior standard deviation: how far the figures pin it"),
        ("verdict", "text", "", "pinned below 0.5, narrowed below 0.8, else open"),
        ("source", "text", "", "Of the prior"),
    ),
    "trade_offs": (
        ("first", "text", "", "Parameter"),
        ("second", "text", "", "Parameter"),
        ("correlation", "number", "", "Over the draws, of normal scores in their priors"),
    ),
    "figures": (
        ("id", "text", "", "Of the figure"),
        ("what", "text", "", ""),
        ("role", "text", "", "target: worlds are weighed by it; validation: they are not"),
        ("published", "number", "the figure's", ""),
        ("se", "number", "the figure's", "Published, or tolerated"),
        (
            "emulator_error",
            "number",
            "the figure's",
            "Root mean square error of leaving each world out, worlds by how well they agree",
        ),
        ("error_overall", "number", "the figure's", "The same with all worlds alike"),
        ("relative_error", "number", "", "emulator_error over the mean size of the figure in the same worlds"),
        ("explained", "number", "", "Share of the variance between worlds that leaving one out predicts"),
        ("beyond_two", "number", "", "Share of worlds beyond two stated standard deviations; about .05 fits"),
        ("noise", "number", "the figure's", "Standard error that luck leaves in the mean of the point's runs"),
        ("posterior_mean", "number", "the figure's", "Emulated"),
        ("posterior_sd", "number", "the figure's", "Emulated"),
        ("point", "number", "the figure's", "Simulated at the point that can be shipped, mean over its lucks"),
        ("point_z", "number", "", "The same less the published figure, over se and noise"),
        ("strict_z", "number", "", "The same over se alone"),
    ),
    "effects": (
        ("effect", "text", "", "What changes with the program, in percent of the world without it"),
        ("label", "text", "", ""),
        ("draws", "text", "", "prior or posterior"),
        ("mean", "number", "%", "Of the posterior alone: some draws of the priors lie beyond every world run"),
        ("sd", "number", "%", "The same"),
        *_QUANTILE_COLUMNS,
        ("emulator_error", "number", "%", "Root mean square error of leaving each world out; within the quantiles"),
    ),
    "shares": (
        ("effect", "text", "", ""),
        ("parameter", "text", "", ""),
        ("share", "number", "", "Of the effect's variance over the draws, what knowing the parameter would remove"),
    ),
}
"""Columns of each file: name, type, unit, meaning."""


def write_tables(study: Study, outcome: Outcome, folder: Path) -> None:
    """Write all tables of a calibration, and their codebook."""
    _write_draws(study, outcome, folder)
    _write_worlds(study, outcome, folder)
    rows: dict[str, Any] = {
        "parameters": (
            (*it[:5], *it.quantiles, it.ratio, it.verdict, prior.source)
            for it, prior in zip(parameters_told(study.priors, outcome.draws.shares), study.priors, strict=True)
        ),
        "trade_offs": trade_offs(study.priors, outcome.draws.shares),
        "figures": figure_rows(study, outcome),
        "effects": effect_rows(study, outcome),
        "shares": share_rows(study, outcome),
    }
    for name, found in rows.items():
        write_csv(folder / f"{name}.csv", [column[0] for column in FILES[name]], found)
    write_codebook(FILES, folder / "codebook.csv")


def _write_draws(study: Study, outcome: Outcome, folder: Path) -> None:
    settings = settings_of(study.priors, values_of(study.priors, outcome.draws.shares))
    weight = 1.0 / len(outcome.draws.shares)
    rows = zip(*(_digits(column) for column in settings.values()), strict=True)
    write_csv(folder / "posterior.csv", [WEIGHT, *settings], ((weight, *row) for row in rows))
    told = zip(*(_digits(outcome.predicted[name]) for name in outcome.names), strict=True)
    write_csv(folder / "predictions.csv", ["draw", *outcome.names], ((i, *row) for i, row in enumerate(told, 1)))


def _digits(column: Any) -> list[float]:
    """Return numbers with eight significant digits: more is not known, and takes room."""
    return [float(f"{value:.8g}") for value in np.asarray(column).tolist()]


def _write_worlds(study: Study, outcome: Outcome, folder: Path) -> None:
    labels = [prior.label for prior in study.priors]
    targets, effects = [it.id for it in study.targets], list(outcome.worlds.effects)
    header = ["world", *labels, *study.ids, *effects, "chi_square", "weight", "clipped", "headroom"]
    point, rows = outcome.point, []
    for worlds, values, weights in (
        (outcome.worlds, values_of(study.priors, outcome.worlds.shares), outcome.weights),
        (point.runs, np.tile(point.values, (len(point.runs), 1)), np.full(len(point.runs), np.nan)),
    ):
        columns = [*values.T, *(worlds.figures[name] for name in study.ids), *(worlds.effects[it] for it in effects)]
        columns += [outcome.published.chi_square(worlds.of(targets)), weights, worlds.clipped, worlds.headroom]
        rows += [[name, *row] for name, *row in zip(worlds.names, *(_digits(it) for it in columns), strict=True)]
    write_csv(folder / "worlds.csv", header, rows)


def figure_rows(study: Study, outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``figures.csv``."""
    for figures, role in ((study.targets, "target"), (study.validation, "validation")):
        for place, figure in enumerate(figures):
            yield (figure.id, figure.what, role, *_numbers_of(figure, outcome, place if role == "target" else None))


def _numbers_of(figure: Figure, outcome: Outcome, place: int | None) -> tuple[float, ...]:
    nothing = float("nan")
    runs = outcome.point.runs.figures[figure.id]
    luck = outcome.published.noise[place] if place is not None else runs.std(ddof=1) if len(runs) > 1 else nothing
    noise = float(luck) / float(np.sqrt(len(runs)))
    se = figure.se if place is None else float(outcome.published.se[place])
    point = float(runs.mean())
    strict = (point - figure.value) / se
    at_point = (point, (point - figure.value) / float(np.hypot(se, np.nan_to_num(noise))), strict)
    if figure.id not in outcome.names:
        return (figure.value, se, *[nothing] * 5, noise, nothing, nothing, *at_point)
    emulator, draws = outcome.emulators.of[figure.id], outcome.predicted[figure.id]
    errors = (emulator.error, emulator.error_overall, emulator.relative_error)
    fit = (*errors, emulator.explained, emulator.beyond_two)
    return (figure.value, se, *fit, noise, float(draws.mean()), float(draws.std()), *at_point)


def effect_rows(study: Study, outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``effects.csv``."""
    labels = {effect.name: effect.label for effect in EFFECTS}
    for name in EFFECT_NAMES:
        if name not in outcome.names:
            continue
        error = outcome.emulators.of[name].error
        for kind, values in (
            ("prior", outcome.before[name]),
            ("posterior", with_error(outcome, name, study.header.seed)),
        ):
            quantiles = np.quantile(values, TOLD).tolist()
            moments = (float(values.mean()), float(values.std())) if kind == "posterior" else (None, None)
            yield (name, labels[name], kind, *moments, *quantiles, error)


def share_rows(study: Study, outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``shares.csv``."""
    for name in outcome.effects:
        shares = variance_shares(outcome.draws.shares, outcome.predicted[name])
        for prior, share in zip(study.priors, shares.tolist(), strict=True):
            yield name, prior.label, share
