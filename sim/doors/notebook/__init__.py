"""The public functions for notebooks and scripts."""
