"""Draw the figures of the gallery anew: run its commands in their order and take the figures that stand below each."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

DOCS = Path(__file__).resolve().parents[1]
PAGE, IMAGES = DOCS / "gallery.md", DOCS / "images" / "gallery"
COLOURS = 96
"""Of a figure as it is kept: enough for maps, and a third of the size."""
_PART = re.compile(r"^darkfigure (?P<command>.*)$|\]\(images/gallery/(?P<figure>\w+\.png)\)", re.MULTILINE)


def parts() -> list[tuple[str, list[str]]]:
    """Return each command of the page with the figures that it must draw."""
    found: list[tuple[str, list[str]]] = []
    for part in _PART.finditer(PAGE.read_text(encoding="utf-8")):
        if part["command"]:
            found.append((part["command"], []))
        else:
            found[-1][1].append(part["figure"])
    return found


def main() -> int:
    """Run the commands in a folder that is thrown away, and keep the figures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for command, figures in parts():
            print(f"darkfigure {command}", flush=True)
            words = shlex.split(command)
            subprocess.run([sys.executable, "-m", "sim", *words, "--quiet"], cwd=name, check=True)
            out = Path(name) / words[words.index("--out") + 1]
            for figure in figures:
                keep(next(out.rglob(figure)), IMAGES / figure)
    return 0


def keep(source: Path, target: Path) -> None:
    """Write a figure with few colours and nothing else in the file."""
    with Image.open(source) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
