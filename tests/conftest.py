"""Fixtures that all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from small_worlds import REPOSITORY

# Compilation can fall into any example, and a test that fails must fail again tomorrow.
settings.register_profile("darkfigure", deadline=None, derandomize=True)
settings.load_profile("darkfigure")


LONGEST = (
    "test_real_counties",
    "test_nation",
    "test_api",
    "test_environment",
    "test_explore_page",
    "test_batch_runners",
    "test_needs",
    "test_plots",
    "test_batch_survival",
)
"""Files that take longest begin first: begun last, one would keep a worker at work while the other waits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top folder of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real county data; tests that need it are skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not (folder / "us_counties.csv").exists():
        pytest.skip("../shared/data is not there")
    return folder


@pytest.fixture(scope="session")
def small_comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a real comparison: two scenarios of four counties over three years, two replications each."""
    import sim

    folder = tmp_path_factory.mktemp("real") / "comparison"
    world = {"months": 36, "start": "2008-01", "world": {"rows": 2, "columns": 2, "people": 12_000}}
    names = ("baseline", "secure_communities")
    sim.compare(
        {name: REPOSITORY / "scenarios" / f"{name}.yaml" for name in names},
        world,
        replications=2,
        folder=folder,
        workers=1,
    )
    return folder
