"""What the service says of itself and of its graph: SPARQL 1.1 Service Description, and VoID.

Both are Turtle templates, filled with figures of the version that is asked for.
"""

import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pyoxigraph as ox
from starlette.requests import Request

from gfmdkg.about import VERSION
from gfmdkg.errors import LimitError, NotAcceptable, RequestError
from gfmdkg.http.answer import Answer
from gfmdkg.http.cache import VersionCache
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.rendering import render
from gfmdkg.http.request import header, request_url
from gfmdkg.http.service import Service
from gfmdkg.namespaces import GFMD, PREFIXES
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.values import Term
from gfmdkg.sparql.request import choose_graph_format, parse_parameters
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version

__all__ = ["Descriptions"]

_LIMIT_SECONDS = 60.0

# Triples, subjects and objects of all; triples of each graph and property; instances of each class.
_COUNTED = ("totals", "graphs", "classes", "properties")

Figures = Mapping[str, list[list[str | int]] | None]


class Descriptions:
    """Makes the descriptions; the figures of a version are counted once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.figures = VersionCache(self._count, what="the description")

    async def __call__(self, request: Request) -> Answer:
        """Answer ``/.well-known/void`` and ``/dataset``: the VoID and DCAT description."""
        home = request_url(request.scope).removesuffix(request.scope["path"])
        return await self._answer("void.ttl", request, home=home)

    async def service(self, request: Request) -> Answer:
        """The description of the SPARQL service at the address that was asked for."""
        try:
            return await self._answer("service.ttl", request, endpoint=request_url(request.scope))
        except NotAcceptable as error:
            # Who accepts no RDF did not mean to ask for this.
            raise RequestError(
                "the parameter “query” is missing; without it, ask for RDF or HTML"
            ) from error

    async def _answer(self, template: str, request: Request, **address: str) -> Answer:
        parameters = Parameters(parse_parameters(request.scope["query_string"]))
        parameters.only({"format", "output", "results", "version"})
        media_type = choose_graph_format(parameters, header(request.scope, b"accept"))

        async def make(answer: Answer, version: Version) -> Answer:
            figures = await self.figures.exactly(version)
            return replace(answer, body=_write(template, figures, version, media_type, **address))

        found = await self._service.respond(
            request, parameters.version(), media_type, make, about=repr(address)
        )
        return found.answer

    async def _count(self, version: Version) -> Figures:
        """The rows of the queries that count, by what; ``None`` where that takes too long."""
        figures: dict[str, list[list[str | int]] | None] = dict.fromkeys(_COUNTED)
        for name in _COUNTED:
            text = packaged_query("gfmdkg.sparql", f"rq/count-{name}.rq").text
            with suppress(LimitError):  # a description without this figure is better than none
                found = await self._service.solutions(
                    text, version=version, time_limit_seconds=_LIMIT_SECONDS
                )
                named = (row for row in found if not isinstance(row[0], ox.BlankNode))
                figures[name] = [list(map(_plain, row)) for row in named]
        return figures


def _plain(term: Term | None) -> str | int:
    """A name, or a number."""
    return term.value if isinstance(term, ox.NamedNode) else int(getattr(term, "value", 0))


def _write(
    template: str, figures: Figures, version: Version, media_type: str, **address: str
) -> bytes:
    used = [str(n) for n, _ in (*(figures["classes"] or ()), *(figures["properties"] or ()))]
    context = {
        "figures": figures,
        "version": version,
        "prefixes": PREFIXES,
        # The namespaces of ours that a class or property in use is from.
        "vocabularies": sorted(
            space
            for space in PREFIXES.values()
            if space == GFMD or any(name.startswith(space) for name in used)
        ),
        "software": VERSION,
        **address,
    }
    store = OxigraphStore.in_memory()
    store.load(render(template, context), media_type="text/turtle", graph="")
    output = io.BytesIO()
    store.dump(output, media_type=media_type, graph="")
    return output.getvalue()
