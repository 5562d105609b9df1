"""``/api/search`` and ``/api/suggest``: full text, and names while they are typed."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.errors import ParameterError
from gfmdkg.http.described import answers, described_router, format_model, query_string
from gfmdkg.http.models import AtVersion, page_parameters
from gfmdkg.http.parameters import JSON, Parameters, choose_format
from gfmdkg.http.queries import link_header, page_links
from gfmdkg.http.responses import Answer, AnswerResponse, entity_tag, is_fresh
from gfmdkg.http.search_answers import search_document, suggest_document
from gfmdkg.http.search_indexes import SearchIndexes
from gfmdkg.http.search_models import (
    SUGGESTIONS,
    SUGGESTIONS_LIMIT,
    SearchPage,
    SearchParameters,
    Suggestions,
    SuggestParameters,
)
from gfmdkg.http.service import Service
from gfmdkg.http.version_cache import Versioned
from gfmdkg.search import SearchIndex
from gfmdkg.search.kinds import class_named

__all__ = ["search_router"]

_LANGUAGE = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
# No index has so many items, and SQLite counts no further than 2^63.
_FURTHEST = 2**53

_AT_VERSION = (AtVersion, format_model(JSON.name))

Document = Mapping[str, object]
Headers = tuple[tuple[str, str], ...]
Ask = Callable[[SearchIndex], tuple[Document, Headers]]


def search_router(service: Service) -> tuple[APIRouter, SearchIndexes]:
    """The routes, and the indexes that they hold: to be closed with the service."""
    router = described_router("Search", "/api")
    indexes = SearchIndexes(service.versions, wait_seconds=service.settings.query_timeout_seconds)

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
        parameters = Parameters(request.query_params.multi_items())
        parameters.only(("format", "language", "page", "per_page", "q", "type", "version"))
        text = parameters.one("q")
        if text is None:
            raise ParameterError("q", "is required")
        types = _types(parameters)
        language = _language(parameters)
        paging = parameters.paging(service.settings)

        def ask(index: SearchIndex) -> tuple[Document, Headers]:
            answer = index.search(
                text,
                types=types,
                language=language,
                limit=paging.per_page,
                offset=min(paging.start, _FURTHEST),
            )
            links = page_links(request, answer.total, paging)
            return search_document(answer, paging, links), link_header(links)

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
        parameters = Parameters(request.query_params.multi_items())
        parameters.only(("format", "limit", "q", "type", "version"))
        if "q" not in request.query_params:
            raise ParameterError("q", "is required")
        text = parameters.one("q") or ""
        types = _types(parameters)
        limit = parameters.integer("limit", minimum=1, maximum=SUGGESTIONS_LIMIT) or SUGGESTIONS

        def ask(index: SearchIndex) -> tuple[Document, Headers]:
            return suggest_document(index.suggest(text, types=types, limit=limit)), ()

        return await _answer(service, indexes, parameters, request, ask)

    return router, indexes


async def _answer(
    service: Service, indexes: SearchIndexes, parameters: Parameters, request: Request, ask: Ask
) -> Response:
    chosen = choose_format(parameters, request.headers.get("accept"), (JSON,))
    number = parameters.version()
    wanted = await service.version(number)
    tag = entity_tag(wanted, request.scope, chosen.media_type, service.fingerprint)
    if is_fresh(request.scope, tag):
        return AnswerResponse(
            Answer(
                media_type=chosen.media_type,
                body=b"",
                version=wanted,
                pinned=number is not None,
                etag=tag,
            )
        )
    found = await indexes.find(wanted, or_former=number is None)
    body, headers = await asyncio.to_thread(_run, found, ask)
    is_wanted = found.version.number == wanted.number
    return AnswerResponse(
        Answer(
            media_type=chosen.media_type,
            body=body,
            headers=headers,
            version=found.version,
            pinned=number is not None,
            # Whoever keeps answers keeps them for the version in use, which this one is not of.
            cacheable=is_wanted,
            etag=tag if is_wanted else None,
        )
    )


def _run(found: Versioned[SearchIndex], ask: Ask) -> tuple[bytes, Headers]:
    document, headers = ask(found.value)
    body = {**document, "version": str(found.version.number)}
    return json.dumps(body, ensure_ascii=False).encode(), headers


def _types(parameters: Parameters) -> tuple[str, ...]:
    return tuple(class_named(name) for name in parameters.many("type"))


def _language(parameters: Parameters) -> str | None:
    language = parameters.one("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise ParameterError("language", "is no language tag, such as en or fr", value=language)
    return None if language is None else language.lower()
