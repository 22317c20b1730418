"""The plan of a batch: which runs there are, and all that their results follow from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, get_args

from sim.running.batch.files import as_json, digest_of
from sim.words.faults import UserError, printable, shortened
from sim.words.limits import LARGEST_SEED, LONGEST_HORIZON, MOST_REPLICATIONS, MOST_RUNS, MOST_SCENARIOS
from sim.words.reading import Damaged, Kinds, checked_record, record_in

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.scenario.scenario import Scenario

FORMAT = 2
"""Raised whenever older folders can no longer be read: 2 carries the input files and says ``occurred``."""
PLAN = "plan.json"
Kind = Literal["comparison", "sweep"]
Keep = Literal["tables", "outcomes"]


class RunName(NamedTuple):
    """A run of a batch: a scenario (or a point of a sweep) and a replication; written ``baseline.7``."""

    scenario: str
    replication: int

    def __str__(self) -> str:
        """Return the run's name as it is written."""
        return f"{self.scenario}.{self.replication}"

    @classmethod
    def read(cls, text: str) -> RunName:
        """Return the run that ``text`` names.

        Raises
        ------
        UserError
            Where it does not end in a point and a number.
        """
        scenario, point, number = text.rpartition(".")
        if not (scenario and point and number.isascii() and number.isdigit()):
            raise UserError(f"{text!r} names no run; a run is SCENARIO.REPLICATION, for instance baseline.7")
        return cls(scenario, int(number))


@dataclass(frozen=True)
class Plan:
    """What a batch consists of; the same plan gives the same results, whoever carries it out and in what order.

    Attributes
    ----------
    kind : str
        ``comparison`` or ``sweep``.
    name, title, question, source : str
        What it is called, what it asks, and where its facts come from.
    version, fingerprint : str
        Of the program and its sources.
    engine : str
        ``columnar`` or ``mesa``.
    seed : int
        Master seed; the luck of replication r follows from it and r alone.
    reference : str or None
        The scenario that the others are compared with.
    replications : int
        Runs of each scenario.
    keep : str
        ``tables``: everything; ``outcomes``: one row of measures a run.
    scenarios : tuple of str
        Names of scenarios or points, in the order of the design.
    evaluation_start : int
        First month of the evaluation.
    files : dict
        Checksum of each file of the folder that scenarios, and the worlds they name, are read from.
    effect_of : str or None
        A program: each scenario is compared with its partner, itself without it. Told where it is asked for only.
    """

    kind: Kind
    name: str
    title: str
    question: str
    source: str
    version: str
    fingerprint: str
    engine: str
    seed: int
    reference: str | None
    replications: int
    keep: Keep
    scenarios: tuple[str, ...]
    evaluation_start: int
    files: Mapping[str, str] = field(default_factory=dict)
    effect_of: str | None = None

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.scenarios) * self.replications

    def __contains__(self, run: object) -> bool:
        """Tell whether a run belongs to the batch."""
        return isinstance(run, RunName) and run.scenario in self.places and 0 <= run.replication < self.replications

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each scenario in the design."""
        return {name: place for place, name in enumerate(self.scenarios)}

    @cached_property
    def identity(self) -> str:
        """A checksum of all that results follow from, words aside; they carry it, so none gets into another batch."""
        return digest_of(replace(self, title="", question="", source="").text())

    def runs(self) -> list[RunName]:
        """Return all runs in the order of the design: scenario by scenario, replications in turn."""
        return [RunName(name, number) for name in self.scenarios for number in range(self.replications)]

    def order(self) -> list[RunName]:
        """Return all runs in the order of execution: replication by replication, so that half a batch compares."""
        return [RunName(name, number) for number in range(self.replications) for name in self.scenarios]

    def place_of(self, run: RunName) -> int:
        """Return the place of a run in the order of the design."""
        return self.places[run.scenario] * self.replications + run.replication

    def text(self) -> str:
        """Return the content of ``plan.json``."""
        content = asdict(self)
        if self.effect_of is None:
            del content["effect_of"]
        return as_json({"format": FORMAT, **content})

    @classmethod
    def read(cls, folder: Path) -> Plan:
        """Return the plan of the batch in ``folder``.

        Raises
        ------
        UserError
            Where there is none, or it is damaged or of another format.
        """
        path = folder / PLAN
        try:
            content = _content_of(path, {entry.name for entry in fields(cls)})
        except FileNotFoundError:
            raise UserError(f"{folder}: not the folder of a batch (there is no {PLAN})") from None
        except Damaged as error:
            raise Damaged(f"{error}; not the plan of a batch") from None
        return cls(**{**content, "scenarios": tuple(content["scenarios"])})


def _content_of(path: Path, names: set[str]) -> dict[str, Any]:
    """Return what the file of a plan holds, all ``names`` and nothing else, once every value is found possible."""
    content = record_in(path, {"format": int})
    number = content.pop("format")
    if number != FORMAT:
        told = shortened(str(content.get("version", "unknown")))
        raise UserError(
            f"{path}: a batch of format {number}, begun by darkfigure {told}, and "
            f"this version reads format {FORMAT}; read it with that one, or run its scenarios again"
        )
    content = {"effect_of": None, **checked_record(content, path, _KINDS)}
    wrong = [name for name in content if name not in names]
    wrong += [name for name, is_right in _RIGHT.items() if not is_right(content[name])]
    if not wrong and len(content["scenarios"]) * content["replications"] > MOST_RUNS:
        wrong = ["replications"]
    if wrong:
        raise Damaged(printable(f"{path}: damaged ({wrong[0]}: {shortened(repr(content[wrong[0]]))})"))
    return content


_KINDS: dict[str, Kinds] = {
    "kind": str,
    "name": str,
    "title": str,
    "question": str,
    "source": str,
    "version": str,
    "fingerprint": str,
    "engine": str,
    "seed": int,
    "reference": (str, NoneType),
    "replications": int,
    "keep": str,
    "scenarios": list,
    "evaluation_start": int,
    "files": dict,
}
"""What each field of a plan is in its file."""


def _is_file_name(name: Any) -> bool:
    """Tell whether a text can name a file in a folder, and nothing outside it."""
    return isinstance(name, str) and 0 < len(name) < 200 and name[0] != "." and not set(name) & set("/\\\0")


def _are_names(names: Any) -> bool:
    return 0 < len(names) <= MOST_SCENARIOS and all(map(_is_file_name, names)) and len(set(names)) == len(names)


def _are_checksums(files: Any) -> bool:
    return all(all(map(_is_file_name, path.split("/"))) and isinstance(files[path], str) for path in files)


_RIGHT: dict[str, Callable[[Any], bool]] = {
    "kind": lambda kind: kind in get_args(Kind),
    "keep": lambda keep: keep in get_args(Keep),
    "replications": lambda count: 0 < count <= MOST_REPLICATIONS,
    "seed": lambda seed: 0 <= seed <= LARGEST_SEED,
    "evaluation_start": lambda month: 0 <= month < LONGEST_HORIZON,
    "scenarios": _are_names,
    "files": _are_checksums,
    "effect_of": lambda program: program is None or isinstance(program, str),
}
"""What else must hold, before lists as long as a number says are made."""


def refuse_duplicates(scenarios: Iterable[Scenario]) -> None:
    """Refuse scenarios that would give the same runs, or share the name of a file.

    Raises
    ------
    UserError
        Where two have one name (capitals apart), or the same parameters under two names.
    """
    names: set[str] = set()
    seen: dict[str, str] = {}
    for scenario in scenarios:
        if scenario.name.casefold() in names:
            raise UserError(f"two scenarios are called {scenario.name}; give each a name of its own")
        names.add(scenario.name.casefold())
        same = seen.setdefault(substance_of(scenario.parameters), scenario.name)
        if same != scenario.name:
            raise UserError(
                f"{same} and {scenario.name} are one scenario under two names: every parameter agrees, so their runs "
                "would be identical; leave one out, or ask for more replications"
            )


def substance_of(parameters: Parameters) -> str:
    """Return everything that a scenario's runs follow from, as JSON: its parameters without the header."""
    return parameters.model_copy(update={"title": "", "question": "", "source": ""}).model_dump_json()


class Study(Protocol):
    """What a comparison and a sweep have in common."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def title(self) -> str:
        """What reports call it."""

    @property
    def question(self) -> str:
        """What it asks."""

    @property
    def source(self) -> str:
        """Where its facts come from."""

    @property
    def seed(self) -> int:
        """Master seed of luck."""

    @property
    def replications(self) -> int:
        """Runs of each scenario."""


def plan_of(study: Study, engine: str, **own: Any) -> Plan:
    """Return the plan of a study carried out by this version; ``own`` are the fields that its kind decides."""
    from sim.running.run import fingerprint, version

    return Plan(
        name=study.name,
        title=study.title,
        question=study.question,
        source=study.source,
        version=version(),
        fingerprint=fingerprint(),
        engine=engine,
        seed=study.seed,
        replications=study.replications,
        **own,
    )
