"""The system's Chromium, and pages that are watched for everything that goes wrong in them."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.conftest import skip_unless_required

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

OpenPage = Callable[..., Page]


# For a module, not the session: Playwright runs an event loop in this thread for as long as it
# lives, and other tests start loops of their own here.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's own Chromium, never one that Playwright downloads."""
    path = shutil.which(os.environ.get("CHROMIUM", CHROMIUM))
    if path is None:
        skip_unless_required(f"needs Chromium at {CHROMIUM}, or its path in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """``open_page(url, origins)``: a page that may ask these origins alone, and must not err.

    Console errors, page errors, failed requests and requests elsewhere fail the test.
    """
    troubles: list[str] = []
    pages: list[Page] = []

    def run(url: str, origins: tuple[str, ...], *, width: int = 1000) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((*origins, "data:"))
                else troubles.append(f"asked elsewhere: {request.url}")
            ),
        )
        page.goto(url)
        return page

    yield run
    for page in pages:
        page.close()
    assert not troubles, "\n".join(troubles)
