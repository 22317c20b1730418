"""What a calibration file and an identification file say beside their scenario, figures and parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.parameters.base import Section, choice
from sim.parameters.comparison import ProgramName
from sim.words.limits import LARGEST_SEED

PriorKind = Literal["uniform", "log_uniform", "normal", "lognormal"]
EffectName = Literal[
    "true_total",
    "true_violent",
    "true_property",
    "true_hispanic",
    "true_others",
    "reported_hispanic",
    "reported_others",
    "recorded_total",
    "recorded_hispanic",
]
"""What is known to be true of a world, as ``analysis.evidence.effects`` computes it."""
OWNER = "the user's calibration"
MOST_WORLDS, MOST_WAVES, MOST_LUCKS = 10_000, 20, 100


class CalibrationHeader(Section):
    """Header, program and amount of work of a calibration."""

    title: str = choice("", "text", OWNER, "What the calibration is called in tables and figures")
    question: str = choice("", "text", OWNER, "The question it answers")
    source: str = choice("", "text", OWNER, "Where its facts come from")
    program: ProgramName = choice(
        "secure_communities", "name", OWNER, "Program whose true effect is told: each world is run with it and without"
    )
    worlds: Annotated[int, Field(ge=8, le=MOST_WORLDS)] = choice(128, "worlds", "design", "Worlds of each wave")
    waves: Annotated[int, Field(ge=1, le=MOST_WAVES)] = choice(
        2, "waves", "design", "The first fills the priors, each later one is placed where the weight is"
    )
    luck: Annotated[int, Field(ge=1, le=MOST_LUCKS)] = choice(
        4, "seeds", "design", "Seeds of luck that the worlds of a wave share: figures are emulated as means over them"
    )
    again: Annotated[int, Field(ge=1, le=MOST_LUCKS)] = choice(
        3, "seeds", "design", "Further seeds of luck in which the point to be shipped is run, after it is chosen"
    )
    draws: Annotated[int, Field(ge=100, le=100_000)] = choice(2000, "draws", "design", "Draws from the posterior")
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = choice(1, "seed", "design", "Master seed of luck and draws")


class PriorHeader(Section):
    """What is believed of an uncertain parameter before any figure is looked at."""

    prior: PriorKind = choice("uniform", "name", OWNER, "Kind of distribution")
    low: float = choice(0.0, "the parameter's", OWNER, "Smallest value; others are cut off")
    high: float = choice(1.0, "the parameter's", OWNER, "Largest value; others are cut off")
    centre: float | None = choice(None, "the parameter's", OWNER, "Mean of a normal, median of a lognormal")
    sd: float | None = choice(
        None, "the parameter's, or a share", OWNER, "Standard deviation: of a normal itself, of a lognormal's logarithm"
    )
    times: str | None = choice(
        None, "parameter", OWNER, "Another uncertain parameter: what is uncertain is the ratio to its value"
    )
    also: list[str] = choice([], "parameters", OWNER, "Parameters that are given the same value")
    source: str = choice("", "text", OWNER, "Where the distribution comes from: a published range, or an assumption")


class FiguresHeader(Section):
    """Which published figures a calibration uses, by id."""

    file: str | None = choice(None, "path", "the user's file", "Figures of the user's beside those shipped")
    targets: list[str] = choice([], "ids", OWNER, "Figures that worlds are weighed by")
    validation: list[str] = choice([], "ids", OWNER, "Figures that are told and never weigh")
    tolerance: Annotated[float, Field(gt=0, le=1)] = choice(
        0.1, "share of the figure", "assumption", "Standard error of figures published without one"
    )


class IdentificationHeader(Section):
    """Header of an identification, and what its figure shows."""

    title: str = choice("", "text", OWNER, "What the identification is called in tables and figures")
    question: str = choice("", "text", OWNER, "The question it answers")
    source: str = choice("", "text", OWNER, "Where its facts come from")
    trends: Literal["as_found", "net"] | None = choice(
        None,
        "name",
        OWNER,
        "Background trends of the worlds: as_found contain whatever the program really did, net are cleared of it; a "
        "world without trends is net",
    )
    finding: str = choice("T35", "id", OWNER, "Figure on the horizontal axis: what a published design finds")
    effect: EffectName = choice("true_hispanic", "name", OWNER, "True effect on the vertical axis")
    bounded: EffectName = choice("true_total", "name", OWNER, "True effect whose best and worst are told")
    draws: Annotated[int, Field(ge=500, le=200_000)] = choice(8192, "draws", "design", "Emulated worlds")
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = choice(1, "seed", "design", "Seed of the draws")
