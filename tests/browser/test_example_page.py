"""The example page works as it is, from another origin than the service."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OpenPage
from tests.conftest import REPOSITORY, Serve

from gfmdkg.settings import Settings

EXAMPLES = REPOSITORY / "docs" / "examples"
PAGE = EXAMPLES / "recommendations.html"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def api(serve: Serve, shipped_store: Path) -> Iterator[str]:
    with serve(Settings(store=shipped_store, log_format="off")) as url:
        yield url


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The examples on a port of their own: another origin than the service's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(EXAMPLES)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shown(open_page: OpenPage, api: str, elsewhere: str) -> Page:
    return open_page(f"{elsewhere}/recommendations.html?api={api}", (api, elsewhere))


def total(page: Page) -> int:
    text = page.get_by_role("status").inner_text()
    found = re.match(r"(\d+) found", text)
    assert found, text
    return int(found[1])


def test_page_has_at_most_a_hundred_lines_and_nothing_from_elsewhere() -> None:
    text = PAGE.read_text("utf-8")
    assert len(text.splitlines()) <= 100
    assert set(re.findall(r"https?://[^/\"'` ]+", text)) == {"http://127.0.0.1:8000"}


def test_list_has_facets_with_counts_and_pages(shown: Page) -> None:
    expect(shown.get_by_role("status")).to_contain_text("24 found")
    assert shown.locator("#items li").count() == 10
    political = shown.get_by_label(re.compile(r"^\s*Political \(\d+\)"))
    count = int(re.findall(r"\((\d+)\)", political.locator("..").inner_text())[0])
    political.check()
    expect(shown.get_by_role("status")).to_contain_text(f"{count} found")
    assert "kind=" in shown.url
    shown.get_by_role("button", name="Next page").click()
    expect(shown.locator("#items")).to_have_attribute("start", "11")
    assert shown.locator("#items li").count() == count - 10


def test_facets_narrow_one_another_and_search_narrows_both(shown: Page) -> None:
    expect(shown.get_by_role("status")).to_contain_text("found")
    shown.get_by_label(re.compile("Practical")).check()
    expect(shown.get_by_role("status")).to_contain_text("13 found")
    topic = shown.get_by_role("group", name="Topic").get_by_role("checkbox").first
    topic.check()
    expect(shown.get_by_role("group", name="Topic").locator(":checked")).to_have_count(1)
    expect(shown.get_by_role("status")).not_to_contain_text("13 found")
    both = total(shown)
    assert 0 < both < 13
    shown.get_by_role("link", name="Start again").click()
    expect(shown.get_by_role("status")).to_contain_text("24 found")
    shown.get_by_label("Search").fill("recrutment")
    shown.get_by_role("button", name="Search").click()
    expect(shown.get_by_role("status")).to_contain_text("searched for")
    assert 0 < total(shown) < 24
    assert "q=recrutment" in shown.url


def test_address_can_be_shared_and_history_goes_back(
    open_page: OpenPage, api: str, elsewhere: str
) -> None:
    origins = (api, elsewhere)
    address = f"{elsewhere}/recommendations.html?api={api}"
    page = open_page(f"{address}&kind=political&q=rights", origins)
    expect(page.get_by_label(re.compile("Political"))).to_be_checked()
    expect(page.get_by_label("Search")).to_have_value("rights")
    narrowed = total(page)
    page.get_by_label(re.compile("Practical")).check()
    expect(page.get_by_role("status")).not_to_contain_text(f"{narrowed} found")
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text(f"{narrowed} found")


def test_keyboard_alone_is_enough_and_keeps_its_place(shown: Page) -> None:
    expect(shown.get_by_role("status")).to_contain_text("24 found")
    shown.get_by_label("Search").focus()
    for _ in range(3):  # the button, the link, the first value
        shown.keyboard.press("Tab")
    shown.keyboard.press("Space")
    expect(shown.get_by_role("status")).not_to_contain_text("24 found")
    focused = shown.locator(":focus")
    expect(focused).to_be_checked()
    assert all(box.evaluate("e => e.labels.length") == 1 for box in shown.locator("input").all())


def test_problem_is_told_in_words(browser: Any, api: str, elsewhere: str) -> None:
    page = browser.new_page()
    page.goto(f"{elsewhere}/recommendations.html?api={api}&kind=nonsense")
    expect(page.get_by_role("status")).to_contain_text("nonsense")
    page.close()


@pytest.mark.parametrize("width", [320, 1000])
def test_nothing_needs_scrolling_sideways(
    open_page: OpenPage, api: str, elsewhere: str, width: int
) -> None:
    page = open_page(f"{elsewhere}/recommendations.html?api={api}", (api, elsewhere), width=width)
    expect(page.get_by_role("status")).to_contain_text("24 found")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
