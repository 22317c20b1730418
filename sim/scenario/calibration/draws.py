"""Draws from a posterior, read from a file: the parameters that each replication of a batch is run with."""

from __future__ import annotations

import csv
import io
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from pydantic import ValidationError

from sim.parameters.listing import value_at
from sim.scenario.design.paths import Value, path_problem, targets, varied
from sim.scenario.design.sweep import Sweep
from sim.scenario.scenario import Comparison, Scenario
from sim.words.faults import Fault, ScenarioError, shortened
from sim.words.reading import content_of

WEIGHT = "weight"
LUCKS = 2
"""Replications that share a draw, each in a luck of its own: what differs between them is luck, the rest is doubt."""


@dataclass(frozen=True)
class PosteriorDraws:
    """Draws of parameters with their weights.

    Attributes
    ----------
    paths : tuple of str
        Parameters by dotted path, in the order in which they are set.
    rows : tuple of tuple of float
        A value for each.
    weights : tuple of float
        Not negative, and not all 0.
    """

    paths: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]

    def at(self, share: float) -> dict[str, Value]:
        """Return the draw at a share, 0 to 1, of the whole weight."""
        reached = list(accumulate(self.weights))
        place = min(bisect_right(reached, share * reached[-1]), len(self.rows) - 1)
        return dict(zip(self.paths, self.rows[place], strict=True))

    def middle(self, path: str, share: float = 0.9) -> tuple[float, float]:
        """Return the ends between which the middle ``share`` of the weight of one parameter lies."""
        at = self.paths.index(path)
        order = sorted(range(len(self.rows)), key=lambda row: self.rows[row][at])
        reached = list(accumulate(self.weights[row] for row in order))
        places = (bisect_right(reached, end * reached[-1]) for end in ((1 - share) / 2, (1 + share) / 2))
        low, high = (self.rows[order[min(place, len(order) - 1)]][at] for place in places)
        return low, high


def read_draws(path: Path) -> PosteriorDraws:
    """Return the draws in a file as ``calibrate`` writes it: a column ``weight``, and one for each parameter.

    Raises
    ------
    UserError
        With the lines of what is wrong.
    """
    try:
        text = content_of(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError([Fault(str(path), None, "no such file of draws")]) from None
    except UnicodeDecodeError:
        raise ScenarioError([Fault(str(path), None, "not UTF-8 text, so no file of draws")]) from None
    lines = list(csv.reader(io.StringIO(text)))
    header = [name.strip() for name in lines[0]] if lines else []
    _check_header(path, header)
    faults: list[Fault] = []
    rows = [_numbers(path, number, header, cells, faults) for number, cells in enumerate(lines[1:], 2) if cells]
    if not rows and not faults:
        faults.append(Fault(str(path), 1, "no draws below the header"))
    at = header.index(WEIGHT)
    if not faults and not sum(row[at] for row in rows) > 0:
        faults.append(Fault(str(path), None, f"{WEIGHT}: all are 0, so that no draw can be taken"))
    if faults:
        raise ScenarioError(faults)
    values = tuple(tuple(value for place, value in enumerate(row) if place != at) for row in rows)
    return PosteriorDraws(tuple(name for name in header if name != WEIGHT), values, tuple(row[at] for row in rows))


def _check_header(path: Path, header: Sequence[str]) -> None:
    faults = [] if WEIGHT in header else [f"lacks the column {WEIGHT}; draws are what 'darkfigure calibrate' writes"]
    for name in header:
        problem = "" if name == WEIGHT else path_problem(name)
        if not problem and name != WEIGHT and not targets()[name].takes_numbers:
            problem = "is no number"
        faults += [f"{shortened(name)}: {problem}"] if problem else []
        faults += [f"{shortened(name)}: column stands twice"] if header.count(name) > 1 else []
    if len(header) < 2:
        faults.append("no column of a parameter")
    if faults:
        raise ScenarioError([Fault(str(path), 1, told) for told in dict.fromkeys(faults)])


def _numbers(
    path: Path, line: int, header: Sequence[str], cells: Sequence[str], faults: list[Fault]
) -> tuple[float, ...]:
    """Return the numbers of one line; what is none is told."""
    if len(cells) != len(header):
        faults.append(Fault(str(path), line, f"{len(cells)} cells, and the header has {len(header)}"))
        return tuple(0.0 for _ in header)
    found = []
    for name, cell in zip(header, cells, strict=True):
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (name == WEIGHT and value < 0):
            wanted = "a number, 0 or above" if name == WEIGHT else "a number"
            faults.append(Fault(str(path), line, f"{shortened(name)}: not {wanted} ({shortened(cell)})"))
        found.append(value)
    return tuple(found)


def drawn(scenario: Scenario, changes: dict[str, Value]) -> Scenario:
    """Return a scenario with the parameters of a draw.

    Raises
    ------
    UserError
        Where the draw is not allowed on top of it.
    """
    try:
        return varied(scenario, changes, scenario.name)
    except ValidationError as error:
        told = error.errors()[0]
        where = ".".join(map(str, told["loc"]))
        raise ScenarioError([Fault("uncertainty", None, f"{scenario.name}: {where}: {told['msg']}")]) from None


def refuse_unfit_draws(asked: Comparison | Sweep) -> None:
    """Refuse draws that the scenarios of a comparison or sweep cannot be run with; nothing where it has none.

    Raises
    ------
    ScenarioError
        Where the file has a fault, a value is not allowed, replications are odd, or scenarios differ in what is drawn.
    """
    if asked.uncertainty is None:
        return
    draws = read_draws(asked.uncertainty)
    scenarios = _scenarios_of(asked)
    problems = list(_problems(draws, scenarios, asked.replications))
    if problems:
        label = str(asked.path or asked.name)
        raise ScenarioError([Fault(label, None, f"uncertainty: {problem}") for problem in problems])
    for scenario in scenarios:
        for place, path in enumerate(draws.paths):
            for value in (min(row[place] for row in draws.rows), max(row[place] for row in draws.rows)):
                drawn(scenario, {path: value})


def _scenarios_of(asked: Comparison | Sweep) -> list[Scenario]:
    if isinstance(asked, Sweep):
        return [it for it in (asked.base, asked.against) if it is not None]
    return list(asked.scenarios)


def swept_over(paths: Sequence[str], sweep: Sweep) -> list[str]:
    """Return the swept parameters that draws would set as well, whole tables and their entries among them."""
    return [it.path for it in sweep.factors if any(_is_within(it.path, path) for path in paths)]


def _is_within(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _problems(draws: PosteriorDraws, scenarios: Sequence[Scenario], replications: int) -> Iterator[str]:
    if replications % LUCKS:
        yield (
            f"replications must be even ({replications}): each draw is run in {LUCKS} lucks, to tell luck from doubt"
        )
    for path in draws.paths:
        if len({repr(value_at(scenario.parameters, path)) for scenario in scenarios}) > 1:
            yield (
                f"scenarios differ in {path}, which the draws set: their difference would be lost; leave it out of the "
                "draws or out of the scenarios"
            )
