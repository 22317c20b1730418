"""Build the documentation as a site: ``make site``, or ``python docs/site/build.py`` with the extra ``site``.

The pages stay Markdown that reads well where the repository is looked at; for the site they are copied to a folder of
their own, in which links between pages, notebooks and the README are those of the site. A warning is an error.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS, SITE = REPOSITORY / "docs", REPOSITORY / "build" / "site"
STAGED = REPOSITORY / "build" / "site-source"
NAVIGATION: dict[str, tuple[str, ...]] = {
    "Look": ("gallery", "explore", "results", "results_folder"),
    "Learn": (
        "notebooks/first_run",
        "notebooks/comparing_programs",
        "notebooks/what_an_evaluator_would_find",
        "tutorial_reporting",
        "teaching",
        "classroom",
    ),
    "Ask": ("scenarios", "county_files", "sweeps", "estimates", "calibration", "batches", "environment"),
    "Check": ("model", "odd", "validation", "what_holds", "sources", "glossary", "limits", "decisions", "performance"),
}
"""What stands under which heading beside every page; a page that is missing here fails a test."""
HOME, FOLDER = "index", "results_folder"
READABLE = (
    ('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    ('<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">'),
    ('<div class="table-wrapper', '<div tabindex="0" role="region" aria-label="Table" class="table-wrapper'),
)
"""What the theme leaves out: levels of headings beside the page, and that keys can scroll what is wider than it."""
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def main() -> int:
    """Stage the pages and build them; returns the exit status of the generator."""
    try:
        from sphinx.cmd.build import build_main
    except ImportError:
        print("the site is built by Sphinx: pip install -e '.[site]'", file=sys.stderr)
        return 2
    stage(STAGED)
    if SITE.exists():
        shutil.rmtree(SITE)
    status = int(build_main(["-b", "html", "-q", "-W", "--keep-going", str(STAGED), str(SITE)]))
    if status == 0:
        make_readable(SITE)
        print(f"Site: {SITE.relative_to(REPOSITORY) / 'index.html'}")
    return status


def make_readable(site: Path) -> None:
    """Let keys and screen readers reach all that pages of a built site hold."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for plain, readable in READABLE:
            text = text.replace(plain, readable)
        page.write_text(text, encoding="utf-8")


def stage(folder: Path) -> None:
    """Write all pages into a new ``folder`` as the site has them."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(DOCS / "images", folder / "images")
    (folder / "notebooks").mkdir()
    for path in (*DOCS.glob("*.md"), *(DOCS / "notebooks").glob("*.ipynb")):
        name = path.relative_to(DOCS).with_suffix("").as_posix()
        text = path.read_text(encoding="utf-8")
        told = notebook_page(text, path.name) if path.suffix == ".ipynb" else text
        (folder / f"{name}.md").write_text(linked(told, path), encoding="utf-8")
        if path.suffix == ".ipynb":
            shutil.copy(path, folder / "notebooks")
    for source, name in ((REPOSITORY / "README.md", HOME), (REPOSITORY / "outputs" / "README.md", FOLDER)):
        told = linked(source.read_text(encoding="utf-8"), source)
        (folder / f"{name}.md").write_text(told + (_contents() if name == HOME else ""), encoding="utf-8")
    shutil.copy(Path(__file__).with_name("conf.py"), folder)


def pages() -> Iterator[str]:
    """Yield the pages of the site in the order of the navigation, without the first."""
    for names in NAVIGATION.values():
        yield from names


def page_of(path: Path) -> str | None:
    """Return what a file of the repository is called as a page of the site; None where it is none."""
    if path == REPOSITORY / "README.md":
        return HOME
    if path == REPOSITORY / "outputs" / "README.md":
        return FOLDER
    if path.suffix in (".md", ".ipynb") and DOCS in path.parents:
        return path.relative_to(DOCS).with_suffix("").as_posix()
    return None


def linked(text: str, source: Path) -> str:
    """Return a page with its links as the site has them; files that are no page of it are named without a link."""
    own = page_of(source) or ""
    up = "../" * own.count("/")

    def link(found: re.Match[str]) -> str:
        label, target, anchor = found[1], found[2], found[3] or ""
        path = (source.parent / target).resolve()
        if not path.is_file():
            return found[0]
        page = page_of(path)
        if page is not None:
            return f"[{label}]({up}{page}.md{anchor})"
        return f"[{label}]({up}{path.relative_to(DOCS).as_posix()})" if DOCS / "images" in path.parents else label

    return _LINK.sub(link, text)


def notebook_page(text: str, name: str) -> str:
    """Return a notebook as a page: its words, its code, and the file to be taken along."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        parts.append(f"```python\n{source}\n```" if cell["cell_type"] == "code" else source)
    title, *rest = parts
    return "\n\n".join([title, f"{{download}}`The notebook itself <{name}>`", *rest]) + "\n"


def _contents() -> str:
    """Return the contents that stand beside every page."""
    parts = (
        f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(names) + "\n```\n"
        for caption, names in NAVIGATION.items()
    )
    return "".join(parts)


if __name__ == "__main__":
    raise SystemExit(main())
