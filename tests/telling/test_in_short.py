"""How results are shown in a notebook: a sentence, at most six rows, the same numbers as in the tables."""

from __future__ import annotations

import math

import pandas as pd

from sim.telling.in_short import as_html, as_text, comparison_in_short, estimates_in_short, power_in_short, run_in_short

SUMMARY = ["scenario", "measure", "group", "estimate", "low", "high", "unit"]


def summary_of(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=SUMMARY).astype({"estimate": float, "low": float, "high": float})


def test_a_run_without_crime_has_no_share() -> None:
    rows = [("a", f"{book}_total", "all", 0.0, None, None, "per year") for book in ("occurred", "recorded")]
    assert run_in_short(summary_of(rows)).headline == "No index crime happened."


def test_at_most_six_scenarios_are_shown_and_the_rest_counted() -> None:
    rows = [
        (f"s{place}", measure, "all", 1.0 + place, 0.5, 9.0, "%")
        for place in range(8)
        for measure in ("occurred_total", "recorded_total", "gap_total")
    ]
    short = comparison_in_short(summary_of([("base", "occurred_total", "all", 4.0, 3.0, 5.0, "per year"), *rows]))
    assert [row[0] for row in short.rows] == [f"s{place}" for place in range(6)]
    assert short.rest == 2
    assert short.rows[1][1] == "+2.00 (+0.50 to +9.00)"
    assert "base" not in as_text(short)
    assert as_text(short).endswith("... and 2 more")
    assert as_html(short).count("<tr>") == 7


def test_an_estimate_has_its_typical_interval_and_both_truths() -> None:
    columns = ["background", "replication", "book", "crime", "group", "outcome", "estimator", "estimate", "low", "high"]
    more = ["placebo", "truth_aligned", "true_crime_aligned", "level", "true_level"]
    shared = ("flat", "recorded", "index", "all", "log_rate", "two_way")

    def row(replication: int, estimate: float, half: float, book: str = "recorded") -> tuple[object, ...]:
        place = (shared[0], replication, book, *shared[2:])
        return (*place, estimate, estimate - half, estimate + half, 0.0, -0.1, 0.1, 1.0, 1.0)

    frame = pd.DataFrame([row(0, -0.2, 0.1), row(1, -0.4, 0.1), row(0, 9.0, 0.1, "occurred")], columns=columns + more)
    short = estimates_in_short("<Found>", frame)
    (cells,) = short.rows
    ends = [100 * math.expm1(value) for value in (-0.3, -0.4, -0.2)]
    told = [f"−{abs(value):.1f}" for value in ends]
    assert cells == ("Two-way", f"{told[0]} ({told[1]} to {told[2]})", "0.0", "−9.5", "+10.5")
    assert "everybody" in short.heads[0]
    assert "&lt;Found&gt;" in as_html(short)
    assert estimates_in_short("none", frame[frame["book"] == "survey"]).rows == ()


def test_what_could_not_be_seen_at_all_is_called_none() -> None:
    columns = ["background", "book", "crime", "group", "estimator", "detectable_percent"]
    rows = [
        ("flat", "recorded", "index", "all", "two_way", 3.25),
        ("flat", "recorded", "index", "hispanic", "two_way", 250.0),
        ("flat", "recorded", "index", "all", "imputation", math.nan),
    ]
    short = power_in_short("told", pd.DataFrame(rows, columns=columns))
    assert short.rows[0] == ("Two-way", "3.2 %", "none")
    assert short.rows[1] == ("Imputation", "–", "–")
