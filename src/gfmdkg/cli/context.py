"""What the commands share: settings, the store and its graph, progress on stderr, and options."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gfmdkg.cli.result_tables import FORMAT_NAMES
from gfmdkg.paths import Content, shipped_content
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version, VersionStore

if TYPE_CHECKING:
    from rich.console import Console

    from gfmdkg.graph import Graph
    from gfmdkg.store.loading import Progress
    from gfmdkg.terms.parameters import Parameter

__all__ = [
    "EXIT_FAULTS",
    "CliContext",
    "content_option",
    "format_option",
    "given_values",
    "limit_option",
    "option_of",
    "output_option",
    "pass_cli",
    "shown_progress",
    "table_format_option",
]

EXIT_FAULTS = 1
_QUIET_SECONDS = 5.0
_EVERY_SECONDS = 10.0


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

    def version(self, **options: object) -> Version:
        """The current version, built first where the sources changed.

        A store that began empty is used as it is.
        """
        from gfmdkg.build import ensure_built, is_built_from  # which not all commands need

        versions = self.versions()
        current = versions.current()
        if current is not None and current.sources_hash == "empty":
            return current
        content, default_graph = shipped_content(), self.settings(**options).default_graph
        if current is not None and is_built_from(current, content, default_graph=default_graph):
            return current
        with self.error.status("opening the graph") as status:
            return ensure_built(
                content, versions, default_graph=default_graph, progress=status.update
            )

    def graph(self) -> "Graph":
        """The graph of the current version."""
        from gfmdkg.graph import Graph

        return Graph(self.version(), versions=self.versions(), settings=self.settings())

    def say(self, message: str) -> None:
        """A line about the work, to stderr."""
        self.error.print(message, markup=False)


pass_cli = click.make_pass_decorator(CliContext)


@contextmanager
def shown_progress(
    cli: CliContext, beginning: str, *, clock: Callable[[], float] = time.monotonic
) -> Iterator["Progress"]:
    """Show what long work tells of itself, with the time that is left where that is known.

    Where stderr is no terminal nothing is said in the first seconds, so that short work stays
    silent in logs.
    """
    told = clock() - _EVERY_SECONDS + _QUIET_SECONDS
    stage, since = "", clock()
    with cli.error.status(beginning) as status:

        def show(what: str, done: int, of: int | None) -> None:
            nonlocal told, stage, since
            now = clock()
            if what != stage:
                stage, since = what, now
            text = _text(what, done, of, now - since)
            if cli.error.is_terminal:
                status.update(text)
            elif now - told >= _EVERY_SECONDS:
                told = now
                cli.say(text)

        yield show


def _text(what: str, done: int, of: int | None, seconds: float) -> str:
    if of is None:
        return f"{what}: {done:,} rows"
    text = f"{what}: {done:,} of {of:,}"
    if not done or seconds < 1:
        return text
    left = round(seconds / done * (of - done))
    minutes, rest = divmod(left, 60)
    return f"{text}, about {f'{minutes} min ' if minutes else ''}{rest} s left"


# Options

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


def output_option(text: str) -> _Decorator:
    """``--output``: a file that is opened once there is something to write."""
    file = click.File("wb", lazy=True)
    return click.option("-o", "--output", type=file, default="-", metavar="FILE", help=text)


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
