"""What is suspicious although no rule forbids it: findings about the given documents alone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

import pyoxigraph as ox
from rapidfuzz import fuzz, process
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.formats.solutions import Select
from gfmdkg.namespaces import BASE, GFMD, ID_BASE, PREFIXES, RDF, RDFS, SKOS, XSD, compact
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.terms.folding import fold
from gfmdkg.validation.data_graph import node_text, node_turtle
from gfmdkg.validation.findings import Finding, ResultTerms, Severity
from gfmdkg.validation.locate import Location, Locator
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.wording import Wording

__all__ = ["Namesakes", "Suspicion", "lint"]

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
_LABELS = tuple(SKOS + name for name in ("prefLabel", "altLabel", "hiddenLabel"))
_NEVER = GFMD + "neverLabel"
_CONCEPT = SKOS + "Concept"
# One kind where a check of the ontology covers several classes.
_KIND_OF = {
    GFMD + "Instrument": "reference",
    GFMD + "Process": "reference",
    GFMD + "Summit": "summit",
    PREFIXES["foaf"] + "Group": "actor",
    PREFIXES["foaf"] + "Person": "actor",
    PREFIXES["org"] + "Organization": "actor",
}
_NEAR, _VERY_NEAR = 90.0, 96.0
# To compare with more names would keep the curator waiting.
_MOST_LABELS = 100_000
_MOST_COMPARISONS = 5_000_000


class Suspicion:
    """A graph, the places of the documents that are looked at, and the words for its nodes."""

    def __init__(self, data: Graph, documents: Sequence[PositionedGraph]) -> None:
        self.data, self._documents = data, documents

    @cached_property
    def locator(self) -> Locator:
        """Finds places in the documents."""
        return Locator(self._documents)

    @cached_property
    def wording(self) -> Wording:
        """Names what is in the data."""
        return Wording(self.data)

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
        return Finding(
            severity=severity,
            code=code,
            message=message,
            remedy=remedy,
            focus_node=node_text(focus),
            terms=ResultTerms(focus=node_turtle(focus)),
            **location.fields,
            **members,  # type: ignore[arg-type]
        )


def lint(
    data: Graph,
    documents: Sequence[PositionedGraph],
    select: Select,
    *,
    today: date,
    namesakes: "Namesakes",
) -> list[Finding]:
    """The suspicious things in ``documents``, which are a part of ``data``.

    Properties that look misspelt, dates that lie ahead, IRIs outside the project's form,
    records that nothing is joined to, labels of another record, and near-duplicates.
    ``select`` runs a SELECT on all that there is, whose names ``namesakes`` knows.
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
        *namesakes.findings(view, subjects),
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
        is_record = bool(_kinds_of(types)) or any(t.startswith(GFMD) for t in types)
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
        is_named = _kinds_of(str(class_) for class_ in view.data.objects(subject, _TYPE))
        yield view.finding(
            "orphan",
            Severity.INFO if is_named else Severity.WARNING,
            subject,
            f"nothing points to {view.wording.name(subject)}, and it points to no other record",
            "join it to the record that it was made for, or remove it",
            view.locator.locate(subject),
        )


def _kinds_of(classes: Iterable[str]) -> frozenset[str]:
    """The kinds of named things that a record of these classes is; none for a concept."""
    found = set(classes)
    if _CONCEPT in found:
        return frozenset()
    return frozenset(_KIND_OF[name] for name in found if name in _KIND_OF)


# Names


class Namesakes:
    """The names that a graph has, which ``select`` asks; read when they are first needed."""

    def __init__(self, select: Select, *, asked: int = 0) -> None:
        """``asked`` is of how many subjects the names are asked in all, if not at one go."""
        self._select, self._asked = select, asked
        self._reported: set[frozenset[str]] = set()
        self.compared_all = True
        """Whether no name has been passed over because there are too many."""

    def findings(self, view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
        """What is to be said of the names of some subjects."""
        named = [s for s in sorted(subjects, key=str) if self._kinds(s)]
        if not named:
            return
        yield from self._shared(view, named)
        if max(len(named), self._asked) * sum(map(len, self._pools.values())) <= _MOST_COMPARISONS:
            yield from self._near(view, named)
        else:
            self.compared_all = False

    def _kinds(self, subject: Node) -> frozenset[str]:
        return self._all_kinds.get(str(subject), frozenset())

    def _shared(self, view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
        """Labels of a record of another kind; within a kind the checks forbid them."""
        for subject in subjects:
            for property_ in _LABELS:
                for label in sorted(view.data.objects(subject, URIRef(property_)), key=str):
                    text = fold(str(label))
                    other = next(self._others(str(subject), text), None)
                    if other is None:
                        continue
                    yield view.finding(
                        "label-of-another-kind",
                        Severity.WARNING,
                        subject,
                        f"{view.wording.name(label)} is also a label of <{other}>,"
                        " which is another kind of thing",
                        "tell the two names apart, or give one of them a gfmd:neverLabel",
                        view.locator.locate_row(subject, [label]),
                        path=property_,
                        value=str(label),
                    )

    def _others(self, subject: str, text: str) -> Iterator[str]:
        for other in self._owners.get(text, ()):
            is_vetoed = (other, text) in self._vetoes
            if other != subject and not is_vetoed and self._is_other_kind(other, subject):
                yield other

    def _is_other_kind(self, one: str, other: str) -> bool:
        return self._all_kinds[one].isdisjoint(self._all_kinds[other])

    def _near(self, view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
        for subject in subjects:
            for kind in sorted(self._kinds(subject)):
                pool = self._pools.get(kind, {})
                own = pool.get(str(subject))
                for other, score in () if own is None else _alike(own, pool, str(subject)):
                    if frozenset((str(subject), other)) in self._reported:
                        continue
                    self._reported.add(frozenset((str(subject), other)))
                    yield view.finding(
                        "near-duplicate",
                        Severity.WARNING if score >= _VERY_NEAR else Severity.INFO,
                        subject,
                        f"{view.wording.name(subject)} has nearly the name of"
                        f" {view.wording.name(URIRef(other))} <{other}>",
                        "use that record if it is the same thing, with this name as skos:altLabel",
                        view.locator.locate(subject),
                        value=other,
                    )

    # What the graph says

    @cached_property
    def _rows(self) -> tuple[tuple[str, str, ox.Literal, str], ...]:
        """Subject, property, label and class, in a fixed order."""
        ((count,),) = self._select(_query("named-labels-count.rq")).rows
        if isinstance(count, ox.Literal) and int(count.value) > _MOST_LABELS:
            self.compared_all = False
            return ()
        rows = self._select(_query("named-labels.rq")).rows
        found = [
            (subject.value, p.value, label, c.value)
            for subject, p, label, c in rows
            if isinstance(subject, ox.NamedNode | ox.BlankNode)
            and isinstance(p, ox.NamedNode)
            and isinstance(label, ox.Literal)
            and isinstance(c, ox.NamedNode)
        ]
        return tuple(sorted(found, key=lambda row: (row[0], row[1], row[2].value, row[3])))

    @cached_property
    def _all_kinds(self) -> Mapping[str, frozenset[str]]:
        classes: dict[str, set[str]] = {}
        for subject, _, _, class_ in self._rows:
            classes.setdefault(subject, set()).add(class_)
        return {subject: _kinds_of(found) for subject, found in classes.items()}

    @cached_property
    def _owners(self) -> Mapping[str, list[str]]:
        """The records of a kind that have a label, by its folded text."""
        owners: dict[str, dict[str, None]] = {}
        for subject, property_, label, _ in self._rows:
            if property_ != _NEVER and self._all_kinds[subject]:
                owners.setdefault(fold(label.value), {})[subject] = None
        return {text: list(found) for text, found in owners.items()}

    @cached_property
    def _vetoes(self) -> frozenset[tuple[str, str]]:
        return frozenset((s, fold(label.value)) for s, p, label, _ in self._rows if p == _NEVER)

    @cached_property
    def _pools(self) -> Mapping[str, dict[str, str]]:
        """The official names in English of each kind, by record."""
        pools: dict[str, dict[str, str]] = {}
        for subject, property_, label, _ in self._rows:
            if property_ == _LABELS[0] and label.language == "en":
                for kind in self._all_kinds[subject]:
                    pools.setdefault(kind, {}).setdefault(subject, fold(label.value))
        return pools


def _query(name: str) -> str:
    return packaged_query("gfmdkg.validation", name).text


def _alike(label: str, pool: dict[str, str], subject: str) -> Iterable[tuple[str, float]]:
    others = {node: name for node, name in pool.items() if node != subject and name != label}
    found = process.extract(label, others, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR)
    # Two conventions that differ in their number or year are two conventions.
    digits = re.findall("[0-9]+", label)
    return [(node, score) for name, score, node in found if re.findall("[0-9]+", name) == digits][
        :1
    ]
