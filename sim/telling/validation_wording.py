"""A validation in words: how many figures agree, and why those differ that do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.analysis.evidence.figures import Figure
from sim.analysis.evidence.judging import IN_RANGE, OUT_OF_RANGE, OUTSIDE, WITHIN, Row, agrees
from sim.analysis.evidence.kinds import KINDS
from sim.analysis.evidence.validation import Validation
from sim.analysis.statistics import t_quantile
from sim.running.measures import MUCH_CLIPPED
from sim.telling.wording import MINUS, NOTHING

Pair = tuple[Figure, Row]
CLOSE = 10.0
"""Percent within which a figure without a published error is called close."""
HEADINGS: dict[str, str] = {
    "target": "Targets",
    "validation": "Kept for validation",
    "at_most": "Upper bounds",
    "alternative": "Other readings",
    "input": "Inputs",
}
"""What the figures of each role are called."""
ROLE_WORDS: dict[str, str] = {
    "target": "Figures that calibrations may use; parameters were set with an eye on most of them.",
    "validation": "No parameter rests on them and no calibration sees them.",
    "at_most": "Figures that bound the quantity from above, disputed or of another time.",
    "alternative": "Other readings of targets, or figures read off a chart: shown, and used for nothing.",
    "input": "A parameter or a file sets them: agreement proves nothing, disagreement would be a mistake or a "
    "difference of definition.",
}
EXPLANATIONS: dict[str, str] = {
    "T07": "Real counties are held to their own mean of 2005 to 2007, in which vehicle theft was higher than in the "
    "nation's 2007: the file, not the national figure, is the input.",
    "T08": "The survey tells few rapes; and its years reach past the first activations, after which Hispanic victims "
    "report less.",
    "T23": "One state's arrests among those matched to federal records, and disputed; here arrests are compared over "
    "all people, and the propensities to offend that rest on it are to be varied up to parity.",
    "T24": "As T23.",
    "T25": "Detainers follow one course over the years for all counties. Raised so that March 2011 fits, they would "
    "make too many in the first ten months (T28): both cannot come from one constant share.",
    "T26": "Follows T25: fewer transfers, fewer removals.",
    "T28": "Beside T25: the first ten months have few active counties, and detainers there are a small number.",
    "T29": "The rise is measured against what the Criminal Alien Program took before. Interviews in jails set that "
    "base, and the published page gives two figures, a half and a doubling.",
    "T31": "Who is taken follows the origins of the unauthorized and of those stopped. The published share is of a "
    "time in which enforcement was more concentrated on Hispanic people than stops and records here make it.",
    "T32": "The drop in reporting follows fear, which fades; its size and course trade off against T35.",
    "T35": "Reporting that falls as much as the survey study finds, with recorded crime that does not move, needs "
    "true crime to rise at the same time and by just as much. The shipped course of fear does not strike that balance: "
    "how long reporting falls and how fast victimization peaks and fades decide it.",
    "T36": "Stated intentions of four counties' residents beside what people of all counties do.",
    "T43": "One jail's releases of 2002 beside all counties of all years.",
    "T47": "Repeat victims are drawn from two strata of people; real concentration has a longer tail.",
    "T48": "As T47: two strata for one long tail.",
    "T49": "Read from a chart, so of low weight. The level before is an outcome here (T33_base), and how fast fear "
    "fades sets the later quarters.",
    "T50": "The figure is of what victims told a survey in 2000; here all reported violence counts.",
    "T53": "As T47.",
    "T54": "The published figures do not go together: what police record by type (T02 to T07) and the shares reported "
    "(T08 to T13), all inputs, come to 0.41 for index crime without any model. The range is read from a chart of a "
    "survey whose incidents may include kinds that are reported less, which are not simulated.",
    "T55": "The published figure is of 2014 to 2016, when many counties declined and priorities were narrow; the "
    "years here are those in which most detainers were honoured.",
    "V01": "Levels of crime come from police data and from shares reported (T03, T09): they give fewer robberies than "
    "the survey of 2007 counted. Police and survey are known to disagree on levels.",
    "V02": "As V01, the other way round: police data and the share reported give more aggravated assaults than the "
    "survey counted, which draws the line to simple assault elsewhere.",
    "V03": "The sum of V01, V02, rape and simple assault, whose differences partly cancel.",
    "V04": "The shares by type are inputs; the mix of types decides.",
    "V05": "As V04.",
}
"""Why a shipped figure may differ, told where it does: true whatever the size."""
_SHORT = {WITHIN: "within", OUTSIDE: "outside", IN_RANGE: "in range", OUT_OF_RANGE: "outside"}


def is_close(row: Row) -> bool:
    """Tell whether a row agrees by its own verdict or, where no error was published, by ``CLOSE``."""
    verdict = agrees(row.verdict)
    if verdict is not None:
        return verdict
    return row.published != 0 and abs(row.simulated - row.published) <= CLOSE / 100 * abs(row.published)


def summary_sentences(validation: Validation) -> list[str]:
    """Return in a few sentences how many figures agree, and all targets together."""
    joint = validation.joint
    told = []
    for role in ("target", "validation"):
        pairs = validation.of_role(role)
        judged = [row for _, row in pairs if agrees(row.verdict) is not None]
        others = [row for _, row in pairs if agrees(row.verdict) is None]
        parts = []
        if judged:
            parts.append(f"{sum(map(is_close, judged))} of {len(judged)} with a published error or range agree with it")
        if others:
            parts.append(f"{sum(map(is_close, others))} of {len(others)} without one lie within {CLOSE:.0f} %")
        if parts:
            told.append(f"{HEADINGS[role]}: {', and '.join(parts)}.")
    if joint.degrees:
        told.append(
            f"Targets with a published error, {joint.degrees}, all together, taken as independent: chi-square "
            f"{joint.chi_square:.1f} on {joint.degrees} degrees of freedom, p {_p(joint.probability)}."
        )
    return told


def warnings_of(validation: Validation) -> list[str]:
    """Return what a reader must know: a made world, months that the run lacks, clipping."""
    told = []
    if not validation.is_real:
        told.append("This is a made world: its counties, their rates of crime and their dates are not the real ones.")
        if validation.by_dates:
            told[-1] += (
                " Figures that compare counties by their dates need real counties: "
                f"{_ids(validation.by_dates)}. Give them with --set world.counties=FILE --set world.adjacency=FILE."
            )
    cut = validation.cut()
    if cut:
        first, last = validation.worlds[0].months
        told.append(f"The run goes from {first} to {last}, a part of the months that these are about: {_ids(cut)}.")
    if validation.clipped_share > MUCH_CLIPPED:
        told.append(f"{100 * validation.clipped_share:.2f} % of opportunities were clipped: raise crime.headroom.")
    return told


def missing_lines(validation: Validation) -> list[str]:
    """Return a line for each reason why figures are not given, with the figures that it holds for."""
    reasons: dict[str, list[str]] = {}
    for figure, reason in validation.not_given:
        reasons.setdefault(reason, []).append(figure.id)
    return [f"{', '.join(ids)}: {reason}." for reason, ids in reasons.items()]


def differing(validation: Validation) -> Iterator[tuple[list[Pair], str]]:
    """Yield the figures that do not agree, those of one number together, and what is known of the reason."""
    found: dict[tuple[str, str], list[Pair]] = {}
    for figure, row in validation.of_role(*HEADINGS):
        if not is_close(row):
            found.setdefault((figure.number, _reason(validation, figure, row)), []).append((figure, row))
    for (_, reason), pairs in found.items():
        yield pairs, reason or "No reason is known."


def _reason(validation: Validation, figure: Figure, row: Row) -> str:
    if row.worlds > 1 and abs(row.simulated - row.published) <= t_quantile(row.worlds - 1) * row.mc_error:
        return "The luck of so few and small worlds spans the published value: give more --seeds, or more people."
    if not validation.is_real and KINDS[figure.kind].by_dates:
        return "The made counties have dates and sizes of their own."
    return EXPLANATIONS.get(figure.number, "")


def number(value: float) -> str:
    """Return a number with three or four digits, a true minus sign, or a dash where there is none."""
    if math.isnan(value):
        return NOTHING
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if "e" in text:
        text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if float(value) == 0 else text.replace("-", MINUS)


def with_error(value: float, error: float, text: str = "") -> str:
    """Return a number and its error in brackets, after ``text``, where there is one."""
    return f"{number(value)} ({text}{number(error)})" if math.isfinite(error) else number(value)


def published_text(figure: Figure) -> str:
    """Return what was published: the value with its error, or its range."""
    if math.isfinite(figure.se) or math.isnan(figure.low):
        return with_error(figure.value, figure.se, "se ")
    return f"{number(figure.low)} to {number(figure.high)}"


def z_text(row: Row) -> str:
    """Return z with a sign, or a dash."""
    return f"{row.z:+.1f}".replace("-", MINUS) if math.isfinite(row.z) else NOTHING


def verdict_text(row: Row) -> str:
    """Return the verdict with a true minus sign."""
    return row.verdict.replace("-", MINUS) if row.verdict.endswith("%") else row.verdict


def short_verdict(row: Row) -> str:
    """Return the verdict in one or two words, or whole percents."""
    if row.verdict.endswith("%"):
        return f"{100 * (row.simulated - row.published) / abs(row.published):+.0f} %".replace("-", MINUS)
    return _SHORT.get(row.verdict, row.verdict)


def _ids(figures: Sequence[Figure]) -> str:
    return ", ".join(dict.fromkeys(figure.number for figure in figures))


def _p(probability: float) -> str:
    return "below 0.001" if probability < 0.001 else f"{probability:.3f}"
