"""Program lists: a file with a row for each county or agency says where a program runs, and from when until when.

The published sheet of 287(g) agreements is such a list: one row for each agency and model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.scenario.user_tables.records import Layout
from sim.scenario.user_tables.table import Table, counted, listed, months, read_table
from sim.words.faults import UserError, printable, shortened
from sim.world.counties.names import OTHER_STATE, Found, Gazetteer
from sim.world.counties.table import Counties, Integers

MODELS = {
    "agreement_287g_jail": ("jail enforcement", "jem"),
    "agreement_287g_task_force": ("task force", "tfm", "tfo"),
    "agreement_287g_warrant": ("warrant service", "wso"),
}
"""What the cells of a sheet of 287(g) agreements call the model that is each program."""
COLUMNS = ("fips", "state", "county", "agency", "from", "until", "model")
OTHER_NAMES = {
    "fips": "fips_code county_fips fips_county geoid county_geoid county_id county_code code",
    "state": "st state_name state_abbreviation state_abbr state_code",
    "county": "county_name countyname county_parish county_or_parish parish county_or_city",
    "agency": "law_enforcement_agency lea agency_name jurisdiction name",
    "from": "signed date_signed signed_date start start_date date since from_date activated activation "
    "activation_date effective effective_date begin begin_date moa_signed",
    "until": "to end end_date ended until_date terminated termination_date expired expires expiration_date revoked",
    "model": "support_type agreement_type program_type model_type program program_model",
}
"""What lists call these columns, in small letters and with one sign between words."""
LAYOUT = Layout((), COLUMNS, {name: names.split() for name, names in OTHER_NAMES.items()}, 10, ragged=True)
MOST_UNMATCHED_SHOWN = 20
LAST = 12 * 10_000
"""A month after all others: the program does not end."""
FIRST = 0
"""A month before all others: the program was there from the beginning."""


class Span(NamedTuple):
    """When a program runs in a county: absolute months, the second the first without it."""

    begin: int
    end: int


Spans = dict[int, list[Span]]
"""By place of the county, spans in order, apart from each other."""


def read_program_list(name: str, path: str, counties: Counties, notes: list[str] | None = None) -> Spans:
    """Return when a program runs in each county of its list; rows of one county are united.

    Rows whose county this world has not are told in ``notes`` and left out, and so are rows of other models in a list
    of agreements.

    Raises
    ------
    UserError
        Impossible days, no way to tell counties, or no row of a county of this world.
    """
    key = f"programs.{name}.counties"
    notes = [] if notes is None else notes
    file = read_table(key, path, LAYOUT)
    if not {"fips", "county"} & file.columns.keys():
        raise UserError(f"{key}: {file.path} has neither a column fips nor a column county, by which counties are told")
    file = file.kept(_rows_of_model(name, key, file, notes))
    known = Gazetteer(counties)
    spans, found = _spans(file), _found(file, known)
    file.raise_faults()
    notes.extend(file.notes)
    lost = _unmatched(key, file, found, known)
    if not any(one.places for one in found):
        raise UserError("\n".join([*lost, f"{key}: {file.path} has no row of a county of this world"]))
    by_place: Spans = {}
    for one, span in zip(found, spans, strict=True):
        for place in one.places:
            by_place.setdefault(place, []).append(span)
    rows = sum(bool(one.places) for one in found)
    notes.append(f"{key}: {counted(len(by_place), 'county')} from {counted(rows, 'row')}")
    notes.extend(lost)
    return {place: _united(several) for place, several in sorted(by_place.items())}


def _rows_of_model(name: str, key: str, file: Table, notes: list[str]) -> list[int]:
    """Return the rows that are of the program's own model, all where rows have no model."""
    everyone = list(range(len(file)))
    if name not in MODELS or "model" not in file.columns:
        return everyone
    texts = [" ".join(text.casefold().split()) for text in file.columns["model"]]
    own = [row for row in everyone if _is_of(name, texts[row])]
    known = [row for row in everyone if any(_is_of(model, texts[row]) for model in MODELS)]
    if not own:
        models = listed(sorted({shortened(text) for text in file.columns["model"] if text})) or "none"
        raise UserError(f"{key}: {file.path} has no row of the model {MODELS[name][0]}; it has {models}")
    strange = [f"line {file.lines[row]}" for row in everyone if row not in set(known) and texts[row]]
    if strange:
        notes.append(f"{key}: left out: {counted(len(strange), 'row')} of no known model ({listed(strange)})")
    return own


def _is_of(name: str, text: str) -> bool:
    words, short = MODELS[name][0], MODELS[name][1:]
    return words in text or any(word in text.replace("/", " ").replace(",", " ").split() for word in short)


def _spans(file: Table) -> list[Span]:
    """Return from when until when each row holds; note ends before the beginning."""
    who = _who(file)
    spans = [
        Span(*both) for both in zip(months(file, "from", who, FIRST), months(file, "until", who, LAST), strict=True)
    ]
    for row, span in enumerate(spans):
        if span.end < span.begin and not file.is_faulty(row, "from", "until"):
            begin, end = file.columns["from"][row], file.columns["until"][row]
            file.fault(row, f"{who[row]}: until is {end}; it must be after from, which is {begin}", "until")
    return spans


def _who(file: Table) -> list[str]:
    """Return what each row is called in messages."""
    names = [file.columns.get(column, [""] * len(file)) for column in ("agency", "county", "fips", "state")]
    return [_called(*cells) for cells in zip(*names, strict=True)]


def _called(agency: str, county: str, fips: str, state: str) -> str:
    what = county or fips or agency or "a row without a name"
    return shortened(f"{what}, {state}" if state and not county.endswith(state) else what, 80)


def _found(file: Table, known: Gazetteer) -> list[Found]:
    """Return the counties of each row: by its code if it has one, else by its name; note impossible codes."""
    nothing = [""] * len(file)
    fips, state, county = (file.columns.get(column, nothing) for column in ("fips", "state", "county"))
    found = []
    for row, code in enumerate(fips):
        problem = known.impossible(code) if code else ""
        if problem:
            file.fault(row, f"fips is {shortened(code)}; {problem}", "fips")
        found.append(known.by_code(code) if code else known.by_words(state[row], county[row]))
    return found


def _unmatched(key: str, file: Table, found: Sequence[Found], known: Gazetteer) -> list[str]:
    """Return a line for each row whose county was not found, and one for all of states that the world has not."""
    who = _who(file)
    elsewhere = [row for row, one in enumerate(found) if one.problem == OTHER_STATE]
    lost = [row for row, one in enumerate(found) if not one.places and one.problem != OTHER_STATE]
    lines = []
    if lost:
        lines.append(f"{key}: left out: {counted(len(lost), 'row')} of {len(found):,} whose county is not found")
        shown = lost[:MOST_UNMATCHED_SHOWN]
        lines += [f"  line {file.lines[row]}: {who[row]}: {known.why_not(found[row])}" for row in shown]
        lines += [f"  and {len(lost) - len(shown):,} more"] if len(lost) > len(shown) else []
    if elsewhere:
        states = sorted({state for row in elsewhere if (state := file.columns.get("state", who)[row])})
        rows = f"{counted(len(elsewhere), 'row')} of states that this world has not"
        lines.append(f"{key}: left out: {rows} ({listed(states)})")
    return [printable(line) for line in lines]


def _united(spans: list[Span]) -> list[Span]:
    """Return spans of one county in order, those that overlap or touch made one."""
    found: list[Span] = []
    for span in sorted(span for span in spans if span.begin < span.end):
        if found and span.begin <= found[-1].end:
            found[-1] = Span(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def laid_out(spans: Spans, count: int) -> tuple[Integers, Integers]:
    """Return begin and end of the n-th span of each county, int64[N, K] each, absolute; beyond all months for none."""
    most = max((len(one) for one in spans.values()), default=1)
    begin = np.full((most, count), LAST, dtype=np.int64)
    end = np.full((most, count), LAST, dtype=np.int64)
    for place, several in spans.items():
        for number, span in enumerate(several):
            begin[number, place], end[number, place] = span
    return begin, end
