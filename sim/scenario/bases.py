"""The scenario that a sweep or a calibration names and varies."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sim.scenario.check import quoted
from sim.scenario.scenario import Scenario, layered_scenario
from sim.scenario.shipped import hint_at, meant_by
from sim.scenario.yaml_text import Branch, Node, Scalar
from sim.words.faults import Fault, ScenarioError, shortened


def base_named(key: str, node: Node, layers: Sequence[Branch], faults: list[Fault]) -> Scenario | None:
    """Return the scenario that a key names, with ``layers`` on top; None after noting what is wrong with it."""
    if not isinstance(node, Scalar) or node.is_empty or not node.text.isprintable():
        faults.append(node.place.fault(f"{key}: must name one scenario file ({quoted(node)})"))
        return None
    file = Path(os.path.normpath(meant_by(node.text, node.place.folder)))
    if not os.path.exists(file):  # not Path.exists, which may raise
        faults.append(node.place.fault(f"{key}: no such file ({shortened(str(file), 200)}){hint_at(file)}"))
        return None
    try:
        return layered_scenario(file, None, layers)
    except ScenarioError as error:
        faults.extend(fault for fault in error.faults if fault not in faults)
        return None
