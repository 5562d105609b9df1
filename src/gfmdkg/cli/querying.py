"""``query`` and ``show``."""

from typing import TextIO

import click
import pyoxigraph as ox

from gfmdkg.cli.context import CliContext, format_option, pass_cli
from gfmdkg.cli.result_tables import write_table
from gfmdkg.errors import NotAcceptable
from gfmdkg.namespaces import compact
from gfmdkg.rdf.media import GRAPHS, RESULTS, AnswerFormats, AnswerKind
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Term

__all__ = ["query", "show"]

_RESULTS = {known.name: known.media_type for known in RESULTS}
_GRAPHS = {known.name: known.media_type for known in GRAPHS if known.name not in ("trig", "nq")}


@click.command()
@click.argument("sparql", required=False)
@click.option(
    "-f",
    "--file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Read the query from a file; “-” is standard input.",
)
@format_option(
    ("table", *_RESULTS, *_GRAPHS),
    "How to write the answer. Default: table for solutions, ttl for graphs.",
    default=None,
)
@pass_cli
def query(
    cli: CliContext, sparql: str | None, file: TextIO | None, format_name: str | None
) -> None:
    """Answer a SPARQL query. The project's prefixes need no declaration."""
    if (sparql is None) == (file is None):
        raise click.UsageError("give the query as an argument, or its file with -f")
    try:
        text = file.read() if file else sparql or ""
    except UnicodeDecodeError as error:
        raise click.UsageError(f"cannot read the query: {error}") from error
    graph = cli.graph()
    formats = AnswerFormats(
        results=_RESULTS.get(format_name or "table", _RESULTS["json"]),
        graph=_GRAPHS.get(format_name or "ttl"),
    )
    kind, body = graph.answer(text, formats)
    if kind is AnswerKind.GRAPH or format_name in _RESULTS:
        click.echo(body, nl=not body.endswith(b"\n"))
    elif format_name in _GRAPHS:
        raise NotAcceptable(f"--format {format_name}", ("table", *_RESULTS))
    elif kind is AnswerKind.BOOLEAN:
        click.echo("true" if b"true" in body else "false")
    else:
        solutions = Solutions.from_json(body)
        write_table(solutions.variables, [[_short(t) for t in row] for row in solutions], "table")


@click.command(short_help="Show what the graph says of a name, a code or an IRI.")
@click.argument("term")
@format_option(("table", "json", *_GRAPHS), "How to write the description.", default="table")
@pass_cli
def show(cli: CliContext, term: str, format_name: str) -> None:
    """Show what the graph says of TERM: an acronym, a title, a slug, a CURIE or an IRI.

    The JSON is what /api/resource answers.
    """
    # `query` needs nothing of what describes.
    from gfmdkg.cli.describing import show_description
    from gfmdkg.rdf.values import write_json

    graph = cli.graph()
    if format_name == "table":
        show_description(graph.describe(term))
    elif format_name == "json":
        click.echo(write_json(graph.describe(term).without_queries(), indent=1))
    else:
        click.echo(graph.serialise(term, _GRAPHS[format_name]), nl=False)


def _short(term: Term | None) -> str:
    match term:
        case None:
            return ""
        case ox.NamedNode(value=value):
            return compact(value)
        case ox.Literal(value=lexical, language=language):
            return f"{lexical} @{language}" if language else lexical
        case _:
            return str(term)
