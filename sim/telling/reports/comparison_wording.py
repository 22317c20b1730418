"""What a comparison's report and its table on the terminal say alike: what differs, and what removal prevents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from sim.analysis.assumptions import dials_of
from sim.analysis.differences import PROGRAMS, Difference, beyond_programs, differences_between
from sim.analysis.disputed import Disputed, worlds_of
from sim.analysis.incapacitation import SPREAD, Prevented
from sim.analysis.statistics import Estimate
from sim.parameters.comparison import PROGRAM_TITLES
from sim.running.measures import ComparisonRuns
from sim.telling.doubt_wording import over_what
from sim.telling.wording import NOTHING, change_text, number_text
from sim.words.labels import LABELS

EFFECT_OF = (
    "To see what a program alone does in a scenario, write effect_of: PROGRAM instead of a reference, or compare with "
    "--effect-of PROGRAM: each scenario is then compared with itself without that program."
)
DISPUTED = (
    "crime.propensity_violent",
    "crime.propensity_property",
    "police.offender_link",
    "people.frequent_offending",
)
"""On these rests how much the people removed would have done."""
WHAT_AWAY_MEANS = (
    "Index offences that did not happen as the person who would have committed them was in ICE custody or removed, "
    "over the person-years that people were so away in the evaluation (removed and not returned, whether or not "
    "somebody else lives in their place)"
)


def differences_of(results: ComparisonRuns) -> dict[str, list[Difference]]:
    """Return for each scenario that is compared in what it differs from what it is compared with."""
    members = {scenario.name: scenario for scenario in results.comparison.members}
    return {name: differences_between(members[name], members[other]) for name, other in results.references.items()}


def beyond_text(name: str, differences: Sequence[Difference]) -> str:
    """Return what to say where a scenario differs in more than programs, or nothing where it does not."""
    others = beyond_programs(differences)
    if not others:
        return ""
    sections = " and ".join([", ".join(others[:-1]), others[-1]] if len(others) > 1 else others)
    if any(it.section == PROGRAMS for it in differences):
        return f"{name} differs in {sections} as well as in programs: its change is that of all of these together, and "
    return f"{name} differs in {sections} and in no program: its change is that of these assumptions, and "


def warnings_of(results: ComparisonRuns) -> Iterator[str]:
    """Yield in full sentences which changes are more than, or other than, the effect of programs, and the remedy."""
    found = [beyond_text(name, it) for name, it in differences_of(results).items()]
    told = [f"{text}not the effect of a program." for text in found if text]
    if told:
        yield from (*told, EFFECT_OF)


def without_effect(results: ComparisonRuns) -> list[str]:
    """Return the scenarios in which the program whose effect is asked for is nowhere in force anyway."""
    return [name for name, it in differences_of(results).items() if not it]


def effect_text(results: ComparisonRuns) -> str:
    """Return how scenarios are paired where the effect of a program is asked for."""
    program = PROGRAM_TITLES[str(results.comparison.effect_of)]
    return f"each scenario is compared with itself without {program}, over the same luck, all else the same"


def prevented_text(found: Prevented) -> str:
    """Return what one removed person-year prevents, with its interval and its spread."""
    if found.away.estimate is None:
        return NOTHING
    low, high = (number_text(value, 2) for value in found.spread)
    return f"{change_text(found.away, signed=False)}; {low} to {high}"


def spread_text(results: ComparisonRuns) -> str:
    """Return what the numbers beside a mean are."""
    low, high = SPREAD
    return (
        f"mean with its 95 % interval; then the {low}th to {high}th percentile over {over_what(results)}, which "
        "tells how far these lie apart, not counties"
    )


def disputed_text(results: ComparisonRuns) -> str:
    """Return the assumptions on which it rests how much the people removed would have done, with their values."""
    dials = {dial.name: dial for dial in dials_of(results.comparison.scenarios)}
    told = [f"{name} {' or '.join(dict.fromkeys(dials[name].values))} ({dials[name].source})" for name in DISPUTED]
    return "; ".join(told)


def who_incapacitates(results: ComparisonRuns) -> list[str]:
    """Return the scenarios, partners among them, in which people who are removed are gone."""
    members = results.comparison.members
    return [it.name for it in members if it.parameters.responses.incapacitation and it.name in results.runs]


def prevented_line(name: str, found: dict[str, Prevented]) -> str:
    """Return in one sentence what a removed person-year prevents in a scenario."""
    by_family = "; ".join(f"{LABELS[family].lower()} {prevented_text(it)}" for family, it in found.items())
    total = found["total"]
    return (
        f"{name}: {by_family}; {change_text(total.ratio, signed=False)} times the average person's "
        f"{change_text(total.average, signed=False)} index offences a year"
    )


def named(results: ComparisonRuns, name: str) -> str:
    """Return a scenario's title, and where it is called otherwise its name, as HTML."""
    title, short = results.title(name), escape(name).replace("_", "_<wbr>")
    return f"<em>{escape(title)}</em>" if title == name else f"<em>{escape(title)}</em> (<code>{short}</code>)"


def part_text(results: ComparisonRuns, found: Mapping[tuple[str, str, str], Estimate]) -> str:
    """Return in a sentence how far the books part in the first scenario compared, and whose reporting is behind it."""
    name = results.others[0]
    gap = found[name, "gap_total", "all"].estimate
    reporting = [
        f"{people} report {_moved(found[name, 'reporting_total', group])}"
        for group, people in (("hispanic", "Hispanic victims"), ("other", "victims outside the community"))
    ]
    apart = (
        "The books cannot be told apart" if gap is None else f"The two books part by {number_text(abs(gap), 2)} points"
    )
    return f"{apart}: of what happens to them {' and '.join(reporting)}."


def _moved(estimate: Estimate) -> str:
    """Return a change of a share in words."""
    value = estimate.estimate
    if value is None:
        return "an unknown share"
    size = number_text(abs(value), 1)
    return f"{size} % {'more' if value > 0 else 'less'}" if size != "0.0" else "as much as before"


def sign_text(results: ComparisonRuns, disputed: Disputed) -> str:
    """Return in a sentence what would turn the sign of the first scenario's changes."""
    told = []
    for book, word in (("occurred", "true"), ("recorded", "observed")):
        span = disputed.span(results.others[0], book)
        if span is None:
            continue
        ends = f"{number_text(span.low, 2, signed=True)} to {number_text(span.high, 2, signed=True)} %"
        turn = "does not turn" if span.turns is None else f"turns near {number_text(span.turns, 2)}"
        told.append(f"{word} crime would change by about {ends}, and its sign {turn}")
    return (
        "The sign rests on how much more offenders do where less is reported and solved, an elasticity that is "
        f"disputed: it is {disputed.value:g} here, and over its range, {disputed.least:g} to {disputed.most:g}, "
        f"{'; '.join(told)}."
    )


def sure_text(results: ComparisonRuns, disputed: Disputed | None) -> str:
    """Return what the intervals tell and what they do not."""
    count = results.comparison.replications
    chance = (
        f"Intervals tell chance alone: {count} pairs of runs that share their luck"
        if count > 1
        else "One pair of runs tells nothing of chance"
    )
    if disputed is None:
        return f"{chance}. They do not tell how far the assumptions can be trusted."
    return (
        f"{chance}. Assumptions move the answer further: below, the change if the elasticity were anything within its "
        f"range (source: {disputed.source})."
    )


def worlds_text(results: ComparisonRuns, found: Mapping[tuple[str, str, str], Estimate]) -> Iterator[str]:
    """Yield between what the changes lie, where the scenarios are worlds that differ in assumptions."""
    names = worlds_of(results)
    told = []
    for book, word in (("occurred", "true crime"), ("recorded", "observed crime")):
        values = [found[name, f"{book}_total", "all"].estimate for name in names]
        known = [value for value in values if value is not None]
        if known:
            low, high = (number_text(value, 2, signed=True) for value in (min(known), max(known)))
            told.append(f"{word} changes by {low} to {high} %")
    if told:
        yield f"Across the {len(names)} scenarios, which differ in assumptions too, {' and '.join(told)}."
