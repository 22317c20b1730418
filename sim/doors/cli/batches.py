"""The commands about batches that exist already, and the options of all that carry batches out."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim.doors.cli.options import (
    ON_ERROR,
    add_executing,
    command_parser,
    count,
    execution_options,
    free_folder,
)
from sim.running.machine import algebra_on_one_thread, processors
from sim.words.faults import UserError

if TYPE_CHECKING:
    pass

Arguments = argparse.Namespace


def add_batch_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``resume``, ``status``, ``rerun`` and ``merge``."""

    resume = command_parser(commands, "resume", "go on with a batch that something ended", resume_command)
    resume.add_argument("folder", metavar="DIR", type=Path, help="folder of the batch or calibration")
    add_executing(resume)
    resume.add_argument("--threads", metavar="N", type=count, help="threads of one run; no result depends on them")
    resume.add_argument("--quiet", action="store_true", help="print nothing but errors")

    status = command_parser(
        commands, "status", "tell how far a batch or calibration is, and what is wrong with it", status_command
    )
    status.add_argument("folder", metavar="DIR", type=Path, help="folder of the batch or calibration")
    status.add_argument("--json", action="store_true", help="print it as JSON")

    rerun = command_parser(commands, "rerun", "run one run of a batch again, and compare its tables", rerun_command)
    rerun.add_argument("folder", metavar="DIR", type=Path, help="folder of the batch")
    rerun.add_argument("run", metavar="RUN", help="SCENARIO.REPLICATION, for example baseline.7")
    rerun.add_argument("--threads", metavar="N", type=count, help="threads of the run; no result depends on them")
    rerun.add_argument("--out", metavar="DIR", type=Path, help="new folder for the run (default: under outputs/)")
    rerun.add_argument("--quiet", action="store_true", help="print nothing but errors")

    merge = command_parser(commands, "merge", "join the shards of one batch", merge_command)
    merge.add_argument("shards", metavar="DIR", type=Path, nargs="+", help="folders of the shards")
    merge.add_argument("--out", metavar="DIR", type=Path, help="new folder for the whole (default: under outputs/)")
    merge.add_argument("--workers", metavar="N", type=count, help="threads (default: all processors)")
    merge.add_argument(
        "--on-error", choices=ON_ERROR, default="hold", help="continue: make results without missing runs"
    )
    merge.add_argument("--quiet", action="store_true", help="print nothing but errors")


def exit_status(folder: Path) -> int:
    """Tell which runs the results in ``folder`` lack, and return what the command ends with."""
    from sim.jobs.finish import SHOWN, lacking

    missing = lacking(folder)
    if not missing:
        return 0
    names = ", ".join(map(str, missing[:SHOWN])) + (", ..." if len(missing) > SHOWN else "")
    print(f"{len(missing)} runs failed and are not in the results: {names}", file=sys.stderr)
    return 1


def resume_command(arguments: Arguments) -> int:
    """Go on with a batch, or with a calibration."""
    from sim.jobs.folders import is_calibration

    if is_calibration(arguments.folder):
        algebra_on_one_thread()
        from sim.analysis.calibration.study import Study
        from sim.jobs.calibrate import resume_calibration

        resume_calibration(Study.open(arguments.folder), execution_options(arguments))
        return 0
    from sim.jobs.finish import carry_on
    from sim.running.batch import Batch

    return exit_status(carry_on(Batch.open(arguments.folder), execution_options(arguments)))


def status_command(arguments: Arguments) -> int:
    """Tell how far a batch, or a calibration, is."""
    from sim.jobs.folders import is_calibration

    if is_calibration(arguments.folder):
        from sim.analysis.calibration.condition import condition_as_json, condition_text
    else:
        from sim.running.batch.condition import condition_as_json, condition_text
    if arguments.json:
        print(json.dumps(condition_as_json(arguments.folder), indent=2))
    else:
        print(condition_text(arguments.folder))
    return 0


def rerun_command(arguments: Arguments) -> int:
    """Run one run of a batch again."""
    from sim.running.batch import Batch, RunName

    batch, run = Batch.open(arguments.folder), RunName.read(arguments.run)
    if run not in batch.plan:
        raise UserError(f"{arguments.folder}: {_no_such_run(batch.plan.scenarios, batch.plan.replications, run)}")
    out = free_folder(arguments.out, str(run))
    from sim.running.batch.rerunning import rerun

    return rerun(batch, run, threads=arguments.threads or processors(), out=out, quiet=arguments.quiet)


def _no_such_run(scenarios: tuple[str, ...], replications: int, run: tuple[str, int]) -> str:
    from sim.words.faults import did_you_mean, shortened

    name, number = run
    if name in scenarios:
        return f"there is no replication {number}; they are numbered 0 to {replications - 1}"
    listed = shortened(", ".join(scenarios), 100)
    return f"no scenario is called {name}{did_you_mean(name, scenarios)} (there are {listed})"


def merge_command(arguments: Arguments) -> int:
    """Join the shards of one batch."""
    from sim.jobs.merge import check_shards, merge

    batches = check_shards(arguments.shards)
    out = free_folder(arguments.out, batches[0].plan.name)
    workers = arguments.workers or processors()
    return exit_status(merge(batches, out, workers=workers, on_error=arguments.on_error, quiet=arguments.quiet))
