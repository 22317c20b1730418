"""What the numbers mean: statistics of paired runs, and the rows of a summary."""
