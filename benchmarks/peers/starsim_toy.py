"""The toy workload in starsim: a module with states and Bernoulli distributions over the sim's people."""

from __future__ import annotations

from typing import Any

import numpy as np
import starsim as ss
from answering import answer


class Reporting(ss.Module):
    """Victimisation, reporting and removals, month by month."""

    def __init__(self, workload: Any) -> None:
        super().__init__()
        self.workload = workload
        self.define_states(ss.FloatArr("trust", default=1.0))
        self.victimised = ss.bernoulli(p=workload.victimised)
        self.reporting = ss.bernoulli(p=self.report_probability)
        self.removal = ss.bernoulli(p=workload.removed)
        self.incidents = self.reports = self.removals = 0
        self.loss = np.zeros(workload.counties)

    @staticmethod
    def report_probability(module: Reporting, sim: Any, uids: Any) -> Any:
        return module.workload.reporting_base * module.trust[uids]

    def init_post(self) -> None:
        super().init_post()
        people = len(self.sim.people)
        self.county = np.arange(people) * self.workload.counties // people

    def step(self) -> None:
        workload, counties = self.workload, self.workload.counties
        self.trust[:] = self.trust + workload.recovery * (1.0 - self.trust) - self.loss[self.county]
        victims = self.victimised.filter()
        reporting = self.reporting.filter(victims)
        removed = self.removal.filter(reporting)
        self.incidents += len(victims)
        self.reports += len(reporting)
        self.removals += len(removed)
        found = np.bincount(self.county[removed], minlength=counties)
        self.loss = workload.loss * found * counties / len(self.county)


def build(people: int, months: int, workload: Any, seed: int) -> Any:
    sim = ss.Sim(
        n_agents=people,
        modules=Reporting(workload),
        start=ss.date("2000-01-01"),
        dt=ss.month,
        dur=ss.months(months - 1),
        rand_seed=seed,
        verbose=0,
    )
    sim.init()

    def count() -> dict[str, Any]:
        module = sim.get_module(Reporting)
        counts = {name: int(getattr(module, name)) for name in ("incidents", "reports", "removals")}
        return {**counts, "trust": float(np.mean(module.trust))}

    return sim.run, count


answer(build)
