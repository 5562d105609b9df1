"""The one way in to validation: a request, what the rules say of it, and one report.

What changed is looked at by what it can affect, where that can be told; else everything is.
Both end in the same report. ``docs/decisions/0006-incremental-validation.md`` has the
reasoning and the measurements.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyoxigraph as ox
from rdflib import Graph, Literal
from rdflib.term import Node

from gfmdkg.rdf.solutions import Select
from gfmdkg.rdf.values import Term
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation.checks import check_findings, run_checks
from gfmdkg.validation.data_graph import (
    Scope,
    StoreNames,
    data_graph,
    node_text,
    our_term,
    select_all,
    stored_forms,
)
from gfmdkg.validation.findings import Finding, Mode, Report, Severity, collapse
from gfmdkg.validation.incremental.examination import Coverage, Examination, examine
from gfmdkg.validation.incremental.reach import Unbounded
from gfmdkg.validation.incremental.rules import Rules
from gfmdkg.validation.known import Known
from gfmdkg.validation.lint import Namesakes, lint
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.shacl import decode_report, focus_nodes, run_shapes
from gfmdkg.validation.shapes import word_results

__all__ = ["FindAround", "Request", "validate"]

FindAround = Callable[[Collection[str]], "Sequence[PositionedGraph]"]
"""Gives further documents that may tell the places of some records (IRIs)."""

_FOCUS_LIMIT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A state of the graph to be validated, and what is known of how it came about.

    ``context`` is N-Triples to be seen beside the state. With ``before`` and the ``delta`` that
    led from there, only what that can affect is looked at, unless it is more than
    ``focus_limit`` nodes of one rule or there is a ``reason`` to look at everything.

    ``documents`` know the places; named graphs that are ``written`` count as they are there, with
    literals as documents have them and not as the store does. With ``given``, the names of the
    files that a curator brings, what is suspicious in them is found as well, and only findings
    about them are reported, beside violations elsewhere: the rest of the graph had none before.
    All that they say counts, new or not, so ``delta.added`` must have it. ``today`` is the day
    that no date may lie after.

    The batches of one change share a ``coverage`` and ``namesakes``.
    """

    state: OxigraphStore
    scope: Scope = field(default_factory=Scope)
    context: bytes = b""
    before: OxigraphStore | None = None
    delta: Patch | None = None
    reason: str | None = None
    focus_limit: int = _FOCUS_LIMIT
    documents: Sequence[PositionedGraph] = ()
    written: Sequence[tuple[str, Graph]] = ()
    given: Collection[str] | None = None
    find_around: FindAround | None = None
    today: date | None = None
    coverage: Coverage | None = None
    namesakes: Namesakes | None = None

    @property
    def submitted(self) -> Sequence[PositionedGraph]:
        """The documents that the report is about."""
        return [d for d in self.documents if self.given is None or d.file in self.given]

    @property
    def select(self) -> Select:
        """Runs a SELECT on all that there is."""
        return select_all(self.state, scope=self.scope, context=self.context)


def validate(request: Request, rules: Rules) -> Report:
    """What the rules say, each fault once; ``mode`` and ``reason`` tell what was looked at.

    Of a change the findings are those of the pairs of a rule and a node that it can affect: all
    that a full run would find now and would not have found before are among them. Raises
    ``OntologyError`` where the rules are at fault, and ``Unbounded`` for a batch of which it
    cannot be told what it affects.
    """
    reason = request.reason
    if request.before is not None and request.delta is not None and reason is None:
        try:
            found = _look_near(request, rules, request.before, request.delta)
        except Unbounded as error:
            if request.coverage is not None:
                raise
            reason = error.reason
        else:
            names = StoreNames(request.scope.data(request.state))
            findings = _findings(request, rules, found, names)
            return _report(request, findings, mode=Mode.INCREMENTAL)
    data = data_graph(
        request.state, scope=request.scope, context=request.context, written=request.written
    )
    found = Examination(
        report=run_shapes(data, rules.graph), rows=run_checks(rules.checks, request.select)
    )
    return _report(request, _findings(request, rules, found, data), mode=Mode.FULL, reason=reason)


def _look_near(request: Request, rules: Rules, before: OxigraphStore, delta: Patch) -> Examination:
    if not delta and not request.documents:
        return Examination()
    given = () if request.given is None else request.submitted
    terms: Iterable[Term] = {our_term(s) for document in given for s in document.subjects}
    coverage = request.coverage
    if coverage is not None:
        terms = (term for term in terms if coverage.batch(term) == coverage.number)
    return examine(
        before,
        request.state,
        delta,
        rules,
        scope=request.scope,
        limit=request.focus_limit,
        select=request.select,
        also=terms,
        written=_written(request.documents),
        coverage=coverage,
    )


def _written(
    documents: Sequence[PositionedGraph],
) -> dict[tuple[Node, Node, Node], Collection[Node]]:
    """The triples with literals as the store has them, each with all that was written for it."""
    literals = {o for d in documents for o in d.graph.objects() if isinstance(o, Literal)}
    forms = stored_forms(literals)
    changed = {stored for written, stored in forms.items() if written != stored}
    found: dict[tuple[Node, Node, Node], set[Node]] = {}
    for document in documents if changed else ():
        for subject, predicate, value in document.graph:
            if isinstance(value, Literal) and forms[value] in changed:
                found.setdefault((subject, predicate, forms[value]), set()).add(value)
    return dict(found)


# From what was found to the report


def _findings(request: Request, rules: Rules, found: Examination, names: Graph) -> list[Finding]:
    """What was found in words, with labels from ``names``; each fault once."""
    located = [*request.documents, *_around(request, found)]
    findings: list[Finding] = []
    results = [] if found.report is None else list(decode_report(found.report))
    if results:
        findings += word_results(results, rules.graph, documents=located, names=names)
    if any(solutions.rows for solutions in found.rows.values()):
        given = request.given or ()
        findings += check_findings(found.rows, documents=located, names=names, given=given)
    if request.given is not None:
        findings += lint(
            names,
            request.submitted,
            today=request.today or date.today(),  # noqa: DTZ011 - the curator's own day
            namesakes=request.namesakes or Namesakes(Known(request.select)),
        )
    return collapse(findings) if findings else []


def _report(
    request: Request, findings: Iterable[Finding], *, mode: Mode, reason: str | None = None
) -> Report:
    if request.given is not None:
        described = {node_text(s) for document in request.submitted for s in document.subjects}
        findings = [f for f in findings if _counts(f, request.given, described)]
    sources = {d.file: d.text for d in request.submitted if d.file is not None}
    return Report.of(findings, mode=mode, reason=reason).with_sources(sources)


def _around(request: Request, found: Examination) -> Sequence[PositionedGraph]:
    """The documents with the records at fault that the documents at hand do not describe."""
    if request.find_around is None:
        return ()
    described = {our_term(s) for document in request.documents for s in document.subjects}
    shapes = found.report
    at_fault = set() if shapes is None else set(map(our_term, focus_nodes(shapes)))
    for solutions in found.rows.values():
        position = solutions.variables.index("focus")
        at_fault |= {term for row in solutions.rows if (term := row[position]) is not None}
    foreign = {term.value for term in at_fault - described if isinstance(term, ox.NamedNode)}
    return request.find_around(foreign) if foreign else ()


def _counts(finding: Finding, given: Collection[str], described: Collection[str]) -> bool:
    """Whether a curator who brings files is to be told of it.

    What is merely suspicious in a record that the files only point to is none of theirs.
    """
    if finding.severity is Severity.VIOLATION:
        return True
    is_about_them = finding.focus_node is None or finding.focus_node in described
    return finding.file in given and is_about_them
