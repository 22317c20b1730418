"""A calibration: uncertain parameters with their priors, the figures that weigh worlds, and how many worlds."""
