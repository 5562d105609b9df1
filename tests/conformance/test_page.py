"""The published figures are those of the suites."""

from pathlib import Path

from tests.conformance.__main__ import PAGE, render


def test_the_page_of_figures_is_fresh(shared: Path) -> None:
    assert PAGE.read_text("utf-8") == render(), "run: python -m tests.conformance"
