"""One result of a SHACL validation report, decoded from the report's graph."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import RDF, SH

__all__ = ["Result", "decode_report", "focus_nodes"]

_TYPE, _REPORT = URIRef(RDF + "type"), URIRef(SH + "ValidationReport")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A ``sh:ValidationResult``; the nodes are those of the data and of the shapes.

    ``component`` is the constraint component without namespace and ending, in kebab case
    ("min-count"); ``severity`` the local name, in lower case.
    """

    component: str
    severity: str
    focus: Node
    path: Node | None = None
    value: Node | None = None
    shape: Node | None = None
    constraint: Node | None = None
    messages: tuple[str, ...] = ()
    details: tuple["Result", ...] = field(default=())


def decode_report(report: Graph) -> Iterator[Result]:
    """The results that a report lists, without those that are only details of others."""
    for node in report.subjects(_TYPE, _REPORT):
        for result in report.objects(node, URIRef(SH + "result")):
            yield _decode(report, result)


def focus_nodes(report: Graph) -> Iterator[Node]:
    """The focus nodes of all results."""
    return report.objects(None, URIRef(SH + "focusNode"))


def _decode(report: Graph, result: Node) -> Result:
    def one(name: str) -> Node | None:
        return report.value(result, URIRef(SH + name))

    component = str(one("sourceConstraintComponent")).removeprefix(SH)
    focus = one("focusNode")
    assert focus is not None  # noqa: S101 - the SHACL recommendation requires it
    messages = report.objects(result, URIRef(SH + "resultMessage"))
    return Result(
        component=_WORD.sub("-", component.removesuffix("ConstraintComponent")).lower(),
        severity=str(one("resultSeverity")).removeprefix(SH).lower(),
        focus=focus,
        path=one("resultPath"),
        value=one("value"),
        shape=one("sourceShape"),
        constraint=one("sourceConstraint"),
        messages=tuple(sorted(str(m) for m in messages if isinstance(m, Literal))),
        details=tuple(_decode(report, d) for d in report.objects(result, URIRef(SH + "detail"))),
    )
