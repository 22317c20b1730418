"""The toy workload in mesa-frames: people are the rows of a Polars frame, a month is a few vectorised expressions."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from answering import answer
from mesa_frames import AgentSetPolars, ModelDF


class People(AgentSetPolars):
    """People with county and trust."""

    def __init__(self, model: Country, people: int) -> None:
        super().__init__(model)
        number = np.arange(people, dtype=np.int64)
        county = number * model.workload.counties // people
        self.add(pl.DataFrame({"unique_id": number, "county": county, "trust": np.ones(people)}))

    def step(self) -> None:
        model, workload, random = self.model, self.model.workload, self.model.random
        loss = pl.Series(model.loss).gather(self.agents["county"])
        trust = pl.col("trust")
        self.agents = self.agents.with_columns(trust + workload.recovery * (1.0 - trust) - loss)
        victims = self.agents.filter(pl.Series(random.random(len(self.agents))) < workload.victimised)
        chance = pl.Series(random.random(len(victims)))
        reporting = victims.filter(chance < workload.reporting_base * pl.col("trust"))
        removed = reporting.filter(pl.Series(random.random(len(reporting))) < workload.removed)
        model.note(len(victims), len(reporting), removed["county"].to_numpy())


class Country(ModelDF):
    """The people, and what happened where."""

    def __init__(self, people: int, workload: Any, seed: int) -> None:
        super().__init__(seed)
        self.workload, self.size = workload, people
        self.incidents = self.reports = self.removals = 0
        self.loss = np.zeros(workload.counties)
        self.people = People(self, people)
        self.agents.add(self.people)

    def note(self, victims: int, reporting: int, removed: Any) -> None:
        """Add up a month; its removals lower trust in the next one."""
        counties = self.workload.counties
        self.incidents += victims
        self.reports += reporting
        self.removals += len(removed)
        self.loss = self.workload.loss * np.bincount(removed, minlength=counties) * counties / self.size


def build(people: int, months: int, workload: Any, seed: int) -> Any:
    model = Country(people, workload, seed)

    def run() -> None:
        for _ in range(months):
            model.step()

    def count() -> dict[str, Any]:
        trust = float(model.get_agents_of_type(People).agents["trust"].mean())
        return {"incidents": model.incidents, "reports": model.reports, "removals": model.removals, "trust": trust}

    return run, count


answer(build)
