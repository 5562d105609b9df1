"""What a query cannot tell of a check's finding: the nearest term, and the fix."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process
from rdflib import Graph, URIRef

from gfmdkg.namespaces import GFMD, RDF, compact
from gfmdkg.validation.findings import Finding
from gfmdkg.validation.fixing import make_fix, write_iri
from gfmdkg.validation.positions import POSITIONED, PositionedGraph, Span

__all__ = ["enrich"]

_TYPE = URIRef(RDF + "type")
_REPLACED_BY = URIRef("http://purl.org/dc/terms/isReplacedBy")
_ALIKE = 70.0
_WELL_ALIKE = 80.0


def enrich(
    findings: Iterable[Finding], data: Graph, documents: Sequence[PositionedGraph]
) -> list[Finding]:
    """The findings, those about terms and references with the nearest that there is."""
    by_file = {document.file: document for document in documents}
    made: list[Finding] = []
    for finding in findings:
        match finding.code:
            case "term-undefined":
                made.append(_unknown_term(finding, data))
            case "term-deprecated-used":
                made.append(_retired(finding, data, by_file))
            case "reference-dangling":
                made.append(_dangling(finding, data))
            case _:
                made.append(finding)
    return made


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
