"""The documentation as a site: the navigation has every page, links lead to pages; built whole, it asks nobody."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from axe import grave_faults_at, needs_axe
from browser import needs_chromium
from small_worlds import REPOSITORY

DOCS = REPOSITORY / "docs"
WRITTEN_ELSEWHERE = {"index", "results_folder"}
"""The README and the page on folders of results, which lie outside docs/."""


def builder(name: str = "build") -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / "site" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_navigation_has_every_page_once() -> None:
    listed = list(builder().pages())
    there = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*") if path.suffix in KINDS}
    assert len(listed) == len(set(listed))
    assert set(listed) | {"index"} == there | WRITTEN_ELSEWHERE


KINDS = (".md", ".ipynb")


def test_links_between_pages_are_those_of_the_site(tmp_path: Path) -> None:
    builder().stage(tmp_path / "pages")
    pages = sorted((tmp_path / "pages").rglob("*.md"))
    assert len(pages) > 20
    for page in pages:
        for target in re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8")):
            if re.match(r"(https?|mailto):", target):
                continue
            assert (page.parent / target).resolve().is_file(), (page.name, target)
            assert ".." not in Path(target).parts or page.parent.name == "notebooks", (page.name, target)


def test_a_notebook_becomes_a_page_with_its_words_and_its_code() -> None:
    text = (DOCS / "notebooks" / "first_run.ipynb").read_text(encoding="utf-8")
    page = builder().notebook_page(text, "first_run.ipynb")
    assert page.startswith("# A first run")
    assert "```python\nimport sim\n" in page
    assert "{download}`The notebook itself <first_run.ipynb>`" in page


def test_a_file_that_is_no_page_is_named_without_a_link() -> None:
    linked = builder().linked(
        "[cite](CITATION.cff), [me](docs/model.md#time), [x](https://a.org)", REPOSITORY / "README.md"
    )
    assert linked == "cite, [me](model.md#time), [x](https://a.org)"


def test_each_figure_of_the_gallery_stands_below_the_command_that_draws_it() -> None:
    gallery = builder("gallery")
    shown = [figure for _, figures in gallery.parts() for figure in figures]
    assert len(shown) >= 14
    assert len(set(shown)) == len(shown)
    assert {path.name for path in gallery.IMAGES.iterdir()} == set(shown)
    assert all(" --out " in command for command, _ in gallery.parts())


@pytest.fixture(scope="module")
def site() -> Path:
    pytest.importorskip("sphinx", reason="NO SPHINX HERE: the site is not built; pip install -e '.[site]'")
    pytest.importorskip("furo")
    done = subprocess.run(
        [sys.executable, str(DOCS / "site" / "build.py")], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return REPOSITORY / "build" / "site"


def test_what_the_theme_leaves_out_is_put_into_pages(tmp_path: Path) -> None:
    page = tmp_path / "a" / "page.html"
    page.parent.mkdir()
    page.write_text('<p class="caption" role="heading">Look</p><div class="highlight"><pre>x</pre></div>', "utf-8")
    builder().make_readable(tmp_path)
    told = page.read_text(encoding="utf-8")
    assert 'role="heading" aria-level="2">Look' in told
    assert '<pre tabindex="0">x' in told


@pytest.mark.slow
@needs_chromium
@needs_axe
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["index", "gallery", "estimates", "odd", "notebooks/first_run"])
def test_nothing_serious_keeps_anybody_from_reading_the_site(site: Path, name: str) -> None:
    pytest.importorskip("playwright.sync_api", reason="PLAYWRIGHT IS NOT INSTALLED: pages are not tested")
    assert grave_faults_at(site / f"{name}.html") == []


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_asks_nobody(site: Path) -> None:
    asks = re.compile(r"<(?:script|img|iframe|source)[^>]*\ssrc=\"(?:https?:)?//|<link[^>]*\shref=\"(?:https?:)?//")
    for page in site.rglob("*.html"):
        assert not asks.search(page.read_text(encoding="utf-8")), page
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", style.read_text(encoding="utf-8")), style
