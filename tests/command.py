"""Running the command line as its users do, in this process."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from gfmdkg.cli import main

Run = Callable[..., Result]


def command_on(store: Path) -> Run:
    """Runs `gfmdkg --store STORE ARGUMENTS` in this process."""

    def call(*arguments: str, stdin: str | bytes | None = None, store: Path = store) -> Result:
        return CliRunner().invoke(main, ["--store", str(store), *arguments], input=stdin)

    return call
