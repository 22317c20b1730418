"""The toy workload (see ``workload``) as plain Mesa and as vectorised numpy."""

from __future__ import annotations

import warnings
from typing import Any

import mesa
import numpy as np

from benchmarks.measuring.workload import WORKLOAD, Counts

VICTIMISED, REPORTING_BASE, REMOVED, RECOVERY, LOSS, COUNTIES = WORKLOAD


class ToyPerson(mesa.Agent):  # type: ignore[misc]
    """A person of the plain Mesa toy."""

    def __init__(self, model: ToyModel, county: int) -> None:
        super().__init__(model)
        self.county = county
        self.trust = 1.0

    def live(self) -> None:
        """Live one month."""
        model = self.model
        self.trust += RECOVERY * (1.0 - self.trust) - model.loss[self.county]
        if model.random.random() < VICTIMISED:
            model.incidents += 1
            if model.random.random() < REPORTING_BASE * self.trust:
                model.reports += 1
                if model.random.random() < REMOVED:
                    model.removed[self.county] += 1


class ToyModel(mesa.Model):  # type: ignore[misc]
    """The toy workload as plain Mesa: one agent per person, activated with ``do`` or ``shuffle_do``."""

    def __init__(self, people: int, seed: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().__init__(seed=seed)
        self.incidents = self.reports = self.removals = 0
        self.removed, self.loss = [0] * COUNTIES, [0.0] * COUNTIES
        self.size = people
        for number in range(people):
            ToyPerson(self, number * COUNTIES // people)

    def run(self, months: int, shuffled: bool) -> None:
        """Run some months, in shuffled order or in the order of creation."""
        for _ in range(months):
            if shuffled:
                self.agents.shuffle_do("live")
            else:
                self.agents.do("live")
            self.removals += sum(self.removed)
            self.loss = [LOSS * removed * COUNTIES / self.size for removed in self.removed]
            self.removed = [0] * COUNTIES

    def counts(self) -> Counts:
        """Return what was counted in all months so far."""
        trust = sum(agent.trust for agent in self.agents) / self.size
        return Counts(self.incidents, self.reports, self.removals, trust)


class ToyArrays:
    """The toy workload as vectorised numpy, every person every month."""

    def __init__(self, people: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.county = np.arange(people) * COUNTIES // people
        self.trust = np.ones(people)
        self.loss: Any = np.zeros(COUNTIES)
        self.incidents = self.reports = self.removals = 0

    def run(self, months: int) -> None:
        """Run some months."""
        people = len(self.trust)
        for _ in range(months):
            self.trust += RECOVERY * (1.0 - self.trust) - self.loss[self.county]
            victims = np.flatnonzero(self.random.random(people) < VICTIMISED)
            reporting = victims[self.random.random(len(victims)) < REPORTING_BASE * self.trust[victims]]
            removed = reporting[self.random.random(len(reporting)) < REMOVED]
            self.loss = LOSS * np.bincount(self.county[removed], minlength=COUNTIES) * COUNTIES / people
            self.incidents += len(victims)
            self.reports += len(reporting)
            self.removals += len(removed)

    def counts(self) -> Counts:
        """Return what was counted in all months so far."""
        return Counts(self.incidents, self.reports, self.removals, float(self.trust.mean()))
