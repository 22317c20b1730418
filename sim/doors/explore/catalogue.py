"""What the page knows from the start: scenarios, dials, names, limits, and the quantiles of its intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.doors.explore import courses, dials, posterior, questions
from sim.telling.figures import colours

if TYPE_CHECKING:
    from sim.doors.explore.worlds import Warm


def catalogue(warm: Warm) -> dict[str, Any]:
    """Return all of it."""
    from scipy import stats

    return {
        "scenarios": [{"name": name, "title": warm.title(name)} for name in warm.names()],
        "first": warm.first(),
        "dials": dials.catalogue_of_dials(),
        "switches": dials.SWITCHES,
        "rollouts": dials.ROLLOUTS,
        "names": courses.names(),
        "most_replications": questions.MOST_REPLICATIONS,
        "draws": posterior.DRAWS,
        "middle": posterior.MIDDLE,
        "t": [None, None, *(round(float(stats.t.ppf(0.975, n - 1)), 4) for n in range(2, 51))],
        "colours": {name.lower(): value for name, value in vars(colours).items() if name.isupper()},
    }
