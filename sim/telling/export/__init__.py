"""Results in the formats of other programs, with a codebook."""
