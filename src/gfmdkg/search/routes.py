"""``/api/search`` and ``/api/suggest``: full text, and names while they are typed."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.errors import NotFound, ParameterError, StoreError
from gfmdkg.http.answer import Answer
from gfmdkg.http.cache import VersionCache
from gfmdkg.http.described import answers, described_router, format_model, query_string
from gfmdkg.http.models import AtVersion, Count, FromOne, Links, asked, page_parameters
from gfmdkg.http.parameters import JSON, Parameters, choose_format, link_header, page_members
from gfmdkg.http.service import Service
from gfmdkg.rdf.values import DESCRIBED, JsonObject, members, write_json
from gfmdkg.search.answers import KINDS, Completions, SearchAnswer, class_named
from gfmdkg.search.building import INDEX_NAME
from gfmdkg.search.index import SearchIndex
from gfmdkg.store.versions import Version, VersionStore

__all__ = ["search_indexes", "search_router"]

_LANGUAGE = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
# No index has so many items, and SQLite counts no further than 2^63.
_FURTHEST = 2**53

_SUGGESTIONS = 10
_SUGGESTIONS_LIMIT = 50

_AT_VERSION = (AtVersion, format_model(JSON.name))
_CLASSES = f"Only things of these classes: {', '.join(KINDS)}; or the CURIE or IRI of a class."

Ask = Callable[[SearchIndex], JsonObject]


class SearchParameters(BaseModel):
    """What is searched for."""

    q: str = asked("What to search for.", "detention children", default=...)
    type: list[str] = asked(_CLASSES, ["passage"])
    language: str = asked("The language of labels where there are any in it; else English.", "fr")


class SuggestParameters(BaseModel):
    """What is completed."""

    q: str = asked("The beginning of a name; nothing completes an empty one.", "mig", default=...)
    type: list[str] = asked(_CLASSES, ["instrument"])
    limit: int = asked("The most completions.", default=_SUGGESTIONS, ge=1, le=_SUGGESTIONS_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(SearchAnswer):
    """A page of hits, best first, and how the words were understood."""

    __pydantic_config__ = DESCRIBED

    total: Count
    page: FromOne
    per_page: FromOne
    version: str
    links: Links
    """Paths of other pages, and of the query behind the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions(Completions):
    """The completions, best first within their class."""

    version: str


# An index that is there opens in milliseconds, one of a small graph is built in this time.
_PATIENCE_SECONDS = 0.25


def search_indexes(versions: VersionStore, *, wait_seconds: float) -> VersionCache[SearchIndex]:
    """The full-text index of each version; whatever blocks runs in a thread, one built at a time.

    ``wait_seconds`` is how long a request waits that no other index can serve. While one is
    built, the newest before that there is answers, be it open or not.
    """
    turn = asyncio.Lock()

    async def load(version: Version) -> SearchIndex:
        # Opened at once, whatever is being built.
        with suppress(StoreError):  # it is missing, or of a former format
            return await asyncio.to_thread(SearchIndex.open, version.folder / INDEX_NAME)
        async with turn:
            return await asyncio.to_thread(SearchIndex.of, version)

    def former(version: Version) -> Version | None:
        for number in range(version.number - 1, 0, -1):
            try:
                found = versions.get(number)
            except NotFound:
                return None
            if (found.folder / INDEX_NAME).exists():
                return found
        return None

    return VersionCache(
        load,
        what="the search index",
        wait_seconds=wait_seconds,
        patience_seconds=_PATIENCE_SECONDS,
        former=former,
        let_go=SearchIndex.close,
    )


def search_router(service: Service, indexes: VersionCache[SearchIndex]) -> APIRouter:
    """The two routes."""
    router = described_router("Search", "/api")

    @router.get(
        "/search",
        summary="Search",
        operation_id="searchText",
        dependencies=query_string(
            SearchParameters, page_parameters(service.settings), *_AT_VERSION
        ),
        responses=answers("A page of hits, best first.", SearchPage),
    )
    async def search(request: Request) -> Response:
        """Search all things that have a name, best first.

        Words must all be there; “phrases”, `word*`, `OR`, `NOT` and brackets work, and no text
        is an error. `marks` are [start, end) in characters (Unicode code points) of the text
        beside them. While the index of a new version is built, the former version answers and
        says so in `version` and `Content-Version`.
        """
        parameters = Parameters.of(
            request, ("format", "language", "page", "per_page", "q", "type", "version")
        )
        text = parameters.required("q")
        types = tuple(map(class_named, parameters.listed("type")))
        language = _language(parameters)
        paging = parameters.paging(service.settings)

        def ask(index: SearchIndex) -> JsonObject:
            answer = index.search(
                text,
                types=types,
                language=language,
                limit=paging.per_page,
                offset=min(paging.start, _FURTHEST),
            )
            return members(answer) | page_members(request, answer.total, paging)

        return await _answer(service, indexes, parameters, request, ask)

    @router.get(
        "/suggest",
        summary="Complete a name",
        operation_id="suggestNames",
        dependencies=query_string(SuggestParameters, *_AT_VERSION),
        responses=answers("The completions, best first within their class.", Suggestions),
    )
    async def suggest(request: Request) -> Response:
        """Names that go on as typed, in all languages; those of one class stand together."""
        parameters = Parameters.of(request, ("format", "limit", "q", "type", "version"))
        if "q" not in request.query_params:
            raise ParameterError("q", "is required")
        text = parameters.one("q") or ""
        types = tuple(map(class_named, parameters.listed("type")))
        limit = parameters.integer("limit", minimum=1, maximum=_SUGGESTIONS_LIMIT) or _SUGGESTIONS

        def ask(index: SearchIndex) -> JsonObject:
            return members(index.suggest(text, types=types, limit=limit))

        return await _answer(service, indexes, parameters, request, ask)

    return router


async def _answer(
    service: Service,
    indexes: VersionCache[SearchIndex],
    parameters: Parameters,
    request: Request,
    ask: Ask,
) -> Response:
    chosen = choose_format(parameters, request.headers.get("accept"), (JSON,))
    number = parameters.version()

    async def make(answer: Answer, wanted: Version) -> Answer:
        version, index = await indexes.find(wanted, or_former=number is None)
        document = await asyncio.to_thread(ask, index) | {"version": str(version.number)}
        body = await asyncio.to_thread(write_json, document)
        headers = link_header(document["links"]) if "links" in document else ()
        return replace(answer.of(version), body=body.encode(), headers=headers)

    return await service.respond(request, number, chosen.media_type, make)


def _language(parameters: Parameters) -> str | None:
    language = parameters.one("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise ParameterError("language", "is no language tag, such as en or fr", value=language)
    return None if language is None else language.lower()
