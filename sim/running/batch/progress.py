"""How far a batch is, while it goes on: on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

SPEED_OVER = 120.0
"""Seconds over which speed is taken."""


class Progress(Protocol):
    """Hears of runs."""

    def start(self, done: int) -> None:
        """So many runs are done already."""

    def advance(self) -> None:
        """One more run is done."""

    def fail(self) -> None:
        """A run has failed."""


class _Silent:
    def start(self, done: int) -> None: ...

    def advance(self) -> None: ...

    def fail(self) -> None: ...


class _Bar:
    def __init__(self, bar: Any, task: Any) -> None:
        self.bar, self.task, self.failures = bar, task, 0

    def start(self, done: int) -> None:
        self.bar.update(self.task, completed=done)

    def advance(self) -> None:
        self.bar.advance(self.task)
        speed = self.bar.tasks[0].speed
        if speed:
            self.bar.update(self.task, rate=rate_text(speed))

    def fail(self) -> None:
        self.failures += 1
        self.bar.update(self.task, failures=f"[red]{self.failures} failed[/red]")


def rate_text(per_second: float) -> str:
    """Return runs a second in words, or runs a minute or hour where they are few."""
    for unit, seconds in (("second", 1), ("minute", 60)):
        if per_second * seconds >= 2:
            return f"{per_second * seconds:,.1f} a {unit}"
    return f"{per_second * 3600:,.1f} an hour"


@contextmanager
def progress_of(total: int, quiet: bool) -> Iterator[Progress]:
    """Give what moves a bar with time left, rate and failures; silent where standard error is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield _Silent()
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("runs"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
        progress.TextColumn("left  {task.fields[rate]}  {task.fields[failures]}"),
    )
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, transient=True, speed_estimate_period=SPEED_OVER) as bar:
        yield _Bar(bar, bar.add_task("runs", total=total, rate="", failures=""))
