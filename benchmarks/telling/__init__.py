"""How what was measured is told: lines of a table, charts, and figures beside the published ones."""
