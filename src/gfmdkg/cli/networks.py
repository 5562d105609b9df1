"""``network``: a network of the current version, in a format for other programs."""

from pathlib import Path

import click

from gfmdkg.cli.context import CliContext, fails_cleanly, pass_cli
from gfmdkg.cli.opening import open_graph
from gfmdkg.network import (
    ASSERTIONS,
    FORMATS,
    MATRIX_FORMATS,
    Grounds,
    NetworkRequest,
    check_backend,
    kind_named,
)
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from

__all__ = ["network"]


@click.command()
@click.argument("kind", metavar="KIND")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    default="json",
    show_default=True,
    help="How to write it: node-link JSON, GraphML, GEXF, a table of the edges, or DOT.",
)
@click.option(
    "--matrix", is_flag=True, help="Write a matrix instead, as JSON or CSV: one side by the other."
)
@click.option(
    "--assertion",
    "assertions",
    type=click.Choice(tuple(ASSERTIONS)),
    multiple=True,
    help="Which links count; may be given several times. Default: explicit ones.",
)
@click.option(
    "--minimum",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Only edges of at least this weight.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="The most nodes, or rows and columns, the heaviest first. Default: all.",
)
@click.option(
    "--backend",
    help="An installed backend of networkx for the measures. Default: GFMDKG_NETWORK_BACKEND.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="File to write. Default: standard output.",
)
@pass_cli
@fails_cleanly
def network(
    cli: CliContext,
    kind: str,
    format_name: str,
    matrix: bool,
    assertions: tuple[str, ...],
    minimum: int,
    limit: int | None,
    backend: str | None,
    output: Path | None,
) -> None:
    """Write a network: gfmdkg network cocitation --format gexf --output cocitation.gexf.

    The kinds: cocitation, instrument-topic, actor-instrument, sdg-instrument,
    session-instrument, similarity. docs/networks.md says what each is.
    """
    found = kind_named(kind)
    if matrix and not found.is_bipartite:
        raise click.UsageError(f"{kind} has one side, so it is no matrix")
    if matrix and format_name not in MATRIX_FORMATS:
        raise click.UsageError(f"a matrix is written as {' or '.join(MATRIX_FORMATS)}")
    backend = check_backend(cli.settings(network_backend=backend).network_backend)
    grounds = tuple(ASSERTIONS[name] for name in dict.fromkeys(assertions)) or Grounds().assertions
    request = NetworkRequest(
        kind=found.name,
        format=format_name,
        grounds=Grounds(assertions=grounds),
        minimum=minimum,
        limit=limit,
        is_matrix=matrix,
        rows=limit,
        columns=limit,
    )
    body = _answer(cli, request, backend)
    if output is None:
        click.echo(body, nl=False)
    else:
        output.write_bytes(body)
        cli.say(f"wrote {output}")


def _answer(cli: CliContext, request: NetworkRequest, backend: str | None) -> bytes:
    # Importing networkx takes a tenth of a second, which no other command should pay.
    from gfmdkg.network.answering import Networks

    store = OxigraphStore.open_read_only(open_graph(cli).version.database)
    try:
        with cli.error.status("working out the network"):
            return Networks(select_from(store), backend=backend).answer(request)
    finally:
        store.close()
