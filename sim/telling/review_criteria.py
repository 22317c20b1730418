"""What a review of agent models of urban crime asks of each, answered one by one from what is there."""

from __future__ import annotations

from typing import NamedTuple

from sim.analysis.evidence.validation import Validation
from sim.parameters import ASSUMPTION, Parameters
from sim.parameters.listing import rows
from sim.telling.describe.overview import rule_list
from sim.telling.validation_wording import HEADINGS, summary_sentences
from sim.words.schedule import PHASES
from sim.words.sources import figures_named_in

REVIEW = (
    'Groff, Johnson and Thornton, "State of the Art in Agent-Based Modeling of Urban Crime: An Overview", Journal of '
    "Quantitative Criminology 35(1), 2019, 155-193, reviewed 45 publications. Most lacked the detail that a "
    "replication needs, many gave no rationale for choices, parameters were rarely calibrated with data, and "
    "validation was limited and inconsistent. What follows answers these points for this model."
)


class Criterion(NamedTuple):
    """What is asked, and the answer; code is written between backticks."""

    title: str
    answer: str


def criteria(validation: Validation) -> list[Criterion]:
    """Return the answers, with counts from the program itself and from the validation."""
    sources = [row.fact("source") for row in rows(Parameters)]
    assumed, by_hand = (sum(word in source for source in sources) for word in (ASSUMPTION, "hand-set"))
    published = sum(bool(figures_named_in([source])) for source in sources)
    given = sum(len(validation.of_role(role)) for role in HEADINGS)
    return [
        Criterion(
            "Rationale of each mechanism",
            f"Each month has {len(PHASES)} phases, and each phase says who decides and why it stands where it does; "
            f"each of the {len(rule_list())} rules is one small function with its meaning. Opportunities follow "
            "routine activity theory; fear, legal cynicism and mixed-status households follow the literature on the "
            "chilling effect; deterrence and incapacitation are there beside them. Each response has a switch, so that "
            "a result can be told with it and without it. `darkfigure describe --odd` prints all of it.",
        ),
        Criterion(
            "Source of each parameter",
            f"Each of {len(sources)} parameters names a source, a unit and a range: {published} name published "
            f"figures, {by_hand} were set by hand so that a simulated figure comes near a published one, and {assumed} "
            "are assumptions wholly or in part. The rest are design: sizes, dates, switches and limits. Which figure "
            "is read, quoted elsewhere, worked out or unchecked stands in `darkfigure describe --sources`.",
        ),
        Criterion(
            "Calibration",
            "The tables of this page separate inputs, with which agreement proves nothing, from targets, to which "
            "parameters may be fitted. Levels of crime of real counties are solved exactly at the start of a run. "
            "Agreement one by one is weak evidence, so that all targets are judged together as well. "
            + " ".join(sentence for sentence in summary_sentences(validation) if not sentence.startswith("Kept")),
        ),
        Criterion(
            "Sensitivity",
            "Sweeps vary any parameters by Morris or Sobol' designs, Latin hypercubes, grids or lists, with scenarios "
            "sharing their luck, so that a difference is due to the parameter. `darkfigure sweep sweep_sensitivity` "
            "is one that is shipped. Intervals of comparisons are for luck; sweeps tell of the parameters.",
        ),
        Criterion(
            "Validation",
            f"{given} figures are computed in each world as their studies computed them: population, period, book, "
            "comparison group, estimator and censoring. Some are kept out of every calibration: no parameter may name "
            "them as its source, and a test sees to it. "
            + " ".join(sentence for sentence in summary_sentences(validation) if sentence.startswith("Kept"))
            + " Two engines, one for reading and one for speed, must give the same tables bit for bit, which tests the "
            "code but not the model.",
        ),
        Criterion(
            "Replication",
            "The source is open, with the description, the parameters and every shipped scenario. The same version, "
            "seed and type of machine give the same tables byte for byte, whatever the number of processes. Each "
            "folder of results holds the resolved scenario, the seeds, a fingerprint of the sources and the command "
            "that gives it again. Real county files are public but not shipped; their layout is documented.",
        ),
    ]
