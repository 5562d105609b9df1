"""``search``: full text over the current version."""

from contextlib import closing

import click

from gfmdkg.cli.context import CliContext, limit_option, pass_cli, table_format_option
from gfmdkg.cli.result_tables import write_table
from gfmdkg.search.answers import Hit, Reason, SearchAnswer, Why, class_named
from gfmdkg.search.index import SearchIndex

__all__ = ["search"]

_COLUMNS = ("type", "label", "iri", "found by", "snippet")
_REASONS = 3


@click.command(short_help="Search all things that have a name.")
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="CLASS",
    help="Only things of this class, such as recommendation, passage or instrument; a CURIE or"
    " IRI will do. May be given several times.",
)
@click.option(
    "--language",
    metavar="TAG",
    help="Show labels in this language where there are any. Default: English.",
)
@limit_option("The most hits to show.", default=20)
@table_format_option("hits")
@pass_cli
def search(
    cli: CliContext,
    text: tuple[str, ...],
    types: tuple[str, ...],
    language: str | None,
    limit: int,
    format_name: str,
) -> None:
    """Search all things that have a name, best first: gfmdkg search detention children.

    All words must be there. "a phrase" (quote it twice for the shell), recruit*, OR, NOT and
    brackets work; a word that nobody uses is corrected.
    """
    classes = [class_named(name) for name in types]
    with closing(SearchIndex.of(cli.version())) as index:
        answer = index.search(" ".join(text), types=classes, language=language, limit=limit)
    if answer.items or format_name != "table":
        write_table(_COLUMNS, map(_cells, answer.items), format_name)
    _comment(cli, answer)


def _cells(hit: Hit) -> tuple[str | None, ...]:
    return (
        hit.type,
        hit.label.text,
        hit.resource.iri,
        "; ".join(list(dict.fromkeys(map(_reason, hit.why)))[:_REASONS]),
        None if hit.snippet is None else hit.snippet.text,
    )


def _reason(why: Why) -> str:
    match why.reason:
        case Reason.NAME:
            return f"name {why.text}"
        case Reason.LINK:
            return f"link with {why.through and why.through.label}"
        case reason:
            return reason.value


def _comment(cli: CliContext, answer: SearchAnswer) -> None:
    """What the hits do not say of themselves, to stderr."""
    if answer.corrected is not None:
        cli.say(f"searched for: {answer.corrected}")
    if answer.lenient:
        cli.say("nothing has all the words; these have some")
    if answer.ignored:
        cli.say(f"left out: {', '.join(answer.ignored)}")
    if not answer.total:
        cli.say("nothing found")
    elif answer.total > len(answer.items):
        cli.say(f"{len(answer.items)} of {answer.total}; more with --limit")
