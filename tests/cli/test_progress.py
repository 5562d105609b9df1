"""Progress that a command shows: silent at first, then now and then, with the time left."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from gfmdkg.cli.context import CliContext, shown_progress


@pytest.fixture
def cli() -> CliContext:
    made = CliContext(None)
    made.error = Console(file=io.StringIO(), highlight=False, width=80)
    return made


def said(cli: CliContext) -> list[str]:
    assert isinstance(cli.error.file, io.StringIO)
    return cli.error.file.getvalue().splitlines()


def seconds(*times: float) -> Iterator[float]:
    return iter(times)


def test_short_work_says_nothing_where_stderr_is_no_terminal(cli: CliContext) -> None:
    times = seconds(0, 0, 1, 4)
    with shown_progress(cli, "validating", clock=lambda: next(times)) as progress:
        progress("reading", 1_000, None)
        progress("checking", 0, 3)
    assert said(cli) == []


def test_long_work_is_told_now_and_then_with_the_time_left(cli: CliContext) -> None:
    times = seconds(0, 0, 6, 10, 17, 21, 117)
    with shown_progress(cli, "validating", clock=lambda: next(times)) as progress:
        progress("reading", 12_000, None)
        progress("checking", 0, 20)
        progress("checking", 1, 20)
        progress("checking", 2, 20)
        progress("checking", 12, 20)
    assert said(cli) == [
        "reading: 12,000 rows",
        "checking: 1 of 20, about 2 min 13 s left",
        "checking: 12 of 20, about 1 min 11 s left",
    ]


def test_a_terminal_is_told_at_once(cli: CliContext) -> None:
    cli.error = Console(file=io.StringIO(), force_terminal=True, highlight=False, width=80)
    with shown_progress(cli, "validating", clock=lambda: 0.0) as progress:
        progress("checking", 3, 4)
        cli.error.print("")
    assert any("checking: 3 of 4" in line for line in said(cli))
