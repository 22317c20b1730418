"""Many runs in one folder that exists from the first moment and outlives whatever ends its processes."""

from __future__ import annotations

from sim.running.batch.execution import Options, execute
from sim.running.batch.plan import Plan, RunName
from sim.running.batch.processes import WorkerLost
from sim.running.batch.reading import Batch, Status
from sim.running.batch.runners import run_all

__all__ = ["Batch", "Options", "Plan", "RunName", "Status", "WorkerLost", "execute", "run_all"]
