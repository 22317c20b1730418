"""The folder of a calibration: what it follows from, written first, so that whatever ends it can be resumed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.calibration.mean_field import MeanField
from sim.analysis.calibration.weighing import AT_LEAST, AT_MOST, TWO_SIDED, Published
from sim.analysis.calibration.worlds import FIGURES, SCENARIO, figures_in, scenario_in
from sim.analysis.evidence.figures import Figure, read_figures, shipped_figures
from sim.parameters.calibration import CalibrationHeader
from sim.running.batch.files import as_json, digest_of, write_whole
from sim.scenario.calibration.files import Calibration
from sim.scenario.calibration.priors import Prior
from sim.words.faults import ScenarioError, UserError, did_you_mean, shortened
from sim.words.reading import Damaged, record_in

Floats = np.ndarray[Any, np.dtype[np.float64]]
RECORD = "calibration.json"
FORMAT = 1
DESIGN, PROPOSALS = "design.csv", "proposals.json"
_KINDS: dict[str, type] = {
    "format": int,
    "name": str,
    "version": str,
    "fingerprint": str,
    "header": dict,
    "priors": list,
    "targets": list,
    "validation": list,
    "tolerance": float,
    "files": dict,
}


@dataclass(frozen=True, eq=False)
class Study:
    """A calibration in its folder.

    Attributes
    ----------
    folder : Path
    identity : str
        A checksum of all that its results follow from.
    name : str
    header : CalibrationHeader
    priors : tuple of Prior
    targets, validation : tuple of Figure
        That weigh worlds, and that are told alone.
    tolerance : float
        Standard error of targets published without one, as a share of them.
    """

    folder: Path
    identity: str
    name: str
    header: CalibrationHeader
    priors: tuple[Prior, ...]
    targets: tuple[Figure, ...]
    validation: tuple[Figure, ...]
    tolerance: float

    @property
    def ids(self) -> tuple[str, ...]:
        """The figures that are computed in each world, targets first."""
        return tuple(figure.id for figure in (*self.targets, *self.validation))

    @cached_property
    def published(self) -> Published:
        """The targets as worlds are weighed by them; the simulator's noise is not known yet."""
        return published_of(self.targets, self.tolerance)

    @cached_property
    def field(self) -> MeanField | None:
        """The mean field of the scenario whose parameters are uncertain; none of a study that has no folder."""
        if not (self.folder / SCENARIO).exists():
            return None
        return MeanField.of(scenario_in(str(self.folder.absolute())), self.priors)

    @classmethod
    def open(cls, folder: Path) -> Study:
        """Return the calibration in a folder.

        Raises
        ------
        UserError
            Where there is none, or its record or a file is damaged or of another format.
        """
        path = folder / RECORD
        try:
            content = record_in(path, _KINDS)
        except FileNotFoundError:
            raise UserError(f"{folder}: not the folder of a calibration (there is no {RECORD})") from None
        if content["format"] != FORMAT:
            raise UserError(f"{path}: of format {content['format']}, and this version reads format {FORMAT}")
        for name, digest in content["files"].items():
            if not (folder / name).exists() or digest_of((folder / name).read_bytes()) != digest:
                raise Damaged(f"{folder / name}: is missing or has been changed since the calibration began")
        try:
            header = CalibrationHeader.model_validate(content["header"])
            priors = tuple(Prior(**{**it, "also": tuple(it["also"])}) for it in content["priors"])
            targets, validation = (tuple(figures_in(folder, tuple(content[key]))) for key in ("targets", "validation"))
        except (ValueError, TypeError, KeyError) as error:
            raise Damaged(f"{path}: damaged ({shortened(str(error), 200)})") from None
        identity = digest_of(as_json(_without_words(content)))
        return cls(folder, identity, content["name"], header, priors, targets, validation, content["tolerance"])

    def ensure_version(self, any_version: bool = False) -> None:
        """Refuse to go on under other sources: worlds would be of two kinds.

        Raises
        ------
        UserError
            Where this is another version than the one that began.
        """
        from sim.running.run import fingerprint, version

        begun = record_in(self.folder / RECORD)
        if not any_version and begun["fingerprint"] != fingerprint():
            raise UserError(
                f"{self.folder}: begun by darkfigure {begun['version']} with sources {begun['fingerprint']}; this is "
                f"{version()} with {fingerprint()}, whose worlds may differ. Use that version, or --allow-other-version"
            )

    def design(self) -> list[Floats]:
        """Return the positions of the waves that are placed, float64[worlds, P] each."""
        path = self.folder / DESIGN
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        waves = sorted({int(row[0]) for row in rows})
        return [np.array([[float(cell) for cell in row[1:]] for row in rows if int(row[0]) == it]) for it in waves]

    def proposals(self) -> list[tuple[float, float]]:
        """Return the power and the logarithm of the evidence of what the second and later waves are drawn from."""
        path = self.folder / PROPOSALS
        if not path.exists():
            return []
        return [(it["power"], it["log_evidence"]) for it in record_in(path, {"waves": list})["waves"]]

    def place(self, waves: Sequence[Floats], proposals: Sequence[tuple[float, float]]) -> None:
        """Write the positions of all waves placed so far, after what the later ones are drawn from."""
        told = [{"power": power, "log_evidence": log_evidence} for power, log_evidence in proposals]
        write_whole(self.folder / PROPOSALS, as_json({"waves": told}))
        lines = [["wave", *(prior.label for prior in self.priors)]]
        lines += [[str(number), *map(repr, map(float, row))] for number, wave in enumerate(waves, 1) for row in wave]
        write_whole(self.folder / DESIGN, "".join(",".join(line) + "\n" for line in lines))


def begin(found: Calibration, out: Path) -> Study:
    """Make the folder of a calibration; it is there at once or not at all.

    Raises
    ------
    UserError
        Where ``out`` holds something, a file cannot be read, or a figure is not known or cannot be a target.
    """
    from sim.running.batch.inputs import Inputs
    from sim.running.run import fingerprint, version, whole_folder

    check_figures(found)
    inputs = Inputs([found.base])
    files: dict[str, bytes] = dict(inputs.files)
    files[SCENARIO] = inputs.carried(found.base).resolved_yaml().encode()
    own = _own_file(found)
    if own is not None:
        files[FIGURES] = own.read_bytes()
    if found.path is not None:
        files["calibration.yaml"] = found.path.read_bytes()
    record = {
        "format": FORMAT,
        "name": found.name,
        "version": version(),
        "fingerprint": fingerprint(),
        "header": found.header.model_dump(mode="json"),
        "priors": [asdict(prior) for prior in found.priors],
        "targets": found.figures.targets,
        "validation": found.figures.validation,
        "tolerance": float(found.figures.tolerance),
        "files": {name: digest_of(content) for name, content in files.items()},
    }
    with whole_folder(out) as folder:
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        (folder / RECORD).write_text(as_json(record), encoding="utf-8", newline="\n")
    return Study.open(out)


def published_of(figures: Sequence[Figure], tolerance: float) -> Published:
    """Return figures as worlds are weighed by them.

    A figure without a standard error is tolerated within a share of itself; one with a published range is a quarter of
    its width from the middle; a bound counts on one side alone.
    """
    values, se, sides = [], [], []
    for figure in figures:
        has_range = np.isfinite(figure.low) and np.isfinite(figure.high)
        tolerated = (figure.high - figure.low) / 4 if has_range else tolerance * abs(figure.value)
        values.append(figure.value)
        se.append(figure.se if np.isfinite(figure.se) else tolerated)
        sides.append({"at_most": AT_MOST, "at_least": AT_LEAST}.get(figure.role, TWO_SIDED))
    return Published(np.array(values), np.array(se), np.zeros(len(values)), np.array(sides, dtype=np.int64))


def _own_file(found: Calibration) -> Path | None:
    if found.figures.file is None:
        return None
    return Path(found.figures.file)


def check_figures(found: Calibration) -> None:
    """Raise a fault for each figure that is not known, or cannot be used as it is asked for.

    Raises
    ------
    ScenarioError
        With all of them.
    """
    own = _own_file(found)
    known = {it.id: it for it in (*shipped_figures(), *(read_figures(own) if own is not None else ()))}
    faults = []
    for key in ("targets", "validation"):
        for name in getattr(found.figures, key):
            told = _problem_of(name, key, known, found.figures.tolerance)
            if told:
                faults.append(found.figure_place.fault(f"figures.{key}: {shortened(name)} {told}"))
    if faults:
        raise ScenarioError(faults)


def _problem_of(name: str, key: str, known: dict[str, Figure], tolerance: float) -> str:
    if name not in known:
        return f"is not a figure{did_you_mean(name, known) or '; darkfigure validate lists them'}"
    figure = known[name]
    if figure.kind == "not_counted":
        return f"is not counted in a run ({figure.note})"
    if key == "targets" and figure.role == "validation":
        return "is kept for validation, and no calibration may weigh worlds by it; list it under validation"
    if key == "targets" and not np.isfinite(figure.se) and tolerance * figure.value == 0 and np.isnan(figure.low):
        return "is 0 and has no standard error, so nothing says how near a world must come"
    return ""


def _without_words(content: dict[str, Any]) -> dict[str, Any]:
    header = {**content["header"], "title": "", "question": "", "source": ""}
    return {**content, "header": header, "version": ""}
