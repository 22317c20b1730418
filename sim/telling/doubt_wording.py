"""Luck and doubt in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.analysis.doubt import Doubt
from sim.scenario.calibration.draws import LUCKS
from sim.telling.wording import number_text

_TOLD = {"occurred_total": "true", "recorded_total": "observed"}


def doubt_sentences(doubts: Sequence[Doubt]) -> Iterator[str]:
    """Yield for each scenario what changes over the draws, with luck and doubt apart."""
    for name in dict.fromkeys(it.scenario for it in doubts):
        parts = [_part(it) for it in doubts if it.scenario == name and it.measure in _TOLD]
        draws = next(it.draws for it in doubts if it.scenario == name)
        yield (
            f"{name}, over {draws:,} draw{'s' if draws > 1 else ''} of parameters, each in {LUCKS} lucks: "
            f"{'; '.join(parts)}."
        )
        if draws == 1:
            yield "One draw alone says nothing of doubt: this result is that of one set of parameters."


def _part(it: Doubt) -> str:
    low, _, high = (number_text(value, 2, signed=True) for value in it.quantiles)
    luck = number_text(it.luck_sd, 2)
    doubt = number_text(it.doubt_sd, 2) if it.doubt_sd == it.doubt_sd else "unknown"
    return (
        f"{_TOLD[it.measure]} crime {low} to {high} % (90 % of draws; standard deviation by doubt of parameters "
        f"{doubt}, by luck {luck})"
    )
