"""Print how often tests of no effect reject where there is none, and how often intervals hold what is true.

``python -m benchmarks.estimators.size_and_coverage --counties us_counties.csv --adjacency adjacency.csv --folder F``;
the worlds of size are those without the program, the worlds of coverage a fall in reporting and nothing else. Worlds
and answers are kept in F as they are made: called again, it goes on, and with other numbers it adds to them.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from benchmarks.estimators.kept_worlds import Kept, kept_worlds, simulate
from sim.analysis.evaluation.answers import Answer
from sim.analysis.evaluation.of_books import book_answers
from sim.analysis.evaluation.questions import Question
from sim.analysis.evaluation.worlds import Design, Pair, pooled

SCENARIO = Path(__file__).parents[2] / "scenarios" / "chilling_effect_only.yaml"
QUESTIONS = tuple(Question("recorded", "index", group, "log_rate") for group in ("all", "hispanic"))
NUMBERS = (
    "estimate",
    "se_county",
    "se_state",
    "low",
    "high",
    "p_permutation",
    "p_wild",
    "placebo",
    "net",
    "truth_aligned",
)
COUNTS = ("counties", "clusters", "effective_clusters", "carrying_clusters")
COLUMNS = ("seed", "group", "estimator", *NUMBERS, *COUNTS)
LEVEL = 0.05
Row = dict[str, float | str]


TESTS = {"counties": ("se_county", "counties"), "states": ("se_state", "clusters")}
"""Errors by which Student's t is told beside the interval of the program, with one degree of freedom less than G."""
SHOWN = "as shown"


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the worlds that are missing, let the estimators answer, and print both tables."""
    given = _parser().parse_args(arguments)
    files = {"counties": given.counties, "adjacency": given.adjacency} if given.counties else {}
    changes = [f"{path}={value}" for path, value in (("start", given.start), ("months", given.months))]
    changes += [f"world.{name}={path.resolve()}" for name, path in files.items() if path]
    changes += [f"world.scale={given.scale}"] if given.counties else [f"world.people={given.people}"]
    kept = kept_worlds(SCENARIO, changes, given.folder)
    pairs = list(range(1, given.pairs + 1))
    for _ in simulate(kept, [(has_program, seed) for seed in pairs for has_program in (False, True)]):
        pass
    rows = of_pairs(kept, pairs, kept.folder / f"coverage_{given.pairs}.csv")
    _print_coverage(rows)
    rows = of_nothing(kept, range(1, given.seeds + 1), given.permutations, kept.folder / "size.csv")
    print_size(rows)


def of_nothing(kept: Kept, seeds: Iterable[int], draws: int, path: Path) -> list[Row]:
    """Return what is found in worlds without the program, by the dates that it has elsewhere."""
    done = _read(path)
    for _, seed in simulate(kept, [(False, seed) for seed in seeds if not any(row["seed"] == seed for row in done)]):
        books = kept.books(False, seed)
        pair = Pair("flat", seed, books, books)
        done += _answered(kept.design(), pair, pair, draws, path)
    return done


def of_pairs(kept: Kept, seeds: Sequence[int], path: Path) -> list[Row]:
    """Return what is found in worlds with the program; what is true is taken from all of them."""
    done = _read(path)
    missing = [seed for seed in seeds if not any(row["seed"] == seed for row in done)]
    if missing:
        pairs = [Pair("flat", seed, kept.books(True, seed), kept.books(False, seed)) for seed in seeds]
        pool, design = pooled(pairs), kept.design()
        for pair in (it for it in pairs if it.replication in missing):
            done += _answered(design, pair, pool, 0, path)
    return done


def _answered(design: Design, pair: Pair, pool: Pair, draws: int, path: Path) -> list[Row]:
    """Return the answers of one seed, which are written in one go: a file has all of a seed or nothing."""
    rows = [row_of(answer) for question in QUESTIONS for answer in book_answers(design, pair, pool, question, draws)]
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        lines = [",".join(COLUMNS)] if is_new else []
        lines += [",".join(str(row[name]) for name in COLUMNS) for row in rows]
        file.write("\n".join([*lines, ""]))
    print(f"{path.name}: seed {pair.replication}", file=sys.stderr)
    return rows


def row_of(answer: Answer) -> Row:
    numbers = {name: float(getattr(answer, name)) for name in (*NUMBERS, *COUNTS)}
    return {"seed": answer.replication, "group": answer.question.group, "estimator": answer.estimator, **numbers}


def _read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: text if name in ("group", "estimator") else float(text) for name, text in row.items()}
            for row in csv.DictReader(file)
        ]


class Sample(NamedTuple):
    """The rows of one estimator and group, as arrays by column."""

    group: str
    estimator: str
    columns: dict[str, Any]

    def __len__(self) -> int:
        """Return the number of seeds."""
        return len(self.columns["estimate"])

    def misses(self, value: Any) -> dict[str, float]:
        """Return by kind of interval how many percent of 95 % intervals do not hold a value (float, or one a seed)."""
        columns = self.columns
        off = abs(columns["estimate"] - value)
        found = {
            name: 100 * float((off > stats.t.ppf(1 - LEVEL / 2, columns[number] - 1) * columns[error]).mean())
            for name, (error, number) in TESTS.items()
        }
        return {**found, SHOWN: 100 * float(((value < columns["low"]) | (value > columns["high"])).mean())}


def samples(rows: Sequence[Row]) -> Iterator[Sample]:
    """Yield the rows of each estimator and group that has estimates."""
    for group, estimator in dict.fromkeys((str(row["group"]), str(row["estimator"])) for row in rows):
        own = [row for row in rows if (row["group"], row["estimator"]) == (group, estimator)]
        columns = {name: np.array([float(row[name]) for row in own]) for name in (*NUMBERS, *COUNTS)}
        there = np.isfinite(columns["estimate"])
        if there.any():
            yield Sample(group, estimator, {name: values[there] for name, values in columns.items()})


def rejections(sample: Sample) -> dict[str, float]:
    """Return how often each test finds an effect at 5 %, in percent; nan where there is no such test."""
    found = sample.misses(0.0)
    for name in ("p_permutation", "p_wild"):
        p_value = sample.columns[name]
        found[name] = 100 * float((p_value <= LEVEL).mean()) if np.isfinite(p_value).all() else math.nan
    return found


def print_size(rows: Sequence[Row]) -> None:
    """Print the table of rejections; a share of 5 % has at 200 seeds a standard error of 1.5."""
    print(
        "\nNo program: how many percent of 5 % tests reject, by kind; then mean and standard deviation of the estimate,"
    )
    print("root mean square of its errors by county and by state, and states that carry it\n")
    print(_line("", "", "n", [*TESTS, SHOWN, "exchange", "wild", "mean", "sd", "county", "state", "carrying"]))
    for sample in samples(rows):
        columns = sample.columns
        errors = (float(np.sqrt((columns[name] ** 2).mean())) for name in ("se_county", "se_state"))
        numbers = (columns["estimate"].mean(), columns["estimate"].std(ddof=1), *errors)
        cells = [_text(it, 1) for it in rejections(sample).values()] + [_text(it, 4) for it in numbers]
        cells.append(_text(float(columns["carrying_clusters"].mean()), 1))
        print(_line(sample.group, sample.estimator, str(len(sample)), cells))


def _print_coverage(rows: Sequence[Row]) -> None:
    """Print net against truth, and coverage."""
    print("\nFall in reporting: mean net, mean aligned truth and their difference; standard deviations of net and")
    print("estimate; how many percent of 95 % intervals hold the aligned truth, by kind\n")
    print(_line("", "", "n", ["net", "truth", "off", "sd net", "sd", *TESTS, SHOWN]))
    for sample in samples(rows):
        columns = sample.columns
        net, truth = columns["net"], columns["truth_aligned"]
        numbers = (net.mean(), truth.mean(), (net - truth).mean(), net.std(ddof=1), columns["estimate"].std(ddof=1))
        known = np.isfinite(truth).all()
        cells = [_text(it, 5) for it in numbers]
        cells += [_text(100 - it if known else math.nan, 1) for it in sample.misses(truth).values()]
        print(_line(sample.group, sample.estimator, str(len(sample)), cells))


def _line(group: str, estimator: str, number: str, cells: Sequence[str]) -> str:
    return f"{group:9}{estimator:18}{number:>4}" + "".join(cell.rjust(10) for cell in cells)


def _text(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators.size_and_coverage", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where worlds and answers are kept")
    parser.add_argument("--counties", type=Path, help="county file (default: the grid of the scenario)")
    parser.add_argument("--adjacency", type=Path, help="file of neighbouring counties")
    parser.add_argument("--scale", type=float, default=0.01, help="agents per person of the county file")
    parser.add_argument("--people", type=int, default=200_000, help="agents in the grid, without a county file")
    parser.add_argument("--start", default="2004-01", help="first month")
    parser.add_argument("--months", type=int, default=108, help="months")
    parser.add_argument("--seeds", type=int, default=200, help="worlds without the program")
    parser.add_argument("--pairs", type=int, default=40, help="worlds with the program beside those without")
    parser.add_argument("--permutations", type=int, default=99, help="exchanges of states' dates")
    return parser


if __name__ == "__main__":
    main()
