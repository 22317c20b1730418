"""Calibration files, read strictly: every fault with its file, line and what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.parameters.calibration import CalibrationHeader, FiguresHeader, PriorHeader
from sim.scenario.bases import base_named
from sim.scenario.calibration.priors import Prior
from sim.scenario.check import checked, quoted
from sim.scenario.design.factors import ValueChecker
from sim.scenario.design.paths import path_problem, targets
from sim.scenario.files import opened
from sim.scenario.scenario import Scenario
from sim.scenario.yaml_text import Branch, Node, Place
from sim.words.faults import Fault, ScenarioError, did_you_mean, in_reading_order, shortened

KEYS = (*CalibrationHeader.model_fields, "scenario", "set", "priors", "figures")


@dataclass(frozen=True)
class Calibration:
    """A base scenario, what is uncertain of it, and which figures weigh the worlds drawn."""

    title: str
    question: str
    source: str
    base: Scenario
    priors: tuple[Prior, ...]
    header: CalibrationHeader
    figures: FiguresHeader
    path: Path | None = field(default=None, compare=False)
    figure_place: Place = field(default_factory=lambda: Place("figures"), compare=False)

    @property
    def name(self) -> str:
        """Return the file's stem, or ``calibration`` where no file describes it."""
        return self.path.stem if self.path is not None else "calibration"


def load_calibration(
    path: str | Path, overrides: Sequence[str] = (), options: dict[str, str] | None = None
) -> Calibration:
    """Return the calibration in the file at ``path``.

    Parameters
    ----------
    path : str or Path
        The calibration file.
    overrides : sequence of str
        Differences such as ``world.scale=0.01`` applied to every world, after those under ``set``.
    options : dict, optional
        ``worlds``, ``waves``, ``luck`` or ``seed`` as written on the command line, instead of the file's.

    Raises
    ------
    ScenarioError
        With all faults found in it and in its scenario.
    """
    file = opened(path, "calibration", KEYS)
    path, tree, faults = file
    header, layers = file.header(CalibrationHeader, options), file.layers(overrides)
    base = _base(tree, layers, faults)
    priors = _priors(tree, base, faults)
    figures, place = _figures(tree, faults)
    if faults or base is None:
        raise ScenarioError(in_reading_order(faults))
    told = (header.title, header.question, header.source)
    return Calibration(*told, base, tuple(priors), header, figures, path, place)


def check_words(found: Calibration) -> str:
    """Return in a few words what a calibration without fault is."""
    header, targets_in = found.header, len(found.figures.targets)
    return (
        f"a calibration without fault, {len(found.priors)} uncertain parameters, {targets_in} target figures, "
        f"{header.waves} waves of {header.worlds:,} worlds, each with and without {header.program}"
    )


def _base(tree: Branch, layers: list[Branch], faults: list[Fault]) -> Scenario | None:
    if "scenario" not in tree.entries:
        told = "scenario: missing; a calibration names the scenario file whose parameters it draws"
        faults.append(tree.place.fault(told))
        return None
    return base_named("scenario", tree.entries["scenario"], layers, faults)


def _priors(tree: Branch, base: Scenario | None, faults: list[Fault]) -> list[Prior]:
    node = tree.entries.get("priors")
    if not isinstance(node, Branch) or not node.entries:
        place = tree.place if node is None else node.place
        faults.append(place.fault("priors: must be a mapping from each uncertain parameter to its distribution"))
        return []
    checker, found = ValueChecker(base), list[Prior]()
    for path, entry in node.entries.items():
        before = len(faults)
        prior = _prior(path, entry, [it.path for it in found], faults)
        if prior is not None and len(faults) == before:
            faults.extend(_range_faults(prior, entry, checker))
            found.append(prior)
    return found


def _prior(path: str, node: Node, before: Sequence[str], faults: list[Fault]) -> Prior | None:
    """Return the prior of one parameter, or None after telling what is wrong with it."""
    problem = path_problem(path) or ("" if targets()[path].takes_numbers else "is no number, so it has no distribution")
    if problem:
        faults.append(node.place.fault(f"priors: {shortened(path)}: {problem}"))
        return None
    if not isinstance(node, Branch):
        told = f"{path}: must be a mapping such as {{prior: uniform, low: 0, high: 1, source: ...}} ({quoted(node)})"
        faults.append(node.place.fault(told))
        return None
    try:
        header = checked(PriorHeader, node, [])
    except ScenarioError as error:
        faults.extend(Fault(it.path, it.line, f"{path}.{it.message}") for it in error.faults)
        return None
    for key in ("low", "high", "source"):
        if key not in node.entries:
            faults.append(node.place.fault(f"{path}: lacks {key}; a prior says its range and where it comes from"))
    faults.extend(node.entries.get(key, node).place.fault(f"{path}: {told}") for key, told in _faults_of(header))
    faults.extend(_fault_of_names(path, header, node, before))
    numbers = (header.low, header.high, header.centre or 0.0, header.sd or 1.0)
    return Prior(path, header.prior, *numbers, header.source, header.times, tuple(header.also))


def _faults_of(header: PriorHeader) -> Iterator[tuple[str, str]]:
    """Yield the key and the words of what contradicts itself in a prior."""
    if header.low >= header.high:
        yield "high", f"low must be below high ({header.low:g} to {header.high:g})"
    if not header.source.strip():
        yield "source", "source is empty; name a published range, or write: an assumption"
    is_log = header.prior in ("log_uniform", "lognormal")
    if is_log and header.low <= 0 and header.prior == "log_uniform":
        yield "low", f"must be above 0 for a {header.prior} ({header.low:g})"
    is_bell = header.prior in ("normal", "lognormal")
    for key in ("centre", "sd"):
        value = getattr(header, key)
        if is_bell and value is None:
            yield "prior", f"a {header.prior} needs {key}"
        elif not is_bell and value is not None:
            yield key, f"a {header.prior} has no {key}; it has low and high"
    if is_bell and header.sd is not None and header.sd <= 0:
        yield "sd", f"must be above 0 ({header.sd:g})"
    if header.prior == "lognormal" and header.centre is not None and header.centre <= 0:
        yield "centre", f"the median of a lognormal is above 0 ({header.centre:g})"


def _fault_of_names(path: str, header: PriorHeader, node: Branch, before: Sequence[str]) -> Iterator[Fault]:
    """Yield faults in the other parameters that a prior names."""
    if header.times is not None and header.times not in before:
        hint = did_you_mean(header.times, before)
        told = f"{path}: times {shortened(header.times)}, which is not an uncertain parameter listed before{hint}"
        yield node.entries["times"].place.fault(told)
    for other in header.also:
        problem = path_problem(other)
        if problem:
            yield node.entries["also"].place.fault(f"{path}: also {shortened(other)}: {problem}")


def _range_faults(prior: Prior, node: Node, checker: ValueChecker) -> list[Fault]:
    """Return where the ends of a range are not allowed for the parameter; a ratio is checked world by world."""
    if prior.times is not None or not isinstance(node, Branch):
        return []
    ends = [(getattr(prior, end), node.entries[end]) for end in ("low", "high")]
    return [fault for path in (prior.path, *prior.also) for fault in checker.faults(targets()[path], ends)]


def _figures(tree: Branch, faults: list[Fault]) -> tuple[FiguresHeader, Place]:
    node = tree.entries.get("figures")
    if not isinstance(node, Branch):
        place = tree.place if node is None else node.place
        faults.append(place.fault("figures: must be a mapping with targets, a list of ids such as [T25, T35]"))
        return FiguresHeader(), place
    try:
        header = checked(FiguresHeader, node, [])
    except ScenarioError as error:
        faults.extend(Fault(it.path, it.line, f"figures.{it.message}") for it in error.faults)
        return FiguresHeader(), node.place
    if not header.targets:
        faults.append(node.place.fault("figures.targets: name one figure at least that weighs the worlds"))
    for key in ("targets", "validation"):
        ids = getattr(header, key)
        twice = sorted({it for it in ids if ids.count(it) > 1})
        if twice:
            faults.append(node.entries[key].place.fault(f"figures.{key}: {twice[0]} is listed twice"))
    both = sorted(set(header.targets) & set(header.validation))
    if both:
        told = f"figures.validation: {both[0]} is a target too; what weighs worlds cannot validate them"
        faults.append(node.entries["validation"].place.fault(told))
    return header, node.place
