"""``/api/recommendations`` and the other lists: their routes and answers."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.errors import AnswerTooLarge
from gfmdkg.facets import (
    LISTS,
    FacetedList,
    ListIndex,
    Selection,
    Sorting,
    count_facets,
    selection_query,
)
from gfmdkg.http.described import described_router
from gfmdkg.http.list_document import (
    Document,
    Included,
    facets_document,
    included_rows,
    items_document,
    search_document,
)
from gfmdkg.http.list_formats import GRAPH_FORMATS, write_items
from gfmdkg.http.list_models import list_answers, list_parameters
from gfmdkg.http.list_request import ListParameters, read_parameters, select
from gfmdkg.http.parameters import JSON, Paging
from gfmdkg.http.queries import link_header, page_links
from gfmdkg.http.request import while_connected
from gfmdkg.http.responses import Answer, AnswerResponse, entity_tag, is_fresh
from gfmdkg.http.search_indexes import SearchIndexes
from gfmdkg.http.service import Service
from gfmdkg.search import Found
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Iri

__all__ = ["lists_router"]

# What browsers, proxies and servers take in a line.
_LINK_CHARACTERS = 8_000


def lists_router(service: Service, indexes: SearchIndexes) -> APIRouter:
    """The routes of all lists; ``indexes`` answer their full-text filter."""
    router = described_router("Lists", "/api")
    for faceted in LISTS.values():
        _add_route(router, service, indexes, faceted)
    return router


def _add_route(
    router: APIRouter, service: Service, indexes: SearchIndexes, faceted: FacetedList
) -> None:
    async def run(request: Request) -> Response:
        return await _run(service, indexes, faceted, request)

    router.add_api_route(
        f"/{faceted.name}",
        run,
        methods=["GET"],
        summary=faceted.summary,
        description=faceted.description,
        operation_id=faceted.name,
        dependencies=list_parameters(faceted, service.settings),
        responses=list_answers(faceted),
    )


async def _run(
    service: Service, indexes: SearchIndexes, faceted: FacetedList, request: Request
) -> Response:
    asked = read_parameters(service.settings, faceted, request)
    wanted = await service.version(asked.number)
    tag = entity_tag(wanted, request.scope, asked.format.media_type, service.fingerprint)
    answer = Answer(
        media_type=asked.format.media_type,
        body=b"",
        version=wanted,
        pinned=asked.number is not None,
        etag=tag,
    )
    if is_fresh(request.scope, tag):
        return AnswerResponse(answer)
    work = _answer(service, indexes, asked, answer)
    return AnswerResponse(await while_connected(work, request.receive))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """The items that pass, and what is needed to show them.

    ``is_version_named`` where a query without a version would ask another one.
    """

    version: Version
    is_version_named: bool
    index: ListIndex
    terms: TermIndex
    selection: Selection
    sorting: Sorting
    found: Found | None
    positions: Sequence[int]
    paging: Paging

    @property
    def page(self) -> Sequence[int]:
        """The positions of the page's items."""
        start = self.paging.start
        return self.positions[start : start + self.paging.per_page]

    @property
    def query(self) -> str:
        """The SPARQL that gives the items in their order."""
        selection = self.selection
        if selection.found is not None:
            # What passes the filters is enough, and keeps the text short.
            items = self.index.items
            passing = {items[position] for position in self.positions}
            left = tuple(iri for iri in selection.found if iri in passing)
            selection = replace(selection, found=left)
        return selection_query(
            self.index.faceted,
            selection,
            self.sorting.order,
            descending=self.sorting.descending,
        )


async def _answer(
    service: Service, indexes: SearchIndexes, asked: ListParameters, answer: Answer
) -> Answer:
    """The answer with its body; ``answer`` says the version that is wanted.

    Raises what reading the filters in that version raises, ``Busy`` where the list is not there
    yet, ``AnswerTooLarge``, and what a query raises.
    """
    wanted = answer.version
    assert wanted is not None  # noqa: S101 - set by the route
    listed = await _find(service, indexes, asked, wanted)
    if listed.version.number != wanted.number:
        # Whoever keeps answers keeps them for the version in use, which this one is not of.
        answer = replace(answer, version=listed.version, cacheable=False, etag=None)
    links = page_links(asked.request, len(listed.positions), asked.paging)
    if asked.format in GRAPH_FORMATS:
        return await _as_graph(service, listed, links, answer)
    if asked.format is JSON:
        return await _as_json(service, asked, listed, links, answer)
    is_page = asked.paging.is_given
    shown = listed.page if is_page else listed.positions
    body = await asyncio.to_thread(
        write_items, asked.format, listed.index, shown, asked.fields, listed.terms
    )
    limit = service.settings.answer_limit_bytes
    if len(body) > limit:
        raise AnswerTooLarge(limit)
    return replace(answer, body=body, headers=link_header(links) if is_page else ())


async def _find(
    service: Service, indexes: SearchIndexes, asked: ListParameters, wanted: Version
) -> _Listed:
    is_newest = asked.number is None
    at = await service.lists.find(asked.faceted.name, wanted, or_former=is_newest)
    index = at.value
    selection, found = await select(service, indexes, asked.faceted, asked.filters, at.version)
    sorting = index.sorting(asked.sort, is_search=found is not None)
    positions = await asyncio.to_thread(
        lambda: index.sorted(index.matching(selection), sorting, selection)
    )
    is_named = not is_newest or at.version.number != wanted.number
    return _Listed(
        version=at.version,
        is_version_named=is_named,
        index=index,
        terms=await service.terms(at.version),
        selection=selection,
        sorting=sorting,
        found=found,
        positions=positions,
        paging=asked.paging,
    )


async def _as_graph(
    service: Service, listed: _Listed, links: dict[str, str], answer: Answer
) -> Answer:
    iris = (Iri(listed.index.items[position]) for position in listed.page)
    found = await service.answer(
        packaged_query("gfmdkg.http", "rq/list-items.rq").fill(resource=iris),
        version=listed.version,
        formats=AnswerFormats(results=None, graph=answer.media_type),
    )
    body = await service.graph_body(found, root=None)
    return replace(answer, body=body, headers=link_header(links))


async def _as_json(
    service: Service, asked: ListParameters, listed: _Listed, links: dict[str, str], answer: Answer
) -> Answer:
    included = await _included(service, asked, listed)
    body, is_whole = await asyncio.to_thread(
        _write_json, asked, listed, links, included, service.settings.facet_timeout_seconds
    )
    if not is_whole:
        # The next who asks may have more luck with the time.
        answer = replace(answer, cacheable=False, etag=None)
    return replace(answer, body=body, headers=link_header(links))


async def _included(service: Service, asked: ListParameters, listed: _Listed) -> Included:
    iris = [listed.index.items[position] for position in listed.page]

    async def rows(name: str) -> dict[str, list[Document]]:
        include = asked.faceted.includes[name]
        solutions = await service.solutions(include.query(iris), version=listed.version)
        return included_rows(include, solutions, listed.terms)

    return dict(zip(asked.includes, await asyncio.gather(*map(rows, asked.includes)), strict=True))


def _write_json(
    asked: ListParameters,
    listed: _Listed,
    links: Mapping[str, str],
    included: Included,
    facet_limit_seconds: float,
) -> tuple[bytes, bool]:
    """The document, and whether all facets are in it."""
    counted = count_facets(
        listed.index,
        listed.selection,
        listed.terms,
        names=asked.facets,
        limit=asked.facet_limit,
        time_limit_seconds=facet_limit_seconds,
    )
    cut = [counts.facet.name for counts in counted if counts.is_cut]
    document: dict[str, object] = {
        "items": items_document(listed.index, listed.page, asked.fields, listed.terms, included),
        "total": len(listed.positions),
        "page": asked.paging.page,
        "per_page": asked.paging.per_page,
        "version": str(listed.version.number),
        "links": dict(links),
        "facets": facets_document(counted, listed.terms),
        "facets_cut": cut,
    }
    if listed.found is not None:
        document["search"] = search_document(listed.found)
    _offer_query(document, listed)
    return json.dumps(document, ensure_ascii=False).encode(), not cut


def _offer_query(document: dict[str, object], listed: _Listed) -> None:
    """The query as a link where a line can hold it, else as text to be sent by POST."""
    named = f"&version={listed.version.number}" if listed.is_version_named else ""
    link = f"/sparql?query={quote(listed.query, safe='')}{named}"
    if len(link) <= _LINK_CHARACTERS:
        links = document["links"]
        assert isinstance(links, dict)  # noqa: S101 - made above
        links["sparql"] = link
    else:
        document["sparql"] = listed.query
