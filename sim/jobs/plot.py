"""The command ``plot``: the figures of one folder of results, or of several side by side on the same scales."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.jobs.folders import comparison_in, kind_of_folder, sweep_in, unfinished_in_words
from sim.words.faults import UserError, printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.telling.figures.style import Drawn, Saving

FIGURES = "figures"
MOST_FOLDERS = 6
"""More than so many panels beside each other are too narrow to read."""


def plot_folders(
    folders: Sequence[Path],
    *,
    out: Path | None = None,
    formats: Sequence[str] = ("png",),
    levers: tuple[str, str] | None = None,
    outcome: str | None = None,
    quiet: bool = False,
) -> Path:
    """Draw the figures of results into a new folder, and return it.

    Parameters
    ----------
    folders : sequence of Path
        A run, a comparison or a sweep; or several comparisons, or several sweeps, to be drawn side by side.
    out : Path, optional
        New folder; by default ``figures`` within a single folder, numbered where that is taken, or a new one under
        ``outputs/`` for several.
    formats : sequence of str
        Some of png, svg, pdf.
    levers : pair of str, optional
        The two parameters of a sweep's heat map; by default its first two that its design crosses.
    outcome : str, optional
        What to draw of a sweep; by default the gap between the change of observed and of true crime.
    quiet : bool
        Print nothing.

    Raises
    ------
    UserError
        Where a folder holds no results, they cannot be drawn together, or ``out`` holds something.
    """
    kind = _common_kind(folders)
    if kind != "sweep" and (levers or outcome):
        given = "--levers" if levers else "--outcome"
        raise UserError(printable(f"{given}: is for sweeps, and {folders[0]} is a {kind}"))
    for told in filter(None, map(unfinished_in_words, folders)):
        if not quiet:
            print(f"{told}; figures show what all of them have in common", file=sys.stderr)
    from sim.running.run import whole_folder
    from sim.telling.figures.of_runs import captions_of
    from sim.telling.figures.style import saved_by, style

    out = out or _free_folder(folders)
    with whole_folder(out) as temporary, style(), saved_by(_saving(temporary, formats)):
        drawn = _draw(kind, folders, levers, outcome)
        (temporary / "captions.txt").write_text(captions_of(drawn), encoding="utf-8")
    if not quiet:
        for figure in drawn:
            for form in formats:
                print(printable(str(out / f"{figure.name}.{form}")))
        print(printable(f"{out / 'captions.txt'}: what each shows"))
    return out


def _common_kind(folders: Sequence[Path]) -> str:
    kinds = {folder: kind_of_folder(folder) for folder in folders}
    if len(folders) == 1:
        return kinds[folders[0]]
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UserError("one folder is given twice; each is drawn once")
    if len(folders) > MOST_FOLDERS:
        raise UserError(f"{len(folders)} folders are too many to be read side by side; give up to {MOST_FOLDERS}")
    found = dict.fromkeys(kinds.values())
    if len(found) > 1 or "run" in found:
        told = ", ".join(f"{folder} is a {kind}" for folder, kind in kinds.items())
        raise UserError(printable(f"side by side stand several comparisons or several sweeps ({told})"))
    return next(iter(found))


def _free_folder(folders: Sequence[Path]) -> Path:
    """Return the folder for figures that are not told where to go: one that holds nothing yet."""
    first = folders[0] / FIGURES if len(folders) == 1 else Path("outputs") / f"plot_{folders[0].absolute().name}"
    out, count = first, 1
    while out.exists() and (not out.is_dir() or any(out.iterdir())):
        count += 1
        out = first.with_name(f"{first.name}-{count}")
    return out


def _saving(out: Path, formats: Sequence[str]) -> Saving:
    from sim.telling.figures.style import save_files

    def save(figure: Figure, _: Path, name: str) -> None:
        save_files(figure, out, name, formats)

    return save


def _draw(kind: str, folders: Sequence[Path], levers: tuple[str, str] | None, outcome: str | None) -> list[Drawn]:
    """Draw the figures of results of one kind; they go wherever figures are saved."""
    if kind == "run":
        from sim.telling.figures.of_runs import draw_stored_run

        return draw_stored_run(folders[0])
    if kind == "sweep":
        from sim.telling.figures.chosen_outcome import draw_sweeps

        return draw_sweeps({name: sweep_in(folder) for name, folder in _names(folders).items()}, levers, outcome)
    if len(folders) > 1:
        from sim.telling.figures.side_by_side import draw_together

        return draw_together({name: comparison_in(folder) for name, folder in _names(folders).items()})
    from sim.telling.figures.of_comparisons import draw_all

    return draw_all(comparison_in(folders[0]), folders[0])


def _names(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the folders by what figures call them: their own names, with those above where two are alike."""
    for depth in range(1, 10):
        named = {"/".join(folder.absolute().parts[-depth:]): folder for folder in folders}
        if len(named) == len(folders):
            return named
    return {str(folder): folder for folder in folders}
