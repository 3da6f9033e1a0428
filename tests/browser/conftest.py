"""A headless Chromium for the pages; every request that would leave the page fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


# Not for the whole session: playwright's event loop would still run under the tests of the terminal app.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def show(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open a page written to disk; no console message and no request may come of it."""
    talk: list[str] = []
    asked: list[str] = []
    contexts = []

    def opened(page: str, *, script: bool = True, hash: str = "", **options: Any) -> Any:
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8", newline="")
        context = chromium.new_context(java_script_enabled=script, offline=True, **options)
        contexts.append(context)
        view = context.new_page()
        view.on("console", lambda message: talk.append(f"{message.type}: {message.text}"))
        view.on("pageerror", lambda error: talk.append(str(error)))
        view.on("request", lambda request: asked.append(request.url))
        view.goto(file.as_uri() + hash)
        return view

    yield opened
    for context in contexts:
        context.close()
    assert talk == []
    assert [url for url in asked if not url.startswith((tmp_path.as_uri(), "data:"))] == []


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """Give the serious findings of axe-core on a page; its own script is let in by the test driver."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci --prefix tests/browser)")

    def serious(view: Any) -> list[str]:
        view.evaluate(AXE.read_text(encoding="utf-8"))
        found = view.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert isinstance(found, list)
        return [
            f"{f['id']}: {[n['target'] for n in f['nodes']][:4]}"
            for f in found
            if f["impact"] in ("serious", "critical")
        ]

    return serious


@pytest.fixture
def cut() -> Callable[[Any], list[str]]:
    """Name the tables of a page of which columns are out of sight, and those whose cells overlap."""
    script = """[...document.querySelectorAll('.scroll')].filter(s => s.checkVisibility()).flatMap(s => {
      const name = s.getAttribute('aria-label') || s.getAttribute('aria-labelledby');
      const cells = [...s.querySelectorAll('tbody th, tbody td')].filter(c => c.checkVisibility()).slice(0, 300);
      const boxes = cells.map(c => c.getBoundingClientRect()).filter(b => b.width);
      const meets = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
      s.scrollLeft = 150;
      const moved = cells.map(c => c.getBoundingClientRect()).filter(b => b.width);
      const over = [boxes, moved].some(all => all.some((a, i) => all.slice(i + 1).some(b => meets(a, b))));
      return [...(s.scrollWidth > s.clientWidth + 1 ? [`${name} is cut`] : []), ...(over ? [`${name} overlaps`] : [])];
    })"""
    return lambda view: list(view.evaluate(script))
