"""What a user asks for, each a short orchestration: compare, sweep, plot, merge."""
