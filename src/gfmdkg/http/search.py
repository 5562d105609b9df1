"""``/api/search`` and ``/api/suggest``: full text, and names while they are typed."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from gfmdkg.errors import ParameterError
from gfmdkg.http.described import answers, described_router, format_model, query_string
from gfmdkg.http.models import AtVersion, Count, FromOne, Links, asked, page_parameters
from gfmdkg.http.parameters import JSON, Parameters, choose_format, link_header, page_members
from gfmdkg.http.responses import Answer
from gfmdkg.http.service import Service
from gfmdkg.search import SearchIndex
from gfmdkg.search.answers import Completions, SearchAnswer
from gfmdkg.search.kinds import KINDS, class_named
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import DESCRIBED, members, write_json

__all__ = ["search_router"]

_LANGUAGE = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
# No index has so many items, and SQLite counts no further than 2^63.
_FURTHEST = 2**53

_SUGGESTIONS = 10
_SUGGESTIONS_LIMIT = 50

_AT_VERSION = (AtVersion, format_model(JSON.name))
_CLASSES = f"Only things of these classes: {', '.join(KINDS)}; or the CURIE or IRI of a class."

Document = dict[str, Any]
Ask = Callable[[SearchIndex], Document]


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


def search_router(service: Service) -> APIRouter:
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
        types = tuple(map(class_named, parameters.many("type")))
        language = _language(parameters)
        paging = parameters.paging(service.settings)

        def ask(index: SearchIndex) -> Document:
            answer = index.search(
                text,
                types=types,
                language=language,
                limit=paging.per_page,
                offset=min(paging.start, _FURTHEST),
            )
            return members(answer) | page_members(request, answer.total, paging)

        return await _answer(service, parameters, request, ask)

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
        types = tuple(map(class_named, parameters.many("type")))
        limit = parameters.integer("limit", minimum=1, maximum=_SUGGESTIONS_LIMIT) or _SUGGESTIONS

        def ask(index: SearchIndex) -> Document:
            return members(index.suggest(text, types=types, limit=limit))

        return await _answer(service, parameters, request, ask)

    return router


async def _answer(service: Service, parameters: Parameters, request: Request, ask: Ask) -> Response:
    chosen = choose_format(parameters, request.headers.get("accept"), (JSON,))
    number = parameters.version()

    async def make(answer: Answer, wanted: Version) -> Answer:
        found = await service.searches.find(wanted, or_former=number is None)

        def run() -> tuple[Document, str]:
            document = {**ask(found.value), "version": str(found.version.number)}
            return document, write_json(document)

        document, body = await asyncio.to_thread(run)
        headers = link_header(document["links"]) if "links" in document else ()
        return replace(answer.of(found.version), body=body.encode(), headers=headers)

    return await service.respond(request, number, chosen.media_type, make)


def _language(parameters: Parameters) -> str | None:
    language = parameters.one("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise ParameterError("language", "is no language tag, such as en or fr", value=language)
    return None if language is None else language.lower()
