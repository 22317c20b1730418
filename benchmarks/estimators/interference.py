"""Show what it does to estimators when a program in some counties reaches others.

``python -m benchmarks.estimators.interference --folder F`` runs three made grids that differ in one thing: nothing
crosses county lines; ICE field offices have little capacity, so that more detainers in early counties leave fewer for
late ones; news of removals crosses county lines. A table is printed, and the figure ``interference`` drawn in F.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes

from sim.analysis.evaluation.evaluating import Evaluation, Key, Typical
from sim.analysis.evaluation.questions import Question
from sim.jobs.estimate import Asked, evaluate_worlds
from sim.scenario.scenario import load_scenario
from sim.telling.estimates_wording import SHORT_LABELS
from sim.telling.figures.colours import BLACK, BLUE, VERMILLION
from sim.telling.figures.style import new_figure, save, style

SCENARIO = Path(__file__).parents[2] / "scenarios" / "all_responses.yaml"
PROGRAM = "secure_communities"
ALONE = (
    "trust.region_weight=0",
    "trust.neighbour_weight=0",
    "crime.travel_share=0",
    "enforcement.capacity_per_100k=10000",
    "crime.deterrence=0.8",
    "trust.awareness=0.4",
)
WORLDS: dict[str, tuple[str, ...]] = {
    "Nothing crosses county lines": (),
    "ICE capacity is scarce": ("enforcement.capacity_per_100k=5",),
    "Fear crosses county lines": ("trust.neighbour_weight=1", "trust.region_weight=100000"),
}
QUESTION = Question("recorded", "index", "hispanic", "log_rate")
LEFT_OUT = ("poisson", "detained", "detained_instrumented")
"""Not linear in the outcome, and of people detained rather than of the program."""
COLUMNS = {"average": "mean effect", "net": "net", "truth_aligned": "truth", "spillover": "of it beyond"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the three worlds, print the table and draw the figure."""
    given = _parser().parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    found = {title: evaluated(changes, given) for title, changes in WORLDS.items()}
    print("Recorded index crime against Hispanic people, log points\n")
    for title, evaluation in found.items():
        print(f"{title:38}", *(name.rjust(13) for name in COLUMNS.values()))
        for name, typical in answers(evaluation).items():
            print(f"  {SHORT_LABELS[name]:36}", *(f"{typical.mean[it]:+.4f}".rjust(13) for it in COLUMNS))
    draw(found, given.folder)


def evaluated(changes: Sequence[str], given: argparse.Namespace) -> Evaluation:
    """Return the evaluation of one world."""
    size = ("world.rows=10", "world.columns=10", "world.counties_per_region=10", f"world.people={given.people}")
    scenario = load_scenario(SCENARIO, [*size, *ALONE, *changes])
    asked = Asked(scenario, replications=given.replications, permutations=0)
    return evaluate_worlds(asked, PROGRAM, threads=given.threads, quiet=False)


def answers(evaluation: Evaluation) -> dict[str, Typical]:
    """Return what estimators of the program's effect that are linear in the outcome say, by name."""
    found = {name: evaluation.typical().get(Key("flat", QUESTION, name)) for name in SHORT_LABELS}
    return {name: it for name, it in found.items() if it is not None and name not in LEFT_OUT}


def draw(found: Mapping[str, Evaluation], folder: Path) -> None:
    """Draw for each world and estimator the mean effect, the net, and how much of it lies beyond the program."""
    with style():
        figure = new_figure(9.2, 3.9)
        panels = figure.subplots(1, len(found), sharex=True, sharey=True)
        for axes, (title, evaluation) in zip(panels, found.items(), strict=True):
            _panel(axes, answers(evaluation))
            axes.set_title(title)
        panels[1].set_xlabel("Recorded index crime against Hispanic people (log points)")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=8.5)
        save(figure, folder, "interference")


def _panel(axes: Axes, found: Mapping[str, Typical]) -> None:
    names = list(found)[::-1]
    heights = range(len(names))
    means = {name: [found[it].mean[name] for it in names] for name in ("average", "net", "spillover")}
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.barh(
        heights, means["spillover"], height=0.35, color=BLUE, alpha=0.35, label="Part from counties without the program"
    )
    axes.plot(means["average"], heights, "D", color=BLUE, markersize=4.5, label="True mean effect where the program is")
    axes.plot(means["net"], heights, "x", color=VERMILLION, markersize=6, label="Net: what it adds to the estimate")
    axes.set_yticks(heights, [SHORT_LABELS[name] for name in names])
    axes.tick_params(axis="y", length=0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators.interference", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the figure goes")
    parser.add_argument("--people", type=int, default=200_000, help="agents in each grid of 100 counties")
    parser.add_argument("--replications", type=int, default=3, help="pairs of runs of each world")
    parser.add_argument("--threads", type=int, default=1, help="threads of each run")
    return parser


if __name__ == "__main__":
    main()
