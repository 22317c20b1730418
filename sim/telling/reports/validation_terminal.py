"""A validation on a terminal of 80 columns: a line a figure, the inputs counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from sim.analysis.evidence.validation import Validation
from sim.telling.validation_wording import (
    CLOSE,
    HEADINGS,
    Pair,
    is_close,
    missing_lines,
    number,
    short_verdict,
    summary_sentences,
    warnings_of,
    z_text,
)

WIDTH, NUMBER, QUANTITY = 80, 4, 41


def print_validation(validation: Validation, out: Path) -> None:
    """Print what agrees in words, a line for each figure that is no input, and where the rest is."""
    for text in (*warnings_of(validation), *summary_sentences(validation)):
        print(*textwrap.wrap(text, WIDTH), sep="\n")
    for role, heading in HEADINGS.items():
        pairs = validation.of_role(role)
        if pairs and role != "input":
            print("", *_table(heading, pairs), sep="\n")
    inputs = validation.of_role("input")
    if inputs:
        far = [row.id for _, row in inputs if not is_close(row)]
        told = f"{len(inputs)} inputs, with which agreement proves nothing"
        told += f"; farther off than {CLOSE:.0f} %: {', '.join(far)}." if far else f"; all lie within {CLOSE:.0f} %."
        print("", *textwrap.wrap(told, WIDTH), sep="\n")
    for line in missing_lines(validation):
        print(*textwrap.wrap(f"Not given: {line}", WIDTH, subsequent_indent="  "), sep="\n")
    print(f"Report: {out / 'report.html'}")


def _table(heading: str, pairs: list[Pair]) -> Iterator[str]:
    yield f"{heading:{NUMBER + QUANTITY}}{'published':>9}{'simulated':>10}{'z':>6}  verdict"
    for figure, row in pairs:
        name = textwrap.shorten(figure.what, QUANTITY - 1, placeholder="...")
        cells = f"{number(row.published):>9}{number(row.simulated):>10}{z_text(row):>6}"
        yield f"{figure.number:{NUMBER}}{name:{QUANTITY}}{cells}  {short_verdict(row)}"
