"""Documents as they are given: to be submitted, written to a graph, or validated."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from gfmdkg.build.sources import EXTENSIONS, decode_file
from gfmdkg.errors import UnsupportedMedia
from gfmdkg.rdf.media import TABLE_EXTENSIONS, TABLE_MEDIA_TYPES

if TYPE_CHECKING:
    from gfmdkg.validation import SourceFile

__all__ = ["RDF_PATCH", "Effect", "SubmittedDocument", "media_type_of"]

RDF_PATCH = "application/rdf-patch"

_MEDIA_TYPES = EXTENSIONS | TABLE_EXTENSIONS | {"rdfp": RDF_PATCH}


class Effect(StrEnum):
    """What a submitted document means for the graph."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"
    PATCH = "patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedDocument:
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

    def decode(self) -> "SourceFile":
        """Its text, with the place of what is not UTF-8 in a ``DataError``."""
        return decode_file(self.name, self.body, self.media_type)

    @property
    def is_table(self) -> bool:
        """Whether it is CSV or XLSX, and no RDF."""
        return self.media_type in TABLE_MEDIA_TYPES


def media_type_of(name: str) -> str:
    """The media type by a file's extension. Raises ``UnsupportedMedia`` with those known."""
    extension = PurePath(name).suffix.lower()
    if extension[1:] not in _MEDIA_TYPES:
        accepted = sorted(f".{known}" for known in _MEDIA_TYPES)
        raise UnsupportedMedia(f"a file “{extension or name}”", accepted)
    return _MEDIA_TYPES[extension[1:]]
