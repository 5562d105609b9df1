"""``/api/recommendations`` and the other lists: their routes and answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter, Request, params
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from gfmdkg.engine.answers import SpooledAnswer
from gfmdkg.errors import AnswerTooLarge
from gfmdkg.http.answer import Answer
from gfmdkg.http.described import (
    READING,
    Responses,
    answers,
    cell_of,
    described_router,
    field_of,
    format_model,
    own_parameters,
    query_string,
)
from gfmdkg.http.models import AtVersion, Count, Page, page_parameters, sometimes
from gfmdkg.http.parameters import JSON, SPARQL, link_header, page_members, sparql_link
from gfmdkg.http.service import Service
from gfmdkg.lists import (
    LISTS,
    FacetCounts,
    FacetedList,
    Include,
    ListIndex,
    Selection,
    Sorting,
    ValueCount,
    count_facets,
    selection_query,
)
from gfmdkg.lists.formats import GRAPH_FORMATS, field_cells, list_formats, show, write_items
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.lists.models import ListParameters, read_parameters, select, shown_parameters
from gfmdkg.rdf.answers import AnswerFormats
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Resource, write_json
from gfmdkg.search import Found
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex

__all__ = ["ListPage", "lists_router"]

Document = dict[str, Any]
Included = Mapping[str, Mapping[str, list[Document]]]
"""Name of an include to IRI of an item to its rows."""


class FacetValue(BaseModel):
    """A value of a facet, and what choosing it would leave."""

    value: Resource | str | int | bool
    count: Count = Field(
        description="The total of the list if this value alone were chosen in its facet; of an "
        "excluded value, how many items that keeps out."
    )
    selected: bool
    excluded: bool
    broader: str = sometimes("The IRI of the nearest broader value of the facet.")


class Facet(BaseModel):
    """A facet with its values, those with most items first."""

    label: str
    values: list[FacetValue]
    total_values: Count = Field(description="How many values there are in all.")
    cut: bool = sometimes("True where time did not suffice.")


class Interpretation(BaseModel):
    """How the full text was understood."""

    interpretation: str
    corrected: str | None
    lenient: bool


class ListPage(Page):
    """A page of a list."""

    facets: dict[str, Facet] = sometimes("The facets that facets= asks for, by name.")
    facets_cut: list[str] = sometimes(
        "Of the facets asked for those that were not counted, for their time was over."
    )

    search: Interpretation = sometimes()
    sparql: str = sometimes(
        "With include=sparql the query that gives these items, where it is too long for "
        "links.sparql; send it by POST."
    )


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

        async def make(answer: Answer, wanted: Version) -> Answer:
            return await _answer(service, indexes, asked, answer, wanted)

        return await service.respond(request, asked.number, asked.format.media_type, make)

    router.add_api_route(
        f"/{faceted.name}",
        run,
        methods=["GET"],
        summary=faceted.summary,
        description=faceted.description,
        operation_id=faceted.name,
        dependencies=_parameters(faceted, service.settings),
        responses=list_answers(faceted),
    )


def _parameters(faceted: FacetedList, settings: Settings) -> list[params.Depends]:
    """The parameters of a list's route."""
    filters = own_parameters({p.name: field_of(p) for p in faceted.parameters()})
    shared = query_string(
        *shown_parameters(faceted, settings),
        page_parameters(settings),
        AtVersion,
        format_model(*(media.name for media in list_formats(faceted.name))),
    )
    return [filters, *shared]


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
    service: Service,
    indexes: ListIndexes,
    asked: ListParameters,
    answer: Answer,
    wanted: Version,
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
        return replace(answer, body=await _read_graph(service, listed, answer.media_type))
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
    at = await indexes[name].find(wanted, or_former=is_newest)
    index, version = at.value[name], at.version
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


async def _read_graph(service: Service, listed: _Listed, media_type: str) -> bytes | SpooledAnswer:
    iris = (ox.NamedNode(listed.index.items[position]) for position in listed.page)
    found = await service.answer(
        packaged_query("gfmdkg.lists", "list-items.rq").fill(resource=iris),
        version=listed.version,
        formats=AnswerFormats(results=None, graph=media_type),
    )
    return await service.graph_body(found, root=None)


async def _read_included(service: Service, listed: _Listed) -> Included:
    iris = [listed.index.items[position] for position in listed.page]
    known = listed.asked.faceted.includes
    includes = [known[name] for name in listed.asked.includes if name in known]
    found = await asyncio.gather(
        *(service.solutions(each.query(iris), version=listed.version) for each in includes)
    )
    return {
        include.name: _rows_by_item(include, solutions, listed.terms)
        for include, solutions in zip(includes, found, strict=True)
    }


def _rows_by_item(
    include: Include, solutions: Solutions, terms: TermIndex
) -> dict[str, list[Document]]:
    rows: dict[str, dict[tuple[object, ...], Document]] = {}
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
    listed: _Listed, page: Document, included: Included, limit_seconds: float
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
    cut = [counts.facet.name for counts in counted if counts.is_cut]
    version = listed.version.number
    document: Document = {
        "items": [_item(listed, position, included) for position in listed.page],
        **page,
        "version": str(version),
    }
    if asked.facets:
        document["facets"] = {counts.facet.name: _facet(counts, terms) for counts in counted}
        document["facets_cut"] = cut
    if listed.found is not None:
        document["search"] = {
            "interpretation": listed.found.interpretation,
            "corrected": listed.found.corrected,
            "lenient": listed.found.lenient,
        }
    if SPARQL in asked.includes:
        # As a link where a line can hold it, else as text to be sent by POST.
        link = sparql_link(listed.query, version if listed.is_version_named else None)
        document |= {"links": {**page["links"], **link}} if link else {"sparql": listed.query}
    return write_json(document).encode(), not cut


def _item(listed: _Listed, position: int, included: Included) -> Document:
    """One item; what it brings along is in its member ``included``."""
    item: Document = {}
    for shown in listed.asked.fields:
        cells = field_cells(listed.index, position, shown, listed.terms)
        item[shown.name] = cells if shown.many else cells[0]
    if included:
        iri = listed.index.items[position]
        item["included"] = {name: rows.get(iri, []) for name, rows in included.items()}
    return item


def _facet(counts: FacetCounts, terms: TermIndex) -> Document:
    """A facet; one that time did not suffice for has no values and says so."""
    document: Document = {
        "label": counts.facet.label,
        "values": [_value(value, terms) for value in counts.values],
        "total_values": counts.total,
    }
    return document | {"cut": True} if counts.is_cut else document


def _value(counted: ValueCount, terms: TermIndex) -> Document:
    document: Document = {
        "value": show(counted.value, terms),
        "count": counted.count,
        "selected": counted.is_selected,
        "excluded": counted.is_excluded,
    }
    if isinstance(counted.broader, ox.NamedNode):
        document["broader"] = counted.broader.value
    return document


def list_answers(faceted: FacetedList) -> Responses:
    """The responses of a list's route."""
    item = _item_model(faceted)
    page = create_model(f"{item.__name__}Page", __base__=ListPage, items=(list[item], ...))  # type: ignore[valid-type]
    return answers(
        "The items.",
        page,
        (media.media_type for media in list_formats(faceted.name)),
        also=(*READING, 409, 413),
    )


def _item_model(faceted: FacetedList) -> type[BaseModel]:
    """An item; with ``fields`` only the item itself is sure to be there."""
    item, *others = faceted.fields.values()
    name = item.name.capitalize()
    members: dict[str, Any] = {item.name: cell_of(item.column, is_null=False)}
    for shown in others:
        members[shown.name] = cell_of(shown.column, many=shown.many, is_sure=False)
    rows: dict[str, Any] = {}
    for include in faceted.includes.values():
        cells: dict[str, Any] = {f.name: cell_of(f.column, many=f.many) for f in include.columns}
        row = create_model(f"{name}{include.name.capitalize()}", **cells)
        rows[include.name] = (list[row], sometimes(include.description))  # type: ignore[valid-type]
    if rows:
        included = create_model(f"{name}Included", **rows)
        text = "What include= asks for, by name."
        members["included"] = (included, sometimes(text))
    return create_model(name, **members)
