"""Published figures as their studies made them: read from files, computed in simulated worlds, and judged."""
