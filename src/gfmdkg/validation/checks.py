"""Checks: queries of the ontology that must return no rows."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from gfmdkg.validation.data_graph import node_text, rdflib_term
from gfmdkg.validation.findings import Finding, Severity
from gfmdkg.validation.fixing import make_fix, write_iri
from gfmdkg.validation.locate import Location, Locator
from gfmdkg.validation.positions import POSITIONED, PositionedGraph
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


def load_checks(folder: Path) -> tuple[Check, ...]:
    """The checks of a folder, by name. Raises ``OntologyError`` with all faults."""
    checks: list[Check] = []
    faults: list[Fault] = []
    for file, text in read_rules(folder, "ontology/checks/*.rq", faults):
        check = _read(text, file=file, faults=faults)
        if check is not None:
            checks.append(check)
    if faults:
        raise OntologyError("the checks are at fault", faults)
    return tuple(checks)


def read_rules(folder: Path, shown: str, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    """The files of a folder, with their texts; ``faults`` takes what is not UTF-8.

    ``shown`` is their pattern, below the path that the sources show.
    """
    label, _, pattern = shown.rpartition("/")
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
    findings: list[Finding] = []
    for check, solutions in rows.items():
        for row in solutions.records():
            terms: dict[str, Node] = {n: rdflib_term(term) for n, term in row.items()}
            _turn(terms, locator, given)
            location = _locate(terms, locator)
            finding = _finding(check, terms, location, wording)
            findings.append(_enriched(finding, location, names))
    return findings


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


def _locate(terms: Mapping[str, Node], locator: Locator) -> Location:
    # The value tells the place better than the property that has it.
    names = sorted(terms, key=lambda name: name in ("path", "property"))
    others = [terms[name] for name in names if name != "focus"]
    return locator.locate_row(terms["focus"], others) if "focus" in terms else Location()


def _finding(
    check: Check, terms: Mapping[str, Node], location: Location, wording: Wording
) -> Finding:
    focus = terms.get("focus")
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
        **location.fields,
    )


# What a query cannot tell: the nearest term, and the fix


def _enriched(finding: Finding, location: Location, data: Graph) -> Finding:
    """A finding about a term or a reference, with the nearest that there is."""
    match finding.code:
        case "term-undefined":
            return _unknown_term(finding, data)
        case "term-deprecated-used":
            return _retired(finding, location, data)
        case "reference-dangling":
            # A record of the same kind is in the same folder.
            target = finding.value or ""
            found = _nearest(target, target.rpartition("/")[0] + "/", data, _WELL_ALIKE)
            return _with_nearest(finding, None if found is None else f"<{found}>")
    return finding


def _nearest(iri: str, namespace: str, data: Graph, score: float) -> str | None:
    """The IRI in a namespace that is most like this one, if it is at least so much alike."""
    own = sorted({str(s) for s in data.subjects(_TYPE) if str(s).startswith(namespace)})
    names = {known: known.removeprefix(namespace) for known in own}
    name = iri.removeprefix(namespace)
    found = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=score)
    return None if found is None else found[2]


def _with_nearest(finding: Finding, nearest: str | None) -> Finding:
    if nearest is None:
        return finding
    return replace(finding, remedy=f"{finding.remedy}; the nearest is {nearest}")


def _unknown_term(finding: Finding, data: Graph) -> Finding:
    term = finding.value or ""
    is_class = (URIRef(finding.focus_node or ""), _TYPE, URIRef(term)) in data
    meant = _nearest(term, GFMD, data, _ALIKE)
    found = _with_nearest(finding, None if meant is None else compact(meant))
    return replace(found, meant=meant, is_about_class=is_class)


def _retired(finding: Finding, location: Location, data: Graph) -> Finding:
    successors = list(data.objects(URIRef(finding.value or ""), _REPLACED_BY))
    document, span = location.document, location.span
    if document is None or span is None or document.media_type not in POSITIONED:
        return finding
    if len(successors) != 1 or not isinstance(successors[0], URIRef):
        return finding
    # The place may be that of the whole statement, where no token could be found.
    if span.line != span.end_line or set(document.text_of(span)) & set(" \t;"):
        return finding
    successor = str(successors[0])
    text = write_iri(document, span, successor)
    fix = make_fix(span, text, f"write {compact(successor)} in its place")
    return replace(finding, fix=fix, fixable=True)
