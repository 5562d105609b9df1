"""``list``: a command for each list, with its filters, facets and orders."""

from collections.abc import Iterable, Iterator, Mapping

import click

from gfmdkg.cli.context import (
    CliContext,
    given_values,
    limit_option,
    option_of,
    pass_cli,
    table_format_option,
)
from gfmdkg.cli.result_tables import write_table
from gfmdkg.graph import Graph
from gfmdkg.lists.definitions import LISTS, FacetedList
from gfmdkg.lists.index import (
    FacetCounts,
    ListIndex,
    build_indexes,
    cell_text,
    count_facets,
    field_cells,
)
from gfmdkg.lists.reading import cached_answers, select_from
from gfmdkg.lists.selection import parse_selection, selection_query
from gfmdkg.rdf.values import Resource
from gfmdkg.terms.index import TermIndex

__all__ = ["list_items"]

_SEPARATOR = " | "
_FACET_VALUES = 20
_FACET_SECONDS = 60.0


@click.group("list", subcommand_metavar="NAME [--FILTER VALUE…]")
def list_items() -> None:
    """List things of one kind, filtered. `gfmdkg list NAME --help` shows the filters.

    For several values repeat a filter or use commas; a leading minus excludes:
    --topics=-detention.
    """


def _command(faceted: FacetedList) -> click.Command:
    orders = [f"{sign}{name}" for name in faceted.orders for sign in ("", "-")]

    @click.command(
        faceted.name,
        params=[option_of(parameter, excludes=True) for parameter in faceted.parameters()],
        help=f"{faceted.summary}\n\n{faceted.description}",
        short_help=faceted.summary,
    )
    @click.option(
        "--sort",
        type=click.Choice(orders),
        help="The order; a leading minus reverses it: --sort=-title.",
    )
    @limit_option("The most items, or values of a facet, to show.", default=50)
    @click.option(
        "--facets",
        "shows_facets",
        is_flag=True,
        help="Show the values of all facets with their counts, not the items.",
    )
    @click.option(
        "--sparql",
        "shows_query",
        is_flag=True,
        help="Show the query that gives the items, not the items.",
    )
    @table_format_option("items")
    @pass_cli
    def call(
        cli: CliContext,
        /,
        sort: str | None,
        limit: int,
        shows_facets: bool,
        shows_query: bool,
        format_name: str,
        **filters: object,
    ) -> None:
        graph = cli.graph()
        values = given_values(faceted.parameters(), filters)
        selection = parse_selection(faceted, values, graph.terms)
        index = _read(graph, faceted)
        sorting = index.sorting(sort)
        if shows_query:
            text = selection_query(faceted, selection, sorting.order, descending=sorting.descending)
            click.echo(text, nl=False)
        elif shows_facets:
            counted = count_facets(
                index,
                selection,
                graph.terms,
                names=[*faceted.facets],
                limit=min(limit, _FACET_VALUES) if format_name == "table" else limit,
                time_limit_seconds=_FACET_SECONDS,
            )
            columns = ("facet", "value", "count", "iri")
            write_table(columns, _facet_rows(counted), format_name)
        else:
            positions = index.sorted(index.matching(selection), sorting, selection)
            rows = _rows(index, positions[:limit], graph.terms)
            if positions or format_name != "table":
                write_table([*faceted.fields, "iri"], rows, format_name)
            _comment(cli, len(positions), limit)

    return call


for _list in LISTS.values():
    list_items.add_command(_command(_list))


def _read(graph: Graph, faceted: FacetedList) -> ListIndex:
    select = cached_answers(graph.version.folder, select_from(graph.store))
    ((_, index),) = build_indexes((faceted,), select)
    return index


def _rows(
    index: ListIndex, positions: Iterable[int], terms: TermIndex
) -> Iterator[list[str | None]]:
    for position in positions:
        row = [
            _SEPARATOR.join(map(cell_text, field_cells(index, position, shown, terms))) or None
            for shown in index.faceted.fields.values()
        ]
        yield [*row, index.items[position]]


def _facet_rows(counted: Mapping[str, FacetCounts]) -> Iterator[tuple[str, str, int, str | None]]:
    for name, facet in counted.items():
        for each in facet.values:
            iri = each.value.iri if isinstance(each.value, Resource) else None
            yield name, cell_text(each.value), each.count, iri


def _comment(cli: CliContext, total: int, limit: int) -> None:
    if not total:
        cli.say("nothing passes these filters")
    elif total > limit:
        cli.say(f"{limit} of {total}; more with --limit")
