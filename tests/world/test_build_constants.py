"""Constants follow from the parameters of their names; what is made otherwise is made in one place."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from small_worlds import grid, setting_of

from sim.parameters import Parameters
from sim.world import constants as module
from sim.world.constants import ELSEWHERE, Constants, build_constants
from sim.world.setting import solved_constants

SOLVED = solved_constants(Parameters(), setting_of(grid(1, 1, 400, 1)).world.baseline)


def built(changes: dict[str, Any]) -> dict[str, Any]:
    return build_constants(Parameters.model_validate(changes), SOLVED)._asdict()


def test_a_constant_of_a_parameters_name_takes_its_value() -> None:
    changes = {
        "crime": {"travel_share": 0.25, "own_group": {"other": 0.5}},
        "courts": {"disposition_lag": 2.6},
        "trust": {"acquaintances": 3.4},
        "responses": {"incapacitation": False},
        "programs": {"legalization": {"share": 0.125}},
    }
    found = built(changes)
    assert found["travel_share"] == 0.25
    assert found["own_group"].tolist() == [0.1, 0.1, 0.5]
    assert found["disposition_lag"].tolist() == [3] * 10
    assert found["disposition_lag"].dtype == np.int64
    assert (found["acquaintances"], found["incapacitation"], found["legalization_share"]) == (3, 0, 0.125)


def test_other_names_are_of_constants_that_no_parameter_is_called() -> None:
    assert set(ELSEWHERE) <= set(Constants._fields)
    names = {name for section in Parameters() for name in getattr(type(section[1]), "model_fields", {})}
    assert not set(ELSEWHERE) & names


@pytest.mark.parametrize(("name", "many"), [("no_such_parameter", 0), ("cooperation", 4), ("share", 1)])
def test_a_constant_that_stands_for_no_one_parameter_is_told(
    name: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``cooperation`` is a parameter of detainers and of three programs."""
    record = NamedTuple("record", [(name, float)])  # type: ignore[misc]
    monkeypatch.setattr(module, "Constants", record)
    module._plain.cache_clear()
    if many == 1:
        assert module._plain(()) == {name: ("programs.legalization.share", float)}
    else:
        with pytest.raises(LookupError, match=f"constant {name} is made nowhere, and {many} parameters"):
            module._plain(())
    module._plain.cache_clear()
