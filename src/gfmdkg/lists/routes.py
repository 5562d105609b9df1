"""``/api/recommendations`` and the other lists: their routes and answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pyoxigraph as ox
from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.errors import AnswerTooLarge
from gfmdkg.http.answer import Answer
from gfmdkg.http.described import (
    READING,
    answers,
    described_router,
    field_of,
    format_model,
    own_parameters,
    query_string,
)
from gfmdkg.http.models import AtVersion, page_parameters
from gfmdkg.http.parameters import JSON, SPARQL, link_header, page_members, sparql_link
from gfmdkg.http.service import Service
from gfmdkg.lists.definitions import LISTS, FacetedList, Include
from gfmdkg.lists.formats import GRAPH_FORMATS, list_formats, write_items
from gfmdkg.lists.index import ListIndex, Sorting, count_facets, field_cells
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.lists.models import (
    ListParameters,
    page_model,
    read_parameters,
    select,
    shown_parameters,
)
from gfmdkg.lists.selection import Selection, selection_query
from gfmdkg.queries.query import show
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import JsonObject, write_json
from gfmdkg.search.answers import Found
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex

__all__ = ["lists_router"]

Included = Mapping[str, Mapping[str, list[JsonObject]]]
"""Name of an include to IRI of an item to its rows."""


def lists_router(service: Service, indexes: ListIndexes) -> APIRouter:
    """The routes of all lists."""
    router = described_router("Lists", "/api")
    for faceted in LISTS.values():
        _add_route(router, service, indexes, faceted)
    return router


def _add_route(
    router: APIRouter, service: Service, indexes: ListIndexes, faceted: FacetedList
) -> None:
    async def run(request: Request) -> Response:
        asked = read_parameters(service.settings, faceted, request)
        make = partial(_answer, service, indexes, asked)
        return await service.respond(request, asked.number, asked.format.media_type, make)

    router.add_api_route(
        f"/{faceted.name}",
        run,
        methods=["GET"],
        summary=faceted.summary,
        description=faceted.description,
        operation_id=faceted.name,
        dependencies=[
            own_parameters({p.name: field_of(p) for p in faceted.parameters()}),
            own_parameters(shown_parameters(faceted, service.settings)),
            *query_string(
                page_parameters(service.settings),
                AtVersion,
                format_model(*(media.name for media in list_formats(faceted.name))),
            ),
        ],
        responses=answers(
            "The items.",
            page_model(faceted),
            (media.media_type for media in list_formats(faceted.name)),
            also=(*READING, 409, 413),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """The items that pass, and what is needed to show them.

    ``is_version_named`` where a query without a version would ask another one.
    """

    asked: ListParameters
    version: Version
    is_version_named: bool
    index: ListIndex
    terms: TermIndex
    selection: Selection
    sorting: Sorting
    found: Found | None
    positions: Sequence[int]

    @property
    def page(self) -> Sequence[int]:
        """The positions of the page's items."""
        paging = self.asked.paging
        return self.positions[paging.start : paging.start + paging.per_page]

    @property
    def query(self) -> str:
        """The SPARQL that gives the items in their order."""
        # What passes the filters is enough, and keeps the text short.
        passing = {self.index.items[position] for position in self.positions}
        return selection_query(
            self.index.faceted,
            self.selection.among(passing),
            self.sorting.order,
            descending=self.sorting.descending,
        )


async def _answer(
    service: Service, indexes: ListIndexes, asked: ListParameters, answer: Answer, wanted: Version
) -> Answer:
    """The answer with its body, for the version that is wanted or one before.

    Raises what reading the filters in that version raises, ``Busy`` where the list is not there
    yet, ``AnswerTooLarge``, and what a query raises.
    """
    settings = service.settings
    listed = await _find(service, indexes, asked, wanted)
    page = page_members(asked.request, len(listed.positions), asked.paging)
    is_page = asked.paging.is_given or asked.format in (JSON, *GRAPH_FORMATS)
    answer = replace(
        answer.of(listed.version), headers=link_header(page["links"]) if is_page else ()
    )
    if asked.format in GRAPH_FORMATS:
        iris = (ox.NamedNode(listed.index.items[position]) for position in listed.page)
        text = packaged_query("gfmdkg.lists", "list-items.rq").fill(resource=iris)
        body = await service.graph(text, version=listed.version, media_type=answer.media_type)
        return replace(answer, body=body)
    if asked.format is JSON:
        included = await _read_included(service, listed)
        body, is_whole = await asyncio.to_thread(
            _write_json, listed, page, included, settings.facet_timeout_seconds
        )
        # Where facets are cut, the next who asks may have more luck with the time.
        kept = answer if is_whole else replace(answer, cacheable=False, etag=None)
        return replace(kept, body=body)
    shown = listed.page if is_page else listed.positions
    body = await asyncio.to_thread(
        write_items, asked.format, listed.index, shown, asked.fields, listed.terms
    )
    if len(body) > settings.answer_limit_bytes:
        raise AnswerTooLarge(settings.answer_limit_bytes)
    return replace(answer, body=body)


async def _find(
    service: Service, indexes: ListIndexes, asked: ListParameters, wanted: Version
) -> _Listed:
    is_newest = asked.number is None
    name = asked.faceted.name
    version, found_indexes = await indexes[name].find(wanted, or_former=is_newest)
    index = found_indexes[name]
    selection, found = await select(service, indexes, asked.faceted, asked.parameters, version)
    sorting = index.sorting(asked.sort, is_search=found is not None)
    positions = await asyncio.to_thread(
        lambda: index.sorted(index.matching(selection), sorting, selection)
    )
    return _Listed(
        asked=asked,
        version=version,
        is_version_named=not is_newest or version.number != wanted.number,
        index=index,
        terms=await service.terms(version),
        selection=selection,
        sorting=sorting,
        found=found,
        positions=positions,
    )


async def _read_included(service: Service, listed: _Listed) -> Included:
    iris = [listed.index.items[position] for position in listed.page]
    known = listed.asked.faceted.includes
    includes = [known[name] for name in listed.asked.includes if name in known]
    queries = (each.source.fill(item=map(ox.NamedNode, iris)) for each in includes)
    found = await asyncio.gather(
        *(service.solutions(query, version=listed.version) for query in queries)
    )
    return {
        include.name: _rows_by_item(include, solutions, listed.terms)
        for include, solutions in zip(includes, found, strict=True)
    }


def _rows_by_item(
    include: Include, solutions: Solutions, terms: TermIndex
) -> dict[str, list[JsonObject]]:
    rows: dict[str, dict[tuple[object, ...], JsonObject]] = {}
    for record in solutions.records():
        cells = {name: show(term, terms) for name, term in record.items()}
        single = tuple(record.get(column.name) for column in include.columns if not column.many)
        item = record["item"]
        assert isinstance(item, ox.NamedNode)  # noqa: S101 - it was asked for by its IRI
        row = rows.setdefault(item.value, {}).setdefault(single, {})
        for column in include.columns:
            cell = cells.get(column.name)
            if column.many:
                row.setdefault(column.name, []).extend([] if cell is None else [cell])
            else:
                row[column.name] = cell
    return {iri: list(found.values()) for iri, found in rows.items()}


def _write_json(
    listed: _Listed, page: JsonObject, included: Included, limit_seconds: float
) -> tuple[bytes, bool]:
    """The document, and whether all facets are in it."""
    asked, terms = listed.asked, listed.terms
    counted = count_facets(
        listed.index,
        listed.selection,
        terms,
        names=asked.facets,
        limit=asked.facet_limit,
        time_limit_seconds=limit_seconds,
    )
    cut = [name for name, counts in counted.items() if counts.cut]
    version = listed.version.number
    document: JsonObject = {
        "items": [_item(listed, position, included) for position in listed.page],
        **page,
        "version": str(version),
    }
    if asked.facets:
        document |= {"facets": counted, "facets_cut": cut}
    if listed.found is not None:
        document["search"] = listed.found.understood
    if SPARQL in asked.includes:
        # As a link where a line can hold it, else as text to be sent by POST.
        link = sparql_link(listed.query, version if listed.is_version_named else None)
        document |= {"links": {**page["links"], **link}} if link else {"sparql": listed.query}
    return write_json(document).encode(), not cut


def _item(listed: _Listed, position: int, included: Included) -> JsonObject:
    """One item; what it brings along is in its member ``included``."""
    item: JsonObject = {}
    for shown in listed.asked.fields:
        cells = field_cells(listed.index, position, shown, listed.terms)
        item[shown.name] = cells if shown.many else cells[0]
    if included:
        iri = listed.index.items[position]
        item["included"] = {name: rows.get(iri, []) for name, rows in included.items()}
    return item
