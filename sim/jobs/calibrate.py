"""Calibrate: run worlds wave by wave, weigh them by published figures, and write what is left of the priors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running.batch.execution import Options
from sim.words.faults import UserError

if TYPE_CHECKING:
    import numpy as np

    from sim.analysis.calibration.outcome import Outcome
    from sim.analysis.calibration.results import Emulators, Worlds
    from sim.analysis.calibration.study import Study
    from sim.analysis.calibration.weighing import Published
    from sim.scenario.calibration.files import Calibration

    Floats = np.ndarray[Any, np.dtype[np.float64]]


def calibrate_to_folder(found: Calibration, *, out: Path, options: Options) -> Path:
    """Calibrate in a new folder; whatever ends it, ``resume_calibration`` brings it to the same end.

    Raises
    ------
    UserError
        Where ``out`` holds something, memory is too little, or a figure or world cannot be computed.
    """
    from sim.analysis.calibration.study import begin
    from sim.running.needs import forecast_run, is_compiled
    from sim.running.terminal import foretell

    foretell(forecast_run(found.base.parameters, "columnar", options.threads, is_compiled("columnar")), options.quiet)
    return resume_calibration(begin(found, out), options)


def resume_calibration(study: Study, options: Options) -> Path:
    """Bring a calibration to its end, from wherever it is, and return its folder."""
    from sim.analysis.calibration.outcome import outcome_of
    from sim.telling.calibration_files import write_calibration

    if (study.folder / "manifest.json").exists():
        if not options.quiet:
            print(f"{study.folder}: complete, nothing is left to do")
        return study.folder
    study.ensure_version(options.any_version)
    worlds, best = _run_waves(study, options)
    outcome = outcome_of(study, worlds, best)
    write_calibration(study, outcome)
    if not options.quiet:
        from sim.telling.reports.calibration_terminal import print_calibration

        print_calibration(study, outcome)
    return study.folder


def _run_waves(study: Study, options: Options) -> tuple[Worlds, Worlds]:
    """Run all waves, and the best world in all lucks; return all worlds, and the best one in each luck."""
    import numpy as np

    from sim.analysis.calibration.results import fit_all, worlds_of
    from sim.analysis.calibration.wave import best_world, first_wave, lucks_of, next_wave

    placed, receipts = study.design(), dict[str, Mapping[str, Any]]()
    for wave in range(study.header.waves):
        if wave >= len(placed):
            placed.append(first_wave(study) if wave == 0 else next_wave(study, worlds, emulators))
            study.place(placed)
        rows = zip(placed[wave], lucks_of(study, len(placed[wave])).tolist(), strict=True)
        receipts |= _run(study, {f"w{wave + 1}.{number}": row for number, row in enumerate(rows)}, options)
        lucks = np.concatenate([lucks_of(study, len(it)) for it in placed[: wave + 1]])
        worlds = worlds_of(np.concatenate(placed[: wave + 1]), lucks, receipts)
        if wave + 1 < study.header.waves:
            emulators = fit_all(worlds, [figure.id for figure in study.targets])
    row, lucks = worlds.shares[best_world(study, worlds)], np.arange(study.header.luck)
    again = _run(study, {f"best.{luck}": (row, luck) for luck in lucks.tolist()}, options)
    return worlds, worlds_of(np.tile(row, (len(again), 1)), lucks, again)


def _run(study: Study, rows: Mapping[str, tuple[Floats, int]], options: Options) -> dict[str, Mapping[str, Any]]:
    """Run worlds that are not run yet, each at a position and in a luck, and return all their receipts."""
    from sim.analysis.calibration.results import refuse_missing
    from sim.analysis.calibration.worlds import simulate_world
    from sim.running.receipts import Call, carry_out
    from sim.scenario.calibration.priors import changes_of, values_of

    shared = (str(study.folder.absolute()), study.header.program, study.ids)
    calls = []
    for name, (row, luck) in rows.items():
        changes = changes_of(study.priors, values_of(study.priors, row))
        _ensure_possible(study, name, changes)
        calls.append(Call(name, (*shared, changes, study.header.seed, luck, options.threads)))
    receipts = carry_out(study.folder, study.identity, simulate_world, calls, options)
    refuse_missing(receipts, [figure.id for figure in study.targets])
    return dict(receipts)


def _ensure_possible(study: Study, name: str, changes: Mapping[str, Any]) -> None:
    """Refuse a world whose parameters are not allowed, before any is run."""
    from pydantic import ValidationError

    from sim.analysis.calibration.worlds import scenario_in
    from sim.scenario.design.paths import varied

    try:
        varied(scenario_in(str(study.folder.absolute())), changes, name)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UserError(f"world {name}: {where} {first['input']!r}: {first['msg']}; narrow the priors") from None
