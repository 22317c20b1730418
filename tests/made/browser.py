"""A headless Chromium: where ``DARKFIGURE_CHROMIUM`` says, else under its usual names; without one tests say so."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("DARKFIGURE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="NO CHROMIUM HERE: the page is not tested; name one in DARKFIGURE_CHROMIUM"
)
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)


def in_chromium(page: Path, profile: Path, *options: str) -> str:
    """Open a page with further options and return what Chromium prints; ``profile`` is a folder of its own."""
    command = [str(CHROMIUM), *_FLAGS, f"--user-data-dir={profile}", *options, page.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, timeout=120, text=True).stdout
