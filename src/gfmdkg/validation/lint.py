"""What is suspicious although no rule forbids it: findings about the given documents alone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import pyoxigraph as ox
from rapidfuzz import fuzz, process
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.formats.solutions import Select
from gfmdkg.namespaces import BASE, GFMD, ID_BASE, PREFIXES, RDF, RDFS, XSD, compact
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.validation.findings import Finding, Severity
from gfmdkg.validation.locate import Location
from gfmdkg.validation.namesakes import Namesakes, Suspicion, kinds_of
from gfmdkg.validation.positions import PositionedGraph

__all__ = ["lint"]

_TYPE = URIRef(RDF + "type")
_DATES = frozenset(XSD + n for n in ("date", "dateTime", "gYear", "gYearMonth"))
_MODEL = tuple(
    PREFIXES[p]
    for p in ("cito", "dcterms", "foaf", "gfmd", "org", "prov", "skos", "schema", "sdgo")
)
_IRI_FORM = re.compile(r"[a-z0-9._/-]+")
_MISSPELT = 85.0
_MISSPELT_NAMESPACE = 94.0
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def lint(
    data: Graph,
    documents: Sequence[PositionedGraph],
    select: Select,
    *,
    today: date,
    namesakes: Namesakes | None = None,
) -> list[Finding]:
    """The suspicious things in ``documents``, which are a part of ``data``.

    Properties that look misspelt, dates that lie ahead, IRIs outside the project's form,
    records that nothing is joined to, labels of another record, and near-duplicates.
    ``select`` runs a SELECT on all that there is, whose names ``namesakes`` may know already.
    """
    subjects = {s for document in documents for s in document.subjects_with_type()}
    view = Suspicion(data, documents)
    return [
        *_unfamiliar(view, documents, select),
        *_odd_prefixes(documents),
        *_control_characters(view, documents),
        *_dates_ahead(view, documents, today),
        *_odd_iris(view, subjects),
        *_orphans(view, subjects),
        *(namesakes or Namesakes(select)).findings(view, subjects),
    ]


def _unfamiliar(
    view: Suspicion, documents: Sequence[PositionedGraph], select: Select
) -> Iterator[Finding]:
    """Properties and classes of foreign vocabularies that look like one that is in use."""
    defined = URIRef(RDFS + "isDefinedBy")
    counts: Mapping[str, int] | None = None
    for document in documents:
        seen: set[tuple[Node, Node]] = set()
        for subject, predicate, value in document.triples:
            term = value if predicate == _TYPE else predicate
            if (subject, term) in seen or not str(term).startswith(_MODEL):
                continue
            seen.add((subject, term))
            if str(term).startswith(GFMD) or (term, defined, None) in view.data:
                continue
            counts = _usage(select) if counts is None else counts
            common = [
                n for n in counts if counts[n] > 10 * counts.get(str(term), 0) and n != str(term)
            ]
            found = process.extractOne(str(term), common, scorer=fuzz.ratio, score_cutoff=_MISSPELT)
            if found is None or not _same_namespace(str(term), found[0]):
                continue
            yield view.finding(
                "property-unfamiliar",
                Severity.WARNING,
                subject,
                f"{compact(str(term))} is hardly used anywhere, {compact(found[0])} often",
                f"write {compact(found[0])}, if that is what is meant",
                view.locator.locate_row(subject, [term]),
                value=str(term),
                meant=found[0],
            )


def _odd_prefixes(documents: Sequence[PositionedGraph]) -> Iterator[Finding]:
    """Namespaces that look like a known one: all that is said in them goes unnoticed."""
    for document in documents:
        for prefix, namespace in document.prefixes.items():
            known = PREFIXES.get(prefix) or _nearest_namespace(namespace)
            if known is None or namespace in PREFIXES.values():
                continue
            is_misspelt = fuzz.ratio(namespace, known) >= _MISSPELT
            place = Location(document.file, document.declaration_span(prefix))
            yield Finding(
                severity=Severity.VIOLATION if is_misspelt else Severity.WARNING,
                code="prefix-unfamiliar",
                message=f"the prefix {prefix}: stands for <{namespace}> here, not for <{known}>",
                remedy=f"write <{known}>, or another prefix if that is not what is meant",
                value=namespace,
                **place.fields,
            )


def _nearest_namespace(namespace: str) -> str | None:
    """The known namespace of which this is a misspelling."""
    for known in PREFIXES.values():
        is_part = namespace.startswith(known) or known.startswith(namespace)
        if not is_part and fuzz.ratio(known, namespace) >= _MISSPELT_NAMESPACE:
            return known
    return None


def _control_characters(view: Suspicion, documents: Sequence[PositionedGraph]) -> Iterator[Finding]:
    """Characters that no reader sees, and that XML and many programs refuse."""
    for document in documents:
        for subject, predicate, value in document.triples:
            found = _CONTROL.search(str(value)) if isinstance(value, Literal) else None
            if found is None:
                continue
            yield view.finding(
                "control-character",
                Severity.WARNING,
                subject,
                f"{view.wording.path(predicate)} of {view.wording.name(subject)} holds the"
                f" control character U+{ord(found[0]):04X}",
                "remove it; it may have come with copying from another program",
                view.locator.locate_row(subject, [value]),
                path=str(predicate),
            )


def _usage(select: Select) -> Mapping[str, int]:
    """How often each property and each class is used."""
    text = packaged_query("gfmdkg.validation", "term-usage.rq").text
    return {
        term.value: int(count.value)
        for term, count in select(text).rows
        if isinstance(term, ox.NamedNode) and isinstance(count, ox.Literal)
    }


def _same_namespace(one: str, other: str) -> bool:
    def split(iri: str) -> tuple[str, str]:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        return iri[:cut], iri[cut:]

    (namespace, name), (other_namespace, other_name) = split(one), split(other)
    alike = fuzz.ratio(name.lower(), other_name.lower()) >= _MISSPELT
    # startDate and endDate are two words, not one misspelt.
    return namespace == other_namespace and alike and name[:1].lower() == other_name[:1].lower()


def _dates_ahead(
    view: Suspicion, documents: Sequence[PositionedGraph], today: date
) -> Iterator[Finding]:
    for document in documents:
        for subject, predicate, value in document.triples:
            if not isinstance(value, Literal) or str(value.datatype) not in _DATES:
                continue
            if str(value)[:10] <= today.isoformat()[: len(str(value)[:10])]:
                continue
            yield view.finding(
                "date-ahead",
                Severity.WARNING,
                subject,
                f"{view.wording.path(predicate)} of {view.wording.name(subject)} lies after today:"
                f" {value}",
                "correct the date, or leave the record until the day has come",
                view.locator.locate_row(subject, [value]),
                path=str(predicate),
                value=str(value),
            )


def _odd_iris(view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
    for subject in sorted(subjects, key=str):
        if not isinstance(subject, URIRef):
            continue
        types = {str(t) for t in view.data.objects(subject, _TYPE)}
        iri = str(subject)
        is_record = bool(kinds_of(types)) or any(t.startswith(GFMD) for t in types)
        is_foreign = is_record and not iri.startswith((BASE, PREFIXES["sdg"]))
        is_odd = iri.startswith(ID_BASE) and not _IRI_FORM.fullmatch(iri.removeprefix(ID_BASE))
        # Where a shape speaks of the form of the IRI, it has done so.
        if is_foreign:
            yield view.finding(
                "iri-foreign",
                Severity.WARNING,
                subject,
                f"<{iri}> is no IRI of this graph",
                f"begin the IRI of a record with {ID_BASE}; @base <{BASE}> . makes it short",
                view.locator.locate(subject),
            )
        elif is_odd and not is_record:
            yield view.finding(
                "iri-form",
                Severity.WARNING,
                subject,
                f"<{iri}> has characters that the IRIs of this graph do not have",
                "use lower-case ASCII letters, digits, hyphens and slashes",
                view.locator.locate(subject),
            )


def _orphans(view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
    for subject in sorted(subjects, key=str):
        if not str(subject).startswith(ID_BASE):
            continue
        incoming = any(s != subject for s in view.data.subjects(None, subject))
        outgoing = any(
            str(o).startswith(ID_BASE) and o != subject for o in view.data.objects(subject, None)
        )
        if incoming or outgoing:
            continue
        # What can be cited or take part may well stand alone until a text names it.
        is_named = kinds_of(str(class_) for class_ in view.data.objects(subject, _TYPE))
        yield view.finding(
            "orphan",
            Severity.INFO if is_named else Severity.WARNING,
            subject,
            f"nothing points to {view.wording.name(subject)}, and it points to no other record",
            "join it to the record that it was made for, or remove it",
            view.locator.locate(subject),
        )
