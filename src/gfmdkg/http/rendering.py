"""HTML pages: the templates, and the headers that keep a page to itself."""

import hashlib
import re
from functools import cache
from importlib.resources import files
from urllib.parse import quote

import pyoxigraph as ox
from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

from gfmdkg.about import VERSION
from gfmdkg.http.answer import Answer
from gfmdkg.namespaces import BASE, GFMD, GFMDSH, ID_BASE, SCHEME_BASE, compact
from gfmdkg.rdf.media import MediaType
from gfmdkg.rdf.values import Resource
from gfmdkg.store.versions import Version

__all__ = [
    "STATIC_FILES",
    "form_path",
    "link_path",
    "local_path",
    "page",
    "render",
    "resource_path",
]

_FILES = files("gfmdkg.http")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS: tuple[tuple[str, str], ...] = (
    ("content-language", "en"),
    ("content-security-policy", _CONTENT_SECURITY_POLICY),
    ("referrer-policy", "same-origin"),
)
"""Headers of every HTML page: nothing from elsewhere, no script, no frame."""

STATIC_FILES = {"gfmdkg.css": "text/css", "icon.svg": "image/svg+xml"}
"""File below ``/static`` to its media type."""


_LOCAL = (ID_BASE, SCHEME_BASE, BASE + "query/", GFMD, GFMDSH, BASE + "ontology/examples/")
_LOCAL_DOCUMENTS = frozenset({"ontology", "ontology/alignments", "shapes"})


def local_path(iri: str) -> str | None:
    """The path on this service that an IRI of ours dereferences at, else ``None``.

    >>> local_path("https://w3id.org/gfmdkg/id/instrument/cmw")
    '/id/instrument/cmw'
    >>> local_path("https://w3id.org/gfmdkg/ontology#cites")
    '/ontology#cites'
    >>> local_path("http://metadata.un.org/sdg/3") is None
    True
    """
    if iri.startswith(_LOCAL) or iri.removeprefix(BASE) in _LOCAL_DOCUMENTS:
        return "/" + quote(iri.removeprefix(BASE), safe="/#:@!$&'()*+,;=~")
    return None


def resource_path(iri: str) -> str:
    """Where the description of any resource is to be had here, also of one with a foreign IRI."""
    return local_path(iri) or f"/resource?iri={quote(iri, safe='')}"


def form_path(iri: str, media: MediaType, *, version: int | None = None) -> str:
    """The path of a description in one format; ``version`` where the current one is not meant.

    >>> from gfmdkg.http.parameters import RESOURCE_FORMATS
    >>> form_path("https://w3id.org/gfmdkg/id/instrument/cmw", RESOURCE_FORMATS[0], version=3)
    '/id/instrument/cmw.ttl?version=3'
    """
    local = local_path(iri)
    # A fragment never reaches a server.
    if local is not None and "#" not in local:
        path = f"{local}{media.extension}"
    else:
        path = f"/resource?iri={quote(iri, safe='')}&format={media.name}"
    if version is None:
        return path
    return f"{path}{'&' if '?' in path else '?'}version={version}"


def link_path(resource: Resource) -> str | None:
    """Where a link to a resource leads: to its description if the graph knows it, else to it."""
    if resource.label is not None or local_path(resource.iri) is not None:
        return resource_path(resource.iri)
    return resource.iri if resource.iri.startswith(("http://", "https://")) else None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: (_FILES / "templates" / name).read_text("utf-8")),
        autoescape=select_autoescape(disabled_extensions=("ttl",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Changes with the stylesheet, so that it can be cached for good.
    stylesheet = hashlib.sha256((_FILES / "static" / "gfmdkg.css").read_bytes()).hexdigest()[:12]
    environment.globals |= {"software_version": VERSION, "stylesheet_tag": stylesheet}
    environment.filters |= {
        "compact": compact,
        "iri": lambda iri: str(ox.NamedNode(iri)),
        "link_path": link_path,
        "resource_path": resource_path,
        "slug": lambda text: text.lower().replace(" ", "-"),
        "spaced": lambda name: _CAMEL.sub(" ", name).replace("_", " ").lower(),
    }
    return environment


def render(template: str, context: dict[str, object]) -> bytes:
    """A template filled in; every value is escaped, but in Turtle, which has its filter ``iri``."""
    return _environment().get_template(template).render(context).encode()


def page(
    template: str,
    *,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    version: Version | None = None,
    pinned: bool = False,
    **context: object,
) -> Answer:
    """An HTML page as an answer."""
    return Answer(
        media_type="text/html",
        status=status,
        body=render(template, {"version": version, **context}),
        headers=(*_PAGE_HEADERS, *headers),
        version=version,
        pinned=pinned,
    )
