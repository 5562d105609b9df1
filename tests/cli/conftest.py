"""Running the command line as its users do, in this process, on the shared store."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gfmdkg.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(shipped_store: Path) -> Run:
    """Run `gfmdkg --store … ARGUMENTS`."""

    def call(
        *arguments: str, stdin: str | bytes | None = None, store: Path | None = None
    ) -> Result:
        return CliRunner().invoke(
            main, ["--store", str(store or shipped_store), *arguments], input=stdin
        )

    return call
