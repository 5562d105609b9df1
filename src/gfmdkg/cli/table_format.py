"""``--format`` of the commands that list something."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from gfmdkg.formats.tables import FORMAT_NAMES

__all__ = ["format_of_rows", "table_format_option"]

_NAMES = ("--format", "format_name")
_ATTRIBUTES: Mapping[str, Any] = {
    "type": click.Choice(FORMAT_NAMES),
    "default": "table",
    "show_default": True,
}


def table_format_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """How to write ``what``, as ``format_name``; for a command that is a function."""
    return click.option(*_NAMES, help=f"How to write the {what}.", **_ATTRIBUTES)


def format_of_rows(what: str) -> click.Option:
    """The same for a command that is put together from its parameters."""
    return click.Option(_NAMES, help=f"How to write the {what}.", **_ATTRIBUTES)
