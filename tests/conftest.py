"""Fixtures that all tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import one_thread  # noqa: F401  (before NumPy)
import pytest
from hypothesis import settings
from small_worlds import REPOSITORY

# Compilation can fall into any example, and a test that fails must fail again tomorrow.
settings.register_profile("darkfigure", deadline=None, derandomize=True)
settings.load_profile("darkfigure")

LONGEST = (
    "test_real_counties",
    "test_plot_command",
    "test_api",
    "test_explore_page",
    "test_batch_runners",
    "test_parameters_matter",
    "test_plots",
    "test_nation",
)
"""Files that take longest begin first: begun last, one would keep a worker at work while the other waits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """Have the garbage collector leave alone what was loaded, and look more seldom, as the command line does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def nothing_waits_for_the_disk() -> Iterator[None]:
    """Processes are killed in tests, and no machine loses its power."""
    from sim.running.batch import files

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_flush_to_disk", lambda _: None)
        yield


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
