"""Reports and instruments as references for reference managers."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from gfmdkg.facets import ListIndex
from gfmdkg.formats.bibliography import (
    Reference,
    ReferenceType,
    write_bibtex,
    write_csl,
    write_ris,
)
from gfmdkg.formats.media import MediaType
from gfmdkg.http.list_cells import field_cells
from gfmdkg.namespaces import SCHEME_BASE
from gfmdkg.terms.index import TermIndex

__all__ = ["BIBTEX", "CSL", "REFERENCE_FORMATS", "REFERENCE_LISTS", "RIS", "write_references"]

BIBTEX = MediaType(
    name="bibtex",
    media_type="application/x-bibtex",
    extension=".bib",
    aliases=("text/x-bibtex", "application/bibtex"),
)
RIS = MediaType(name="ris", media_type="application/x-research-info-systems", extension=".ris")
CSL = MediaType(
    name="csl-json", media_type="application/vnd.citationstyles.csl+json", extension=".csl.json"
)
_WRITERS: Mapping[MediaType, Callable[[Iterable[Reference]], str]] = {
    BIBTEX: write_bibtex,
    RIS: write_ris,
    CSL: write_csl,
}
REFERENCE_FORMATS = tuple(_WRITERS)
"""What reference managers read."""

REFERENCE_LISTS = ("reports", "instruments")
"""The lists of things that are cited in bibliographies."""

_TREATY = SCHEME_BASE + "instrument-type/treaty"


def write_references(
    media: MediaType, index: ListIndex, positions: Iterable[int], terms: TermIndex
) -> bytes:
    """Items of one of ``REFERENCE_LISTS`` in one of ``REFERENCE_FORMATS``."""
    make = _report if index.faceted.name == "reports" else _instrument
    references = (make(_Item(index, position, terms)) for position in positions)
    return _WRITERS[media](references).encode()


class _Item:
    """The fields of one item as texts."""

    def __init__(self, index: ListIndex, position: int, terms: TermIndex) -> None:
        self._index, self._position, self._terms = index, position, terms
        self.iri = index.items[position]
        self.title = terms.label(self.iri) or self.iri
        self.slug = self.iri.rpartition("/")[2]

    def texts(self, name: str) -> Iterator[str]:
        """The values of a field, resources by their labels."""
        shown = self._index.faceted.fields[name]
        cells = field_cells(self._index, self._position, shown, self._terms)
        return (str(cell) for cell in cells if cell is not None)

    def text(self, name: str) -> str | None:
        """The first value of a field."""
        return next(self.texts(name), None)

    def has(self, name: str, iri: str) -> bool:
        """Whether a field has this resource."""
        values = self._index.values(self._position, self._index.faceted.fields[name])
        return any(str(getattr(value, "value", "")) == iri for value in values)


def _report(item: _Item) -> Reference:
    return Reference(
        key=item.slug,
        type=ReferenceType.REPORT,
        title=item.title,
        url=item.iri,
        date=item.text("date"),
        publisher=item.text("process"),
        place=item.text("place"),
        language=item.text("language"),
    )


def _instrument(item: _Item) -> Reference:
    is_treaty = item.has("type", _TREATY)
    return Reference(
        key=item.slug,
        type=ReferenceType.TREATY if is_treaty else ReferenceType.DOCUMENT,
        title=item.title,
        url=item.iri,
        date=item.text("adopted"),
        authors=tuple(item.texts("adoptedBy")),
        number=item.text("symbol"),
        note=", ".join(item.texts("shortNames")) or None,
    )
