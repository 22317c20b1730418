"""Inputs of every kind that a user may hand over: near to what is right, in one place or several wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from sim.parameters import Parameters
from sim.parameters.listing import rows

PATHS = [".".join(row.path) for row in rows(Parameters)]
ODD_TEXTS = (
    "",
    " ",
    "null",
    "true",
    "no",
    "~",
    "NaN",
    ".inf",
    "-.inf",
    "1e400",
    "1_000",
    "0x10",
    "007",
    "1,5",
    "12 %",
    "٣",
    "\u2212" + "1",
    "2006-13",
    "2100-01",
    "2006-1",
    "06-2006",
    "all",
    "none",
    "file",
    "a" * 300,
    "\U0001f600",
    "a\tb",
    "../x.yaml",
    "/dev/zero",
    "!!python/object:os.system",
    "&a [*a]",
    "*missing",
    "{",
    "[",
    "]]",
    ": :",
    "- -",
    "%",
    "@",
    "`",
    "'",
    '"',
    "|",
    ">",
    "9" * 5000,
    "-" + "9" * 400,
    "1e-400",
    "0.1.2",
    "2006-01-01",
    "yes",
    "on",
    "=",
    "<<",
    "? x",
    "[1, 2",
    "{a: 1",
    "\x07",
)
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    10**30,
    -(10**30),
    0.5,
    1e308,
    -0.0,
    "",
    "x",
    "none",
    [],
    {},
    [1],
    [[]],
    {"a": 1},
    {"": None},
    ["all", 3],
    {"unauthorized": "x"},
    {"level_1": 2},
    "baseline",
    "secure_communities",
    [None],
    {"low": 0, "high": 1},
    2**63,
)
SHAPES = ("scenario", "comparison", "sweep", "csv", "adjacency", "list", "folder")


class AnyInput:
    """Makes inputs one after another; the same ``seed`` gives the same."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Write into ``folder``."""
        self.folder, self.chance = folder, random.Random(seed)

    def make(self, number: int) -> tuple[str, Path]:
        """Return the kind of the next input and the file (or folder) in which it lies."""
        kind = SHAPES[number % len(SHAPES)]
        return kind, getattr(self, f"_{kind}")(number)

    def _value(self) -> Any:
        return self.chance.choice(ODD_VALUES)

    def _right_value(self) -> Any:
        row = self.chance.choice(list(rows(Parameters)))
        default = row.default
        return default.model_dump() if hasattr(default, "model_dump") else default

    def _settings(self, count: int) -> dict[str, Any]:
        """Return nested parameters, most of them real ones, with values right and wrong."""
        found: dict[str, Any] = {}
        for _ in range(count):
            names = self.chance.choice(PATHS).split(".")
            if self.chance.random() < 0.1:
                names[self.chance.randrange(len(names))] = self.chance.choice(("", "x", "none", "1", "start", "world"))
            inner = found
            for name in names[:-1]:
                nested = inner.setdefault(name, {})
                if not isinstance(nested, dict):
                    break
                inner = nested
            inner[names[-1]] = self._value() if self.chance.random() < 0.6 else self._right_value()
        return found

    def _write(self, name: str, content: Any) -> Path:
        """Write YAML, and spoil the text now and then."""
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        if self.chance.random() < 0.3:
            text = self._spoilt(text)
        path = self.folder / name
        data = text.encode("utf-8", "replace")
        if self.chance.random() < 0.05:
            data = data.replace(b" ", self.chance.choice((b"\xff", b"\0", b"\xc2\xa0", b"\r")), 2)
        path.write_bytes(data)
        return path

    def _spoilt(self, text: str) -> str:
        lines = text.split("\n")
        ways: tuple[Callable[[int], None], ...] = (
            lambda at: lines.insert(at, self.chance.choice(ODD_TEXTS)),
            lambda at: lines.__setitem__(at, lines[at] + self.chance.choice(ODD_TEXTS)),
            lambda at: lines.insert(at, lines[at]),
            lambda at: lines.__setitem__(at, lines[at][: len(lines[at]) // 2]),
            lambda at: lines.__setitem__(at, lines[at].partition(":")[0] + ": " + self.chance.choice(ODD_TEXTS)),
            lambda at: lines.__setitem__(at, "  " + lines[at]),
        )
        for _ in range(self.chance.randrange(1, 4)):
            self.chance.choice(ways)(self.chance.randrange(len(lines)))
        return "\n".join(lines)

    def _scenario(self, number: int) -> Path:
        content: dict[str, Any] = {"title": "any", **self._settings(self.chance.randrange(0, 6))}
        if self.chance.random() < 0.3:
            content["extends"] = self.chance.choice(
                ("baseline", "nothing", f"any{number}.yaml", "", 3, ["a"], "/dev/null")
            )
        return self._write(f"any{number}.yaml", content)

    def _comparison(self, number: int) -> Path:
        members: Any = self.chance.sample(["baseline", "secure_communities", "neutral", "none.yaml", 3, None], 3)
        if self.chance.random() < 0.3:
            members = {self.chance.choice(("a", "null", "A", "", "a/b", "1e5")): name for name in members}
        content = {"title": "any", "scenarios": members, "set": self._settings(2), "replications": self._value()}
        for name in ("reference", "effect_of", "seed"):
            if self.chance.random() < 0.3:
                content[name] = self.chance.choice(("baseline", "secure_communities", self._value()))
        return self._write(f"any{number}.yaml", content)

    def _sweep(self, number: int) -> Path:
        ranges: list[Any] = [
            {"low": 0, "high": 1, "steps": 3},
            {"low": 1, "high": 0},
            [0, 1],
            [],
            {"values": [0]},
            self._value(),
        ]
        levers = {
            self.chance.choice([*PATHS, "x"]): self.chance.choice(ranges) for _ in range(self.chance.randrange(0, 3))
        }
        content = {
            "title": "any",
            "scenario": self.chance.choice(("baseline", "none.yaml", self._value())),
            "levers": levers,
            "uncertainties": {self.chance.choice(PATHS): self.chance.choice(ranges)},
            "design": self.chance.choice(
                ("grid", "list", "sobol", {"latin_hypercube": {"samples": self._value()}}, self._value())
            ),
        }
        return self._write(f"any{number}.yaml", content)

    def _cells(self, heads: list[str], number: int, suffix: str) -> Path:
        separator = self.chance.choice((",", ",", ",", ";", "\t", "|"))
        lines = [separator.join(heads)]
        for _ in range(self.chance.randrange(0, 6)):
            cells = [
                self.chance.choice((*ODD_TEXTS[:40], "01001", "1003", "AL", "Baldwin", "0.1", "5", "2008-10"))
                for _ in heads
            ]
            lines.append(separator.join(cells[: self.chance.choice((len(heads), len(heads), len(heads) - 1, 1))]))
        path = self.folder / f"any{number}{suffix}"
        path.write_bytes("\n".join(lines).encode(self.chance.choice(("utf-8", "utf-8-sig", "utf-16")), "replace"))
        return path

    def _csv(self, number: int) -> Path:
        rates = [
            f"recorded_{name}_per_100k"
            for name in (
                "murder",
                "rape",
                "robbery",
                "aggravated_assault",
                "burglary",
                "larceny",
                "motor_vehicle_theft",
            )
        ]
        heads = [
            "fips",
            "state",
            "county",
            "population",
            "hispanic_share",
            "noncitizen_share",
            "secure_communities",
            *rates,
        ]
        if self.chance.random() < 0.3:
            heads[self.chance.randrange(len(heads))] = self.chance.choice(ODD_TEXTS[:12])
        table = self._cells(heads, number, ".csv")
        return self._write(f"any{number}.yaml", {"title": "any", "world": {"counties": table.name}})

    def _adjacency(self, number: int) -> Path:
        table = self._cells(["fips", "neighbor"], number, ".txt")
        return self._write(
            f"any{number}.yaml", {"title": "any", "world": {"counties": table.name, "adjacency": table.name}}
        )

    def _list(self, number: int) -> Path:
        table = self._cells(
            self.chance.choice((["fips", "from", "until"], ["state", "county", "from"], ["x"])), number, ".csv"
        )
        programs = {"secure_communities": {"counties": table.name}}
        return self._write(f"any{number}.yaml", {"title": "any", "programs": programs})

    def _folder(self, number: int) -> Path:
        """Return a folder that looks like a batch or a run."""
        folder = self.folder / f"any{number}"
        folder.mkdir()
        for name in ("plan.json", "manifest.json", "journal.jsonl", "shard.json", "merged.json"):
            if self.chance.random() < 0.6:
                names = (
                    "format",
                    "kind",
                    "name",
                    "scenarios",
                    "replications",
                    "seed",
                    "files",
                    "missing",
                    "plan",
                    "run",
                    "event",
                )
                content: Any = {key: self._value() for key in self.chance.sample(names, 6)}
                if self.chance.random() < 0.3:
                    content["format"] = 2
                text = json.dumps(content if self.chance.random() < 0.8 else self._value())
                (folder / name).write_text(text[: self.chance.choice((None, None, 5))], encoding="utf-8")
        return folder
