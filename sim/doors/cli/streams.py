"""What the command says, on streams that may be closed, cut by ``head``, full, or unable to write some letters.

What is said is second to what is written: no stream of the process ends a run.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any


class _Lasting(io.FileIO):
    """A stream of the process that takes everything; once it cannot be written to, nothing more is tried."""

    fault: OSError | None = None

    def write(self, content: Any) -> int:
        """Write as much as goes; after a fault pass over all."""
        if self.fault is None:
            try:
                return super().write(content) or 0
            except OSError as error:
                self.fault = error
        return len(memoryview(content).cast("B"))


def make_streams_last() -> None:
    """Put streams that outlast their readers in place of standard output and standard error."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
            continue
        raw = _Lasting(number, "w", closefd=False)
        wrapped = io.TextIOWrapper(
            io.BufferedWriter(raw),
            encoding=stream.encoding,
            errors="backslashreplace",
            line_buffering=number == 2 or stream.line_buffering,
        )
        setattr(sys, name, wrapped)


def fault_of_output() -> OSError | None:
    """Return why standard output could not take all that was said, but for a reader who had enough."""
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    fault = raw.fault if isinstance(raw, _Lasting) else None
    return None if isinstance(fault, BrokenPipeError) else fault
