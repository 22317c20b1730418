"""What a comparison file says beside its list of scenarios."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.parameters.base import Section, choice, refusal
from sim.words.limits import LARGEST_SEED, MOST_REPLICATIONS

ProgramName = Literal[
    "criminal_alien_program",
    "secure_communities",
    "agreement_287g_jail",
    "agreement_287g_task_force",
    "detainer_resolution",
    "priority_enforcement",
    "agreement_287g_warrant",
    "court_ruling",
]
PROGRAM_TITLES: dict[str, str] = {
    "criminal_alien_program": "the Criminal Alien Program",
    "secure_communities": "Secure Communities",
    "agreement_287g_jail": "the 287(g) jail agreement",
    "agreement_287g_task_force": "the 287(g) task force agreement",
    "detainer_resolution": "the detainer resolution",
    "priority_enforcement": "priority enforcement",
    "agreement_287g_warrant": "the 287(g) warrant service agreement",
    "court_ruling": "the court ruling",
}
"""What ``labels.PROGRAMS`` are called within a sentence."""


class ComparisonHeader(Section):
    """Header, reference and replications of a comparison."""

    title: str = choice("", "text", "the user's comparison", "What the comparison is called in tables and figures")
    question: str = choice("", "text", "the user's comparison", "The question it answers")
    source: str = choice("", "text", "the user's comparison", "Where its facts come from")
    reference: str | None = choice(
        None, "name", "the user's comparison", "Scenario that the others are compared with; empty means the first"
    )
    effect_of: ProgramName | None = choice(
        None,
        "name",
        "the user's comparison",
        "Program whose own effect is asked for: instead of with a reference, each scenario is compared with itself "
        "without the program",
    )
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)] = choice(
        20, "runs", "design", "Runs of each scenario, paired over shared luck"
    )
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = choice(1, "seed", "design", "Master seed of luck")

    uncertainty: str | None = choice(
        None,
        "path",
        "the user's comparison",
        "Draws from a posterior, as 'calibrate' writes them, or 'posterior' for those that come with the program: each "
        "two replications are run with one, the same in all scenarios",
    )

    @model_validator(mode="after")
    def _check_one_kind(self) -> Self:
        if self.effect_of is not None and self.reference is not None:
            reason = (
                "stands beside reference; with effect_of each scenario is compared with itself without the program, "
                "with reference all are compared with one, so leave one of the two out"
            )
            raise refusal(("effect_of", self.effect_of, reason))
        return self
