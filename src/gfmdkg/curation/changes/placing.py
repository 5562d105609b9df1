"""Where in the submitted documents the findings on a change set stand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gfmdkg.curation.changes.change_set import Input
from gfmdkg.curation.changes.submission import RDF_PATCH, Document
from gfmdkg.curation.changes.tabular import TABLE_MEDIA_TYPES
from gfmdkg.curation.tables import TableDocument, read_table
from gfmdkg.errors import DataError
from gfmdkg.namespaces import BASE
from gfmdkg.store.names import names_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation import Report

if TYPE_CHECKING:
    from gfmdkg.validation.positions import PositionedGraph

__all__ = ["place_in_documents"]


def place_in_documents(
    report: Report, documents: Sequence[Document], inputs: Sequence[Input], store: OxigraphStore
) -> Report:
    """The report with file, line and column or cell, as far as the documents tell.

    ``inputs`` says for each document which graph it became; ``store`` has the names that
    tables are read by. The rows of a patch are statements, not records, and get no places.
    """
    if not report.findings:
        return report
    # rdflib takes 0.2 s to import, and what keeps the rules needs none of it.
    from gfmdkg.validation.placing import place_findings

    tables: list[TableDocument] = []
    placed: list[PositionedGraph] = []
    for document, given in zip(documents, inputs, strict=True):
        if document.media_type == RDF_PATCH:
            continue
        if document.media_type in TABLE_MEDIA_TYPES:
            terms = names_of(store)
            tables.append(read_table(document.body, terms, file=document.name))
            placed.append(tables[-1].positioned())
        else:
            text = document.body.decode("utf-8", errors="replace")
            placed += _read(text, document.media_type, given.graph or BASE, document.name)
    report = place_findings(report, placed)
    for table in tables:
        report = report.with_findings(table.relocated(report.findings))
    return report


def _read(text: str, media_type: str, base_iri: str, file: str) -> "list[PositionedGraph]":
    from gfmdkg.validation.documents import read_document

    try:
        return [read_document(text, media_type=media_type, base_iri=base_iri, file=file)]
    except DataError:
        # The engine has read it; what this reader makes of it decides nothing.
        return []
