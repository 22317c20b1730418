"""Residents whom immigration enforcement can reach, as Mesa agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engines.mesa.residents import Resident
from sim.numerics.draws import Purpose
from sim.rules.custody import legalized
from sim.words.codes import LAWFUL, LEVEL_NONE, UNAUTHORIZED
from sim.world.person import is_tied

if TYPE_CHECKING:
    from sim.engines.mesa.places import County

LEGALIZATION = int(Purpose.LEGALIZATION)


class Immigrant(Resident):
    """A resident who is not a citizen.

    Rules, beside those of every resident:
        ``tie``: is as sensitive to lost trust as others of the same status, whoever shares the household.
        ``deterrence``: offends less where removal has become likelier, if ICE could remove them.
        ``gains_status``: becomes lawful in a legalization by chance, if unauthorized.
    """

    def tie(self) -> int:
        """Return the tie to enforcement: one's own status."""
        return is_tied(self.status, False)

    def deterrence(self, county: County) -> float:
        """Return how the risk of removal in a county multiplies offending, for those whom ICE could remove."""
        if county.deterrence == 1.0:
            return 1.0
        level = self.level() if self.status == LAWFUL else LEVEL_NONE
        return county.deterrence if self.is_removable(level) else 1.0

    def gains_status(self) -> None:
        """A legalization makes a keyed share of unauthorized people lawful noncitizens."""
        share = self.model.constants.legalization_share
        if self.status == UNAUTHORIZED and legalized(self.model.draw(self.identity, 0, LEGALIZATION)[0], share):
            count = self.model.population[self.county.index, self.group, :, self.custody]
            count[UNAUTHORIZED] -= 1
            count[LAWFUL] += 1
            self.status = LAWFUL
