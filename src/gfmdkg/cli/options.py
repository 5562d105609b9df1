"""Options that several commands have, and those that parameters become."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gfmdkg.cli.result_tables import FORMAT_NAMES
from gfmdkg.paths import Content, shipped_content

if TYPE_CHECKING:
    from gfmdkg.terms.parameters import Parameter

__all__ = [
    "content_option",
    "format_option",
    "given_values",
    "limit_option",
    "option_of",
    "table_format_option",
]


_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


content_option = click.option(
    "--content",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    callback=lambda _, __, root: Content(root=root) if root else shipped_content(),
    metavar="FOLDER",
    help="Folder with ontology/, data/ and queries/. Default: what came with the program.",
)


def format_option(names: Iterable[str], text: str, *, default: str | None) -> _Decorator:
    """``--format`` with these names, as ``format_name``."""
    return click.option(
        "--format",
        "format_name",
        type=click.Choice(tuple(names)),
        default=default,
        show_default=default is not None,
        help=text,
    )


def table_format_option(what: str) -> _Decorator:
    """``--format`` of the commands that list ``what``."""
    return format_option(FORMAT_NAMES, f"How to write the {what}.", default="table")


def limit_option(text: str, *, default: int | None) -> _Decorator:
    """``--limit``, from 1."""
    return click.option(
        "--limit",
        type=click.IntRange(min=1),
        default=default,
        show_default=default is not None,
        help=text,
    )


def option_of(parameter: "Parameter", *, excludes: bool = False) -> click.Option:
    """The option that a parameter becomes; where a leading minus ``excludes``, any text will do."""
    text = parameter.description.rstrip(".") + "."
    if parameter.many:
        text += " For several, repeat it or use commas."
    if parameter.default:
        text += f" Default: {', '.join(parameter.default)}."
    is_choice = parameter.values and not parameter.many and not excludes
    return click.Option(
        [f"--{parameter.name.replace('_', '-')}", _keyword(parameter)],
        type=click.Choice(parameter.values) if is_choice else str,
        multiple=parameter.many,
        required=parameter.required,
        help=f"{text} Example: {parameter.example}",
    )


def given_values(
    parameters: "Iterable[Parameter]", keywords: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    """The values of the parameters that are given, from what the options of them got."""
    return {
        parameter.name: (value,) if isinstance(value, str) else value
        for parameter in parameters
        if (value := keywords[_keyword(parameter)])
    }


def _keyword(parameter: "Parameter") -> str:
    return "parameter_" + parameter.name.replace("-", "_")
