"""A request's query string: names, values, page and format, with typed errors; and links."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from starlette.requests import Request

from gfmdkg.errors import NotAcceptable, ParameterError, UnknownParameter
from gfmdkg.rdf.media import GRAPHS, RESULTS, MediaType, negotiate
from gfmdkg.settings import Settings

__all__ = [
    "INCLUDE",
    "JSON",
    "PAGE",
    "RESOURCE_FORMATS",
    "ROW_FORMATS",
    "SPARQL",
    "Paging",
    "Parameters",
    "absolute_iri",
    "choose_format",
    "link_header",
    "page_links",
    "page_members",
    "sparql_link",
]

# What browsers, proxies and servers take in a line.
_LINK_CHARACTERS = 8_000
_BY_NAME = {media_type.name: media_type for media_type in (*RESULTS, *GRAPHS)}

INCLUDE, SPARQL = "include", "sparql"
"""What an answer brings along where it is asked to: the query behind it, among others."""

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
    replace(_BY_NAME["json"], name="srj", aliases=()),
    replace(_BY_NAME["xml"], name="srx"),
)
"""Formats of a canned query's rows: our own JSON, CSV, TSV, and the two of SPARQL."""

RESOURCE_FORMATS: tuple[MediaType, ...] = (
    *(_BY_NAME[name] for name in ("ttl", "jsonld", "nt", "rdf")),
    PAGE,
)
"""Formats of a resource's description; their extensions are the suffixes of its IRI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which slice of a list is asked for; ``is_given`` where the request says so itself."""

    page: int
    per_page: int
    is_given: bool

    @property
    def start(self) -> int:
        """Index of the first item of the page, from 0."""
        return (self.page - 1) * self.per_page


class Parameters:
    """The parameters of one request. An empty value, as HTML forms send it, is not given."""

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        self._names: set[str] = set()
        for name, value in items:
            self._names.add(name)
            if value.strip():
                self._values.setdefault(name, []).append(value)

    @classmethod
    def of(cls, request: Request, allowed: Collection[str] = ()) -> Self:
        """The parameters of a request. Raises ``UnknownParameter`` for one that is not allowed."""
        parameters = cls(request.query_params.multi_items())
        parameters.only(allowed)
        return parameters

    def only(self, allowed: Collection[str]) -> None:
        """Raise ``UnknownParameter`` for a name that is not allowed, given empty or not."""
        for name in sorted(self._names):
            if name not in allowed:
                raise UnknownParameter(name[:80], "is not known here", allowed=sorted(allowed))

    def many(self, name: str) -> tuple[str, ...]:
        """All values of a parameter."""
        return tuple(self._values.get(name, ()))

    def listed(self, name: str) -> tuple[str, ...]:
        """The values of a parameter, given apart or separated by commas, each once."""
        texts = ",".join(self.many(name)).split(",")
        return tuple(dict.fromkeys(stripped for text in texts if (stripped := text.strip())))

    def names(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """The same where only some are allowed. Raises ``ParameterError``."""
        found = self.listed(name)
        for each in found:
            if each not in allowed:
                shown = each[:40]
                raise ParameterError(name, f"names “{shown}”", value=shown, allowed=allowed)
        return found

    def includes_sparql(self) -> bool:
        """Whether ``include`` asks for the query, which is all that may be included here."""
        return bool(self.names(INCLUDE, (SPARQL,)))

    def given(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The values of those among these parameters that are given."""
        return {name: self.many(name) for name in names if name in self._values}

    def one(self, name: str) -> str | None:
        """The value of a parameter; raises ``ParameterError`` where it is given twice."""
        values = self._values.get(name, ())
        if len(values) > 1:
            raise ParameterError(name, "is given more than once", value=", ".join(values))
        return values[0] if values else None

    def required(self, name: str) -> str:
        """The value of a parameter that must be given. Raises ``ParameterError``."""
        value = self.one(name)
        if value is None:
            raise ParameterError(name, "is required")
        return value

    def integer(self, name: str, *, minimum: int, maximum: int | None = None) -> int | None:
        """A whole number within its bounds; raises ``ParameterError``."""
        text = self.one(name)
        if text is None:
            return None
        # isdecimal alone would let other scripts' digits through.
        value = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
        if value is None or value < minimum or (maximum is not None and value > maximum):
            bound = f"at least {minimum}" + (f" and at most {maximum}" if maximum else "")
            raise ParameterError(name, f"must be a whole number, {bound}", value=text)
        return value

    def version(self) -> int | None:
        """The version of the graph that is asked for; ``None`` for the current one."""
        return self.integer("version", minimum=1)

    def paging(self, settings: Settings) -> Paging:
        """``page`` and ``per_page``; raises ``ParameterError``."""
        page = self.integer("page", minimum=1)
        per_page = self.integer("per_page", minimum=1, maximum=settings.page_size_limit)
        return Paging(
            page=page or 1,
            per_page=per_page or settings.page_size,
            is_given=page is not None or per_page is not None,
        )


def absolute_iri(name: str, text: str) -> str:
    """The value of the parameter ``name``, if it is an absolute IRI; raises ``ParameterError``."""
    try:
        return ox.NamedNode(text).value
    except ValueError as error:
        raise ParameterError(name, "is not an absolute IRI", value=text[:200]) from error


def choose_format(
    parameters: Parameters, accept: str | None, offered: tuple[MediaType, ...]
) -> MediaType:
    """The format by ``?format=``, else by the Accept header.

    Raises ``ParameterError`` for an unknown name, ``NotAcceptable`` where nothing fits.
    """
    name = parameters.one("format")
    if name is not None:
        by_name = {media_type.name: media_type for media_type in offered}
        if name not in by_name:
            detail = f"is “{name[:40]}”"
            raise ParameterError("format", detail, value=name, allowed=tuple(by_name))
        return by_name[name]
    chosen = negotiate(accept, offered)
    if chosen is None:
        raise NotAcceptable(accept or "", [media_type.media_type for media_type in offered])
    return chosen


def page_members(request: Request, total: int, paging: Paging) -> dict[str, Any]:
    """What the document of a page says of its place, its ``links`` as ``page_links`` has them."""
    links = page_links(request, total, paging)
    return {"total": total, "page": paging.page, "per_page": paging.per_page, "links": links}


def page_links(request: Request, total: int, paging: Paging) -> dict[str, str]:
    """Paths of the first, previous, next and last page, as far as there are any."""
    others = [(n, v) for n, v in request.query_params.multi_items() if n != "page" and v]

    def path(page: int) -> str:
        return f"{request.url.path}?{urlencode([*others, ('page', str(page))])}"

    last = max(1, -(-total // paging.per_page))  # an empty list has one page
    links = {"first": path(1), "last": path(last)}
    if paging.page > 1:
        links["prev"] = path(min(paging.page - 1, last))
    if paging.page < last:
        links["next"] = path(paging.page + 1)
    return links


def link_header(links: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The links as one Link header (RFC 8288)."""
    return (("link", ", ".join(f'<{path}>; rel="{name}"' for name, path in links.items())),)


def sparql_link(query: str, version: int | None = None) -> dict[str, str]:
    """The query as the link ``sparql``, where a line can hold it."""
    pinned = "" if version is None else f"&version={version}"
    link = f"/sparql?query={quote(query, safe='')}{pinned}"
    return {"sparql": link} if len(link) <= _LINK_CHARACTERS else {}
