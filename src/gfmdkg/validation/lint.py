"""What is suspicious although no rule forbids it: findings about the given documents alone."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from rapidfuzz import fuzz, process
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import BASE, GFMD, ID_BASE, PREFIXES, RDF, RDFS, XSD, compact
from gfmdkg.terms.folding import fold
from gfmdkg.validation.data_graph import node_text
from gfmdkg.validation.findings import Finding, Severity
from gfmdkg.validation.known import LABELS, Known, KnownNames, kinds_of
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
_NEAR, _VERY_NEAR = 90.0, 96.0
# Comparing more names would keep the curator waiting.
_MOST_COMPARISONS = 5_000_000


class Suspicion:
    """A graph, the places of the documents that are looked at, and the words for its nodes."""

    def __init__(self, data: Graph, documents: Sequence[PositionedGraph]) -> None:
        self.data, self.documents = data, documents

    @cached_property
    def locator(self) -> Locator:
        """Finds places in the documents."""
        return Locator(self.documents)

    @cached_property
    def wording(self) -> Wording:
        """Names what is in the data."""
        return Wording(self.data)

    def classes(self, subject: Node) -> frozenset[str]:
        """The classes of a record."""
        return frozenset(str(class_) for class_ in self.data.objects(subject, _TYPE))

    def finding(
        self,
        code: str,
        focus: Node,
        message: str,
        remedy: str,
        *,
        severity: Severity = Severity.WARNING,
        at: Node | None = None,
        **members: str | None,
    ) -> Finding:
        """A finding at the record, or where it has a term; ``members`` are further fields."""
        locator = self.locator
        location = locator.locate(focus) if at is None else locator.locate_row(focus, [at])
        return Finding(
            severity=severity,
            code=code,
            message=message,
            remedy=remedy,
            focus_node=node_text(focus),
            **location.fields,
            **members,  # type: ignore[arg-type]
        )


def lint(
    data: Graph,
    documents: Sequence[PositionedGraph],
    *,
    today: date,
    namesakes: "Namesakes",
) -> list[Finding]:
    """The suspicious things in ``documents``, which are a part of ``data``.

    Properties that look misspelt, dates that lie ahead, IRIs outside the project's form,
    records that nothing is joined to, labels of another record, and near-duplicates.
    ``namesakes`` know all that there is.
    """
    typed = {s for document in documents for s, p, _ in document.triples if p == _TYPE}
    subjects = sorted(typed, key=str)
    view = Suspicion(data, documents)
    return [
        *_unfamiliar(view, namesakes.known),
        *_odd_prefixes(documents),
        *_control_characters(view),
        *_dates_ahead(view, today),
        *_odd_iris(view, subjects),
        *_orphans(view, subjects),
        *namesakes.findings(view, subjects),
    ]


def _unfamiliar(view: Suspicion, known: Known) -> Iterator[Finding]:
    """Properties and classes of foreign vocabularies that look like one that is in use."""
    defined = URIRef(RDFS + "isDefinedBy")
    for document in view.documents:
        seen: set[tuple[Node, Node]] = set()
        for subject, predicate, value in document.triples:
            term = value if predicate == _TYPE else predicate
            if (subject, term) in seen or not str(term).startswith(_MODEL):
                continue
            seen.add((subject, term))
            if str(term).startswith(GFMD) or (term, defined, None) in view.data:
                continue
            counts = known.usage
            common = [
                n for n in counts if counts[n] > 10 * counts.get(str(term), 0) and n != str(term)
            ]
            found = process.extractOne(str(term), common, scorer=fuzz.ratio, score_cutoff=_MISSPELT)
            if found is None or not _same_namespace(str(term), found[0]):
                continue
            yield view.finding(
                "property-unfamiliar",
                subject,
                f"{compact(str(term))} is hardly used anywhere, {compact(found[0])} often",
                f"write {compact(found[0])}, if that is what is meant",
                at=term,
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
            place = Location(document, document.declaration_span(prefix))
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


def _control_characters(view: Suspicion) -> Iterator[Finding]:
    """Characters that no reader sees, and that XML and many programs refuse."""
    for subject, predicate, value in _literals(view.documents):
        found = _CONTROL.search(str(value))
        if found is None:
            continue
        yield view.finding(
            "control-character",
            subject,
            f"{view.wording.path(predicate)} of {view.wording.name(subject)} holds the"
            f" control character U+{ord(found[0]):04X}",
            "remove it; it may have come with copying from another program",
            at=value,
            path=str(predicate),
        )


def _literals(documents: Sequence[PositionedGraph]) -> Iterator[tuple[Node, Node, Literal]]:
    for document in documents:
        for subject, predicate, value in document.triples:
            if isinstance(value, Literal):
                yield subject, predicate, value


def _same_namespace(one: str, other: str) -> bool:
    def split(iri: str) -> tuple[str, str]:
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        return iri[:cut], iri[cut:]

    (namespace, name), (other_namespace, other_name) = split(one), split(other)
    alike = fuzz.ratio(name.lower(), other_name.lower()) >= _MISSPELT
    # startDate and endDate are two words, not one misspelt.
    return namespace == other_namespace and alike and name[:1].lower() == other_name[:1].lower()


def _dates_ahead(view: Suspicion, today: date) -> Iterator[Finding]:
    for subject, predicate, value in _literals(view.documents):
        day = str(value)[:10]
        if str(value.datatype) not in _DATES or day <= today.isoformat()[: len(day)]:
            continue
        yield view.finding(
            "date-ahead",
            subject,
            f"{view.wording.path(predicate)} of {view.wording.name(subject)} lies after today:"
            f" {value}",
            "correct the date, or leave the record until the day has come",
            at=value,
            path=str(predicate),
            value=str(value),
        )


def _odd_iris(view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
    for subject in subjects:
        if not isinstance(subject, URIRef):
            continue
        iri, types = str(subject), view.classes(subject)
        if kinds_of(types) or any(t.startswith(GFMD) for t in types):
            # Where a shape speaks of the form of a record's IRI, it has done so.
            if not iri.startswith((BASE, PREFIXES["sdg"])):
                yield view.finding(
                    "iri-foreign",
                    subject,
                    f"<{iri}> is no IRI of this graph",
                    f"begin the IRI of a record with {ID_BASE}; @base <{BASE}> . makes it short",
                )
        elif iri.startswith(ID_BASE) and not _IRI_FORM.fullmatch(iri.removeprefix(ID_BASE)):
            yield view.finding(
                "iri-form",
                subject,
                f"<{iri}> has characters that the IRIs of this graph do not have",
                "use lower-case ASCII letters, digits, hyphens and slashes",
            )


def _orphans(view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
    for subject in subjects:
        if not str(subject).startswith(ID_BASE):
            continue
        incoming = any(s != subject for s in view.data.subjects(None, subject))
        outgoing = any(
            str(o).startswith(ID_BASE) and o != subject for o in view.data.objects(subject, None)
        )
        if incoming or outgoing:
            continue
        # What can be cited or take part may well stand alone until a text names it.
        is_named = kinds_of(view.classes(subject))
        yield view.finding(
            "orphan",
            subject,
            f"nothing points to {view.wording.name(subject)}, and it points to no other record",
            "join it to the record that it was made for, or remove it",
            severity=Severity.INFO if is_named else Severity.WARNING,
        )


# Names


class Namesakes:
    """The records whose names are those of others, or nearly so."""

    def __init__(self, known: Known, *, asked: int = 0) -> None:
        """``asked`` is the number of subjects in all, where they come in batches."""
        self.known, self._asked = known, asked
        self._reported: set[frozenset[str]] = set()
        self.compared_all = True
        """Whether no name has been passed over because there are too many."""

    def findings(self, view: Suspicion, subjects: Iterable[Node]) -> Iterator[Finding]:
        """What is to be said of the names of some subjects, in their order."""
        # Most records go by no name, and then the names need not be read.
        called = [s for s in subjects if kinds_of(view.classes(s))]
        if not called:
            return
        names = self.known.names
        self.compared_all &= names.is_complete
        named = [s for s in called if names.kinds.get(str(s))]
        yield from _shared(view, named, names)
        if max(len(named), self._asked) * sum(map(len, names.pools.values())) > _MOST_COMPARISONS:
            self.compared_all &= not named
            return
        for subject in named:
            for kind in sorted(names.kinds[str(subject)]):
                yield from self._near(view, subject, names.pools.get(kind, {}))

    def _near(self, view: Suspicion, subject: Node, pool: Mapping[str, str]) -> Iterator[Finding]:
        found = _most_alike(str(subject), pool)
        if found is None or frozenset((str(subject), found[0])) in self._reported:
            return
        other, score = found
        self._reported.add(frozenset((str(subject), other)))
        yield view.finding(
            "near-duplicate",
            subject,
            f"{view.wording.name(subject)} has nearly the name of"
            f" {view.wording.name(URIRef(other))} <{other}>",
            "use that record if it is the same thing, with this name as skos:altLabel",
            severity=Severity.WARNING if score >= _VERY_NEAR else Severity.INFO,
            value=other,
        )


def _shared(view: Suspicion, subjects: Iterable[Node], names: KnownNames) -> Iterator[Finding]:
    """Labels of a record of another kind; within a kind the checks forbid them."""
    for subject in subjects:
        kinds = names.kinds[str(subject)]
        for property_ in LABELS:
            for label in sorted(view.data.objects(subject, URIRef(property_)), key=str):
                text = fold(str(label))
                others = [
                    owner
                    for owner in names.owners.get(text, ())
                    if (owner, text) not in names.vetoes and kinds.isdisjoint(names.kinds[owner])
                ]
                if not others:
                    continue
                yield view.finding(
                    "label-of-another-kind",
                    subject,
                    f"{view.wording.name(label)} is also a label of <{min(others)}>,"
                    " which is another kind of thing",
                    "tell the two names apart, or give one of them a gfmd:neverLabel",
                    at=label,
                    path=property_,
                    value=str(label),
                )


def _most_alike(subject: str, pool: Mapping[str, str]) -> tuple[str, float] | None:
    """The other record of a pool whose name is nearly that of the subject, and how nearly."""
    label = pool.get(subject)
    if label is None:
        return None
    others = {node: name for node, name in pool.items() if node != subject and name != label}
    found = process.extract(label, others, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR)
    # Two conventions that differ in their number or year are two conventions.
    digits = re.findall("[0-9]+", label)
    alike = ((node, score) for name, score, node in found if re.findall("[0-9]+", name) == digits)
    return next(alike, None)
