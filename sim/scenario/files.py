"""The parts of scenario and comparison files: their kinds, what they extend, names, and lists of members."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from sim.parameters import Section
from sim.scenario.check import checked, override, quoted
from sim.scenario.shipped import draws_meant_by, hint_at, meant_by
from sim.scenario.yaml_text import Branch, Items, Node, Place, Scalar, read_file
from sim.words.faults import Fault, ScenarioError, did_you_mean, shortened

RESERVED = ("extends", "name")
"""Keys of a scenario file that are no parameters; they are not inherited."""

SWEEP_KEYS = ("levers", "uncertainties", "design", "scenario", "against")
"""Keys that tell a sweep file from a scenario."""

KEYS_OF: dict[str, tuple[str, ...]] = {
    "comparison": ("scenarios",),
    "calibration": ("priors",),
    "identification": ("evidence",),
    "sweep": SWEEP_KEYS,
    "scenario": (),
}
"""Keys that tell the kind of a file, the first that fits."""

LONGEST_NAME = 80
"""Letters of a scenario's name."""
ELSEWHERE = frozenset(
    """null na n/a nan -nan none nil <na> #na #n/a #null! #value! #ref! missing ~ true false inf +inf -inf infinity
    -infinity 1.#ind -1.#ind 1.#qnan -1.#qnan""".split()  # noqa: SIM905
)
"""Words that readers of tables and of YAML take for a missing value, a switch or a number."""
_NUMBER = re.compile(r"[+-]?(0x[0-9a-f]+|[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(e[+-]?[0-9]+)?")
Header = TypeVar("Header", bound=Section)
Kind = Literal["scenario", "comparison", "sweep", "calibration", "identification"]
Member = tuple[str | None, Path, Place]
"""A scenario in a comparison: its name there (None: its own), its file, and where it is listed."""


def kind_of_tree(tree: Branch) -> Kind:
    """Return what a file is, by its top-level keys."""
    found = (kind for kind, keys in KEYS_OF.items() if any(key in tree.entries for key in keys))
    return next(found, "scenario")  # type: ignore[arg-type]


def where_told(tree: Branch, kind: Kind) -> Place:
    """Return the place of the key that tells the kind of a file."""
    return next((tree.entries[key].place for key in KEYS_OF[kind] if key in tree.entries), tree.place)


def instead(kind: Kind, wanted: Kind) -> str:
    """Return what to say of a file of another kind than the wanted one."""
    if kind == "sweep":
        return f"this is a sweep file and a {wanted} is wanted; use 'darkfigure sweep' for it"
    if kind in ("calibration", "identification"):
        command = "calibrate" if kind == "calibration" else "identify"
        return f"this is a {kind} file and a {wanted} is wanted; use 'darkfigure {command}' for it"
    if kind == "comparison":
        return f"scenarios: this is a comparison file and a {wanted} is wanted; use 'darkfigure compare' for it"
    if wanted == "calibration":
        return "priors: missing key; a calibration names its uncertain parameters with their distributions"
    if wanted == "identification":
        return "evidence: missing key; it lists sets of figures that are added one by one"
    if wanted == "sweep":
        return "levers: missing key; a sweep names its levers or uncertainties, and a design"
    return "scenarios: missing key; a comparison lists its scenarios under it"


def tree_of_kind(path: Path, label: str, wanted: Kind, faults: list[Fault]) -> Branch:
    """Return the tree of the file at ``path``, called ``label`` in faults.

    Raises
    ------
    ScenarioError
        Where it cannot be read or is of another kind than ``wanted``.
    """
    tree = read_file(path, label, faults)
    kind = kind_of_tree(tree)
    if kind != wanted:
        raise ScenarioError([where_told(tree, kind).fault(instead(kind, wanted))])
    return tree


class Opened(NamedTuple):
    """A file of one kind: where it lies, what it says, and what is wrong with it so far."""

    path: Path
    tree: Branch
    faults: list[Fault]

    def header(self, model: type[Header], options: dict[str, str] | None = None) -> Header:
        """Return the header among its keys, with ``options`` of the command line in place of the file's."""
        own = {name: node for name, node in self.tree.entries.items() if name in model.model_fields}
        own.update(options_tree(options or {}).entries)
        return header_of(model, with_draws_named(Branch(own, self.tree.place)), self.faults)

    def layers(self, overrides: Sequence[str]) -> list[Branch]:
        """Return what is set for all its scenarios: under ``set``, then ``overrides`` such as ``months=24``."""
        return [set_for_all(self.tree, self.faults), *override_trees(overrides)]


def opened(path: str | Path, wanted: Kind, keys: Sequence[str] = ()) -> Opened:
    """Return the file at ``path``, a shipped one by its name; keys other than ``keys``, if any are named, are noted.

    Raises
    ------
    ScenarioError
        Where it cannot be read or is of another kind than ``wanted``.
    """
    path, faults = meant_by(path), list[Fault]()
    tree = tree_of_kind(path, str(path), wanted, faults)
    for name, node in tree.entries.items():
        if keys and name not in keys:
            hint = did_you_mean(name, keys) or f", allowed here are {', '.join(keys)}"
            faults.append(node.place.fault(f"{shortened(name)}: unknown key{hint}"))
    return Opened(path, tree, faults)


def with_draws_named(tree: Branch) -> Branch:
    """Return a header in which draws that come with the program are named by their path."""
    draws = tree.entries.get("uncertainty")
    if not isinstance(draws, Scalar) or draws.is_empty:
        return tree
    named = Scalar(draws_meant_by(draws.text), draws.place, draws.plain)
    return Branch({**tree.entries, "uncertainty": named}, tree.place)


def set_for_all(tree: Branch, faults: list[Fault]) -> Branch:
    """Return the differences that a comparison or sweep makes to all its scenarios, under ``set``."""
    node = tree.entries.get("set", Branch({}, tree.place))
    entries = dict(node.entries) if isinstance(node, Branch) else {}
    if isinstance(node, Items) or (isinstance(node, Scalar) and not node.is_empty):
        faults.append(node.place.fault(f"set: must be a mapping of parameters ({quoted(node)})"))
    for name in [name for name in RESERVED if name in entries]:
        faults.append(entries.pop(name).place.fault(f"set.{name}: can only stand in a scenario file"))
    return Branch(entries, node.place)


def header_of(model: type[Header], tree: Branch, faults: list[Fault]) -> Header:
    """Return the header in ``tree``; where that has faults they are noted, and the defaults returned."""
    try:
        return checked(model, tree, [])
    except ScenarioError as error:
        faults.extend(error.faults)
        return model()


def override_trees(options: Sequence[str]) -> list[Branch]:
    """Return the tree of each ``KEY=VALUE`` of the command line; their faults are raised together."""
    faults: list[Fault] = []
    trees = []
    for option in options:
        try:
            tree = override(option, Path.cwd(), faults)
        except ScenarioError as error:
            faults.extend(error.faults)
            continue
        trees.append(tree)
        faults.extend(
            tree.place.fault(f"{name}: can only stand in a scenario file") for name in RESERVED if name in tree.entries
        )
    if faults:
        raise ScenarioError(faults)
    return trees


def layers_of(path: Path, faults: list[Fault]) -> list[Branch]:
    """Return the trees of the file at ``path`` and of all it extends, the last ancestor first.

    A fault in ``extends`` is added to ``faults``, and the chain ends there.

    Raises
    ------
    ScenarioError
        If the first file cannot be read or is no scenario.
    """
    trees = [tree_of_kind(path, str(path), "scenario", faults)]
    seen = [os.path.realpath(path)]
    while (node := trees[0].entries.get("extends")) is not None:
        if not isinstance(node, Scalar) or node.is_empty or not node.text.isprintable():
            faults.append(node.place.fault(f"extends: must name one file ({quoted(node)})"))
            break
        path = meant_by(node.text, path.parent)
        file = os.path.realpath(path)
        if file in seen:
            circle = " -> ".join(os.path.basename(known) for known in [*seen[seen.index(file) :], file])
            faults.append(node.place.fault(f"extends: files extend each other in a circle ({circle})"))
            break
        seen.append(file)
        label = os.path.normpath(path)
        if not os.path.exists(file):
            faults.append(node.place.fault(f"extends: no such file ({shortened(label, 200)}){hint_at(path)}"))
            break
        try:
            trees.insert(0, tree_of_kind(path, label, "scenario", faults))
        except ScenarioError as error:
            faults.extend(error.faults)
            break
    return trees


def name_faults(node: Node) -> list[Fault]:
    """Return what is wrong with a scenario's name; it becomes the name of a folder."""
    text = node.text if isinstance(node, Scalar) else ""
    if means_something_else(text):
        told = f"name: {text} means a missing value, a switch or another number to other programs"
        return [node.place.fault(f"{told}; give the scenario another name")]
    is_short = 0 < len(text) <= LONGEST_NAME
    if is_short and text[0] not in ".-" and text.isprintable() and not set(text) & set('/\\:*?"<>|'):
        return []
    allowed = f"allowed are up to {LONGEST_NAME} letters and digits"
    return [node.place.fault(f"name: not a possible name ({quoted(node)}), {allowed}")]


def means_something_else(name: str) -> bool:
    """Tell whether a name in a table would be read by pandas, R, SQL or YAML as something else than this text."""
    word = name.strip().casefold()
    is_read_as_written = word.isdigit() and str(int(word)) == word
    return word in ELSEWHERE or (_NUMBER.fullmatch(word) is not None and not is_read_as_written)


def members_of(node: Node, least: int, faults: list[Fault]) -> list[tuple[str | None, Path, Place]]:
    """Return name, path and place of each scenario listed, ``least`` or more; a name is None for the file's own."""
    if isinstance(node, Branch):
        pairs: list[tuple[str | None, Node]] = list(node.entries.items())
    elif isinstance(node, Items):
        pairs = []
        for item in node.items:
            pairs.extend(item.entries.items() if isinstance(item, Branch) else [(None, item)])
    else:
        pairs = []
    if len(pairs) < least:
        number = "a scenario file" if least == 1 else "two or more scenario files"
        faults.append(node.place.fault(f"scenarios: must list {number}, or name: file"))
    members = []
    for name, entry in pairs:
        if not isinstance(entry, Scalar) or entry.is_empty:
            faults.append(entry.place.fault(f"scenarios: each entry is a file, or name: file ({quoted(entry)})"))
            continue
        if name is not None:
            faults.extend(name_faults(Scalar(name, entry.place)))
        members.append((name, meant_by(entry.text, entry.place.folder), entry.place))
    return members


def options_tree(options: dict[str, str]) -> Branch:
    """Return the tree of options such as ``--seed 3``, each a place of its own."""
    entries: dict[str, Node] = {
        name: Scalar(text, Place(f"--{name.replace('_', '-')} {text}"))
        for name, text in options.items()
        if text is not None
    }
    return Branch(entries, Place("options"))


def differences(values: dict[str, Any], others: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the entries of nested ``values`` that differ from ``others``, by dotted path."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict) and isinstance(others[name], dict):
            found.update(differences(value, others[name], f"{prefix}{name}."))
        elif value != others[name]:
            found[prefix + name] = value
    return found
