"""The command where the environment is not as it should be: it runs, or says in a sentence why not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_worlds import REPOSITORY

SCENARIO = REPOSITORY / "scenarios" / "secure_communities.yaml"
TINY = ["--set", "world.people=1200", "--set", "months=6", "--set", "world.rows=2", "--set", "world.columns=2"]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "sim", *map(str, arguments)]


def tiny_run(out: Path) -> list[str]:
    return command("run", SCENARIO, *TINY, "--out", out)


def called(
    words: list[str], variables: dict[str, str | None] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a command with some variables of the environment set, or where they are None, not."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    for name, value in (variables or {}).items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return subprocess.run(words, env=environment, check=False, text=True, **{"timeout": 120, **options})  # type: ignore[call-overload,no-any-return]


ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "another cache": {"NUMBA_CACHE_DIR": "/nowhere"},
    "no such number of threads": {"NUMBA_NUM_THREADS": "1"},
    "ASCII": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "no colour": {"NO_COLOR": "1", "TERM": "dumb"},
    "no such zone": {"TZ": "Nowhere/At_All"},
    "comma": {"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"},
    "an inherited backend": {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
    "warnings are errors": {"PYTHONWARNINGS": "error"},
}


@pytest.mark.slow
def test_runs_without_docstrings_and_assertions(tmp_path: Path) -> None:
    """All is compiled once more, for compiled code knows that its source is another."""
    done = called([*tiny_run(tmp_path / "out"), "--quiet"], {"PYTHONOPTIMIZE": "2"}, capture_output=True, timeout=900)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


ALL_AT_ONCE = {name: value for each in ENVIRONMENTS.values() for name, value in each.items()}


@pytest.mark.parametrize(
    "variables",
    [pytest.param(ALL_AT_ONCE, id="all at once")]
    + [pytest.param(each, id=name, marks=pytest.mark.slow) for name, each in ENVIRONMENTS.items()],
)
def test_runs_whatever_is_set(variables: dict[str, str | None], tmp_path: Path) -> None:
    done = called([*tiny_run(tmp_path / "out"), "--quiet"], variables, capture_output=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert (tmp_path / "out" / "crime.parquet").exists()


def test_says_that_its_loops_must_be_compiled(tmp_path: Path) -> None:
    done = called(tiny_run(tmp_path / "out"), {"NUMBA_DISABLE_JIT": "1"}, capture_output=True)
    assert done.returncode == 2
    assert done.stderr == "NUMBA_DISABLE_JIT is set, and the draws of this program are compiled code; unset it\n"
    assert not (tmp_path / "out").exists()


# The cache


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the little that drawing numbers needs."""
    folder = tmp_path_factory.mktemp("cache")
    assert "7" in drawn(folder).stdout
    return folder


def drawn(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from sim.rules.opportunity import roster_length; print(roster_length(6.5))"
    return called([sys.executable, "-c", code], {"DARKFIGURE_CACHE": str(folder)}, capture_output=True)


SPOILT = [(suffix, content) for suffix in ("nbi", "nbc") for content in (b"", b"\x80", b"not compiled code", None)]
QUICKLY_SPOILT = (("nbi", b""), ("nbc", b"not compiled code"), ("nbi", None))


@pytest.mark.parametrize(
    ("suffix", "content"),
    [pytest.param(*each, marks=() if each in QUICKLY_SPOILT else pytest.mark.slow) for each in SPOILT],
)
def test_a_spoilt_cache_heals(suffix: str, content: bytes | None, cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(cache, folder)
    spoilt = sorted(folder.rglob(f"*.{suffix}"))
    whole = {path: path.read_bytes() for path in spoilt}
    for path in spoilt:
        path.write_bytes(whole[path][:100] if content is None else content)
    done = drawn(folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "7\n", "")
    assert all(len(path.read_bytes()) > 100 for path in spoilt)


def test_a_home_that_is_none_is_replaced(tmp_path: Path) -> None:
    code = "from sim.numerics import compiled; print(compiled._cache_folder())"
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    variables: dict[str, str | None] = {"DARKFIGURE_CACHE": str(blocked), "TMPDIR": str(tmp_path)}
    done = called([sys.executable, "-c", code], variables, capture_output=True)
    assert done.stdout.startswith(f"{tmp_path}/darkfigure-"), done.stderr


# Streams


SAYS = {
    "run": lambda out: command("run", SCENARIO, *TINY, "--out", out / "run"),
    "check": lambda out: command("check", SCENARIO),
    "describe": lambda out: command("describe"),
    "schema": lambda out: command("describe", "--json-schema"),
    "help": lambda out: command("--help"),
}


QUICK = (("run", "cut"), ("check", "closed"), ("describe", "full"), ("help", "full"))


@pytest.mark.parametrize(
    ("name", "end"),
    [
        pytest.param(name, end, marks=() if (name, end) in QUICK else pytest.mark.slow)
        for name in SAYS
        for end in ("closed", "cut", "full")
    ],
)
def test_no_stream_ends_a_command(name: str, end: str, tmp_path: Path) -> None:
    tail = {"closed": ">&-", "cut": "| head -c 1 >/dev/null", "full": ">/dev/full"}[end]
    if end == "full" and not Path("/dev/full").exists():
        pytest.skip("no such device here")
    words = " ".join(SAYS[name](tmp_path))
    done = called(["bash", "-c", f"set -o pipefail; {words} {tail}"], capture_output=True)
    assert done.returncode == (1 if end == "full" else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert ("No space left" in done.stderr) == (end == "full")
    if name == "run":
        assert (tmp_path / "run" / "manifest.json").exists()


def test_closed_errors_hide_no_status(tmp_path: Path) -> None:
    words = " ".join(command("check", tmp_path / "none.yaml"))
    assert called(["bash", "-c", f"{words} 2>&-"], capture_output=True).returncode == 2


# Ctrl-C


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.8])
def test_ctrl_c_is_one_line_whenever_it_comes(seconds: float, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    words = command("compare", SCENARIO, REPOSITORY / "scenarios" / "baseline.yaml", *TINY, "--workers", "2")
    words += ["--out", str(tmp_path / "out"), "--replications", "500"]
    process = subprocess.Popen(
        words, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in told


FIRST_WORKER = """
import signal
from sim.running.batch.runners import Pool
pool = Pool(2)
asked = [pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, (), lane=lane) for lane in (0, 1)]
print([signal.SIGINT in each.result() for each in asked], signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))
pool.close(at_once=True)
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be blocked here")
def test_no_worker_hears_of_ctrl_c_from_its_first_moment_on() -> None:
    """Nor does the first, with which the interpreter begins a helper and hears of signals again."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_WORKER], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split("\n")[0] == "[True, True] False"
