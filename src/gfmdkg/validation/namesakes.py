"""How what is merely suspicious is told, and records with nearly the name of another."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import pyoxigraph as ox
from rapidfuzz import fuzz, process
from rdflib import Graph, URIRef
from rdflib.term import Node

from gfmdkg.formats.solutions import Select
from gfmdkg.namespaces import GFMD, PREFIXES, SKOS
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.terms.folding import fold
from gfmdkg.validation.data_graph import node_text
from gfmdkg.validation.findings import Finding, ResultTerms, Severity
from gfmdkg.validation.locate import Location, Locator
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.wording import Wording

__all__ = ["Namesakes", "Suspicion", "kinds_of"]

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
            terms=ResultTerms(focus=focus.n3() if isinstance(focus, URIRef) else "[]"),
            **location.fields,
            **members,  # type: ignore[arg-type]
        )


def kinds_of(classes: Iterable[str]) -> frozenset[str]:
    """The kinds of named things that a record of these classes is; none for a concept."""
    found = set(classes)
    if _CONCEPT in found:
        return frozenset()
    return frozenset(_KIND_OF[name] for name in found if name in _KIND_OF)


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
            (
                subject.value,
                p.value,
                label,
                c.value,
            )
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
        return {subject: kinds_of(found) for subject, found in classes.items()}

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
