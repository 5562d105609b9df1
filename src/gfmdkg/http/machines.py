"""``/llms.txt``: what a language model needs to know to use the service, made when asked for.

The form is that of https://llmstxt.org: a title, a summary, paragraphs, and lists of links.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from gfmdkg.about import VERSION
from gfmdkg.http.described import answers, described_router
from gfmdkg.http.docs_page import Operation, read_operations
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.rendering import render
from gfmdkg.http.responses import Answer, AnswerResponse
from gfmdkg.http.service import Service
from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.sparql.query_text import packaged_query

__all__ = ["machines_router"]

# Where a reader with little room may stop.
_OPTIONAL = frozenset({"Curation", "Service"})
_NAMED = frozenset({"Curation", "SPARQL"})
# Every list has these; the text says so once.
_UNNAMED = frozenset({"format", "page", "per_page", "version"})
_ASKED = frozenset({"graph", "query"})
_EXAMPLES = ("example-recommendations-citing", "example-instruments-cited")
"""Queries of ours that begin with a comment which says what they ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    title: str
    path: str
    note: str


def machines_router(service: Service, document: Callable[[], Mapping[str, Any]]) -> APIRouter:
    """``document`` gives the OpenAPI description once all routes are there."""
    router = described_router("Service")

    @router.get(
        "/llms.txt",
        operation_id="getLanguageModelGuide",
        summary="What a language model needs to know",
        responses=answers(
            "The guide, as https://llmstxt.org has it.",
            None,
            ["text/plain"],
            also=(304, 400),
        ),
    )
    async def llms(request: Request) -> Response:
        """How the graph is meant, and links to what can be asked, in Markdown."""
        Parameters.of(request)
        version = await service.version()
        body = render(
            "llms.txt",
            {
                "base": str(request.base_url).rstrip("/"),
                "project": BASE,
                "prefixes": PREFIXES,
                "sections": _sections(await asyncio.to_thread(document)),
                "settings": service.settings,
                "software": VERSION,
                "version": version,
            },
        )
        return AnswerResponse(Answer(media_type="text/plain", body=body, version=version))

    return router


def _sections(document: Mapping[str, Any]) -> dict[str, list[_Link]]:
    """The links by the description's own groups; what can wait comes last, as the form has it."""
    sections: dict[str, list[_Link]] = {}
    optional: list[_Link] = []
    for group in read_operations(document):
        # A number or name that only an answer tells, of a change or a graph, makes no link.
        follows = [o for o in group.operations if "{" not in o.path or group.name not in _NAMED]
        links = list(_links(follows))
        if group.name in _OPTIONAL:
            optional += links
        elif links:
            sections[group.name] = links
    optional += (
        _Link(title="Documentation", path="/docs", note="all of this, for people"),
        _Link(title="The data set", path="/dataset", note="described with DCAT and VoID"),
    )
    return {**sections, "SPARQL by example": list(_sparql_examples()), "Optional": optional}


def _links(operations: Iterable[Operation]) -> Iterable[_Link]:
    for operation in operations:
        # Neither is what needs a token a link to follow.
        if operation.form_path is None or operation.needs_token:
            continue
        parameters = {p.name: p for p in operation.parameters if p.place == "query"}
        names = [n + "*" * p.required for n, p in parameters.items() if n not in _UNNAMED]
        note = " ".join(operation.description.partition("\n\n")[0].split())
        if names:
            note += f" Parameters: {', '.join(names)}."
        yield _Link(title=operation.summary, path=_example(operation), note=note)


def _example(operation: Operation) -> str:
    """The path and query of a request with the examples of what is needed, or asked for."""
    needed = (p for p in operation.parameters if p.place == "query" and p.example)
    given = [(p.name, p.example) for p in needed if p.required or p.name in _ASKED]
    path = str(operation.form_path)
    return path + (f"?{urlencode(given)}" if given else "")


def _sparql_examples() -> Iterable[_Link]:
    for name in _EXAMPLES:
        title, _, text = packaged_query("gfmdkg.http", f"rq/{name}.rq").text.partition("\n")
        one_line = " ".join(text.split())
        yield _Link(
            title=title.removeprefix("# "),
            path=f"/sparql?query={quote(one_line)}",
            note=f"`{one_line}`",
        )
