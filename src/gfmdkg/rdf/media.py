"""Media types of what is read and written, what a query may answer in, and content negotiation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import pyoxigraph as ox

from gfmdkg.errors import NotAcceptable

__all__ = [
    "GRAPHS",
    "GRAPH_FORMATS",
    "RESULTS",
    "RESULTS_FORMATS",
    "TABLE_EXTENSIONS",
    "TABLE_MEDIA_TYPES",
    "AnswerFormats",
    "AnswerKind",
    "Dataset",
    "MediaType",
    "negotiate",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MediaType:
    """A format: ``name`` as in ``?format=``, ``extension`` with its dot.

    ``aliases`` are other media types that ask for it; answers carry ``media_type``.
    """

    name: str
    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()


_XML = ("application/xml", "text/xml")

RESULTS = (
    MediaType(
        name="json",
        media_type="application/sparql-results+json",
        extension=".srj",
        aliases=("application/json", "text/json"),
    ),
    MediaType(
        name="xml", media_type="application/sparql-results+xml", extension=".srx", aliases=_XML
    ),
    MediaType(name="csv", media_type="text/csv", extension=".csv"),
    MediaType(name="tsv", media_type="text/tab-separated-values", extension=".tsv"),
)
"""Formats of SELECT and ASK answers, the preferred one first."""

GRAPHS = (
    MediaType(
        name="ttl",
        media_type="text/turtle",
        extension=".ttl",
        # Turtle is a part of N3, so who reads N3 reads it.
        aliases=("application/x-turtle", "application/turtle", "text/n3"),
    ),
    MediaType(
        name="nt", media_type="application/n-triples", extension=".nt", aliases=("text/plain",)
    ),
    MediaType(
        name="jsonld",
        media_type="application/ld+json",
        extension=".jsonld",
        aliases=("application/json",),
    ),
    MediaType(name="rdf", media_type="application/rdf+xml", extension=".rdf", aliases=_XML),
    MediaType(
        name="trig",
        media_type="application/trig",
        extension=".trig",
        aliases=("application/x-trig",),
    ),
    MediaType(
        name="nq",
        media_type="application/n-quads",
        extension=".nq",
        aliases=("text/x-nquads", "text/nquads"),
    ),
)
"""Formats of triples, the preferred one first."""

TABLE_EXTENSIONS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media type by the extension of a table."""
TABLE_MEDIA_TYPES = frozenset(TABLE_EXTENSIONS.values())

RESULTS_FORMATS: Mapping[str, ox.QueryResultsFormat] = {
    each.media_type: ox.QueryResultsFormat.from_media_type(each.media_type)  # type: ignore[misc]
    for each in RESULTS
}
"""Media type of solutions and booleans to the engine's name of it."""

GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = {
    each.media_type: ox.RdfFormat.from_media_type(each.media_type)  # type: ignore[misc]
    for each in GRAPHS
}
"""Media type of graphs to the engine's name of it."""


class AnswerKind(StrEnum):
    """What a query's form yields."""

    SOLUTIONS = "solutions"
    BOOLEAN = "boolean"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFormats:
    """The media type for each kind of answer; ``None`` where the caller accepts none."""

    results: str | None = "application/sparql-results+json"
    graph: str | None = "text/turtle"

    def media_type(self, kind: AnswerKind) -> str:
        """The media type for this kind; raises ``NotAcceptable`` where there is none."""
        chosen = self.graph if kind is AnswerKind.GRAPH else self.results
        if chosen is None:
            offered = GRAPH_FORMATS if kind is AnswerKind.GRAPH else RESULTS_FORMATS
            raise NotAcceptable("the Accept header", tuple(offered))
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The RDF dataset that a request names (SPARQL 1.1 Protocol, section 2.1.4).

    With neither list the store's own dataset is queried. With either, the default graph is
    the merge of ``default_graphs`` and only ``named_graphs`` can be reached by GRAPH.
    """

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether the request names a dataset."""
        return bool(self.default_graphs or self.named_graphs)


# Longer headers are worked out each time, so that nobody can fill the memory with them.
_CACHED_LENGTH = 512


def negotiate(accept: str | None, offered: Sequence[MediaType]) -> MediaType | None:
    """The format to answer with (RFC 9110 section 12.5.1), or ``None`` where nothing fits.

    ``offered`` stands in the server's order of preference, which decides between equals.
    For each format the most specific range counts (its own type, an alias, ``type/*``,
    ``*/*``), a quality of 0 excludes it, and of two formats with the same quality one that is
    named goes before one that only a wildcard allows. Parameters are ignored, except that a
    ``charset`` other than UTF-8 fits nothing.

    Ranges that are malformed are ignored. A header that is absent, empty or has no readable
    range gets the first format: a default helps more than a refusal.

    Aliases do not count in a header that also asks for HTML: that is a browser, whose
    ``application/xml`` means pages, not results.
    """
    if accept is None or not accept.strip():
        return offered[0] if offered else None
    choose = _choose_cached if len(accept) <= _CACHED_LENGTH else _choose
    return choose(accept, tuple(offered))


_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+"  # noqa: S105 - a token of RFC 9110, no secret
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
# An element up to its comma. A quotation that is never closed runs to the end, so that no
# part of the header is looked at again for each quotation mark in it.
_ELEMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*+(?:"|\\?+\Z)|[^,"])++', re.DOTALL)
_PARAMETER = rf";\s*+(?:({_TOKEN})\s*+=\s*+({_TOKEN}|{_QUOTED}))?+\s*+(?=;|\Z)"
_RANGE = re.compile(rf"\s*+({_TOKEN})(?:/({_TOKEN}))?+\s*+(?=;|\Z)((?:{_PARAMETER})*+)")
_PARAMETERS = re.compile(_PARAMETER)
_QUALITY = re.compile(r"[01](?:\.[0-9]{0,9})?|\.[0-9]{1,9}")
_PAGES = ("text/html", "application/xhtml+xml")


def _choose(accept: str, offered: tuple[MediaType, ...]) -> MediaType | None:
    qualities = _read(accept)
    if not qualities:
        return offered[0] if offered else None
    is_browser = any(qualities.get(page, 0.0) > 0 for page in _PAGES)
    best: MediaType | None = None
    best_rank = (0.0, False)
    for media_type in offered:
        quality, is_named = _rate(media_type, qualities, with_aliases=not is_browser)
        if quality > 0 and (quality, is_named) > best_rank:
            best, best_rank = media_type, (quality, is_named)
    return best


_choose_cached = lru_cache(maxsize=1024)(_choose)


def _rate(
    media_type: MediaType, qualities: dict[str, float], *, with_aliases: bool
) -> tuple[float, bool]:
    """The quality of a format, and whether the header names it."""
    own = media_type.media_type
    if own in qualities:
        return qualities[own], True
    named = [qualities[a] for a in media_type.aliases if a in qualities] if with_aliases else []
    if named:
        return max(named), True
    kind = own.partition("/")[0] + "/*"
    return qualities.get(kind, qualities.get("*/*", 0.0)), False


def _read(accept: str) -> dict[str, float]:
    """Range in lower case to quality; of a range given twice, the highest."""
    qualities: dict[str, float] = {}
    for element in _ELEMENT.finditer(accept):
        entry = _read_element(element.group())
        if entry is not None:
            media_range, quality = entry
            qualities[media_range] = max(quality, qualities.get(media_range, 0.0))
    return qualities


def _read_element(element: str) -> tuple[str, float] | None:
    match = _RANGE.fullmatch(element)
    if match is None:
        return None
    # Java's own client sends a bare asterisk.
    kind, subtype = match[1].lower(), (match[2] or ("*" if match[1] == "*" else "")).lower()
    if not subtype or (kind == "*" != subtype):
        return None
    media_range, quality = f"{kind}/{subtype}", 1.0
    for name, value in _PARAMETERS.findall(match[3]):
        text = value.strip('"').lower()
        if name.lower() == "q":
            if not _QUALITY.fullmatch(text) or float(text) > 1:
                return None
            quality = float(text)
        elif name.lower() == "charset" and text not in ("utf-8", "utf8", "us-ascii", "*"):
            # Readable, but nothing here is written so: it allows nothing, and is no default.
            return f"{media_range};charset={text}", quality
    return media_range, quality
