"""How far numbers may go from which lists are made: what is larger is a mistake, told before memory is asked for."""

from __future__ import annotations

LONGEST_HORIZON = 240
"""Months; the stored month of a person's fear is one byte."""
LARGEST_SEED = 2**62
MOST_REPLICATIONS = 10_000
"""Runs of a scenario, or of a point of a sweep."""
MOST_POINTS = 100_000
"""Points of a sweep."""
MOST_SCENARIOS = 2 * MOST_POINTS
"""Scenarios of a batch: each point of a sweep may have a partner."""
MOST_RUNS = 1_000_000
"""Runs of a batch."""
LARGEST_SHARDS = 100_000
LONGEST_LINE = 1 << 20
"""Characters of a line of a journal."""
