"""A request of the SPARQL 1.1 Protocol as a value: parsed, checked and complete."""

from binascii import a2b_qp
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from gfmdkg.errors import NotAcceptable, ParameterError, RequestError
from gfmdkg.http.parameters import Parameters, absolute_iri
from gfmdkg.rdf.media import GRAPHS, RESULTS, AnswerFormats, Dataset, MediaType, negotiate

__all__ = [
    "FORMAT_NAMES",
    "GRAPH_FORMAT_NAMES",
    "QueryOptions",
    "SparqlUpdateRequest",
    "choose_formats",
    "choose_graph_format",
    "parse_parameters",
    "parse_query",
    "parse_update",
]

Pairs = Sequence[tuple[str, str]]

_MOST_PARAMETERS = 1000
# Longer ones are read each time, so that nobody can fill the memory with them.
_LONGEST_REMEMBERED = 512
# SPARQLWrapper sends all three, with the same value.
_FORMAT_NAMES = ("format", "output", "results")
_QUERY_PARAMETERS = frozenset(
    {
        "default-graph-uri",
        "explain",
        "named-graph-uri",
        "query",
        "timeout",
        "version",
        *_FORMAT_NAMES,
    }
)
_UPDATE_PARAMETERS = frozenset(
    {"timeout", "update", "using-graph-uri", "using-named-graph-uri", *_FORMAT_NAMES}
)
_BY_NAME = {media.name: media.media_type for media in (*RESULTS, *GRAPHS)}
# Name to the formats of solutions and of graphs; who asks for JSON means either.
_FORMATS = {
    "json": (_BY_NAME["json"], _BY_NAME["jsonld"]),
    "xml": (_BY_NAME["xml"], _BY_NAME["rdf"]),
    "csv": (_BY_NAME["csv"], None),
    "tsv": (_BY_NAME["tsv"], None),
    "ttl": (None, _BY_NAME["ttl"]),
    "nt": (None, _BY_NAME["nt"]),
    "jsonld": (None, _BY_NAME["jsonld"]),
    "rdf": (None, _BY_NAME["rdf"]),
    "trig": (None, _BY_NAME["trig"]),
    "nq": (None, _BY_NAME["nq"]),
}
FORMAT_NAMES = tuple(_FORMATS)
"""What ``format`` may be."""
GRAPH_FORMAT_NAMES = tuple(name for name, (_, graph) in _FORMATS.items() if graph)
"""What it may be where the answer is a graph."""
# The names that clients in use send for these.
_SYNONYMS = {"json-ld": "jsonld", "n3": "ttl", "rdf+xml": "rdf", "turtle": "ttl"}
_WHOLE = Dataset()
# Every choice of both, made once.
_FORMAT_PAIRS = {
    (results, graph): AnswerFormats(
        results=None if results is None else results.media_type,
        graph=None if graph is None else graph.media_type,
    )
    for results in (None, *RESULTS)
    for graph in (None, *GRAPHS)
}


class QueryOptions(NamedTuple):
    """What a query operation says beside its query.

    ``version`` is ``None`` for the current one, ``timeout_seconds`` for the usual limit.
    """

    formats: AnswerFormats
    dataset: Dataset
    version: int | None
    timeout_seconds: float | None
    explain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlUpdateRequest:
    """An update operation, with the dataset that its WHERE clauses read."""

    text: str
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()
    timeout_seconds: float | None = None


def parse_parameters(encoded: bytes) -> Pairs:
    """Decode a query string or form. Raises ``RequestError`` where it is not UTF-8."""
    if not encoded:
        return ()
    parts = encoded.split(b"&", _MOST_PARAMETERS)
    if len(parts) > _MOST_PARAMETERS:
        raise RequestError(f"there are more than {_MOST_PARAMETERS} parameters")
    try:
        return [
            (_decode(name), _decode(value))
            for name, _, value in [part.partition(b"=") for part in parts if part]
        ]
    except UnicodeDecodeError as error:
        raise RequestError("the parameters are not percent-encoded UTF-8") from error


def _decode(encoded: bytes) -> str:
    if encoded.isalnum():
        return encoded.decode()
    # Quoted-printable is the same code with another sign for its escapes, and decoded in C: a
    # form of megabytes takes milliseconds, and a short query a tenth of the time. Each escape
    # makes the text two bytes shorter, unless it is none and stands for itself.
    quoted = encoded.replace(b"=", b"=3D").replace(b"%", b"=").replace(b"+", b" ")
    decoded = a2b_qp(quoted)
    is_plain = len(quoted) - len(decoded) == 2 * quoted.count(b"=")
    if not is_plain or b"\n" in quoted or b"\r" in quoted:
        decoded = unquote_to_bytes(encoded.replace(b"+", b" "))
    return decoded.decode()


def parse_query(pairs: Pairs, *, accept: str | None) -> tuple[str, QueryOptions]:
    """The query that these parameters hold, and how to answer it.

    ``accept`` decides on the format where no parameter does. Raises ``RequestError`` unless there
    is exactly one query, ``UnknownParameter``, ``ParameterError`` and ``NotAcceptable``.
    """
    others = tuple([pair for pair in pairs if pair[0] != "query"])
    size = len(accept or "") + sum([len(name) + len(value) for name, value in others])
    read_options = _read_options if size > _LONGEST_REMEMBERED else _remembered_options
    options = read_options(others, accept)
    return _given_once(pairs, "query"), options


def _read_options(others: Pairs, accept: str | None) -> QueryOptions:
    parameters = Parameters(others)
    parameters.only(_QUERY_PARAMETERS)
    explain = parameters.one("explain") or "false"
    if explain not in ("true", "false"):
        raise ParameterError("explain", f"is “{explain[:40]}”", allowed=("true", "false"))
    return QueryOptions(
        formats=choose_formats(parameters, accept),
        dataset=_dataset(parameters),
        version=parameters.version(),
        timeout_seconds=_timeout(parameters),
        explain=explain == "true",
    )


# Clients send the same few again and again.
_remembered_options = lru_cache(maxsize=256)(_read_options)


def _dataset(parameters: Parameters) -> Dataset:
    default_graphs = _graphs(parameters, "default-graph-uri")
    named_graphs = _graphs(parameters, "named-graph-uri")
    if not default_graphs and not named_graphs:
        return _WHOLE
    return Dataset(default_graphs=default_graphs, named_graphs=named_graphs)


def parse_update(pairs: Pairs) -> SparqlUpdateRequest:
    """The update operation that these parameters ask for; raises as ``parse_query`` does."""
    parameters = Parameters(pairs)
    parameters.only(_UPDATE_PARAMETERS)
    return SparqlUpdateRequest(
        text=_given_once(pairs, "update"),
        using_graphs=_graphs(parameters, "using-graph-uri"),
        using_named_graphs=_graphs(parameters, "using-named-graph-uri"),
        timeout_seconds=_timeout(parameters),
    )


def choose_formats(parameters: Parameters, accept: str | None) -> AnswerFormats:
    """The formats for solutions and for graphs, by ``format``, else by the Accept header."""
    names = {_SYNONYMS.get(v, v) for name in _FORMAT_NAMES for v in parameters.many(name)}
    if not names:
        return _negotiated(accept)
    name = names.pop()
    if names or name not in _FORMATS:
        detail = "is given twice, with two values" if names else f"is “{name[:40]}”"
        raise ParameterError("format", detail, value=name, allowed=tuple(_FORMATS))
    results_type, graph_type = _FORMATS[name]
    return AnswerFormats(results=results_type, graph=graph_type)


def choose_graph_format(parameters: Parameters, accept: str | None) -> str:
    """The media type of an answer that is a graph; raises ``NotAcceptable`` where none will do."""
    media_type = choose_formats(parameters, accept).graph
    if media_type is None:
        raise NotAcceptable(accept or "", _media_types(GRAPHS))
    return media_type


def _negotiated(accept: str | None) -> AnswerFormats:
    results, graph = negotiate(accept, RESULTS), negotiate(accept, GRAPHS)
    if results is None and graph is None:
        raise NotAcceptable(accept or "", _media_types((*RESULTS, *GRAPHS)))
    return _FORMAT_PAIRS[results, graph]


def _given_once(pairs: Pairs, name: str) -> str:
    """The value, empty or not, of what must be there exactly once (Protocol, section 2.1)."""
    values = [value for key, value in pairs if key == name]
    if len(values) != 1:
        count = "is missing" if not values else f"is there {len(values)} times"
        raise RequestError(f"the parameter “{name}” {count}; it has to be there exactly once")
    return values[0]


def _media_types(offered: Iterable[MediaType]) -> tuple[str, ...]:
    return tuple(media.media_type for media in offered)


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...]:
    return tuple([absolute_iri(name, value) for value in parameters.many(name)])


def _timeout(parameters: Parameters) -> float | None:
    text = parameters.one("timeout")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ParameterError("timeout", "must be a number of seconds above 0", value=text[:40])
    return seconds
