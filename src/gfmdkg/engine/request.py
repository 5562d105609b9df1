"""What is asked of the engine, and how that stands in a request of the SPARQL Protocol."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from gfmdkg.engine.admission import Lane
from gfmdkg.errors import QueryRejected
from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.store.answers import AnswerFormats, Dataset
from gfmdkg.store.versions import Version

__all__ = ["PREFIXED", "QueryRequest", "encode_query"]

PREFIXED = frozenset({"text/turtle", "application/trig"})
"""Formats that read better with prefixes. The engine's server writes none, so the triples come
as N-Triples and are written here."""

_PREFIX_LINES = tuple((f"{name}:", f"PREFIX {name}: <{iri}> ") for name, iri in PREFIXES.items())
_BASE = f"BASE <{BASE}> "
_OWN_DATASET, _ANY_FORMATS = Dataset(), AnswerFormats()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """A query that has passed the checks of ``gfmdkg.sparql``.

    Limits that are ``None`` are the pool's. Relative IRIs stand below the project's base, and
    its prefixes are known.
    """

    text: str
    version: Version
    formats: AnswerFormats = _ANY_FORMATS
    dataset: Dataset = _OWN_DATASET
    lane: Lane = Lane.ADHOC
    time_limit_seconds: float | None = None
    answer_limit_bytes: int | None = None


def encode_query(
    text: str, formats: AnswerFormats, dataset: Dataset, *, host: bytes, path: bytes
) -> tuple[bytes, int]:
    """The request for a query, and how many characters of ours stand before its first line.

    Raises ``QueryRejected`` for what is no text.
    """
    # A prefix that is mentioned in a literal alone does no harm, and a declaration in the text
    # comes later and wins.
    preamble = _BASE + "".join([line for mark, line in _PREFIX_LINES if mark in text])
    try:
        body = (preamble + text).encode()
    except UnicodeEncodeError as error:
        raise QueryRejected("the query holds a lone surrogate, which is no text") from error
    head = _head(host, path + _parameters(dataset), formats.results, formats.graph)
    return b"%b%d\r\n\r\n%b" % (head, len(body), body), len(preamble)


def _parameters(dataset: Dataset) -> bytes:
    if not dataset.is_given:
        return b""
    pairs = [("default-graph-uri", iri) for iri in dataset.default_graphs]
    pairs += [("named-graph-uri", iri) for iri in dataset.named_graphs]
    return b"?" + urlencode(pairs).encode("ascii")


@lru_cache(maxsize=256)
def _head(host: bytes, target: bytes, results: str | None, graph: str | None) -> bytes:
    """All of the head but the length of the body."""
    accepted = [results, "application/n-triples" if graph in PREFIXED else graph]
    return b"\r\n".join(
        (
            b"POST %b HTTP/1.1" % target,
            b"Host: " + host,
            b"Accept: " + ", ".join(filter(None, accepted)).encode("ascii"),
            b"Content-Type: application/sparql-query",
            b"Content-Length: ",
        )
    )
