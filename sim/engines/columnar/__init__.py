"""The fast engine: compiled loops over blocks of cells, whose cost follows events."""
