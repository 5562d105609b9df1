"""What a graph knows: how often each of its terms is used, and the names of its records.

Reading that takes a look at the whole graph. So it is kept for a version, and for a change only
what the change adds and removes is read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import pyoxigraph as ox

from gfmdkg.namespaces import GFMD, PREFIXES, RDF, SKOS
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.solutions import Select
from gfmdkg.store.patches import Patch, quads_of
from gfmdkg.store.walking import TripleView
from gfmdkg.terms.folding import fold

__all__ = ["LABELS", "Known", "KnownNames", "kinds_of"]

LABELS = tuple(SKOS + name for name in ("prefLabel", "altLabel", "hiddenLabel"))
"""The properties that give a name, the official one first."""

_NEVER = GFMD + "neverLabel"
_TYPE = RDF + "type"
_CONCEPT = SKOS + "Concept"
# One kind where a check of the ontology covers several classes.
_KIND_OF = {
    GFMD + "Instrument": "reference",
    GFMD + "Process": "reference",
    GFMD + "Session": "session",
    PREFIXES["foaf"] + "Group": "actor",
    PREFIXES["foaf"] + "Person": "actor",
    PREFIXES["org"] + "Organization": "actor",
    PREFIXES["org"] + "Post": "actor",
}
# Comparing with more names would keep the curator waiting.
_MOST_LABELS = 100_000

# Property, folded label and language.
_Label = tuple[str, str, str | None]


def kinds_of(classes: Iterable[str]) -> frozenset[str]:
    """The kinds of named things that a record of these classes is; none for a concept."""
    found = set(classes)
    if _CONCEPT in found:
        return frozenset()
    return frozenset(_KIND_OF[name] for name in found if name in _KIND_OF)


@dataclass(slots=True)
class KnownNames:
    """The names of the records that people call by name; texts are folded.

    ``owners`` are the records of a kind that have a label; ``pools`` the official names in
    English of each kind, by record. Where there are too many names none is read, and
    ``is_complete`` is false.
    """

    kinds: dict[str, frozenset[str]] = field(default_factory=dict)
    owners: dict[str, frozenset[str]] = field(default_factory=dict)
    vetoes: set[tuple[str, str]] = field(default_factory=set)
    pools: dict[str, dict[str, str]] = field(default_factory=dict)
    is_complete: bool = True

    def copy(self) -> Self:
        """The same names, to be changed."""
        pools = {kind: dict(pool) for kind, pool in self.pools.items()}
        return type(self)(dict(self.kinds), dict(self.owners), set(self.vetoes), pools)

    def add(self, subject: str, classes: Iterable[str], labels: Iterable[_Label]) -> None:
        """Take the labels of a record that has none yet."""
        self.kinds[subject] = kinds = kinds_of(classes)
        for property_, text, language in sorted(labels, key=str):
            if property_ == _NEVER:
                self.vetoes.add((subject, text))
            elif kinds:
                self.owners[text] = self.owners.get(text, frozenset()) | {subject}
            if property_ == LABELS[0] and language == "en":
                for kind in kinds:
                    self.pools.setdefault(kind, {}).setdefault(subject, text)

    def remove(self, subject: str, labels: Iterable[_Label]) -> None:
        """Drop a record, which has these labels."""
        self.kinds.pop(subject, None)
        for _, text, _ in labels:
            self.vetoes.discard((subject, text))
            self.owners[text] = self.owners.get(text, frozenset()) - {subject}
        for pool in self.pools.values():
            pool.pop(subject, None)


class Known:
    """What a graph knows, which ``select`` asks; each part is read when it is first needed."""

    def __init__(self, select: Select) -> None:
        self._select = select

    @cached_property
    def usage(self) -> Mapping[str, int]:
        """How often each property and each class is used."""
        return {
            term.value: int(count.value)
            for term, count in self._select(_query("term-usage.rq")).rows
            if isinstance(term, ox.NamedNode) and isinstance(count, ox.Literal)
        }

    @cached_property
    def names(self) -> KnownNames:
        """The names of its records."""
        ((count,),) = self._select(_query("named-labels-count.rq")).rows
        if isinstance(count, ox.Literal) and int(count.value) > _MOST_LABELS:
            return KnownNames(is_complete=False)
        found: dict[str, tuple[set[str], set[_Label]]] = {}
        for subject, property_, label, class_ in self._select(_query("named-labels.rq")).rows:
            if isinstance(subject, ox.NamedNode | ox.BlankNode) and isinstance(label, ox.Literal):
                classes, labels = found.setdefault(subject.value, (set(), set()))
                classes.add(class_.value)  # type: ignore[union-attr]
                labels.add(_label(property_, label))
        names = KnownNames()
        for record in sorted(found):
            names.add(record, *found[record])
        return names

    def changed(self, delta: Patch, before: TripleView, after: TripleView) -> "Known":
        """What is known after a change from one state to the next."""
        return _Changed(self, delta, before, after)


class _Changed(Known):
    def __init__(self, known: Known, delta: Patch, before: TripleView, after: TripleView) -> None:
        self._known, self._delta, self._before, self._after = known, delta, before, after

    @cached_property
    def usage(self) -> Mapping[str, int]:
        """How often each property and each class is used."""
        counts = Counter(self._known.usage)
        counts.update(_terms(self._delta.added))
        counts.subtract(_terms(self._delta.removed))
        return counts

    @cached_property
    def names(self) -> KnownNames:
        """The names of the records."""
        if not self._known.names.is_complete:
            return self._known.names
        names = self._known.names.copy()
        said = (*self._delta.added, *self._delta.removed)
        subjects = {quad.subject for quad in quads_of(said)}
        for subject in (s for s in subjects if not isinstance(s, ox.Triple)):
            names.remove(subject.value, _labels(self._before, subject))
            types = self._after.triples(subject, ox.NamedNode(_TYPE), None)
            classes = [o.value for _, _, o in types if isinstance(o, ox.NamedNode)]
            if kinds_of(classes):
                names.add(subject.value, classes, _labels(self._after, subject))
        return names


def _terms(statements: Iterable[str]) -> Iterable[str]:
    for quad in quads_of(statements):
        yield quad.predicate.value
        if quad.predicate.value == _TYPE and isinstance(quad.object, ox.NamedNode):
            yield quad.object.value


def _labels(view: TripleView, subject: ox.NamedNode | ox.BlankNode) -> list[_Label]:
    return [
        _label(property_, label)
        for name in (*LABELS, _NEVER)
        for _, property_, label in view.triples(subject, ox.NamedNode(name), None)
        if isinstance(label, ox.Literal)
    ]


def _label(property_: object, label: ox.Literal) -> _Label:
    return property_.value, fold(label.value), label.language  # type: ignore[attr-defined]


def _query(name: str) -> str:
    return packaged_query("gfmdkg.validation", name).text
