"""The formats that lists are given in."""

from gfmdkg.formats.media import GRAPHS, MediaType
from gfmdkg.http.formats import JSON, ROW_FORMATS
from gfmdkg.http.list_references import REFERENCE_FORMATS, REFERENCE_LISTS

__all__ = ["CSV", "GRAPH_FORMATS", "TSV", "XLSX", "list_formats"]

CSV = next(media for media in ROW_FORMATS if media.name == "csv")
TSV = next(media for media in ROW_FORMATS if media.name == "tsv")
XLSX = MediaType(
    name="xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension=".xlsx",
)
GRAPH_FORMATS = tuple(media for media in GRAPHS if media.name in {"ttl", "jsonld"})
"""The items of a page with all that the graph says of them."""


def list_formats(name: str) -> tuple[MediaType, ...]:
    """The formats of a list, the preferred one first."""
    references = REFERENCE_FORMATS if name in REFERENCE_LISTS else ()
    return (JSON, CSV, TSV, XLSX, *GRAPH_FORMATS, *references)
