"""The toy workload that rivals run: a small part of one month of the model, the same for all.

One person in a hundred is victimised in a month and reports with a probability of base x trust. One report in fifty
leads to a removal; where people are removed, trust falls in the next month, and it recovers slowly.
"""

from __future__ import annotations

import warnings
from typing import Any

import mesa
import numpy as np

VICTIMISED = 0.01
REPORTING_BASE = 0.5
REMOVED = 0.02
RECOVERY = 0.05
LOSS = 2.0
COUNTIES = 25


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
        self.incidents = self.reports = 0
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
            self.loss = [LOSS * removed * COUNTIES / self.size for removed in self.removed]
            self.removed = [0] * COUNTIES


class ToyArrays:
    """The toy workload as vectorised numpy, every person every month."""

    def __init__(self, people: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.county = np.arange(people) * COUNTIES // people
        self.trust = np.ones(people)
        self.loss: Any = np.zeros(COUNTIES)
        self.incidents = self.reports = 0

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
