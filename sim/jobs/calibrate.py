"""Calibrate: run worlds wave by wave, weigh them by published figures, and write what is left of the priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.running.batch.execution import Options
from sim.running.compiling import ensure_compiled
from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.analysis.calibration.outcome import Outcome
    from sim.analysis.calibration.point import Point
    from sim.analysis.calibration.results import Worlds
    from sim.analysis.calibration.study import Study
    from sim.scenario.calibration.files import Calibration


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
    from sim.analysis.calibration.density import log_density
    from sim.analysis.calibration.outcome import outcome_of

    if (study.folder / "manifest.json").exists():
        if not options.quiet:
            print(f"{study.folder}: complete, nothing is left to do")
        return study.folder
    study.ensure_version(options.any_version)
    if options.dask is None:
        ensure_compiled("columnar", options.quiet)
    worlds = _run_waves(study, options)
    found = outcome_of(study, worlds, density=log_density(study, worlds))
    outcome = replace(found, point=_run_point(study, found.point, options))
    _write(study, outcome)
    if not options.quiet:
        from sim.telling.reports.calibration_terminal import print_calibration

        print_calibration(study, outcome)
    return study.folder


def _write(study: Study, outcome: Outcome) -> None:
    """Write tables, figures and words; the manifest last, for it tells that all is there."""
    from sim.analysis.calibration.outcome import clipped_share
    from sim.analysis.calibration.point_file import write_point
    from sim.analysis.calibration.tables import write_tables
    from sim.running.batch.files import as_json, write_whole
    from sim.running.run import fingerprint, version
    from sim.telling.calibration_wording import calibration_sentences
    from sim.telling.figures.calibration import draw_calibration
    from sim.telling.reports.calibration import write_calibration_report

    write_tables(study, outcome, study.folder)
    write_point(study, outcome, study.folder)
    figures = draw_calibration(study, outcome, study.folder)
    write_calibration_report(study, outcome, figures, study.folder / "report.html")
    told = "\n".join(calibration_sentences(study, outcome)) + "\n"
    write_whole(study.folder / "headline.txt", told)
    facts = {
        "kind": "calibration",
        "identity": study.identity,
        "version": version(),
        "fingerprint": fingerprint(),
        "program": study.header.program,
        "worlds": len(outcome.worlds),
        "lucks": len(outcome.point.runs),
        "effective_worlds": round(outcome.effective_worlds, 3),
        "tempering_steps": outcome.draws.steps,
        "accepted": round(outcome.draws.accepted, 3),
        "clipped_share": float(outcome.worlds.clipped.max()),
        "much_clipped": round(clipped_share(outcome), 6),
    }
    write_whole(study.folder / "manifest.json", as_json(facts))


def _run_waves(study: Study, options: Options) -> Worlds:
    """Run all waves and return all worlds."""
    worlds = _run_wave(study, None, options)
    for _ in range(1, study.header.waves):
        worlds = _run_wave(study, worlds, options)
    return worlds


def _run_wave(study: Study, before: Worlds | None, options: Options) -> Worlds:
    """Run the wave that follows the worlds ``before``, and return all; where it is placed already it stays there."""
    import numpy as np

    from sim.analysis.calibration.density import emulators_of, wave_of
    from sim.analysis.calibration.results import joined, worlds_of
    from sim.analysis.calibration.wave import first_wave, lucks_of, next_wave, power_of, world_name
    from sim.scenario.calibration.priors import changes_of, values_of

    wave = 1 if before is None else wave_of(before.names[-1]) + 1
    placed = study.design()
    if wave > len(placed):
        if before is None:
            study.place([first_wave(study)], [])
        else:
            shares, log_evidence = next_wave(study, emulators_of(study, before), wave)
            proposals = [*study.proposals()[: wave - 2], (power_of(study, wave), log_evidence)]
            study.place([*placed, shares], proposals)
        placed = study.design()
    shares, lucks = placed[wave - 1], lucks_of(study, len(placed[wave - 1]))
    changes = (changes_of(study.priors, values_of(study.priors, row)) for row in shares)
    rows = zip(changes, lucks.tolist(), strict=True)
    receipts = _run(study, {world_name(wave, number): row for number, row in enumerate(rows)}, options)
    worlds = worlds_of(shares, np.asarray(lucks), receipts)
    return worlds if before is None else joined(before, worlds)


def _run_point(study: Study, point: Point, options: Options) -> Point:
    """Run the point that was chosen in luck that no world before had."""
    import numpy as np

    from sim.analysis.calibration.results import worlds_of
    from sim.analysis.calibration.wave import point_names

    lucks = np.arange(study.header.again) + study.header.luck
    rows = {name: (dict(point.settings), luck) for name, luck in zip(point_names(study), lucks.tolist(), strict=True)}
    receipts = _run(study, rows, options)
    return point.run(worlds_of(np.zeros((len(lucks), len(study.priors))), lucks, receipts))


def _run(study: Study, rows: Mapping[str, tuple[Mapping[str, Any], int]], options: Options) -> dict[str, Any]:
    """Run worlds that are not run yet, each with its changes and in its luck, and return all their receipts."""
    from sim.analysis.calibration.results import refuse_missing
    from sim.analysis.calibration.worlds import simulate_world
    from sim.running.receipts import Call, carry_out

    shared = (str(study.folder.absolute()), study.header.program, study.ids)
    calls = []
    for name, (changes, luck) in rows.items():
        _ensure_possible(study, name, changes)
        calls.append(Call(name, (*shared, changes, study.header.seed, luck, options.threads, options.sharing)))
    targets = [figure.id for figure in study.targets]
    return carry_out(
        study.folder,
        study.identity,
        simulate_world,
        calls,
        options,
        lambda name, content: refuse_missing(name, content["reasons"], targets),
    )


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
