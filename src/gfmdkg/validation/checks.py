"""Checks: queries of the ontology that must return no rows."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rapidfuzz import fuzz, process
from rdflib import Graph, URIRef
from rdflib.term import Node

from gfmdkg.errors import Fault, OntologyError, QueryRejected
from gfmdkg.namespaces import GFMD, RDF, compact
from gfmdkg.rdf.query_text import read_columns
from gfmdkg.rdf.solutions import Select, Solutions
from gfmdkg.rdf.sparql_tokens import code_tokens
from gfmdkg.terms.header import HeaderReader, split_header
from gfmdkg.validation.data_graph import node_text, node_turtle, rdflib_term
from gfmdkg.validation.findings import Finding, ResultTerms, Severity
from gfmdkg.validation.fixing import make_fix, write_iri
from gfmdkg.validation.locate import Location, Locator
from gfmdkg.validation.positions import POSITIONED, PositionedGraph, Span
from gfmdkg.validation.wording import PLACEHOLDER, Wording

__all__ = ["Check", "check_findings", "load_checks", "read_rules", "run_checks"]

_TYPE = URIRef(RDF + "type")
_REPLACED_BY = URIRef("http://purl.org/dc/terms/isReplacedBy")
_ALIKE = 70.0
_WELL_ALIKE = 80.0
_FIELDS = ("summary", "message", "severity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A query whose rows are faults: what is wrong, what to do, and how bad it is.

    The first column, ``?focus``, is the record at fault; ``message`` tells what to do, with
    ``{?variable}`` for the columns.
    """

    name: str
    file: str
    summary: str
    message: str
    severity: Severity
    query: str


def load_checks(folder: Path, *, label: str = "ontology/checks") -> tuple[Check, ...]:
    """The checks of a folder, by name. Raises ``OntologyError`` with all faults."""
    checks: list[Check] = []
    faults: list[Fault] = []
    for file, text in read_rules(folder, "*.rq", label=label, faults=faults):
        check = _read(text, file=file, faults=faults)
        if check is not None:
            checks.append(check)
    if faults:
        raise OntologyError("the checks are at fault", faults)
    return tuple(checks)


def read_rules(
    folder: Path, pattern: str, *, label: str, faults: list[Fault]
) -> Iterator[tuple[str, str]]:
    """The files of a folder, by name, with their texts; ``faults`` takes what is not UTF-8."""
    for path in sorted(folder.glob(pattern)):
        file = f"{label}/{path.name}"
        try:
            yield file, path.read_bytes().decode()
        except UnicodeDecodeError as error:
            faults.append(Fault(message=f"byte {error.start} is not UTF-8", file=file))


def run_checks(checks: Sequence[Check], select: Select) -> dict[Check, Solutions]:
    """The rows of each check, each of which is a fault.

    ``select`` runs a SELECT on the graph that is checked. Raises ``OntologyError`` with every
    check that the engine rejects.
    """
    rows: dict[Check, Solutions] = {}
    faults: list[Fault] = []
    for check in checks:
        try:
            rows[check] = select(check.query)
        except QueryRejected as error:
            faults.append(Fault(message=error.message, file=check.file, line=error.line))
    if faults:
        raise OntologyError("the checks are at fault", faults)
    return rows


def check_findings(
    rows: Mapping[Check, Solutions],
    *,
    documents: Sequence[PositionedGraph] = (),
    names: Graph,
    given: Container[str] = (),
) -> list[Finding]:
    """A finding for each row of each check.

    ``documents`` give the places and ``names`` the labels. Where two records clash and only
    the other one is in a ``given`` file, the finding is about that one.
    """
    locator, wording = Locator(documents), Wording(names)
    findings = [
        _finding(check, row, locator, wording, given)
        for check, solutions in rows.items()
        for row in solutions.records()
    ]
    return _enriched(findings, names, documents)


def _read(text: str, *, file: str, faults: list[Fault]) -> Check | None:
    reader = HeaderReader(file)
    fields = reader.fields(split_header(text)[0], required=_FIELDS)
    header = {key: reader.text(node, key) for key, node in fields.items()}
    message, severity = header.get("message", ""), header.get("severity", "violation").lower()
    if severity not in frozenset(Severity):
        known = ", ".join(Severity)
        reader.fault(reader.lines["severity"], f"“{severity}” is no severity; known: {known}")
    columns = read_columns(code_tokens(text))
    if not columns or columns[0] != "focus":
        reader.fault(1, "the first column is not ?focus: begin with SELECT ?focus")
    for variable in PLACEHOLDER.findall(message):
        if columns and variable not in columns:
            words = f"the message uses {{?{variable}}}, which the query does not select"
            reader.fault(reader.lines["message"], words)
    faults += reader.faults
    if reader.faults:
        return None
    return Check(
        name=Path(file).stem,
        file=file,
        summary=header["summary"].strip().rstrip("."),
        message=message.strip(),
        severity=Severity(severity),
        query=text,
    )


def _turn(terms: dict[str, Node], locator: Locator, given: Container[str]) -> None:
    """Let a row be about the one of its two records that is in a given file."""
    focus, other = terms.get("focus"), terms.get("other")
    if focus is None or other is None or locator.is_given(focus, given):
        return
    if locator.is_given(other, given):
        terms["focus"], terms["other"] = other, focus


def _finding(
    check: Check,
    row: Mapping[str, object],
    locator: Locator,
    wording: Wording,
    given: Container[str],
) -> Finding:
    terms: dict[str, Node] = {
        name: rdflib_term(term)  # type: ignore[arg-type]
        for name, term in row.items()
    }
    _turn(terms, locator, given)
    focus = terms.get("focus")
    # The value tells the place better than the property that has it.
    names = sorted(terms, key=lambda name: name in ("path", "property"))
    others = [terms[name] for name in names if name != "focus"]
    location = Location() if focus is None else locator.locate_row(focus, others)
    subject = "the graph" if focus is None else wording.name(focus)
    path = terms.get("path") or terms.get("property")
    value = terms.get("value") or terms.get("target") or terms.get("term")
    return Finding(
        severity=check.severity,
        code=check.name,
        message=f"{subject}: {check.summary[:1].lower()}{check.summary[1:]}",
        remedy=wording.fill(check.message, terms),
        focus_node=None if focus is None else node_text(focus),
        path=None if path is None else str(path),
        value=None if value is None else str(value),
        shape=check.file,
        terms=None if focus is None else ResultTerms(focus=node_turtle(focus)),
        **location.fields,
    )


# What a query cannot tell: the nearest term, and the fix


def _enriched(
    findings: Sequence[Finding], data: Graph, documents: Sequence[PositionedGraph]
) -> list[Finding]:
    """The findings, those about terms and references with the nearest that there is."""
    by_file = {document.file: document for document in documents}
    enrich: Mapping[str, Callable[[Finding, Graph], Finding]] = {
        "term-undefined": _unknown_term,
        "term-deprecated-used": partial(_retired, by_file=by_file),
        "reference-dangling": _dangling,
    }
    return [enrich[f.code](f, data) if f.code in enrich else f for f in findings]


def _unknown_term(finding: Finding, data: Graph) -> Finding:
    term = finding.value or ""
    own = {str(s) for s in data.subjects(_TYPE) if str(s).startswith(GFMD)}
    names = {iri: iri.removeprefix(GFMD) for iri in sorted(own)}
    is_class = (URIRef(finding.focus_node or ""), _TYPE, URIRef(term)) in data
    found = process.extractOne(term.removeprefix(GFMD), names, scorer=fuzz.ratio)
    if found is None or found[1] < _ALIKE:
        return replace(finding, is_about_class=is_class)
    return replace(
        finding,
        remedy=f"{finding.remedy}; the nearest is {compact(found[2])}",
        meant=found[2],
        is_about_class=is_class,
    )


def _retired(
    finding: Finding, data: Graph, by_file: Mapping[str | None, PositionedGraph]
) -> Finding:
    successors = list(data.objects(URIRef(finding.value or ""), _REPLACED_BY))
    document = by_file.get(finding.file)
    if len(successors) != 1 or not isinstance(successors[0], URIRef):
        return finding
    if document is None or document.media_type not in POSITIONED or finding.line is None:
        return finding
    span = Span(finding.line, finding.column or 1, finding.end_line or 0, finding.end_column or 0)
    # The place may be that of the whole statement, where no token could be found.
    if span.line != span.end_line or set(document.text_of(span)) & set(" \t;"):
        return finding
    successor = str(successors[0])
    text = write_iri(document, span, successor)
    fix = make_fix(span, text, f"write {compact(successor)} in its place")
    return replace(finding, fix=fix, fixable=True)


def _dangling(finding: Finding, data: Graph) -> Finding:
    """The nearest IRI of a record of the same kind, that is in the same folder."""
    target = finding.value or ""
    folder, _, name = target.rpartition("/")
    siblings = {
        str(s): str(s).removeprefix(f"{folder}/")
        for s in set(data.subjects(_TYPE))
        if str(s).startswith(f"{folder}/")
    }
    found = process.extractOne(name, siblings, scorer=fuzz.ratio)
    if found is None or found[1] < _WELL_ALIKE:
        return finding
    return replace(finding, remedy=f"{finding.remedy}; the nearest is <{found[2]}>")
