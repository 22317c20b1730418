"""``python -m sim`` does what ``darkfigure`` does."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line of this process and return its status; Ctrl-C while it loads is no fault to trace."""
    try:
        from sim.doors.cli.main import main as command

        return command()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
