"""What the service says of itself and of its graph: SPARQL 1.1 Service Description, and VoID.

Both are Turtle templates, filled with figures of the version that is asked for.
"""

import io
from collections.abc import Mapping, Sequence

import pyoxigraph as ox
from starlette.requests import Request
from starlette.types import Scope

from gfmdkg.about import VERSION
from gfmdkg.errors import LimitError, NotAcceptable, RequestError
from gfmdkg.http.answer import Answer, entity_tag
from gfmdkg.http.cache import VersionCache
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.rendering import render
from gfmdkg.http.request import cancel_on_disconnect, header, is_fresh, request_url
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
        self._figures = VersionCache(self._count, what="the description")

    async def close(self) -> None:
        """Stop counting."""
        await self._figures.close()

    async def __call__(self, request: Request) -> Answer:
        """Answer ``/.well-known/void`` and ``/dataset``: the VoID and DCAT description."""
        scope = request.scope
        pairs = parse_parameters(scope["query_string"])
        home = request_url(scope).removesuffix(scope["path"])
        work = self._answer("void.ttl", pairs, scope, home=home)
        return await cancel_on_disconnect(work, request.receive)

    async def service(self, pairs: Sequence[tuple[str, str]], scope: Scope) -> Answer:
        """The description of the SPARQL service at the address that was asked for."""
        try:
            return await self._answer("service.ttl", pairs, scope, endpoint=request_url(scope))
        except NotAcceptable as error:
            # Who accepts no RDF did not mean to ask for this.
            raise RequestError(
                "the parameter “query” is missing; without it, ask for RDF or HTML"
            ) from error

    async def _answer(
        self, template: str, pairs: Sequence[tuple[str, str]], scope: Scope, **address: str
    ) -> Answer:
        parameters = Parameters(pairs)
        parameters.only({"format", "output", "results", "version"})
        media_type = choose_graph_format(parameters, header(scope, b"accept"))
        number = parameters.version()
        version = await self._service.version(number)
        host = (header(scope, b"host") or "").encode("latin-1")
        tag = entity_tag(version, scope, media_type, f"{self._service.fingerprint} {host!r}")
        body = b""
        if not is_fresh(scope, tag):
            figures = await self._figures.exactly(version)
            body = _write(template, figures, version, media_type, **address)
        return Answer(
            media_type=media_type, body=body, version=version, pinned=number is not None, etag=tag
        )

    async def _count(self, version: Version) -> Figures:
        """The rows of the queries that count, by what; ``None`` where that takes too long."""
        return {name: await self._rows(f"rq/count-{name}.rq", version) for name in _COUNTED}

    async def _rows(self, path: str, version: Version) -> list[list[str | int]] | None:
        text = packaged_query("gfmdkg.sparql", path).text
        try:
            found = await self._service.solutions(
                text, version=version, time_limit_seconds=_LIMIT_SECONDS
            )
        except LimitError:
            return None  # a description without this figure is better than none
        return [list(map(_plain, row)) for row in found if not isinstance(row[0], ox.BlankNode)]


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
