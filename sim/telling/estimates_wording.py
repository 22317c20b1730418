"""An evaluation in words: what an evaluator with police data would have concluded, and what was true."""

from __future__ import annotations

import math

from sim.analysis.estimate.registry import ESTIMATORS
from sim.analysis.evaluation.answers import Answer
from sim.analysis.evaluation.evaluating import Evaluation, Happened, Key, Typical
from sim.analysis.evaluation.questions import EVERYBODY, Question, Unit
from sim.analysis.evaluation.worlds import Design
from sim.analysis.statistics import percent_of_log
from sim.parameters.comparison import PROGRAM_TITLES
from sim.telling.wording import NOTHING, number_text

BACKGROUND_TITLES = {"flat": "flat background", "trends": "with background trends"}
SHORT_LABELS = {
    "two_way": "Two-way",
    "county_trends": "Two-way, county trends",
    "poisson": "Poisson",
    "event_study": "Event-study dummies",
    "callaway_santanna": "Callaway\N{EN DASH}Sant\N{RIGHT SINGLE QUOTATION MARK}Anna",
    "sun_abraham": "Sun\N{EN DASH}Abraham",
    "imputation": "Imputation",
    "imputation_trends": "Imputation, county trends",
    "detained": "People detained",
    "detained_instrumented": "Detained, instrumented",
}
CRIME_WORDS = {"index": "crime", "violent": "violent crime", "property": "property crime"}
ELASTICITIES = ("detained", "detained_instrumented")
PREFERRED = ("callaway_santanna", "imputation", "two_way")
"""Whose estimate the headline tells: the first of them that has one."""
NBSP = "\N{NO-BREAK SPACE}"
MOST_PERCENT = 1e6
"""Effects beyond it, of instruments that hardly move anything, are told as no more than that."""
SURVEY_WORDS = {"victimization_rate": "Victimization told", "reporting_share": "Share said to be reported"}
UNIT_WORDS: dict[Unit, str] = {"month": "county-months", "quarter": "county-quarters", "year": "county-years"}


def shown_groups(evaluation: Evaluation) -> tuple[str, ...]:
    """Return whom the figures tell of."""
    return told_groups(evaluation.design)


def told_groups(design: Design) -> tuple[str, ...]:
    """Return whom words and figures tell of: everybody, and Hispanic people where any live there."""
    return (EVERYBODY, "hispanic") if design.people_of("hispanic").any() else (EVERYBODY,)


def told_estimators(evaluation: Evaluation) -> list[str]:
    """Return the estimators that take the outcome, as tables tell of them."""
    return [name for name in SHORT_LABELS if evaluation.outcome in ESTIMATORS[name].outcomes]


def shown_estimators(evaluation: Evaluation) -> list[str]:
    """Return those of them that ask for the effect of the program, as figures show them; elasticities do not."""
    return [name for name in told_estimators(evaluation) if name not in ELASTICITIES]


def shown_background(evaluation: Evaluation) -> str:
    """Return the background that the headline tells of: the scenario's own trends where it has any."""
    return list(evaluation.pairs)[-1]


def preferred(evaluation: Evaluation, group: str, background: str | None = None) -> tuple[str, Typical] | None:
    """Return the estimator of the headline and what it finds on recorded index crime."""
    typical = evaluation.typical()
    where = background or shown_background(evaluation)
    for name in PREFERRED:
        found = typical.get(Key(where, Question("recorded", "index", group, evaluation.outcome), name))
        if found is not None:
            return name, found
    return None


def headline(evaluation: Evaluation, group: str | None = None, background: str | None = None) -> str:
    """Return in one sentence what police data alone would have said, and what was true.

    Parameters
    ----------
    evaluation : Evaluation
        Of a program.
    group : str, optional
        Whom crime is against; by default Hispanic people where an estimator has an answer, else everybody.
    background : str, optional
        By default the scenario's own.
    """
    where = background or shown_background(evaluation)
    groups = (group,) if group is not None else tuple(reversed(shown_groups(evaluation)))
    for whom in groups:
        chosen = preferred(evaluation, whom, where)
        if chosen is not None and math.isfinite(chosen[1].percent(chosen[1].mean["estimate"])):
            truth = evaluation.happened(where, group=whom)
            return f"{_concluded(evaluation, chosen[1], whom)}; {_in_fact(truth, whom)}."
    return "No estimator can answer with police data: counties have too few crimes, or too few start late."


def _concluded(evaluation: Evaluation, found: Typical, group: str) -> str:
    program = PROGRAM_TITLES[evaluation.design.program]
    change, low, high = (found.percent(value) for value in (found.mean["estimate"], found.low, found.high))
    interval = f"{percent_text(change)}, 95{NBSP}% interval {percent_text(low, '')} to {percent_text(high)}"
    whom = f" against {people(group)}" if group != EVERYBODY else ""
    if low <= 0 <= high:
        told = f"would have found no clear effect of {program} on crime{whom} ({interval})"
    else:
        word = "less" if change < 0 else "more"
        told = f"would have found {word} crime{whom} because of {program} ({interval})"
    return f"An evaluator with police data alone {told}"


def found_sentence(answer: Answer, program: str) -> str:
    """Return in one sentence what one estimator finds on the recorded book of one world, and what is true of it."""
    change, error = percent_text(answer.percent(answer.estimate)), number_text(error_in_points(answer), 1)
    whom = f" against {people(answer.question.group)}" if answer.question.group != EVERYBODY else ""
    crime = f"{CRIME_WORDS[answer.question.crime]}{whom}"
    by = f"{SHORT_LABELS[answer.estimator]}, standard error {error} points"
    by += ", which cannot be told from no effect" if answer.low <= 0 <= answer.high else ""
    recorded, occurred = true_effects(answer)
    happened = f", and what happened by {percent_text(occurred)}" if math.isfinite(occurred) else ""
    return (
        f"With police data alone an evaluator would estimate that {PROGRAM_TITLES[program]} changed {crime} by "
        f"{change} ({by}); in the same counties and years it truly changed what police recorded by "
        f"{percent_text(recorded)}{happened}."
    )


def error_in_points(answer: Answer) -> float:
    """Return the standard error by states in percentage points, at the estimate."""
    slope = 100.0 + percent_of_log(answer.estimate) if answer.is_logarithm else 100.0 / (answer.level or math.nan)
    return float(slope) * answer.se_state


def true_effects(answer: Answer) -> tuple[float, float]:
    """Return the true effects on the book and on crime that happened in percent, by the estimator's weights.

    An estimator without weights has the mean effect on the book over counties and periods with the program, and none
    on true crime.
    """
    aligned = answer.truth_aligned if math.isfinite(answer.truth_aligned) else answer.average
    return float(answer.percent(aligned)), float(answer.percent(answer.true_crime_aligned, True))


def _in_fact(truth: Happened, group: str) -> str:
    whom = f" against {people(group)}" if group != EVERYBODY else ""
    share = f"from {share_text(truth.reported_without)} to {share_text(truth.reported_with)}"
    moved = truth.reported_with - truth.reported_without
    word = "fell" if moved < 0 else "rose"
    reported = f"the share of it that police were told of {word} {share}"
    if share_text(truth.reported_without) == share_text(truth.reported_with):
        reported = f"the share of it that police were told of stayed at {share_text(truth.reported_with)}"
    return f"in fact crime{whom} {moved_text(100 * truth.crime)}, and {reported}"


def moved_text(change: float) -> str:
    """Return a change in percent as a verb: rose by 5.1 %, fell by 2.0 %, stayed the same."""
    if math.isnan(change):
        return "cannot be told"
    text = number_text(abs(change), 1)
    if text == "0.0":
        return "stayed the same"
    return f"{'rose' if change > 0 else 'fell'} by {text}{NBSP}%"


def people(group: str) -> str:
    """Return a group of people within a sentence."""
    return {"hispanic": "Hispanic people", "other_noncitizen": "other noncitizens", "other": "everyone else"}[group]


def against(group: str) -> str:
    """Return whom crime is against, everybody among them."""
    return "everybody" if group == EVERYBODY else people(group)


def percent_text(value: float, unit: str = f"{NBSP}%") -> str:
    """Return a change in percent with its sign; of one beyond ``MOST_PERCENT`` no more than that."""
    if value > MOST_PERCENT:
        return f"over {number_text(MOST_PERCENT, 0, signed=True)}{unit}"
    return NOTHING if math.isnan(value) else number_text(value, 1, signed=True) + unit


def share_text(share: float) -> str:
    """Return a share in percent."""
    return NOTHING if math.isnan(share) else f"{number_text(100 * share, 1)}{NBSP}%"


def window_text(evaluation: Evaluation) -> str:
    """Return of which periods and places the numbers are, and how many worlds were run."""
    design, number = evaluation.design, max(map(len, evaluation.pairs.values()))
    pairs = "one pair of worlds" if number == 1 else f"{number} pairs of worlds, means of them"
    left = (
        f"; the last {design.left_out} months make no whole {design.unit} and are left out" if design.left_out else ""
    )
    kind = "log rates" if evaluation.outcome == "log_rate" else "rates"
    return (
        f"{len(design.county):,} counties in {len(design.periods)} {design.unit}s from {design.periods[0]} on, "
        f"{kind} of {UNIT_WORDS[design.unit]}; {pairs}, each the same with and without "
        f"{PROGRAM_TITLES[design.program]}, over the same luck{left}."
    )


def survey_lines(evaluation: Evaluation) -> list[list[str]]:
    """Return what the survey tells: a label, and estimate with interval, placebo, net and truth in percent."""
    lines = []
    for background in reversed(list(evaluation.pairs)):
        for outcome, words in SURVEY_WORDS.items():
            for group in shown_groups(evaluation):
                key = Key(background, Question("survey", "index", group, outcome), "survey_two_way")
                found = evaluation.typical().get(key)
                label = f"{words}, {against(group)}, {BACKGROUND_TITLES[background]} (%)"
                lines.append([label, *([NOTHING] * 4 if found is None else _survey_cells(found))])
    return lines


def _survey_cells(found: Typical) -> list[str]:
    middle, low, high = (
        percent_text(found.percent(value), "") for value in (found.mean["estimate"], found.low, found.high)
    )
    others = [percent_text(found.percent(found.mean[name]), "") for name in ("placebo", "net", "truth_aligned")]
    return [f"{middle} ({low} to {high})", *others]
