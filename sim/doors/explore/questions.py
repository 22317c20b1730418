"""What the page may ask: the form of every request, checked before anything else looks at it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$")]
"""Of a scenario or a folder: no separators, no leading dot."""
NewName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
Setting = bool | Number | Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,20}$")]
MOST_REPLICATIONS, MOST_IN_A_BATCH = 50, 1_000


class Question(BaseModel):
    """A request; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class World(Question):
    """A scenario and where its dials stand; dials left out stand as in the scenario."""

    scenario: Name
    dials: dict[Annotated[str, Field(pattern=r"^[a-z_0-9]{1,40}$")], Setting] = Field(
        default_factory=dict, max_length=40
    )


class Run(World):
    """One run of a world."""

    seed: Annotated[int, Field(ge=0, le=2**53)] = 1
    replication: Annotated[int, Field(ge=0, lt=MOST_REPLICATIONS)] = 0
    draw: Annotated[int, Field(ge=0, lt=MOST_REPLICATIONS)] | None = None
    """Of the posterior that comes with the program."""


class Evaluated(World):
    """What an evaluator would find in a world."""

    seed: Annotated[int, Field(ge=0, le=2**53)] = 1


class Found(Evaluated):
    """What the quick estimators find in one run of a world, of one kind of crime against one group."""

    crime: Literal["index", "violent", "property"] = "index"
    group: Literal["all", "hispanic", "other_noncitizen", "other"] = "all"


class Saved(World):
    """A world to be kept as a scenario file."""

    name: NewName
    title: Annotated[str, Field(max_length=200)] = ""


class Batch(Question):
    """Worlds to be compared in a folder of their own."""

    name: NewName
    worlds: dict[NewName, World] = Field(min_length=2, max_length=4)
    replications: Annotated[int, Field(ge=2, le=MOST_IN_A_BATCH)] = 20
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1


class Town(Question):
    """A small town of agents, to watch."""

    sensitivity: Annotated[float, Field(ge=0, le=4)] = 2.0
    cooperation: Annotated[float, Field(ge=0, le=1)] = 0.95
    counties: Annotated[float, Field(ge=0, le=1)] = 0.5
    people: Annotated[int, Field(ge=400, le=4_000)] = 2_000
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1
