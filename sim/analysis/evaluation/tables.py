"""The files of an evaluation's numbers: estimates, event studies with covariances, and means over replications."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.analysis.evaluation.answers import Answer
from sim.analysis.evaluation.evaluating import NUMBERS, Evaluation, Key, Typical

Column = tuple[str, str, str, str]
"""Name, type, unit and meaning."""

KEYS: tuple[Column, ...] = (
    ("background", "text", "", "flat: no trends but the program's; trends: those of the scenario's county-year file"),
    ("replication", "whole number", "", "Number of the pair of runs, from 0; both runs of a pair share their luck"),
    ("book", "text", "", "occurred: what happened; recorded: what police wrote down; survey: what a panel tells"),
    ("crime", "text", "", "index, violent or property crime; the survey has no homicide"),
    ("group", "text", "", "Whom the crime is against; all: anybody, in the books organizations too"),
    ("outcome", "text", "", "log_rate, rate, victimization_rate or reporting_share"),
    ("estimator", "text", "", "Name of the estimator, as the report explains it"),
)
ESTIMATE = "the outcome's unit"
FOUND: tuple[Column, ...] = (
    ("estimate", "number", ESTIMATE, "The effect; log points, events a person and period, or a share"),
    ("se_county", "number", ESTIMATE, "Standard error, clustered by county"),
    ("se_state", "number", ESTIMATE, "Standard error, clustered by state"),
    ("low", "number", ESTIMATE, "Lower end of the 95 % interval: by state, as few as carry the estimate"),
    ("high", "number", ESTIMATE, "Upper end"),
    (
        "p_permutation",
        "number",
        "",
        "By dates exchanged between whole states; two_way, county_trends and callaway_santanna",
    ),
    (
        "p_wild",
        "number",
        "",
        "By a wild bootstrap of states' scores, effect held at 0; two_way and county_trends",
    ),
    ("placebo", "number", ESTIMATE, "What it finds by the same dates in the same world without the program"),
    ("net", "number", ESTIMATE, "What the program adds: estimate less placebo"),
    ("truth_aligned", "number", ESTIMATE, "The true effect on this book by the estimator's own weights"),
    ("average", "number", ESTIMATE, "The true effect on this book, mean over counties and periods with the program"),
    ("weighting_error", "number", ESTIMATE, "truth_aligned less average: where the weights lead"),
    ("spillover", "number", ESTIMATE, "Part of truth_aligned where the program is not in force: what reaches there"),
    ("true_crime_aligned", "number", ESTIMATE, "The true effect on crime that happened, by the same weights"),
    ("level", "number", ESTIMATE, "The rate or share without the program where it is in force; 1 for logs"),
    ("true_level", "number", ESTIMATE, "The same of crime that happens: true_crime_aligned is an effect on it"),
    ("pre_test_p", "number", "", "Joint test that the leads nearest before the start are 0, by state"),
    ("pre_test_leads", "whole number", "periods", "So many leads, at most a quarter of the states"),
    ("counties", "whole number", "counties", "Counties used"),
    ("dropped_zero", "whole number", "counties", "Left out: a period without events has no logarithm; or nobody there"),
    ("dropped_always_treated", "whole number", "counties", "Left out: the program is there from the first period on"),
    ("clusters", "whole number", "states", "States used; in a grid, which has none, counties"),
    ("effective_clusters", "number", "states", "States of equal weight that would weigh as much"),
    ("carrying_clusters", "number", "states", "States of equal importance that would carry the estimate as these do"),
    ("warnings", "text", "", "What a reader should know; or why there is no estimate"),
)
HORIZON: tuple[Column, ...] = (
    ("horizon", "whole number", "periods", "Periods since the first one with the program; -1 is the reference"),
    ("other_horizon", "whole number", "periods", "The horizon with which the covariance is; each pair once"),
    ("estimate", "number", ESTIMATE, "The effect at the horizon"),
    ("placebo", "number", ESTIMATE, "The same in the world without the program"),
    ("truth_aligned", "number", ESTIMATE, "The true effect on this book by the same weights"),
    ("true_crime_aligned", "number", ESTIMATE, "The true effect on crime that happened by the same weights"),
    ("effective_counties", "number", "counties", "Treated counties of equal weight that would weigh as much"),
    ("covariance", "number", "squared", "Of the effects at both horizons, clustered by county"),
    ("covariance_state", "number", "squared", "Of the effects at both horizons, clustered by state"),
)
SUMMARY: tuple[Column, ...] = (
    ("replications", "whole number", "pairs", "Replications with an estimate"),
    *((f"{name}_mean", "number", ESTIMATE, f"Mean of {name} over replications") for name in NUMBERS),
    *((f"{name}_sd", "number", ESTIMATE, f"Standard deviation of {name} over replications") for name in NUMBERS),
)
DIAGNOSED: tuple[Column, ...] = (
    ("diagnostic", "text", "", "bacon: of two_way, its treatment as begun or not; bounds: of callaway_santanna"),
    ("part", "text", "", "treated_vs_never, earlier_vs_later or later_vs_earlier: which cohorts are compared"),
    ("violation", "number", "", "Departure from parallel trends, as a multiple of the largest before the start"),
    ("weight", "number", "share", "Of such comparisons in the two-way estimate"),
    ("estimate", "number", ESTIMATE, "What the comparisons find; the mean of the event study from the start on"),
    ("placebo", "number", ESTIMATE, "The same in the world without the program"),
    ("net", "number", ESTIMATE, "estimate less placebo"),
    ("truth", "number", ESTIMATE, "The true effect on this book by the weights of the event study"),
    ("low", "number", ESTIMATE, "The least effect that such a violation leaves possible"),
    ("high", "number", ESTIMATE, "The largest"),
    ("interval_low", "number", ESTIMATE, "Lower end of a 95 % interval: low less the error of the mean by state"),
    ("interval_high", "number", ESTIMATE, "Upper end"),
    ("breakdown", "number", "", "The violation up to which the interval does not hold 0"),
    ("refused", "text", "", "Why there is no answer"),
)
FILES: dict[str, tuple[Column, ...]] = {
    "estimates": (*KEYS, *FOUND),
    "event_study": (*KEYS, *HORIZON),
    "summary": (*(key for key in KEYS if key[0] != "replication"), *SUMMARY),
}
"""Columns of each file: name, type, unit, meaning."""
DIAGNOSTICS: dict[str, tuple[Column, ...]] = {
    "diagnostics": (*(key for key in KEYS if key[0] != "estimator"), *DIAGNOSED)
}
"""The same of the file that is written where diagnostics are asked for."""


def write_tables(evaluation: Evaluation, folder: Path) -> None:
    """Write ``estimates.csv``, ``event_study.csv`` and ``summary.csv``, and ``diagnostics.csv`` where there are any."""
    typical = evaluation.typical()
    _write(folder, "estimates", map(_estimate_row, evaluation.answers))
    _write(folder, "event_study", _event_rows(evaluation.answers))
    _write(folder, "summary", (_summary_row(key, found) for key, found in typical.items() if found is not None))
    if evaluation.diagnoses:
        _write(folder, "diagnostics", ((*it[:2], *it.question, *it[3:]) for it in evaluation.diagnoses))


def write_codebook(files: Mapping[str, Sequence[Column]], path: Path) -> None:
    """Write what each column of some files means."""
    rows = [(file, *column) for file, columns in files.items() for column in columns]
    write_csv(path, ("table", "column", "type", "unit", "meaning"), rows)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under a header; what is not known is empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _write(folder: Path, name: str, rows: Iterable[Sequence[Any]]) -> None:
    write_csv(folder / f"{name}.csv", [column[0] for column in {**FILES, **DIAGNOSTICS}[name]], rows)


def _cell(value: Any) -> Any:
    return "" if isinstance(value, float) and math.isnan(value) else value


def _keys(answer: Answer) -> tuple[Any, ...]:
    return (answer.background, answer.replication, *answer.question, answer.estimator)


def _estimate_row(answer: Answer) -> tuple[Any, ...]:
    numbers = (getattr(answer, name) for name, *_ in FOUND if name != "warnings")
    return (*_keys(answer), *numbers, "; ".join(answer.warnings))


def _event_rows(answers: Iterable[Answer]) -> Iterator[tuple[Any, ...]]:
    for answer in answers:
        study = answer.study
        if study is None:
            continue
        for one, horizon in enumerate(study.horizons.tolist()):
            columns = (study.values, study.placebo, study.truth, study.true_crime, study.effective_counties)
            values = (float(it[one]) for it in columns)
            head = (*_keys(answer), horizon)
            told = tuple(values)
            for other in range(one, len(study.horizons)):
                covariances = (float(it[one, other]) for it in (study.covariance, study.covariance_state))
                yield (*head, int(study.horizons[other]), *told, *covariances)


def _summary_row(key: Key, found: Typical) -> tuple[Any, ...]:
    means = (found.mean[name] for name in NUMBERS)
    deviations = (found.deviation[name] for name in NUMBERS)
    return (key.background, *key.question, key.estimator, found.replications, *means, *deviations)
