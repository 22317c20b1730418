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
    from sim.analysis.calibration.results import Worlds
    from sim.analysis.calibration.study import Study
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
    from sim.running.needs import forecast_calibration, is_compiled
    from sim.running.terminal import foretell

    needs = forecast_calibration(found, options.threads, options.workers, is_compiled("columnar"))
    foretell(needs, options.quiet)
    return resume_calibration(begin(found, out), options)


def resume_calibration(study: Study, options: Options) -> Path:
    """Bring a calibration to its end, from wherever it is, and return its folder."""
    from sim.analysis.calibration.outcome import outcome_of

    if (study.folder / "manifest.json").exists():
        if not options.quiet:
            print(f"{study.folder}: complete, nothing is left to do")
        return study.folder
    study.ensure_version(options.any_version)
    worlds, best = _run_waves(study, options)
    outcome = outcome_of(study, worlds, best)
    _write(study, outcome)
    if not options.quiet:
        from sim.telling.reports.calibration_terminal import print_calibration

        print_calibration(study, outcome)
    return study.folder


def _write(study: Study, outcome: Outcome) -> None:
    """Write tables, figures and words; the manifest last, for it tells that all is there."""
    from sim.analysis.calibration.tables import write_tables
    from sim.running.batch.files import as_json, write_whole
    from sim.running.run import fingerprint, version
    from sim.telling.calibration_wording import calibration_sentences
    from sim.telling.figures.calibration import draw_calibration

    write_tables(study, outcome, study.folder)
    draw_calibration(study, outcome, study.folder)
    told = "\n".join(calibration_sentences(study, outcome)) + "\n"
    write_whole(study.folder / "headline.txt", told)
    facts = {
        "kind": "calibration",
        "identity": study.identity,
        "version": version(),
        "fingerprint": fingerprint(),
        "program": study.header.program,
        "worlds": len(outcome.worlds),
        "lucks": len(outcome.best),
        "effective_worlds": round(outcome.effective_worlds, 3),
        "tempering_steps": outcome.draws.steps,
        "accepted": round(outcome.draws.accepted, 3),
        "clipped_share": float(outcome.worlds.clipped.max()),
    }
    write_whole(study.folder / "manifest.json", as_json(facts))


def _run_waves(study: Study, options: Options) -> tuple[Worlds, Worlds]:
    """Run all waves, and the best world in all lucks; return all worlds, and the best one in each luck."""
    import numpy as np

    from sim.analysis.calibration.results import worlds_of
    from sim.analysis.calibration.wave import best_world

    worlds = _run_wave(study, None, options)
    for _ in range(1, study.header.waves):
        worlds = _run_wave(study, worlds, options)
    row, lucks = worlds.shares[best_world(study, worlds)], np.arange(study.header.luck)
    again = _run(study, {f"best.{luck}": (row, luck) for luck in lucks.tolist()}, options)
    return worlds, worlds_of(np.tile(row, (len(again), 1)), lucks, again)


def _run_wave(study: Study, before: Worlds | None, options: Options) -> Worlds:
    """Run the wave that follows the worlds ``before``, and return all; where it is placed already it stays there."""
    import numpy as np

    from sim.analysis.calibration.results import fit_all, joined, worlds_of
    from sim.analysis.calibration.wave import first_wave, lucks_of, next_wave

    wave = 0 if before is None else len({name.partition(".")[0] for name in before.names})
    placed = study.design()
    if wave >= len(placed):
        targets = [figure.id for figure in study.targets]
        shares = first_wave(study) if before is None else next_wave(study, before, fit_all(before, targets))
        placed.append(shares)
        study.place(placed)
    lucks = lucks_of(study, len(placed[wave]))
    rows = zip(placed[wave], lucks.tolist(), strict=True)
    receipts = _run(study, {f"w{wave + 1}.{number}": row for number, row in enumerate(rows)}, options)
    worlds = worlds_of(placed[wave], np.asarray(lucks), receipts)
    return worlds if before is None else joined(before, worlds)


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
