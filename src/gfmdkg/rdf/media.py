"""Media types of what is read and written, and content negotiation by RFC 9110."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = [
    "GRAPHS",
    "RESULTS",
    "TABLE_EXTENSIONS",
    "TABLE_MEDIA_TYPES",
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

RESULTS: tuple[MediaType, ...] = (
    MediaType(
        name="json",
        media_type="application/sparql-results+json",
        extension=".srj",
        aliases=("application/json", "text/json"),
    ),
    MediaType(
        name="xml",
        media_type="application/sparql-results+xml",
        extension=".srx",
        aliases=_XML,
    ),
    MediaType(name="csv", media_type="text/csv", extension=".csv"),
    MediaType(name="tsv", media_type="text/tab-separated-values", extension=".tsv"),
)
"""Formats of SELECT and ASK answers, the preferred one first."""

GRAPHS: tuple[MediaType, ...] = (
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
_RANGE = re.compile(rf"\s*+({_TOKEN})(?:/({_TOKEN}))?+\s*+(?=;|\Z)")
_PARAMETER = re.compile(rf"\s*+;\s*+(?:({_TOKEN})\s*+=\s*+({_TOKEN}|{_QUOTED}))?+\s*+(?=;|\Z)")
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
    match = _RANGE.match(element)
    if match is None:
        return None
    kind, subtype = match[1].lower(), (match[2] or "").lower()
    if not subtype:
        if kind != "*":
            return None
        # Java's own client sends a bare asterisk.
        subtype = "*"
    if kind == "*" and subtype != "*":
        return None
    quality, position = 1.0, match.end()
    while position < len(element):
        parameter = _PARAMETER.match(element, position)
        if parameter is None:
            return None
        position = parameter.end()
        name = (parameter[1] or "").lower()
        value = (parameter[2] or "").strip('"').lower()
        if name == "q":
            if not _QUALITY.fullmatch(value) or float(value) > 1:
                return None
            quality = float(value)
        elif name == "charset" and value not in ("utf-8", "utf8", "us-ascii", "*"):
            # Readable, but nothing here is written so: it allows nothing, and is no default.
            return f"{kind}/{subtype};charset={value}", quality
    return f"{kind}/{subtype}", quality
