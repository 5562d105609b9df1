"""Documents as they are given: to be submitted, written to a graph, or validated."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from gfmdkg.errors import UnsupportedMedia
from gfmdkg.rdf.media import GRAPHS, TABLE_EXTENSIONS, TABLE_MEDIA_TYPES

__all__ = ["RDF_PATCH", "Document", "Effect", "media_type_of"]

RDF_PATCH = "application/rdf-patch"

_MEDIA_TYPES = {media.extension: media.media_type for media in GRAPHS} | {
    ".json": "application/ld+json",
    ".rdfp": RDF_PATCH,
    ".xml": "application/rdf+xml",
}
_MEDIA_TYPES |= {f".{name}": media_type for name, media_type in TABLE_EXTENSIONS.items()}


class Effect(StrEnum):
    """What a submitted document means for the graph."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"
    PATCH = "patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document and the name by which findings call it.

    ``graph`` names the graph that it is about, and ``effect`` what it means for that, as far as
    somebody said. Without ``effect`` the name and the format decide: RDF Patch is applied,
    N-Quads and TriG are added to the graphs that they name, the rows of a table (CSV, XLSX) take
    the place of what is said of their records, anything else becomes the content of its graph.
    """

    body: bytes
    media_type: str
    name: str = ""
    graph: str | None = None
    effect: Effect | None = None

    @property
    def is_table(self) -> bool:
        """Whether it is CSV or XLSX, and no RDF."""
        return self.media_type in TABLE_MEDIA_TYPES


def media_type_of(name: str) -> str:
    """The media type by a file's extension. Raises ``UnsupportedMedia`` with those known."""
    extension = PurePath(name).suffix.lower()
    if extension not in _MEDIA_TYPES:
        raise UnsupportedMedia(f"a file “{extension or name}”", sorted(_MEDIA_TYPES))
    return _MEDIA_TYPES[extension]
