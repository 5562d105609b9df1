"""A group of commands that are imported when they are called."""

from collections.abc import Mapping
from importlib import import_module

import click

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """Commands by name, each with the module that has it.

    Where the command is not called there as here, its name stands behind a colon.

    To import all of them takes a second, the web framework's share included; who runs one
    waits for that one.
    """

    def __init__(self, *arguments: object, modules: Mapping[str, str], **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*self._modules, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or ``None``."""
        place = self._modules.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = place.partition(":")
        command = getattr(import_module(module), name or cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - our own modules
        return command
