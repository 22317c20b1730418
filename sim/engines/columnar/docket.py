"""The columnar engine's docket: what is to happen to the people of a range of counties, and when.

Phases 9 to 12 work through one docket at a time. Each touches only its own people, and counts what it does in arrays of
its own, since an arrest may stand in the books of a county elsewhere; so dockets can be worked through side by side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.engines.columnar.agenda import Agenda, empty_agenda, in_order_of_slot, taken_from, with_entries, with_plans
from sim.engines.columnar.records import EVENT_SLOT, Plans, Registry
from sim.engines.columnar.releases import Followed, nobody_followed
from sim.words.codes import ARRESTS_SHAPE, ENFORCEMENT_SHAPE, REMOVED_SHAPE

Events = npt.NDArray[np.int64]


class Docket:
    """The events to come of the people who live in one range of slots, whole counties, and who of them is followed."""

    def __init__(self, first: int, last: int, months: int) -> None:
        """Open an empty docket for slots ``first`` to ``last`` and a run of ``months`` months."""
        self.first, self.last = first, last
        self.agenda: Agenda = empty_agenda(months)
        self.followed: Followed = nobody_followed()

    def plan(self, events: Events, due: Events) -> None:
        """Put events on the agenda; those after the last month are dropped."""
        self.agenda = with_entries(self.agenda, events, due)

    def plan_all(self, plans: Plans) -> None:
        """Put the events of a month's plans on the agenda."""
        self.agenda = with_plans(self.agenda, plans)

    def take(self, month: int) -> Events:
        """Return the events due in a month, sorted by slot, and strike them out."""
        events: Events = in_order_of_slot(taken_from(self.agenda, month), self.first, self.last, EVENT_SLOT)
        return events

    def own(self, packed: Events, shift: int) -> Events:
        """Return the part of sorted entries that concerns the docket's people; the slot stands above ``shift`` bits."""
        low, high = np.searchsorted(packed, [self.first << shift, self.last << shift])
        return packed[low:high]


def empty_registry(custody: npt.NDArray[np.int64]) -> Registry:
    """Return a registry with nothing counted in the month; ``custody`` (K x group x status x custody) is kept on."""
    count = len(custody)
    enforcement = np.zeros((count, *ENFORCEMENT_SHAPE), dtype=np.int32)
    bookings = np.zeros((count, *ARRESTS_SHAPE), dtype=np.int32)
    removed = np.zeros((count, *REMOVED_SHAPE), dtype=np.int64)
    removable, taken = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    return Registry(enforcement, bookings, custody, removed, removable, taken)


def merged(registries: list[Registry]) -> Registry:
    """Return the sum of registries that share one count of custody."""
    total = registries[0]
    for other in registries[1:]:
        for name in Registry._fields:
            if name != "custody":
                counts = getattr(total, name)
                counts += getattr(other, name)
    return total
