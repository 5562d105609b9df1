"""What the lint rules look at, and how they report."""

from dataclasses import dataclass

from rdflib import Graph, URIRef
from rdflib.term import Node

from gfmdkg.validation.data_graph import node_text
from gfmdkg.validation.findings import Finding, ResultTerms, Severity
from gfmdkg.validation.locate import Location, Locator
from gfmdkg.validation.wording import Wording

__all__ = ["Suspicion"]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A graph, the places of the documents that are looked at, and the words for its nodes."""

    data: Graph
    locator: Locator
    wording: Wording

    def finding(
        self,
        code: str,
        severity: Severity,
        focus: Node,
        message: str,
        remedy: str,
        location: Location,
        **members: str | None,
    ) -> Finding:
        """A finding at a place; ``members`` are further fields of it."""
        span = location.span
        return Finding(
            severity=severity,
            code=code,
            message=message,
            remedy=remedy,
            file=location.file,
            line=span.line if span else None,
            column=span.column if span else None,
            end_line=span.end_line if span else None,
            end_column=span.end_column if span else None,
            pointer=location.pointer,
            focus_node=node_text(focus),
            terms=ResultTerms(focus=focus.n3() if isinstance(focus, URIRef) else "[]"),
            **members,  # type: ignore[arg-type]
        )
