"""What is said of triples that would stand in two graphs of ours."""

from collections.abc import Iterable

import pyoxigraph as ox

from gfmdkg.build.derivation import DERIVED_GRAPH
from gfmdkg.namespaces import compact
from gfmdkg.store.patches import graph_of, quads_of
from gfmdkg.terms.values import Term
from gfmdkg.validation import Finding, Severity

__all__ = ["double_findings"]


def double_findings(
    doubles: Iterable[tuple[str, str]], *, severity: Severity = Severity.WARNING
) -> list[Finding]:
    """Findings on statements that are each given with the graph that holds its triple already.

    There is one for each pair of graphs, on the first of their statements.
    """
    pairs: dict[tuple[str, str], list[ox.Quad]] = {}
    found = sorted(doubles)
    for statement, (_, other) in zip(quads_of(s for s, _ in found), found, strict=True):
        pairs.setdefault((graph_of(statement), other), []).append(statement)
    return [
        _finding(statements[0], len(statements) - 1, other, severity)
        for (_, other), statements in pairs.items()
    ]


def _finding(statement: ox.Quad, more: int, other: str, severity: Severity) -> Finding:
    subject, path = _text(statement.subject), statement.predicate.value
    why = "follows from links" if other == DERIVED_GRAPH else f"stands in <{other}>"
    also = f", as do {more} more triples" if more else ""
    left_out = "; it is left out here" if severity is Severity.WARNING else ""
    return Finding(
        severity=severity,
        code="triple-elsewhere",
        message=f"{subject}: this {compact(path)} {why} already{also}{left_out}",
        remedy="say it in one place: no triple stands in two graphs",
        focus_node=subject,
        path=path,
        value=_text(statement.object),
    )


def _text(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
