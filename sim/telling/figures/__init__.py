"""Figures of runs, comparisons and sweeps, drawn in one style."""
