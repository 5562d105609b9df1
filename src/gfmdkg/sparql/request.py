"""A request of the SPARQL 1.1 Protocol as a value: parsed, checked and complete."""

from binascii import a2b_qp
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from gfmdkg.curation.writing import SparqlUpdate
from gfmdkg.errors import NotAcceptable, ParameterError, RequestError
from gfmdkg.http.parameters import Parameters, absolute_iri
from gfmdkg.namespaces import BASE
from gfmdkg.rdf.media import GRAPHS, RESULTS, AnswerFormats, Dataset, negotiate

__all__ = [
    "FORMAT_NAMES",
    "GRAPH_FORMAT_NAMES",
    "QueryOptions",
    "choose_graph_format",
    "parse_parameters",
    "parse_query",
    "parse_update",
]

Pairs = Sequence[tuple[str, str]]

_MOST_PARAMETERS = 1000
# Longer options are read each time, so that nobody can fill the memory with them.
_LONGEST_REMEMBERED = 512
# SPARQLWrapper sends all three, with the same value.
_FORMAT_NAMES = ("format", "output", "results")
_COMMON = ("timeout", *_FORMAT_NAMES)
_QUERY_PARAMETERS = (
    "default-graph-uri",
    "explain",
    "named-graph-uri",
    "query",
    "version",
    *_COMMON,
)
_UPDATE_PARAMETERS = ("update", "using-graph-uri", "using-named-graph-uri", *_COMMON)
_RESULTS = {media.name: media.media_type for media in RESULTS}
_GRAPHS = {media.name: media.media_type for media in GRAPHS}
# Who asks for JSON or XML means either kind of answer.
_FORMATS = {
    name: AnswerFormats(results=_RESULTS.get(name), graph=_GRAPHS.get(name))
    for name in (*_RESULTS, *_GRAPHS)
} | {
    "json": AnswerFormats(results=_RESULTS["json"], graph=_GRAPHS["jsonld"]),
    "xml": AnswerFormats(results=_RESULTS["xml"], graph=_GRAPHS["rdf"]),
}
FORMAT_NAMES = tuple(_FORMATS)
"""What ``format`` may be."""
GRAPH_FORMAT_NAMES = tuple(name for name, formats in _FORMATS.items() if formats.graph)
"""What it may be where the answer is a graph."""
# The names that clients in use send for these.
_SYNONYMS = {"json-ld": "jsonld", "n3": "ttl", "rdf+xml": "rdf", "turtle": "ttl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """What a query operation says beside its query.

    ``version`` is ``None`` for the current one, ``timeout_seconds`` for the usual limit.
    """

    formats: AnswerFormats
    dataset: Dataset
    version: int | None
    timeout_seconds: float | None
    explain: bool


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
        formats=_choose_formats(parameters, accept),
        dataset=Dataset(
            default_graphs=_graphs(parameters, "default-graph-uri"),
            named_graphs=_graphs(parameters, "named-graph-uri"),
        ),
        version=parameters.version(),
        timeout_seconds=_timeout(parameters),
        explain=explain == "true",
    )


# Clients send the same few again and again; to read them is a twentieth of a point query.
_remembered_options = lru_cache(maxsize=256)(_read_options)


def parse_update(pairs: Pairs) -> tuple[SparqlUpdate, float | None]:
    """The update that these parameters ask for, and its time limit in seconds, if they say one.

    Raises as ``parse_query`` does.
    """
    parameters = Parameters(pairs)
    parameters.only(_UPDATE_PARAMETERS)
    update = SparqlUpdate(
        text=_given_once(pairs, "update"),
        base_iri=BASE,
        using_graphs=_graphs(parameters, "using-graph-uri"),
        using_named_graphs=_graphs(parameters, "using-named-graph-uri"),
    )
    return update, _timeout(parameters)


def choose_graph_format(parameters: Parameters, accept: str | None) -> str:
    """The media type of an answer that is a graph; raises ``NotAcceptable`` where none will do."""
    media_type = _choose_formats(parameters, accept).graph
    if media_type is None:
        raise NotAcceptable(accept or "", tuple(_GRAPHS.values()))
    return media_type


def _choose_formats(parameters: Parameters, accept: str | None) -> AnswerFormats:
    """The formats for solutions and for graphs, by ``format``, else by the Accept header."""
    names = {_SYNONYMS.get(v, v) for name in _FORMAT_NAMES for v in parameters.many(name)}
    if names:
        name = names.pop()
        if names or name not in _FORMATS:
            detail = "is given twice, with two values" if names else f"is “{name[:40]}”"
            raise ParameterError("format", detail, value=name, allowed=FORMAT_NAMES)
        return _FORMATS[name]
    results, graph = negotiate(accept, RESULTS), negotiate(accept, GRAPHS)
    if results is None and graph is None:
        raise NotAcceptable(accept or "", (*_RESULTS.values(), *_GRAPHS.values()))
    return AnswerFormats(
        results=None if results is None else results.media_type,
        graph=None if graph is None else graph.media_type,
    )


def _given_once(pairs: Pairs, name: str) -> str:
    """The value, empty or not, of what must be there exactly once (Protocol, section 2.1)."""
    values = [value for key, value in pairs if key == name]
    if len(values) != 1:
        count = "is missing" if not values else f"is there {len(values)} times"
        raise RequestError(f"the parameter “{name}” {count}; it has to be there exactly once")
    return values[0]


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...]:
    return tuple(absolute_iri(name, value) for value in parameters.many(name))


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
