"""Loaded before NumPy: tests run side by side, where threads of linear algebra take turns at waiting for a core."""

from __future__ import annotations

from sim.running.machine import algebra_on_one_thread

algebra_on_one_thread()
