"""Identify: which true effects are compatible with what was published, from the worlds of a calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.words.faults import UserError

if TYPE_CHECKING:
    from sim.analysis.calibration.identifying import Identified
    from sim.analysis.calibration.study import Study
    from sim.scenario.calibration.identification import Identification

Column = tuple[str, str, str, str]
_SET: Column = ("evidence", "text", "", "Set of figures by which worlds are weighed")


def identify_to_folder(asked: Identification, calibrated: Path, *, out: Path, quiet: bool = False) -> Path:
    """Weigh the worlds of a calibration by sets of evidence and write what is left; the folder appears whole.

    Raises
    ------
    UserError
        Where ``out`` holds something, a figure is not known, trends are not what was declared, or too few worlds are
        left.
    """
    from sim.analysis.calibration.density import log_density
    from sim.analysis.calibration.identifying import identify
    from sim.analysis.calibration.stored import stored_worlds
    from sim.analysis.calibration.study import Study
    from sim.running.run import whole_folder
    from sim.running.terminal import working
    from sim.telling.reports.identification_terminal import print_identified

    study = Study.open(calibrated)
    _ensure_trends(asked, study)
    with whole_folder(out) as folder:
        with working("weighing worlds", quiet):
            worlds = stored_worlds(study)
            found = identify(asked, study, worlds, density=log_density(study, worlds))
        _write(asked, study, found, folder)
    if not quiet:
        print_identified(asked, study, found, out)
    return out


def _ensure_trends(asked: Identification, study: Study) -> None:
    """Refuse what is declared of trends where the worlds have none: their crime moves by the program alone."""
    from sim.analysis.calibration.worlds import scenario_in

    background = scenario_in(str(study.folder.absolute())).parameters.world.background
    if asked.header.trends == "as_found" and background is None:
        raise UserError(
            f"{asked.path}: trends: as_found, but the worlds in {study.folder} have no background trends; write net"
        )


def _write(asked: Identification, study: Study, found: Identified, folder: Path) -> None:
    from sim.analysis.evaluation.tables import write_codebook, write_csv
    from sim.running.run import fingerprint, version, write_json
    from sim.telling.figures.compatible import draw_compatible
    from sim.telling.identification_wording import identification_sentences
    from sim.telling.reports.identification import write_identification_report

    files = files_of()
    for name, rows in _rows(found).items():
        write_csv(folder / f"{name}.csv", [column[0] for column in files[name]], rows)
    write_codebook(files, folder / "codebook.csv")
    known = {figure.id: figure for figure in (*study.targets, *study.validation)}
    drawn = draw_compatible(asked, found, known[asked.header.finding], folder)
    write_identification_report(asked, study, found, drawn, folder / "report.html")
    (folder / "identification.yaml").write_bytes(asked.path.read_bytes())
    told = "\n".join(identification_sentences(asked, study, found)) + "\n"
    (folder / "headline.txt").write_text(told, encoding="utf-8")
    facts = {
        "kind": "identification",
        "version": version(),
        "fingerprint": fingerprint(),
        "calibration": study.identity,
        "trends": asked.header.trends,
        "worlds": len(found.worlds),
        "effective_worlds": {it.evidence.name: round(it.effective, 2) for it in found.sets},
    }
    write_json(folder / "manifest.json", facts)


def files_of() -> Mapping[str, Sequence[Column]]:
    """Return the columns of each file: name, type, unit, meaning."""
    from sim.analysis.calibration.tables import QUANTILES

    quantiles: list[Column] = [
        (it, "number", "%", f"Value below which {it[1:]} % of the weight lie") for it in QUANTILES
    ]
    return {
        "sets": (
            _SET,
            ("figures", "text", "", "Their ids"),
            ("effective_worlds", "number", "worlds", "Of equal weight among those that were run, by their own figures"),
            ("compatible_worlds", "whole number", "worlds", "Run, with every figure within two standard errors"),
            ("effective_draws", "number", "draws", "Of equal weight among the emulated ones"),
            ("compatible_share", "number", "share", "Of the emulated ones, with every figure within two"),
        ),
        "effects": (_SET, ("effect", "text", "", "What truly changes with the program"), *quantiles),
        "pinned": (
            _SET,
            ("parameter", "text", "", "Dotted path, or a ratio"),
            ("sd_ratio", "number", "", "Weighted over prior standard deviation"),
            ("verdict", "text", "", "pinned below 0.5, narrowed below 0.8, else open"),
        ),
        "bounds": (
            _SET,
            ("case", "text", "", "At which values of disputed parameters"),
            ("effect", "text", "", ""),
            ("low", "number", "%", "Least over compatible emulated worlds; empty where none is compatible"),
            ("high", "number", "%", "Most"),
            ("worlds", "whole number", "worlds", "Emulated worlds that are compatible"),
        ),
        "errors": (
            _SET,
            ("name", "text", "", "Figure or effect"),
            ("emulator_error", "number", "its unit", "Root mean square error of leaving a world out, by their weights"),
        ),
    }


def _rows(found: Identified) -> dict[str, list[Sequence[Any]]]:
    return {
        "sets": [
            (
                it.evidence.name,
                " ".join(it.evidence.figures),
                it.effective,
                int(it.simulated_compatible.sum()),
                it.effective_draws,
                float(it.compatible.mean()),
            )
            for it in found.sets
        ],
        "effects": [(it.evidence, it.effect, *it.values) for it in found.quantiles],
        "pinned": list(found.pins),
        "bounds": list(found.bounds),
        "errors": list(found.errors),
    }
