"""Reports on a graph by shapes alone, as validation makes them on its way."""

from collections.abc import Sequence

from rdflib import Graph

from gfmdkg.validation.findings import Report, collapse
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.shacl import decode_report, run_shapes
from gfmdkg.validation.shapes import applied_shapes, word_results


def report_on(
    data: Graph,
    shapes: Graph,
    *,
    documents: Sequence[PositionedGraph] = (),
) -> Report:
    """The findings of the shapes, with the places that the documents know."""
    applied = applied_shapes(shapes)
    results = decode_report(run_shapes(data, applied))
    return Report.of(collapse(word_results(results, applied, documents=documents, names=data)))
