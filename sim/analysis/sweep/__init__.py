"""What the points of a sweep say: outcomes, effects, curves and sensitivity."""
