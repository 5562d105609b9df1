"""Places for findings on a graph, in the documents that brought its triples."""

from collections.abc import Sequence
from dataclasses import replace

from rdflib import URIRef
from rdflib.term import Node

from gfmdkg.validation.findings import Finding, Report
from gfmdkg.validation.locate import Location, Locator, Step
from gfmdkg.validation.positions import PositionedGraph

__all__ = ["place_findings"]


def place_findings(report: Report, documents: Sequence[PositionedGraph]) -> Report:
    """The report with the place of each finding whose focus node a document speaks about.

    It is that of the value at fault where the finding names one, else of the property, else
    of the record. A finding that has a place, or a blank node for its focus node, stays.
    """
    locator = Locator(documents)
    return report.with_findings(_placed(finding, locator) for finding in report.findings)


def _placed(finding: Finding, locator: Locator) -> Finding:
    if finding.file is not None or finding.focus_node is None:
        return finding
    if finding.focus_node.startswith("_:"):
        return finding
    location = _locate(finding, locator, URIRef(finding.focus_node))
    span = location.span
    if span is None:
        return finding
    return replace(
        finding,
        file=location.file,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        pointer=location.pointer,
    )


def _locate(finding: Finding, locator: Locator, focus: Node) -> Location:
    if finding.path is None:
        return locator.locate(focus)
    predicate = URIRef(finding.path)
    for value, location in locator.values(focus, predicate):
        if str(value) == finding.value:
            return location
    return locator.locate(focus, steps=[Step(predicate)])
