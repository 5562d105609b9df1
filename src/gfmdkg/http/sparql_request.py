"""A request of the SPARQL 1.1 Protocol as a value: parsed, checked and complete."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from gfmdkg.errors import NotAcceptable, ParameterError, RequestError, UnknownParameter
from gfmdkg.formats.media import GRAPHS, RESULTS, MediaType, negotiate
from gfmdkg.store.answers import AnswerFormats, Dataset
from gfmdkg.terms.values import Iri

__all__ = [
    "FORMAT_NAMES",
    "GRAPH_FORMAT_NAMES",
    "SparqlRequest",
    "SparqlUpdateRequest",
    "choose_formats",
    "given_once",
    "parse_parameters",
    "parse_query",
    "parse_update",
]

Pairs = Sequence[tuple[str, str]]

_MOST_PARAMETERS = 1000
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlRequest:
    """A query operation. Two equal requests have the same answer at the same version.

    ``version`` is ``None`` for the current one, ``timeout_seconds`` for the usual limit.
    """

    text: str
    formats: AnswerFormats
    dataset: Dataset = _WHOLE
    version: int | None = None
    timeout_seconds: float | None = None
    explain: bool = False


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
    try:
        return parse_qsl(
            encoded.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise RequestError("the parameters are not percent-encoded UTF-8") from error
    except ValueError as error:
        raise RequestError(f"the parameters cannot be read: {error}") from error


def parse_query(pairs: Pairs, *, accept: str | None) -> SparqlRequest:
    """The query operation that these parameters ask for; ``accept`` decides without a format.

    Raises ``RequestError`` unless there is exactly one query, ``UnknownParameter``,
    ``ParameterError`` and ``NotAcceptable``.
    """
    _only(pairs, _QUERY_PARAMETERS)
    explain = _single(pairs, "explain") or "false"
    if explain not in ("true", "false"):
        raise ParameterError("explain", f"is “{explain[:40]}”", allowed=("true", "false"))
    return SparqlRequest(
        text=given_once(pairs, "query"),
        formats=choose_formats(pairs, accept),
        dataset=_dataset(pairs),
        version=_version(pairs),
        timeout_seconds=_timeout(pairs),
        explain=explain == "true",
    )


def _dataset(pairs: Pairs) -> Dataset:
    default_graphs = _graphs(pairs, "default-graph-uri")
    named_graphs = _graphs(pairs, "named-graph-uri")
    if not default_graphs and not named_graphs:
        return _WHOLE
    return Dataset(default_graphs=default_graphs, named_graphs=named_graphs)


def parse_update(pairs: Pairs) -> SparqlUpdateRequest:
    """The update operation that these parameters ask for; raises as ``parse_query`` does."""
    _only(pairs, _UPDATE_PARAMETERS)
    return SparqlUpdateRequest(
        text=given_once(pairs, "update"),
        using_graphs=_graphs(pairs, "using-graph-uri"),
        using_named_graphs=_graphs(pairs, "using-named-graph-uri"),
        timeout_seconds=_timeout(pairs),
    )


def choose_formats(pairs: Pairs, accept: str | None) -> AnswerFormats:
    """The formats for solutions and for graphs, by ``format``, else by the Accept header."""
    names = {_SYNONYMS.get(v, v) for key, v in pairs if key in _FORMAT_NAMES and v}
    if not names:
        results, graph = negotiate(accept, RESULTS), negotiate(accept, GRAPHS)
        if results is None and graph is None:
            raise NotAcceptable(accept or "", _media_types((*RESULTS, *GRAPHS)))
        return AnswerFormats(
            results=None if results is None else results.media_type,
            graph=None if graph is None else graph.media_type,
        )
    name = names.pop()
    if names or name not in _FORMATS:
        detail = "is given twice, with two values" if names else f"is “{name[:40]}”"
        raise ParameterError("format", detail, value=name, allowed=tuple(_FORMATS))
    results_type, graph_type = _FORMATS[name]
    return AnswerFormats(results=results_type, graph=graph_type)


def given_once(pairs: Pairs, name: str) -> str:
    """The value of a parameter that must be there exactly once (Protocol, section 2.1)."""
    values = [value for key, value in pairs if key == name]
    if len(values) != 1:
        count = "is missing" if not values else f"is there {len(values)} times"
        raise RequestError(f"the parameter “{name}” {count}; it has to be there exactly once")
    return values[0]


def _media_types(offered: Iterable[MediaType]) -> tuple[str, ...]:
    return tuple(media.media_type for media in offered)


def _only(pairs: Pairs, allowed: Collection[str]) -> None:
    for name, _ in pairs:
        if name not in allowed:
            raise UnknownParameter(name[:80], "is not known here", allowed=sorted(allowed))


def _single(pairs: Pairs, name: str) -> str | None:
    """An optional parameter; empty, as HTML forms send it, it is not given."""
    values = [value for key, value in pairs if key == name and value]
    if len(values) > 1:
        raise ParameterError(name, "is given more than once", value=", ".join(values)[:80])
    return values[0] if values else None


def _graphs(pairs: Pairs, name: str) -> tuple[str, ...]:
    values = tuple(value for key, value in pairs if key == name and value)
    for value in values:
        try:
            Iri(value)
        except ValueError as error:
            raise ParameterError(name, "is not an absolute IRI", value=value[:200]) from error
    return values


def _version(pairs: Pairs) -> int | None:
    text = _single(pairs, "version")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 18 and int(text) > 0):
        raise ParameterError("version", "must be a whole number, at least 1", value=text[:40])
    return int(text)


def _timeout(pairs: Pairs) -> float | None:
    text = _single(pairs, "timeout")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ParameterError("timeout", "must be a number of seconds above 0", value=text[:40])
    return seconds
