"""How a table stands on the terminal: with lines on a terminal, plain in a file or a pipe."""

from __future__ import annotations

import sys

from rich import box
from rich.console import Console
from rich.table import Table

PLAIN_WIDTH = 200


def new_console() -> Console:
    """Return the console that results are printed on, as wide as the terminal or, without one, ``PLAIN_WIDTH``."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)


def new_table(*heads: str) -> Table:
    """Return a table without rows; its first column has labels, those under ``heads`` have numbers."""
    table = Table(box=box.SIMPLE_HEAD if sys.stdout.isatty() else box.ASCII2, show_edge=False, pad_edge=False)
    table.add_column("")
    for head in heads:
        table.add_column(head, justify="right")
    return table
