"""Which formats each family of routes offers."""

from gfmdkg.errors import NotAcceptable
from gfmdkg.formats.media import GRAPHS, RESULTS, MediaType, by_name, negotiate
from gfmdkg.http.parameters import Parameters

__all__ = ["JSON", "PAGE", "RESOURCE_FORMATS", "ROW_FORMATS", "choose_format"]

_BY_NAME = {media_type.name: media_type for media_type in (*RESULTS, *GRAPHS)}

JSON = MediaType(
    name="json", media_type="application/json", extension=".json", aliases=("text/json",)
)
PAGE = MediaType(
    name="html",
    media_type="text/html",
    extension=".html",
    aliases=("application/xhtml+xml",),
)
ROW_FORMATS: tuple[MediaType, ...] = (
    JSON,
    _BY_NAME["csv"],
    _BY_NAME["tsv"],
    MediaType(name="srj", media_type="application/sparql-results+json", extension=".srj"),
    MediaType(
        name="srx",
        media_type="application/sparql-results+xml",
        extension=".srx",
        aliases=("application/xml", "text/xml"),
    ),
)
"""Formats of a canned query's rows: our own JSON, CSV, TSV, and the two of SPARQL."""

RESOURCE_FORMATS: tuple[MediaType, ...] = (
    *(_BY_NAME[name] for name in ("ttl", "jsonld", "nt", "rdf")),
    PAGE,
)
"""Formats of a resource's description; their extensions are the suffixes of its IRI."""


def choose_format(
    parameters: Parameters, accept: str | None, offered: tuple[MediaType, ...]
) -> MediaType:
    """The format by ``?format=``, else by the Accept header.

    Raises ``ParameterError`` for an unknown name, ``NotAcceptable`` where nothing fits.
    """
    name = parameters.one("format")
    if name is not None:
        return by_name(name, offered)
    chosen = negotiate(accept, offered)
    if chosen is None:
        raise NotAcceptable(accept or "", [media_type.media_type for media_type in offered])
    return chosen
