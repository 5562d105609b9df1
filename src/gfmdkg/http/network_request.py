"""What a request asks of a network: which one, made of what, how much of it, in which format."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import Request

from gfmdkg.errors import ParameterError
from gfmdkg.facets import ASSERTION, CONFIDENCE, LISTS, selection_query
from gfmdkg.formats.media import MediaType
from gfmdkg.http.list_request import filter_names, read_filters, select
from gfmdkg.http.parameters import JSON, ROW_FORMATS, Parameters, choose_format
from gfmdkg.http.service import Service
from gfmdkg.network import FORMATS, MATRIX_FORMATS, Grounds, NetworkKind, edges_query
from gfmdkg.store.versions import Version

__all__ = [
    "EDGES",
    "EDGES_LIMIT",
    "FILTER_NAMES",
    "LINES",
    "LINES_LIMIT",
    "MATRIX_MEDIA",
    "NETWORK_MEDIA",
    "NODES",
    "NODES_LIMIT",
    "Chosen",
    "NetworkWish",
    "choose_passages",
    "network_links",
    "read_wish",
    "sparql_link",
]

_CSV = next(media for media in ROW_FORMATS if media.name == "csv")
_MEDIA: Mapping[str, MediaType] = {
    media.name: media
    for media in (
        JSON,
        MediaType(name="graphml", media_type="application/graphml+xml", extension=".graphml"),
        MediaType(name="gexf", media_type="application/gexf+xml", extension=".gexf"),
        _CSV,
        MediaType(
            name="dot",
            media_type="text/vnd.graphviz",
            extension=".dot",
            aliases=("text/x-graphviz",),
        ),
    )
}
NETWORK_MEDIA = tuple(_MEDIA[name] for name in FORMATS)
"""The formats of a network, the preferred one first."""

MATRIX_MEDIA = tuple(_MEDIA[name] for name in MATRIX_FORMATS)
"""The formats of a matrix, the preferred one first."""

NODES, NODES_LIMIT = 300, 5_000
"""Nodes of a network in JSON unless asked for otherwise, and at most."""

EDGES, EDGES_LIMIT = 3_000, 50_000
"""Edges of a network in JSON unless asked for otherwise, and at most."""

LINES, LINES_LIMIT = 50, 1_000
"""Rows, and columns, of a matrix in JSON unless asked for otherwise, and at most."""

# What browsers, proxies and servers take in a line.
_LINK_CHARACTERS = 8_000


_PASSAGES = LISTS["passages"]
FILTER_NAMES = filter_names(_PASSAGES)
"""The parameters that choose passages and links."""

_OF_LINKS = frozenset({ASSERTION, CONFIDENCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkWish:
    """What a request asks for; ``number`` is the version that it names, if any."""

    request: Request
    kind: NetworkKind
    parameters: Parameters
    format: MediaType
    minimum: int
    number: int | None

    def cap(self, name: str, *, usual: int | None, most: int) -> int | None:
        """How many of something are shown. Files for other programs are whole unless capped."""
        return self.parameters.integer(name, minimum=1, maximum=most) or (
            usual if self.format is JSON else None
        )

    def required(self, name: str) -> str:
        """The value of a parameter that must be given. Raises ``ParameterError``."""
        value = self.parameters.one(name)
        if value is None:
            raise ParameterError(name, "is required")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The links that count, and the passages, ``None`` for all; ``query`` is SPARQL for these."""

    grounds: Grounds
    items: frozenset[str] | None = None
    query: str | None = None


def read_wish(
    request: Request,
    kind: NetworkKind,
    formats: tuple[MediaType, ...],
    names: Collection[str],
) -> NetworkWish:
    """What a request asks for; ``names`` are its parameters beside the filters.

    Raises ``UnknownParameter``, ``ParameterError``, ``NotAcceptable``.
    """
    allowed = {*FILTER_NAMES, *names, "format", "minimum", "version"}
    parameters = Parameters.of(request, allowed)
    return NetworkWish(
        request=request,
        kind=kind,
        parameters=parameters,
        format=choose_format(parameters, request.headers.get("accept"), formats),
        minimum=parameters.integer("minimum", minimum=1) or 1,
        number=parameters.version(),
    )


def network_links(wish: NetworkWish, chosen: Chosen) -> dict[str, str]:
    """The same network in other forms, its evidence (an RFC 6570 template), and its SPARQL."""
    kind = wish.kind
    network, matrix = f"/api/network/{kind.name}", f"/api/matrix/{kind.name}"
    links = {f.name: _link(network, wish, format=f.name) for f in NETWORK_MEDIA if f is not JSON}
    links["network"] = _link(network, wish)
    if kind.is_bipartite:
        links["matrix"] = _link(matrix, wish)
        links["matrix_csv"] = _link(matrix, wish, format="csv")
    evidence = _link(f"{network}/evidence", wish)
    links["evidence"] = evidence + ("{&source,target}" if "?" in evidence else "{?source,target}")
    query = edges_query(kind, chosen.grounds, items=chosen.query, minimum=wish.minimum)
    links |= sparql_link(query, wish)
    return links


def sparql_link(query: str, wish: NetworkWish) -> dict[str, str]:
    """The query as a link, where a line can hold it."""
    pinned = "" if wish.number is None else f"&version={wish.number}"
    link = f"/sparql?query={quote(query, safe='')}{pinned}"
    return {"sparql": link} if len(link) <= _LINK_CHARACTERS else {}


def _link(path: str, wish: NetworkWish, **more: str) -> str:
    """The path with this request's filters, its minimum and its version."""
    kept = {*FILTER_NAMES, "minimum", "version"}
    pairs = [(n, v) for n, v in wish.request.query_params.multi_items() if n in kept and v]
    query = urlencode([*pairs, *more.items()])
    return f"{path}?{query}" if query else path


async def choose_passages(service: Service, parameters: Parameters, version: Version) -> Chosen:
    """What the filters choose in a version.

    Raises what reading the filters raises, and ``Busy`` while the version's lists are read.
    """
    filters = read_filters(_PASSAGES, parameters)
    if not filters.values and filters.text is None:
        return Chosen(grounds=Grounds())  # without the index of names, which takes time to read
    selection, _ = await select(service, _PASSAGES, filters, version)
    choice = selection.of(ASSERTION)
    grounds = Grounds.asked(choice.included, choice.excluded, confidence=selection.confidence)
    if filters.text is None and filters.values.keys() <= _OF_LINKS:
        return Chosen(grounds=grounds)
    index = (await service.lists[_PASSAGES.name].exactly(version))[_PASSAGES.name]
    items = await asyncio.to_thread(index.iris, selection)
    passing = frozenset(items)
    # What passes the filters is enough, and keeps the query short.
    query = selection_query(_PASSAGES, selection.among(passing), None)
    return Chosen(grounds=grounds, items=passing, query=query)
