"""``network``: a network of the current version, in a format for other programs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

import click
import pyoxigraph as ox

from gfmdkg.cli.context import (
    CliContext,
    format_option,
    given_values,
    limit_option,
    option_of,
    output_option,
    pass_cli,
)
from gfmdkg.graph import Graph
from gfmdkg.lists.definitions import ASSERTION, CONFIDENCE, LISTS
from gfmdkg.lists.selection import parse_selection, selection_query
from gfmdkg.networks.kinds import kind_named
from gfmdkg.networks.occurrences import FORMATS, MATRIX_FORMATS, Grounds, NetworkRequest

__all__ = ["network"]

_PASSAGES = LISTS["passages"]


@click.command(
    short_help="Write a network, such as instruments that are cited together.",
    params=[option_of(parameter, excludes=True) for parameter in _PASSAGES.parameters()],
)
@click.argument("name", metavar="KIND")
@format_option(
    FORMATS,
    "How to write it: node-link JSON, GraphML, GEXF, a table of the edges, or DOT.",
    default="json",
)
@click.option(
    "--matrix", is_flag=True, help="Write a matrix instead, as JSON or CSV: one side by the other."
)
@click.option(
    "--minimum",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Only edges of at least this weight.",
)
@limit_option(
    "The most nodes, or rows and columns, the heaviest first. Default: all.", default=None
)
@output_option("File to write. Default: standard output.")
@pass_cli
def network(
    cli: CliContext,
    /,
    name: str,
    format_name: str,
    matrix: bool,
    minimum: int,
    limit: int | None,
    output: BinaryIO,
    **filters: object,
) -> None:
    """Write a network: gfmdkg network cocitation --format gexf --output cocitation.gexf.

    The kinds: cocitation, instrument-topic, actor-instrument, sdg-instrument,
    session-instrument, similarity; docs/networks.md says what each is. Filters choose the
    passages that it is made of; a leading minus excludes: --topics=-detention. Explicit links
    count unless --assertions asks for others.
    """
    kind = kind_named(name)
    if matrix and not kind.is_bipartite:
        raise click.UsageError(f"{name} has one side, so it is no matrix")
    if matrix and format_name not in MATRIX_FORMATS:
        raise click.UsageError(f"a matrix is written as {' or '.join(MATRIX_FORMATS)}")
    request = NetworkRequest(
        kind=kind.name,
        format=format_name,
        minimum=minimum,
        limit=limit,
        is_matrix=matrix,
        rows=limit,
        columns=limit,
    )
    # Importing networkx takes a tenth of a second, which no other command should pay.
    from gfmdkg.networks.worker import Networks

    graph = cli.graph()
    values = given_values(_PASSAGES.parameters(), filters)
    with cli.error.status("working out the network"):
        body = Networks(graph.store.select, graph.terms).answer(_filtered(request, values, graph))
    output.write(body)
    if output.name != "-":
        cli.say(f"wrote {output.name}")


def _filtered(
    request: NetworkRequest, values: Mapping[str, Sequence[str]], graph: Graph
) -> NetworkRequest:
    """The request for the links and passages that the filters choose."""
    if not values:
        return request
    selection = parse_selection(_PASSAGES, values, graph.terms)
    grounds = Grounds.of(selection.of(ASSERTION), selection.confidence)
    if values.keys() <= {ASSERTION, CONFIDENCE}:
        return replace(request, grounds=grounds)
    found = graph.store.select(selection_query(_PASSAGES, selection, None))
    items = frozenset(item.value for (item,) in found.rows if isinstance(item, ox.NamedNode))
    return replace(request, grounds=grounds, items=items)
