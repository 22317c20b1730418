"""Identification files: sets of figures that are added one by one, and cases of what is disputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sim.parameters.calibration import IdentificationHeader
from sim.scenario.check import is_number, quoted
from sim.scenario.files import opened
from sim.scenario.yaml_text import Branch, Items, Node, Place, Scalar
from sim.words.faults import Fault, ScenarioError, in_reading_order, shortened

KEYS = (*IdentificationHeader.model_fields, "evidence", "cases")
SET_KEYS = ("figures", "course")


@dataclass(frozen=True)
class Evidence:
    """A set of figures, and ranges in which true effects must lie, by which worlds are weighed.

    Attributes
    ----------
    name : str
    figures : tuple of str
        Ids; none means the priors.
    course : dict of pair of float
        Lowest and highest percentage, by name of an effect or of a quarter of its course.
    place : Place
    """

    name: str
    figures: tuple[str, ...]
    course: Mapping[str, tuple[float, float]]
    place: Place = field(default_factory=lambda: Place("evidence"), compare=False)


@dataclass(frozen=True)
class Identification:
    """Which sets of evidence are asked about, and at which values of disputed parameters bounds are told."""

    header: IdentificationHeader
    evidence: tuple[Evidence, ...]
    cases: Mapping[str, Mapping[str, float]]
    path: Path
    place: Place = field(compare=False)

    @property
    def name(self) -> str:
        """Return the file's stem."""
        return self.path.stem


def load_identification(path: str | Path) -> Identification:
    """Return the identification in the file at ``path``.

    Raises
    ------
    ScenarioError
        With all faults found in it.
    """
    file = opened(path, "identification", KEYS)
    path, tree, faults = file
    header = file.header(IdentificationHeader)
    if "trends" not in tree.entries:
        told = "trends: missing key; say net, or as_found where background trends contain what the program really did"
        faults.append(tree.place.fault(told))
    evidence = tuple(_sets(tree.entries["evidence"], faults))
    cases = dict(_cases(tree.entries.get("cases"), faults))
    if faults:
        raise ScenarioError(in_reading_order(faults))
    return Identification(header, evidence, cases, path, tree.place)


def words_of(found: Identification) -> str:
    """Return in a few words what an identification without fault is."""
    return f"an identification without fault, {len(found.evidence)} sets of evidence"


def _sets(node: Node, faults: list[Fault]) -> Iterator[Evidence]:
    if not isinstance(node, Branch) or not node.entries:
        told = f"evidence: must be a mapping from names to lists of ids, such as police: [T35] ({quoted(node)})"
        faults.append(node.place.fault(told))
        return
    for name, entry in node.entries.items():
        parts = entry.entries if isinstance(entry, Branch) else {"figures": entry}
        for key, part in parts.items():
            if key not in SET_KEYS:
                faults.append(part.place.fault(f"evidence.{name}: {shortened(key)} is neither figures nor course"))
        figures = tuple(_ids(name, parts.get("figures"), faults))
        yield Evidence(name, figures, dict(_course(name, parts.get("course"), faults)), entry.place)


def _ids(name: str, node: Node | None, faults: list[Fault]) -> Iterator[str]:
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return
    if not isinstance(node, Items):
        faults.append(
            node.place.fault(f"evidence.{name}: figures are a list of ids such as [T32, T33] ({quoted(node)})")
        )
        return
    for item in node.items:
        if isinstance(item, Scalar) and not item.is_empty:
            yield item.text
        else:
            faults.append(item.place.fault(f"evidence.{name}: each entry is the id of a figure ({quoted(item)})"))


def _course(name: str, node: Node | None, faults: list[Fault]) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield the ranges of one set."""
    if node is None:
        return
    if not isinstance(node, Branch):
        faults.append(node.place.fault(f"evidence.{name}.course: must be a mapping from effects to [low, high]"))
        return
    for effect, entry in node.entries.items():
        ends = [item.value() for item in entry.items if isinstance(item, Scalar)] if isinstance(entry, Items) else []
        if len(ends) != 2 or not all(map(is_number, ends)) or not ends[0] < ends[1]:  # type: ignore[operator]
            told = f"evidence.{name}.course.{effect}: must be [low, high] in percent, low below high ({quoted(entry)})"
            faults.append(entry.place.fault(told))
            continue
        yield effect, (float(ends[0]), float(ends[1]))  # type: ignore[arg-type]


def _cases(node: Node | None, faults: list[Fault]) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each case with the values at which it holds uncertain parameters."""
    if node is None:
        return
    if not isinstance(node, Branch):
        faults.append(node.place.fault(f"cases: must be a mapping from names to values of parameters ({quoted(node)})"))
        return
    for name, entry in node.entries.items():
        values = {}
        for path, value in (entry.entries if isinstance(entry, Branch) else {"": entry}).items():
            number = value.value() if isinstance(value, Scalar) else None
            if path and is_number(number):
                values[path] = float(number)  # type: ignore[arg-type]
            else:
                faults.append(value.place.fault(f"cases.{name}: must map parameters to numbers ({quoted(value)})"))
        yield name, values
