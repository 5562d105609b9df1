"""``/api/search`` and ``/api/suggest``: full text, and names while they are typed."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.errors import ParameterError
from gfmdkg.http.described import answers, described_router, format_model, query_string
from gfmdkg.http.models import AtVersion, page_parameters
from gfmdkg.http.parameters import JSON, Paging, Parameters, choose_format
from gfmdkg.http.queries import link_header, page_links
from gfmdkg.http.responses import Answer
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
from gfmdkg.search import Completion, Expansion, Hit, Marked, SearchAnswer, SearchIndex, Why
from gfmdkg.search.kinds import class_named, kind_of
from gfmdkg.store.versions import Version

__all__ = ["search_router"]

_LANGUAGE = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
# No index has so many items, and SQLite counts no further than 2^63.
_FURTHEST = 2**53

_AT_VERSION = (AtVersion, format_model(JSON.name))

Document = dict[str, object]
Headers = tuple[tuple[str, str], ...]
Ask = Callable[[SearchIndex], tuple[Document, Headers]]


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
        text = parameters.one("q")
        if text is None:
            raise ParameterError("q", "is required")
        types = tuple(map(class_named, parameters.many("type")))
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
            return _search_document(answer, paging, links), link_header(links)

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
        limit = parameters.integer("limit", minimum=1, maximum=SUGGESTIONS_LIMIT) or SUGGESTIONS

        def ask(index: SearchIndex) -> tuple[Document, Headers]:
            return _suggest_document(index.suggest(text, types=types, limit=limit)), ()

        return await _answer(service, parameters, request, ask)

    return router


async def _answer(service: Service, parameters: Parameters, request: Request, ask: Ask) -> Response:
    chosen = choose_format(parameters, request.headers.get("accept"), (JSON,))
    number = parameters.version()

    async def make(answer: Answer, wanted: Version) -> Answer:
        found = await service.searches.find(wanted, or_former=number is None)
        body, headers = await asyncio.to_thread(_run, found, ask)
        return replace(answer.of(found.version), body=body, headers=headers)

    return await service.respond(request, number, chosen.media_type, make)


def _run(found: Versioned[SearchIndex], ask: Ask) -> tuple[bytes, Headers]:
    document, headers = ask(found.value)
    body = {**document, "version": str(found.version.number)}
    return json.dumps(body, ensure_ascii=False).encode(), headers


def _language(parameters: Parameters) -> str | None:
    language = parameters.one("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise ParameterError("language", "is no language tag, such as en or fr", value=language)
    return None if language is None else language.lower()


def _search_document(answer: SearchAnswer, paging: Paging, links: Mapping[str, str]) -> Document:
    """A page of hits in the shape of a list, with what was searched for."""
    return {
        "items": [_hit(hit) for hit in answer.hits],
        "total": answer.total,
        "page": paging.page,
        "per_page": paging.per_page,
        "links": dict(links),
        "groups": _groups(answer.groups),
        "interpretation": answer.interpretation,
        "corrected": answer.corrected,
        "expanded": [_expansion(expansion) for expansion in answer.expanded],
        "lenient": answer.lenient,
        "ignored": list(answer.ignored),
    }


def _suggest_document(completions: Sequence[Completion]) -> Document:
    """The completions in their order, and how many there are of each class."""
    items = [
        {
            "resource": _resource(completion.iri, completion.label),
            "matched": completion.matched,
            "language": completion.language,
            "type": kind_of(completion.type),
            "scheme": completion.scheme,
        }
        for completion in completions
    ]
    counts = Counter(completion.type for completion in completions)
    return {"items": items, "total": len(items), "groups": _groups(counts.items())}


def _hit(hit: Hit) -> Document:
    return {
        "resource": _resource(hit.iri, hit.label.text),
        "type": kind_of(hit.type),
        "scheme": hit.scheme,
        "language": hit.language,
        "label": _marked(hit.label),
        "snippet": None if hit.snippet is None else _marked(hit.snippet),
        "score": hit.score,
        "why": [_why(why) for why in hit.why],
    }


def _why(why: Why) -> Document:
    document: Document = {"reason": why.reason.value, "text": why.text}
    if why.language is not None:
        document["language"] = why.language
    if why.property is not None and why.target is not None and why.through is not None:
        document["property"] = why.property
        document["target"] = _resource(why.target, why.text)
        document["through"] = _resource(why.through, why.through_label)
    return document


def _expansion(expansion: Expansion) -> Document:
    return {
        "term": expansion.term,
        "resource": _resource(expansion.iri, expansion.label),
        "names": list(expansion.names),
        "narrower": [_resource(iri, label) for iri, label in expansion.narrower],
    }


def _groups(groups: Iterable[tuple[str, int]]) -> list[Document]:
    return [{"type": kind_of(iri), "iri": iri, "count": count} for iri, count in groups]


def _marked(marked: Marked) -> Document:
    return {"text": marked.text, "marks": [list(mark) for mark in marked.marks]}


def _resource(iri: str, label: str | None) -> Document:
    return {"iri": iri, "label": label}
