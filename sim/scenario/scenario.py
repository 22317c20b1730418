"""Scenario and comparison files, read strictly: every fault with its file, line and what is allowed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from sim.parameters import Parameters
from sim.parameters.comparison import PROGRAM_TITLES, ComparisonHeader
from sim.scenario.check import checked, merge
from sim.scenario.files import (
    LONGEST_NAME,
    RESERVED,
    Kind,
    Member,
    differences,
    header_of,
    kind_of_tree,
    layers_of,
    members_of,
    name_faults,
    opened,
    options_tree,
    override_trees,
    with_draws_named,
)
from sim.scenario.shipped import hint_at, meant_by
from sim.scenario.yaml_text import Branch, Place, Scalar, read_file
from sim.words.faults import Fault, ScenarioError, UserError, did_you_mean, shortened

SHARED = ("start", "months", "world")
"""What the scenarios of one comparison must have in common, for their runs are paired."""
WITHOUT = ".without"
"""Ends the name of a scenario's partner, itself without a program; no scenario that a program is taken from has it."""


@dataclass(frozen=True)
class Scenario:
    """One world and its policies, resolved: every parameter has its value.

    Attributes
    ----------
    name : str
        The file's stem, or the name given in the file or in a comparison.
    parameters : Parameters
        All parameters; file paths in ``world`` are absolute.
    path : Path or None
        The file it was read from.
    folder : Path
        The folder of that file.
    """

    name: str
    parameters: Parameters
    path: Path | None = None
    folder: Path = field(default_factory=Path)

    def resolved_yaml(self) -> str:
        """Return a scenario file with every parameter written out, which loads back to the same scenario."""
        head = "# Resolved scenario: every parameter with its value, nothing inherited.\n"
        values = {"name": self.name, **self.parameters.model_dump(mode="json")}
        text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120)
        if not text.replace("\n", "").isprintable():
            text = yaml.safe_dump(values, sort_keys=False, allow_unicode=False, width=120)
        return head + text

    def differences(self) -> dict[str, Any]:
        """Return the parameters that differ from the defaults, by dotted path in the order of the table."""
        return differences(self.parameters.model_dump(mode="json"), Parameters().model_dump(mode="json"), "")

    def without(self, program: str) -> Scenario:
        """Return its partner: the same scenario with ``program`` in no county."""
        own = getattr(self.parameters.programs, program).model_copy(update={"counties": "none"})
        programs = self.parameters.programs.model_copy(update={program: own})
        title = f"{self.parameters.title or self.name}, without {PROGRAM_TITLES[program]}"
        return replace(
            self,
            name=self.name + WITHOUT,
            parameters=self.parameters.model_copy(update={"programs": programs, "title": title}),
            path=None,
        )


@dataclass(frozen=True)
class Comparison:
    """Scenarios to be run over the same luck, and what each is compared with.

    Attributes
    ----------
    scenarios : list of Scenario
        Those that the user named.
    reference : str
        The one that the others are compared with; with ``effect_of`` the partner of the first.
    effect_of : str or None
        A program: each scenario is compared with its partner, itself without that program.
    uncertainty : Path or None
        A file of draws: replications take their parameters from it.
    """

    title: str
    question: str
    scenarios: list[Scenario]
    reference: str
    replications: int
    seed: int
    path: Path | None = None
    source: str = ""
    effect_of: str | None = None
    uncertainty: Path | None = None

    @property
    def name(self) -> str:
        """Return the file's stem, or ``comparison`` where no file describes it."""
        return self.path.stem if self.path is not None else "comparison"

    @property
    def members(self) -> list[Scenario]:
        """Return all scenarios that are run; a partner stands before its scenario."""
        if self.effect_of is None:
            return self.scenarios
        return [member for scenario in self.scenarios for member in (scenario.without(self.effect_of), scenario)]

    @property
    def references(self) -> dict[str, str]:
        """Return for each scenario that is compared the name of the one it is compared with."""
        names = [scenario.name for scenario in self.scenarios]
        if self.effect_of is not None:
            return {name: name + WITHOUT for name in names}
        return {name: self.reference for name in names if name != self.reference}


def load_scenario(path: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario in the file at ``path``, with ``overrides`` such as ``world.scale=0.01`` on top.

    Paths in a file are relative to that file, paths in an override to the working directory.

    Raises
    ------
    ScenarioError
        With all faults found in the file, the files it extends, and the overrides.
    """
    return layered_scenario(meant_by(path), None, override_trees(overrides))


def load_comparison(
    path: str | Path, overrides: Sequence[str] = (), options: dict[str, str] | None = None
) -> Comparison:
    """Return the comparison in the file at ``path``.

    Parameters
    ----------
    path : str or Path
        The comparison file.
    overrides : sequence of str
        Differences such as ``months=24`` applied to every scenario, after those under ``set``.
    options : dict, optional
        ``reference``, ``effect_of``, ``replications`` or ``seed`` as on the command line, instead of the file's.

    Raises
    ------
    ScenarioError
        With all faults found in it and in its scenarios.
    """
    file = opened(path, "comparison")
    path, tree, faults = file
    listed = {name: node for name, node in tree.entries.items() if name not in {"scenarios", "set"}}
    layers = file.layers(overrides)
    is_paired = "effect_of" in listed or "effect_of" in (options or {})
    members = members_of(tree.entries["scenarios"], 1 if is_paired else 2, faults)
    return _comparison(Branch(listed, tree.place), members, layers, options, path, faults)


def compare_scenarios(
    paths: Sequence[str | Path], overrides: Sequence[str] = (), options: dict[str, str] | None = None
) -> Comparison:
    """Return the comparison of the scenario files ``paths``; a single comparison file is read as it is.

    Parameters and errors are those of ``load_comparison``; the reference is the first file unless ``options`` names it.
    """
    if len(paths) == 1 and kind_of(paths[0]) != "scenario":
        return load_comparison(paths[0], overrides, options)
    if len(paths) == 1 and "effect_of" not in (options or {}):
        raise UserError(
            f"{paths[0]}: one scenario is nothing to compare; give two or more, or a comparison file, or compare it "
            "with itself without a program by --effect-of"
        )
    members: list[Member] = [(None, meant_by(path), Place(str(path))) for path in paths]
    return _comparison(Branch({}, Place("compare")), members, override_trees(overrides), options, None, [])


def kind_of(path: str | Path) -> Kind:
    """Return what the file at ``path`` is, by its top-level keys: a scenario, a comparison or a sweep."""
    return kind_of_tree(read_file(meant_by(path), str(path), []))


def check_file(path: str | Path) -> str:
    """Return in a few words what the scenario or comparison at ``path`` is, once it has passed every check."""
    if kind_of(path) == "scenario":
        return f"a scenario without fault, {load_scenario(path).parameters.title!r}"
    comparison = load_comparison(path)
    told = f"a comparison without fault, {len(comparison.scenarios)} scenarios against"
    if comparison.effect_of is not None:
        return f"{told} themselves without {PROGRAM_TITLES[comparison.effect_of]}"
    return f"{told} {comparison.reference}"


def checked_seed(text: str) -> int:
    """Return the seed written as ``text`` on the command line, checked against the table's range."""
    return checked(ComparisonHeader, options_tree({"seed": text}), []).seed


def layered_scenario(path: Path, name: str | None, overrides: Iterable[Branch]) -> Scenario:
    """Return the scenario in the file at ``path``, called ``name`` if given, with the trees ``overrides`` on top."""
    faults: list[Fault] = []
    trees = layers_of(path, faults)
    tree = Branch({}, trees[-1].place)
    for layer in trees:
        entries = {key: node for key, node in layer.entries.items() if key not in RESERVED}
        tree = merge(tree, Branch(entries, layer.place), Parameters)
    for layer in overrides:
        tree = merge(tree, layer, Parameters)
    own = trees[-1].entries.get("name")
    if own is not None:
        faults.extend(name_faults(own))
    elif name is None:
        faults.extend(name_faults(Scalar(path.stem, Place(str(path)))))
    parameters = checked(Parameters, tree, faults)
    given = own.text if isinstance(own, Scalar) else path.stem
    return Scenario(name or given, parameters, path, Path(os.path.abspath(path.parent)))


def _comparison(
    tree: Branch,
    members: list[Member],
    layers: list[Branch],
    options: dict[str, str] | None,
    path: Path | None,
    faults: list[Fault],
) -> Comparison:
    """Return the comparison of ``members`` under the header ``tree``, or all its faults."""
    tree = merge(tree, options_tree(options or {}), ComparisonHeader)
    header = header_of(ComparisonHeader, with_draws_named(tree), faults)
    asked = (options or {}).get("reference")
    if asked is not None and header.reference is None:
        faults.append(
            Place("--reference").fault(f"no scenario can be called {asked}; name one, or leave the option out")
        )
    scenarios = _members(members, layers, path is not None, header.effect_of is not None, faults)
    names = [scenario.name for scenario in scenarios]
    reference = header.reference if header.reference is not None else first_reference(scenarios, header.effect_of)
    if header.reference is not None and len(names) == len(members) and reference not in names:
        hint = did_you_mean(reference, names)
        allowed = f"not one of the scenarios ({reference}), allowed is {', '.join(names)}{hint}"
        faults.append(tree.entries["reference"].place.fault(f"reference: {allowed}"))
    if faults:
        raise ScenarioError(faults)
    uncertainty = None if header.uncertainty is None else Path(header.uncertainty)
    facts = (header.replications, header.seed, path, header.source, header.effect_of, uncertainty)
    return Comparison(header.title, header.question, scenarios, reference, *facts)


def _members(
    members: list[Member], layers: list[Branch], are_listed: bool, are_paired: bool, faults: list[Fault]
) -> list[Scenario]:
    """Return the scenarios of a comparison that have no fault.

    They ``are_listed`` in a file, not on the command line; they ``are_paired`` with themselves without a program.
    """
    scenarios: list[Scenario] = []
    for name, file, place in members:
        try:
            scenario = layered_scenario(Path(os.path.normpath(file)), name, layers)
        except ScenarioError as error:
            missing = are_listed and not os.path.exists(file)
            told = f"scenarios: no such file ({shortened(str(file), 200)}){hint_at(file)}" if missing else ""
            faults.extend([place.fault(told)] if missing else error.faults)
            continue
        faults.extend(place.fault(problem) for problem in unfit(scenario, scenarios, are_paired))
        scenarios.append(scenario)
    return scenarios


def first_reference(scenarios: Sequence[Scenario], effect_of: str | None) -> str:
    """Return the reference that nobody named: the first scenario, or the partner of the first."""
    name = scenarios[0].name if scenarios else ""
    return name if effect_of is None else name + WITHOUT


def unfit(scenario: Scenario, others: Sequence[Scenario], are_paired: bool = False) -> list[str]:
    """Return why ``scenario`` cannot stand beside those before it in one comparison."""
    taken = [_unfit_for_a_partner(scenario.name)] if are_paired and not _can_have_a_partner(scenario.name) else []
    if scenario.name in {other.name for other in others}:
        return [f"two scenarios are called {scenario.name}; give names, 'name: file', in a comparison file", *taken]
    if not others:
        return taken
    mine, first = scenario.parameters.model_dump(include=set(SHARED)), others[0]
    different = differences(mine, first.parameters.model_dump(include=set(SHARED)), "")
    return taken + [
        f"{scenario.name} has {key} {value} unlike {first.name}; scenarios compared share start, months and world "
        f"(--set {key}=VALUE gives all the same)"
        for key, value in different.items()
    ]


def _can_have_a_partner(name: str) -> bool:
    """Tell whether the name of the partner will be a name, and nobody else's."""
    return len(name) + len(WITHOUT) <= LONGEST_NAME and not name.casefold().endswith(WITHOUT)


def _unfit_for_a_partner(name: str) -> str:
    return (
        f"name: {name} leaves no name for the same scenario without the program, which is called NAME{WITHOUT}; give "
        f"it another, of at most {LONGEST_NAME - len(WITHOUT)} letters and not ending in {WITHOUT}"
    )
