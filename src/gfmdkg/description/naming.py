"""From what people write to the resource to describe, named or not."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

import pyoxigraph as ox

from gfmdkg.errors import NotFound
from gfmdkg.namespaces import FOAF, GFMD, ID_BASE, ORG, SCHEME_BASE, expand
from gfmdkg.terms.index import TermIndex

__all__ = ["identify", "not_found"]

_OWN_PATH = re.compile(r"[a-z]+(/[a-z0-9.-]+)+", re.ASCII)
_CLASSES: Mapping[str, tuple[str, ...]] = {
    "actor": (FOAF + "Person", ORG + "Organization", FOAF + "Group"),
    "instrument": (GFMD + "Instrument",),
    "passage": (GFMD + "Section", GFMD + "Paragraph", GFMD + "Recommendation"),
    "process": (GFMD + "Process",),
    "session": (GFMD + "Session",),
    "summit": (GFMD + "Summit",),
}
"""Folder below ``/id/`` to the classes of what lies in it."""


def identify(text: str, terms: TermIndex) -> ox.NamedNode:
    """The resource that ``text`` means: an IRI, a CURIE, a path below ``/id/`` or any name.

    An IRI need not be known: links, which have no names, have IRIs alone. Raises
    ``NotFound`` with the nearest names, ``Ambiguous`` with those that share it.
    """
    name = text.strip()
    iri = _read_iri(name)
    if iri is not None:
        return iri
    try:
        return ox.NamedNode(terms.resolve(name))
    except NotFound:
        if not _OWN_PATH.fullmatch(name):
            raise
        return ox.NamedNode(ID_BASE + name)


def _read_iri(name: str) -> ox.NamedNode | None:
    expanded = expand(name)
    if expanded is None and "://" not in name and not name.startswith("urn:"):
        return None
    try:
        return ox.NamedNode(expanded or name)
    except ValueError:
        return None


def not_found(iri: str, terms: TermIndex) -> NotFound:
    """The error for an IRI that nothing is said of, with the nearest names.

    Where the IRI's folder tells the kind, they are among things of that kind.
    """
    folder, _, slug = iri.rpartition("/")
    kind = iri.removeprefix(ID_BASE).partition("/")[0] if iri.startswith(ID_BASE) else ""
    types, schemes = _CLASSES.get(kind, ()), (folder,) if iri.startswith(SCHEME_BASE) else ()
    name = unquote(slug).replace("-", " ")
    near = terms.nearest(name, types=types, schemes=schemes) or terms.nearest(name)
    return NotFound("resource", iri, near)
