"""``python -m sim`` does what ``darkfigure`` does."""

from __future__ import annotations

import sys

from sim.doors.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
