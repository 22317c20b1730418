"""Carries a calibration on and kills itself at one of its steps: ``killed_calibration.py DIR STEP``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from killed_batch import kill_at

from sim.analysis.calibration.study import Study
from sim.jobs.calibrate import resume_calibration
from sim.running.batch.execution import Options

if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as changes:
        kill_at(int(sys.argv[2]), changes)
        resume_calibration(Study.open(Path(sys.argv[1])), Options(workers=1, quiet=True))
