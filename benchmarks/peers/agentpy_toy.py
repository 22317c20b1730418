"""The toy workload in agentpy: an agent per person, called through an AgentList."""

from __future__ import annotations

from typing import Any

import agentpy as ap
from answering import answer


class Person(ap.Agent):
    """A person with a county and trust."""

    def setup(self, county: int) -> None:
        self.county = county
        self.trust = 1.0

    def live(self) -> None:
        model = self.model
        workload, uniform = model.workload, model.random.random
        self.trust += workload.recovery * (1.0 - self.trust) - model.loss[self.county]
        if uniform() < workload.victimised:
            model.incidents += 1
            if uniform() < workload.reporting_base * self.trust:
                model.reports += 1
                if uniform() < workload.removed:
                    model.removed[self.county] += 1


class Country(ap.Model):
    """The people, and what happened where."""

    def setup(self) -> None:
        self.workload, counties = self.p.workload, self.p.workload.counties
        self.incidents = self.reports = self.removals = 0
        self.removed, self.loss = [0] * counties, [0.0] * counties
        places = ap.AttrIter([number * counties // self.p.people for number in range(self.p.people)])
        self.agents = ap.AgentList(self, self.p.people, Person, county=places)

    def step(self) -> None:
        self.agents.live()
        workload, people = self.workload, self.p.people
        self.removals += sum(self.removed)
        self.loss = [workload.loss * removed * workload.counties / people for removed in self.removed]
        self.removed = [0] * workload.counties


def build(people: int, months: int, workload: Any, seed: int) -> Any:
    model = Country({"people": people, "workload": workload, "seed": seed})
    model.sim_setup()

    def run() -> None:
        for _ in range(months):
            model.sim_step()

    def count() -> dict[str, Any]:
        trust = sum(agent.trust for agent in model.agents) / people
        return {"incidents": model.incidents, "reports": model.reports, "removals": model.removals, "trust": trust}

    return run, count


answer(build)
