"""Validation of files: those that a graph is built from, and those that a curator brings."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gfmdkg.errors import DataError
from gfmdkg.store.selecting import Select
from gfmdkg.terms.values import Iri
from gfmdkg.validation.findings import Finding, Mode, Report, Severity

if TYPE_CHECKING:
    from rdflib import Graph

    from gfmdkg.formats.solutions import Solutions
    from gfmdkg.validation.checks import Check
    from gfmdkg.validation.incremental import Rules
    from gfmdkg.validation.namesakes import Namesakes
    from gfmdkg.validation.positions import PositionedGraph

__all__ = [
    "Conclusion",
    "FindAround",
    "ReadDocuments",
    "SourceFile",
    "load_rules",
    "read_documents",
    "validate_documents",
    "validate_sources",
]


FindAround = Callable[[Collection[str]], "Sequence[PositionedGraph]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file: its path as findings show it, its text, its named graph, and its format.

    The graph's IRI is also the base of relative IRIs.
    """

    path: str
    text: str
    graph: str
    media_type: str = "text/turtle"


@dataclass(slots=True, kw_only=True)
class ReadDocuments:
    """Files as graphs that know the places, and the faults of what is no syntax."""

    documents: "list[PositionedGraph]" = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)


def load_rules(*, shapes: Path, checks: Path) -> "Rules":
    """Read the rules. Raises ``OntologyError`` where they themselves are at fault."""
    # pyshacl and rdflib take 0.3 s to import, and most commands never validate.
    from gfmdkg.validation.checks import load_checks
    from gfmdkg.validation.incremental import Analysis, Rules
    from gfmdkg.validation.shapes import load_shapes
    from gfmdkg.validation.validate import Validator

    return Rules(
        Validator(load_shapes(shapes, label=_label(shapes)).graph),
        load_checks(checks, label=_label(checks)),
        analysis=Analysis.of_user(),
    )


def read_documents(
    files: Sequence[SourceFile],
    *,
    into: "Graph | None" = None,
    contexts: Mapping[str, str] | None = None,
) -> ReadDocuments:
    """Read files, all into one graph, or each into one of its own.

    ``contexts`` has the JSON-LD contexts known by address.
    """
    from gfmdkg.validation.documents import read_document

    read = ReadDocuments()
    for file in files:
        try:
            document = read_document(
                file.text,
                media_type=file.media_type,
                base_iri=file.graph,
                file=file.path,
                into=into,
                contexts=contexts,
            )
        except DataError as error:
            read.unreadable += [Finding.from_fault(f, code="syntax") for f in error.faults]
        else:
            read.documents.append(document)
    return read


def validate_sources(
    files: Sequence[SourceFile],
    *,
    shapes: Path,
    checks: Path,
    select: Select,
) -> Report:
    """Validate the union of some files by the shapes and checks of two folders.

    ``select`` runs a SELECT on the store that the files have been loaded into. Files of the
    shapes folder are rules, not data, and are not validated by each other. Files that do not
    parse are findings of code "syntax", and then no rule is applied, for half of the data
    would break many. Raises ``OntologyError`` where the rules themselves are at fault.
    """
    from rdflib import Graph

    rules = load_rules(shapes=shapes, checks=checks)
    data = Graph(bind_namespaces="none")
    given = [f for f in files if str(PurePosixPath(f.path).parent) != _label(shapes)]
    read = read_documents(given, into=data)
    if read.unreadable:
        return Report.of(read.unreadable)
    return validate_documents(rules, data, read.documents, select=select)


def validate_documents(
    rules: "Rules",
    data: "Graph",
    documents: "Sequence[PositionedGraph]",
    *,
    select: Select,
    given: Collection[str] | None = None,
    today: date | None = None,
    reason: str | None = None,
    find_around: FindAround | None = None,
) -> Report:
    """Validate a graph of which ``documents`` know the places.

    With ``given``, the names of the files that a curator brings, what is suspicious in them
    is found as well, and only findings about them are reported, beside violations elsewhere:
    the rest of the graph had none before. ``today`` is the day that no date may lie after,
    ``reason`` why a change is not validated by itself. ``find_around`` gives further documents
    that may tell the places of some records (IRIs).
    """
    from gfmdkg.validation.checks import run_checks

    report = rules.validator.report_graph(data)
    rows = run_checks(rules.checks, select)
    conclusion = Conclusion(
        names=data, documents=documents, select=select, given=given, find_around=find_around
    )
    return conclusion.report(rules, report, rows, today=today, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What is needed to make one report of what shapes and checks found.

    The arguments are those of ``validate_documents``; ``names`` is the graph for labels, or a
    view of one, ``namesakes`` what knows the names that there are.
    """

    names: "Graph"
    documents: "Sequence[PositionedGraph]"
    select: Select
    given: Collection[str] | None
    find_around: FindAround | None = None
    namesakes: "Namesakes | None" = None

    def report(
        self,
        rules: "Rules",
        by_shapes: "Graph | None",
        by_checks: "Mapping[Check, Solutions]",
        *,
        today: date | None = None,
        mode: Mode = Mode.FULL,
        reason: str | None = None,
    ) -> Report:
        """The findings of a W3C report and of rows, and those of lint, each fault once."""
        from gfmdkg.validation.checks import check_findings
        from gfmdkg.validation.collapse import collapse
        from gfmdkg.validation.data_graph import node_text
        from gfmdkg.validation.enrichment import enrich
        from gfmdkg.validation.lint import lint

        brought = [d for d in self.documents if self.given is None or d.file in self.given]
        located = [*self.documents, *self._around(by_shapes, by_checks)]
        findings: list[Finding] = []
        if by_shapes is not None:
            findings += rules.validator.findings(by_shapes, documents=located, names=self.names)
        rows = check_findings(
            by_checks, documents=located, names=self.names, given=self.given or ()
        )
        findings += enrich(rows, self.names, located)
        if self.given is not None:
            day = today or date.today()  # noqa: DTZ011 - the curator's own day
            findings += lint(self.names, brought, self.select, today=day, namesakes=self.namesakes)
        findings = collapse(findings)
        if self.given is not None:
            described = {node_text(s) for document in brought for s in document.subjects}
            findings = [f for f in findings if self._counts(f, described)]
        sources = {d.file: d.text for d in brought if d.file is not None}
        return Report.of(findings, mode=mode, reason=reason).with_sources(sources)

    def _around(
        self, by_shapes: "Graph | None", by_checks: "Mapping[Check, Solutions]"
    ) -> "Sequence[PositionedGraph]":
        """The documents with the records at fault that the documents at hand do not describe."""
        if self.find_around is None:
            return ()
        from gfmdkg.validation.data_graph import our_term
        from gfmdkg.validation.result import focus_nodes

        described = {our_term(s) for document in self.documents for s in document.subjects}
        at_fault = set() if by_shapes is None else set(map(our_term, focus_nodes(by_shapes)))
        for solutions in by_checks.values():
            position = solutions.variables.index("focus")
            at_fault |= {term for row in solutions.rows if (term := row[position]) is not None}
        foreign = {term.value for term in at_fault - described if isinstance(term, Iri)}
        return self.find_around(foreign) if foreign else ()

    def _counts(self, finding: Finding, described: Collection[str]) -> bool:
        """Whether a curator who brings files is to be told of it.

        What is merely suspicious in a record that the files only point to is none of theirs.
        """
        if finding.severity is Severity.VIOLATION:
            return True
        is_there = finding.file in (self.given or ())
        return is_there and (finding.focus_node is None or finding.focus_node in described)


def _label(folder: Path) -> str:
    """A folder of rules as the sources show it: the last two parts of its path."""
    return "/".join(folder.parts[-2:])
