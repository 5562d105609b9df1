"""What is suspicious although no rule forbids it: findings about the given documents alone."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import BASE, GFMD, ID_BASE, PREFIXES, RDF, RDFS, SKOS, XSD, compact
from gfmdkg.terms.folding import fold
from gfmdkg.validation.findings import Finding, ResultTerms, Severity
from gfmdkg.validation.locate import Location, Locator
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.wording import Wording

__all__ = ["lint"]

_TYPE = URIRef(RDF + "type")
_LABELS = tuple(URIRef(SKOS + n) for n in ("prefLabel", "altLabel", "hiddenLabel"))
_NEVER = URIRef(GFMD + "neverLabel")
_DATES = frozenset(XSD + n for n in ("date", "dateTime", "gYear", "gYearMonth"))
_MODEL = tuple(
    PREFIXES[p]
    for p in ("cito", "dcterms", "foaf", "gfmd", "org", "prov", "skos", "schema", "sdgo")
)
_NAMED = frozenset(
    URIRef(PREFIXES[p] + n)
    for p, n in (
        ("foaf", "Group"),
        ("foaf", "Person"),
        ("gfmd", "Instrument"),
        ("gfmd", "Process"),
        ("gfmd", "Summit"),
        ("org", "Organization"),
        ("skos", "Concept"),
    )
)
_IRI_FORM = re.compile(r"[a-z0-9._/-]+")
_MISSPELT = 85.0
_NEAR, _VERY_NEAR = 90.0, 96.0


@dataclass(frozen=True, slots=True)
class _View:
    data: Graph
    documents: Sequence[PositionedGraph]
    locator: Locator
    wording: Wording
    subjects: frozenset[Node]

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
            focus_node=str(focus),
            terms=ResultTerms(focus=focus.n3() if isinstance(focus, URIRef) else "[]"),
            **members,  # type: ignore[arg-type]
        )


def lint(data: Graph, documents: Sequence[PositionedGraph], *, today: date) -> list[Finding]:
    """The suspicious things in ``documents``, which are a part of ``data``.

    Properties that look misspelt, dates that lie ahead, IRIs outside the project's form,
    records that nothing is joined to, labels of another record, and near-duplicates.
    """
    subjects = {s for document in documents for s in document.subjects_with_type()}
    view = _View(data, documents, Locator(documents), Wording(data), frozenset(subjects))
    return [
        *_unfamiliar(view),
        *_dates_ahead(view, today),
        *_odd_iris(view),
        *_orphans(view),
        *_shared_labels(view),
        *_near_duplicates(view),
    ]


def _unfamiliar(view: _View) -> Iterator[Finding]:
    """Properties and classes of foreign vocabularies that look like one that is in use."""
    counts: dict[str, int] = {}
    for _, predicate, value in view.data:
        counts[str(predicate)] = counts.get(str(predicate), 0) + 1
        if predicate == _TYPE:
            counts[str(value)] = counts.get(str(value), 0) + 1
    defined = {str(s) for s in view.data.subjects(URIRef(RDFS + "isDefinedBy"))}
    for document in view.documents:
        seen: set[tuple[Node, Node]] = set()
        for subject, predicate, value in document.spans:
            term = value if predicate == _TYPE else predicate
            if (subject, term) in seen or not str(term).startswith(_MODEL):
                continue
            seen.add((subject, term))
            if str(term) in defined or str(term).startswith(GFMD):
                continue
            common = [n for n in counts if counts[n] > 10 * counts[str(term)] and n != str(term)]
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


def _same_namespace(one: str, other: str) -> bool:
    def split(iri: str) -> tuple[str, str]:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        return iri[:cut], iri[cut:]

    (namespace, name), (other_namespace, other_name) = split(one), split(other)
    alike = fuzz.ratio(name.lower(), other_name.lower()) >= _MISSPELT
    # startDate and endDate are two words, not one misspelt.
    return namespace == other_namespace and alike and name[:1].lower() == other_name[:1].lower()


def _dates_ahead(view: _View, today: date) -> Iterator[Finding]:
    for document in view.documents:
        for subject, predicate, value in document.spans:
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


def _odd_iris(view: _View) -> Iterator[Finding]:
    classes = {str(c) for c in _NAMED if str(c) != SKOS + "Concept"}
    for subject in sorted(view.subjects, key=str):
        if not isinstance(subject, URIRef):
            continue
        types = {str(t) for t in view.data.objects(subject, _TYPE)}
        iri = str(subject)
        is_record = bool(types & classes) or any(t.startswith(GFMD) for t in types)
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


def _orphans(view: _View) -> Iterator[Finding]:
    for subject in sorted(view.subjects, key=str):
        if not str(subject).startswith(ID_BASE):
            continue
        incoming = any(s != subject for s in view.data.subjects(None, subject))
        outgoing = any(
            str(o).startswith(ID_BASE) and o != subject for o in view.data.objects(subject, None)
        )
        if incoming or outgoing:
            continue
        # What can be cited or take part may well stand alone until a text names it.
        yield view.finding(
            "orphan",
            Severity.INFO if _kinds(view, subject) else Severity.WARNING,
            subject,
            f"nothing points to {view.wording.name(subject)}, and it points to no other record",
            "join it to the record that it was made for, or remove it",
            view.locator.locate(subject),
        )


def _shared_labels(view: _View) -> Iterator[Finding]:
    """Labels of a record of another kind; within a kind the checks forbid them."""
    owners: dict[str, list[Node]] = {}
    for predicate in _LABELS:
        for subject, label in view.data.subject_objects(predicate):
            if _kinds(view, subject):
                owners.setdefault(fold(str(label)), []).append(subject)
    vetoes = {(subject, fold(str(label))) for subject, label in view.data.subject_objects(_NEVER)}
    for subject in sorted(view.subjects, key=str):
        for predicate in _LABELS:
            for label in sorted(view.data.objects(subject, predicate), key=str):
                text = fold(str(label))
                others = [
                    o
                    for o in dict.fromkeys(owners.get(text, ()))
                    if o != subject
                    and (o, text) not in vetoes
                    and not _kinds(view, o) & _kinds(view, subject)
                ]
                if not others or not _kinds(view, subject):
                    continue
                yield view.finding(
                    "label-of-another-kind",
                    Severity.WARNING,
                    subject,
                    f"{view.wording.name(label)} is also a label of <{others[0]}>,"
                    " which is another kind of thing",
                    "tell the two names apart, or give one of them a gfmd:neverLabel",
                    view.locator.locate_row(subject, [label]),
                    path=str(predicate),
                    value=str(label),
                )


def _kinds(view: _View, subject: Node) -> frozenset[str]:
    """The kinds of named things that a record is; one kind where a check covers several."""
    kinds = set()
    for type_ in view.data.objects(subject, _TYPE):
        if type_ not in _NAMED:
            continue
        name = str(type_)
        if name in (GFMD + "Instrument", GFMD + "Process"):
            kinds.add("reference")
        elif name == SKOS + "Concept":
            return frozenset()
        elif name == GFMD + "Summit":
            kinds.add("summit")
        else:
            kinds.add("actor")
    return frozenset(kinds)


def _near_duplicates(view: _View) -> Iterator[Finding]:
    pools: dict[str, dict[Node, str]] = {}
    for subject, label in view.data.subject_objects(_LABELS[0]):
        if isinstance(label, Literal) and label.language == "en":
            for kind in _kinds(view, subject):
                pools.setdefault(kind, {})[subject] = fold(str(label))
    reported: set[frozenset[Node]] = set()
    for subject in sorted(view.subjects, key=str):
        for kind in sorted(_kinds(view, subject)):
            own = pools.get(kind, {}).get(subject)
            if own is None:
                continue
            for other, score in _alike(own, pools[kind], subject):
                if frozenset((subject, other)) in reported:
                    continue
                reported.add(frozenset((subject, other)))
                yield view.finding(
                    "near-duplicate",
                    Severity.WARNING if score >= _VERY_NEAR else Severity.INFO,
                    subject,
                    f"{view.wording.name(subject)} has nearly the name of"
                    f" {view.wording.name(other)} <{other}>",
                    "use that record if it is the same thing, with this name as skos:altLabel",
                    view.locator.locate(subject),
                    value=str(other),
                )


def _alike(label: str, pool: dict[Node, str], subject: Node) -> Iterable[tuple[Node, float]]:
    others = {node: name for node, name in pool.items() if node != subject and name != label}
    found = process.extract(label, others, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR)
    # Two conventions that differ in their number or year are two conventions.
    digits = re.findall("[0-9]+", label)
    return [(node, score) for name, score, node in found if re.findall("[0-9]+", name) == digits][
        :1
    ]
