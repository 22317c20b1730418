"""What a comparison file says beside its list of scenarios."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.parameters.base import Section, choice

LARGEST_SEED = 2**62


class ComparisonHeader(Section):
    """Header, reference and replications of a comparison."""

    title: str = choice("", "text", "the user's comparison", "What the comparison is called in tables and figures")
    question: str = choice("", "text", "the user's comparison", "The question it answers")
    source: str = choice("", "text", "the user's comparison", "Where its facts come from")
    reference: str | None = choice(
        None, "name", "the user's comparison", "Scenario that the others are compared with; empty means the first"
    )
    replications: Annotated[int, Field(ge=1, le=10_000)] = choice(
        20, "runs", "design", "Runs of each scenario, paired over shared luck"
    )
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = choice(1, "seed", "design", "Master seed of luck")
