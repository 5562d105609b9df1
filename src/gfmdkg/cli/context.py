"""What the commands share: settings, the store, and how faults leave the program."""

import os
from collections.abc import Callable
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from gfmdkg.errors import ContentError, DataRejected, GfmdkgError
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["CliContext", "fails_cleanly", "pass_cli"]

P = ParamSpec("P")
R = TypeVar("R")

EXIT_FAULTS = 1
EXIT_USAGE = 2


class CliContext:
    """Settings as far as the options before the command give them; read when first needed."""

    def __init__(self, store: Path | None) -> None:
        self._store = store

    @cached_property
    def error(self) -> "Console":
        """The terminal behind stderr."""
        from rich.console import Console  # which many commands never ask for

        return Console(stderr=True, highlight=False)

    def settings(self, **options: object) -> Settings:
        """Settings from the environment and from options; ``None`` means not given."""
        return Settings.load(os.environ, {"store": self._store, **options})

    def versions(self) -> VersionStore:
        """The store's versions."""
        settings = self.settings()
        return VersionStore(settings.store, kept=settings.versions_kept)

    def say(self, message: str) -> None:
        """A line about the work, to stderr."""
        self.error.print(message, markup=False)


pass_cli = click.make_pass_decorator(CliContext)


def fails_cleanly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn our errors into a message on stderr and an exit code.

    1 where the content is at fault, 2 where the request is. Anything else is a defect and
    keeps its traceback.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except GfmdkgError as error:
            click.echo(f"gfmdkg: {error.message}", err=True)
            if isinstance(error, DataRejected):
                for fault in error.faults:
                    click.echo(f"  {fault}", err=True)
            at_fault = isinstance(error, ContentError | DataRejected)
            raise SystemExit(EXIT_FAULTS if at_fault else EXIT_USAGE) from error

    return run
