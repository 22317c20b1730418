"""Parameters of the victimization survey."""

from __future__ import annotations

from typing import Literal

from sim.parameters.base import ASSUMPTION, ByCrime, Section, choice, number, share_of, table

NCVS_PANEL = 160_000 / (309_300_000 * 0.835 * 0.9)
"""Places of a panel in which so many persons of 12 and over answer each half-year, per person of the nation."""


class SurveySection(Section):
    """The victimization survey."""

    panel: Literal["share", "ncvs"] = choice(
        "share",
        "name",
        "BJS NCVS: some 160,000 persons interviewed each half-year",
        "Size of the panel: a share of people, or the NCVS's own, scaled by the world's share of the nation",
    )
    panel_share: float = number(0.05, "share of people", 0, 0.5, "design", "People in the panel")
    panel_share_nation: float = number(0.0005, "share of people", 0, 0.5, "design", "The same in a nation at scale 1")
    response: float = share_of(0.9, "interviews", "BJS NCVS, about", "Response at full trust")
    capture: ByCrime = table(
        ByCrime.same(1.0, homicide=0.0),
        "share of incidents",
        0,
        1,
        "T08-T13 are shares of what a survey is told, so true incidents are those that it hears of",
        "Incidents a respondent tells the interviewer of, were they asked at once; never a homicide",
    )
    recall_loss: float = share_of(
        0.0, "incidents per month", ASSUMPTION, "Incidents forgotten with each month until the interview"
    )
    trust_weight: float = number(0.1, "ratio", 0, 2, ASSUMPTION, "How far survey response depends on trust")

    def share_of_people(self, scale: float, nation: bool) -> float:
        """Return the share of people in the panel of a world with ``scale`` agents per person."""
        if self.panel == "ncvs":
            return min(0.5, NCVS_PANEL / scale)
        return self.panel_share_nation if nation and scale >= 0.5 else self.panel_share
