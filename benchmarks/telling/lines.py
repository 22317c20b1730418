"""Lines of the table, and how much is run for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.measuring.timing import Spread, spread

PEERS = ("agentpy", "mesa-frames", "starsim")


class Point(NamedTuple):
    """Where a line stands in a chart: which chart, which of its series, and at which value of its horizontal axis."""

    chart: str
    series: str
    x: float = 0.0


class Line(NamedTuple):
    """One line of the table; ``wanted`` is a bound as text, or empty where the line only informs."""

    target: int
    what: str
    value: Spread | None
    unit: str
    wanted: str = ""
    note: str = ""
    point: Point | None = None

    def met(self) -> bool | None:
        """Return whether the median meets the bound; None where there is no bound or no value."""
        if self.value is None or not self.wanted:
            return None
        sign, bound = self.wanted.split()[:2]
        return self.value.median >= float(bound) if sign == ">=" else self.value.median <= float(bound)


class Options(NamedTuple):
    """How much is run: sizes in people (or agents per person), lengths in months."""

    rounds: int = 5
    people: int = 100_000
    months: int = 96
    peers: tuple[str, ...] = PEERS
    mesa_people: tuple[int, ...] = (10_000, 100_000)
    mesa_months: int = 12
    counties: str | None = None
    adjacency: str | None = None
    scale: float = 1.0
    nation_months: int = 96
    nation_rounds: int = 3
    threads_scale: float = 0.324
    threads_months: int = 24
    scaling_people: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)
    scaling_months: int = 12
    doubling_people: int = 5_000_000
    events_people: int = 1_000_000
    ensemble_people: int = 100_000
    ensemble_months: int = 96
    ensemble_runs: int = 200
    batch_runs: int = 200
    batch_small_runs: int = 400
    sweep_runs: int = 10_000


QUICK = Options(
    rounds=1,
    people=10_000,
    months=12,
    mesa_people=(2_000,),
    mesa_months=3,
    scale=0.003,
    nation_months=6,
    nation_rounds=1,
    threads_scale=0.003,
    threads_months=6,
    scaling_people=(2_000, 20_000),
    scaling_months=6,
    doubling_people=50_000,
    events_people=50_000,
    ensemble_people=10_000,
    ensemble_months=12,
    ensemble_runs=8,
    batch_runs=8,
    batch_small_runs=10,
    sweep_runs=200,
)
"""Small sizes, to see that everything works; its figures say nothing."""


def speeds(target: int, costs: Mapping[str, Sequence[float]]) -> list[Line]:
    """Return how many million agent-months each runner does in a second."""
    unit = "million agent-months/s"
    return [Line(target, name, spread([1e-6 / cost for cost in costs[name]]), unit) for name in costs]


def as_text(line: Line) -> str:
    """Return a line of the table as text."""
    if line.value is None:
        return f"{line.target:>6}  {line.what}: {line.note}"
    median, low, high = (_figure(value) for value in line.value)
    met = {True: "met", False: "not met", None: ""}[line.met()]
    return (
        f"{line.target:>6}  {line.what:<66} {median:>8} ({low} to {high}) {line.unit}"
        + (f"   wanted {line.wanted}: {met}" if line.wanted else "")
        + (f"   [{line.note}]" if line.note else "")
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_data(line: Line) -> dict[str, Any]:
    """Return a line as JSON has it."""
    value = line.value._asdict() if line.value is not None else None
    point = line.point._asdict() if line.point is not None else None
    return {**line._asdict(), "value": value, "point": point, "met": line.met()}


def from_data(data: dict[str, Any]) -> Line:
    """Return the line that ``as_data`` wrote."""
    fields = {name: data[name] for name in Line._fields}
    fields["value"] = Spread(**data["value"]) if data["value"] else None
    fields["point"] = Point(**data["point"]) if data["point"] else None
    return Line(**fields)
