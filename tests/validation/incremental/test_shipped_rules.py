"""Random changes to a graph of the shipped ontology: incremental and full runs agree."""

from collections.abc import Callable
from random import Random
from typing import Any

import pyoxigraph as ox
import pytest

from gfmdkg.namespaces import DCTERMS, GFMD, GRAPH_BASE, RDF, RDFS, SKOS, XSD
from gfmdkg.store.comparison import compare_stores
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.validation.data_graph import Scope

from .conftest import Setting
from .equality import Equality

_TYPE = ox.NamedNode(RDF + "type")
_EXTRA = ox.NamedNode(GRAPH_BASE + "data/extra")
_DERIVED = ox.NamedNode(GRAPH_BASE + "derived/passages")
_UNIQUE = [
    ox.NamedNode(iri)
    for iri in (
        GFMD + "order",
        GFMD + "number",
        GFMD + "sortKey",
        SKOS + "prefLabel",
        SKOS + "altLabel",
        SKOS + "notation",
        GFMD + "neverLabel",
    )
]
_DATES = [
    ox.NamedNode(iri)
    for iri in (
        GFMD + "adoptionDate",
        GFMD + "entryIntoForceDate",
        DCTERMS + "date",
        DCTERMS + "issued",
    )
]
_TREES = [
    ox.NamedNode(iri)
    for iri in (SKOS + "broader", SKOS + "inScheme", DCTERMS + "isPartOf", SKOS + "topConceptOf")
]


class Mutation:
    """Changes the named graphs of a state at random."""

    def __init__(self, quads: list[ox.Quad], random: Random) -> None:
        self.quads = set(quads)
        self._order = quads
        self._random = random
        self._number = 0

    def step(self) -> None:
        steps: list[Callable[[], None]] = [
            self.remove_some,
            self.remove_record,
            self.remove_value,
            self.cross,
            self.cross,
            self.change_class,
            self.add_class,
            self.add_blank_record,
            self.copy_record,
            self.repeat_value,
            self.repeat_value,
            self.change_date,
            self.change_date,
            self.anticipate,
            self.change_tree,
            self.spoil_literal,
            self.retire,
            self.misspell,
            self.move,
            self.change_derived,
        ]
        if self._random.random() < 0.04:
            self.change_subclasses()
        elif self._random.random() < 0.02:
            self.drop_derived()
        else:
            self._random.choice(steps)()

    def _pick(self, predicate: ox.NamedNode | None = None) -> ox.Quad:
        # Mostly records: the vocabularies have more triples, but change less.
        pool = [q for q in self._order if q in self.quads]
        if predicate is not None:
            pool = [q for q in pool if q.predicate == predicate] or pool
        if self._random.random() < 0.8:
            pool = [q for q in pool if "/id/" in str(q.subject)] or pool
        return self._random.choice(pool)

    def _of(self, subject: object) -> list[ox.Quad]:
        return [q for q in self._order if q in self.quads and q.subject == subject]

    def _swap(self, quad: ox.Quad, **parts: object) -> None:
        self.quads.discard(quad)
        self.quads.add(_with(quad, **parts))

    def remove_some(self) -> None:
        for _ in range(self._random.randrange(1, 5)):
            self.quads.discard(self._pick())

    def remove_value(self) -> None:
        self.quads.discard(self._pick(self._random.choice([*_UNIQUE, *_DATES, *_TREES, _TYPE])))

    def remove_record(self) -> None:
        self.quads.difference_update(self._of(self._pick().subject))

    def cross(self) -> None:
        """A value goes to another record, or a record under another property."""
        one, other = self._pick(), self._pick()
        if self._random.random() < 0.7:
            other = self._pick(one.predicate)
        self.quads.add(_with(one, object=other.object))

    def change_class(self) -> None:
        self._swap(self._pick(_TYPE), object=self._pick(_TYPE).object)

    def add_class(self) -> None:
        self.quads.add(_with(self._pick(_TYPE), object=self._pick(_TYPE).object))

    def add_blank_record(self) -> None:
        self._number += 1
        node = ox.BlankNode(f"made{self._number}")
        copied = self._of(self._pick().subject)
        self.quads.update(_with(q, subject=node) for q in copied if self._random.random() < 0.8)
        self.quads.add(_with(self._pick(), object=node))

    def copy_record(self) -> None:
        self._number += 1
        subject = self._pick().subject
        node = (
            ox.NamedNode(str(subject)[1:-1] + f"-{self._number}") if _is_iri(subject) else subject
        )
        self.quads.update(_with(q, subject=node) for q in self._of(subject))

    def repeat_value(self) -> None:
        predicate = self._random.choice(_UNIQUE)
        one, other = self._pick(predicate), self._pick(predicate)
        if self._random.random() < 0.5:
            self.quads.discard(one)
        self.quads.add(_with(one, object=other.object))

    def change_date(self) -> None:
        quad = self._pick(self._random.choice(_DATES))
        year = self._random.choice(("1990", "2016", "2017", "2018", "2030"))
        kind = self._random.choice((("", "gYear"), ("-04", "gYearMonth"), ("-04-06", "date")))
        date = ox.Literal(year + kind[0], datatype=ox.NamedNode(XSD + kind[1]))
        self._swap(quad, object=date)

    def anticipate(self) -> None:
        predicate = ox.NamedNode(GFMD + "anticipated")
        quad = self._pick(ox.NamedNode("https://w3id.org/gfmdkg/ontology#target"))
        for old in [q for q in self._of(quad.subject) if q.predicate == predicate]:
            self.quads.discard(old)
        if self._random.random() < 0.6:
            value = self._random.choice((ox.Literal(True), ox.Literal(False), ox.Literal("true")))
            self.quads.add(_with(quad, predicate=predicate, object=value))

    def change_tree(self) -> None:
        predicate = self._random.choice(_TREES)
        quad = self._pick(predicate)
        target = self._random.choice((self._pick(predicate).subject, self._pick(predicate).object))
        if self._random.random() < 0.5:
            self.quads.discard(quad)
        self.quads.add(_with(quad, object=target))

    def spoil_literal(self) -> None:
        quad = self._pick()
        if isinstance(quad.object, ox.Literal):
            text = self._random.choice((quad.object.value, f" {quad.object.value}", "x" * 200))
            spoilt = self._random.choice(
                (
                    ox.Literal(text),
                    ox.Literal(text, language="fr"),
                    ox.Literal(text, datatype=ox.NamedNode(XSD + "date")),
                )
            )
            self._swap(quad, object=spoilt)

    def retire(self) -> None:
        quad = self._pick()
        term = self._random.choice((quad.subject, quad.predicate, quad.object))
        if _is_iri(term):
            deprecated = ox.NamedNode("http://www.w3.org/2002/07/owl#deprecated")
            self.quads.add(ox.Quad(term, deprecated, ox.Literal(True), _EXTRA))  # type: ignore[arg-type]

    def misspell(self) -> None:
        quad = self._pick()
        self._swap(quad, predicate=ox.NamedNode(GFMD + "notThere"))

    def move(self) -> None:
        """A triple goes to another graph, or stands in both."""
        quad = self._pick()
        if self._random.random() < 0.6:
            self.quads.discard(quad)
        self.quads.add(ox.Quad(quad.subject, quad.predicate, quad.object, _EXTRA))

    def change_derived(self) -> None:
        derived = [q for q in self._order if q in self.quads and q.graph_name == _DERIVED]
        if derived and self._random.random() < 0.5:
            self.quads.discard(self._random.choice(derived))
        elif derived:
            one, other = self._random.choice(derived), self._random.choice(derived)
            self.quads.add(_with(one, object=other.object))

    def drop_derived(self) -> None:
        self.quads -= {q for q in self.quads if q.graph_name == _DERIVED}

    def change_subclasses(self) -> None:
        predicate = ox.NamedNode(RDFS + "subClassOf")
        quad = self._pick(_TYPE)
        new = ox.Quad(quad.object, predicate, self._pick(_TYPE).object, _EXTRA)  # type: ignore[arg-type]
        self.quads.add(new)


def _is_iri(term: object) -> bool:
    return isinstance(term, ox.NamedNode)


def _with(quad: ox.Quad, **parts: object) -> ox.Quad:
    values: dict[str, Any] = {n: getattr(quad, n) for n in ("subject", "predicate", "object")}
    values |= parts
    return ox.Quad(values["subject"], values["predicate"], values["object"], quad.graph_name)


def _state(quads: set[ox.Quad], *, is_union: bool) -> OxigraphStore:
    store = OxigraphStore.in_memory()
    if is_union:
        store.extend(quads)
        store.extend(with_union(store.quads()))
        return store
    # Without a union the default graph holds triples of its own.
    store.extend(
        ox.Quad(q.subject, q.predicate, q.object, ox.DefaultGraph())
        if q.graph_name == _EXTRA
        else q
        for q in quads
    )
    return store


def _fuzz(setting: Setting, *, seed: int, count: int, is_union: bool) -> Equality:
    scope = Scope(is_data=setting.scope.is_data, is_union=is_union)
    equality = Equality(setting.rules, scope)
    original = sorted(
        (q for q in setting.base.quads() if q.graph_name != ox.DefaultGraph()), key=str
    )
    before = _state(set(original), is_union=is_union)
    found = equality.everything(before)
    for number in range(count):
        random = Random(seed * 100_000 + number)
        mutation = Mutation(original, random)
        for _ in range(random.randrange(1, 5)):
            mutation.step()
        after = _state(mutation.quads, is_union=is_union)
        delta = compare_stores(before, after, has_union=is_union)
        differences = equality.differences(before, after, delta, found)
        assert not differences, (seed, number, sorted(map(str, differences))[:5])
    return equality


@pytest.mark.parametrize("is_union", [True, False])
def test_random_changes_are_found_as_by_a_full_run(setting: Setting, is_union: bool) -> None:
    equality = _fuzz(setting, seed=1, count=3, is_union=is_union)
    assert equality.incremental >= 2


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_many_random_changes_are_found_as_by_a_full_run(setting: Setting, seed: int) -> None:
    equality = _fuzz(setting, seed=seed + 10, count=60, is_union=seed % 4 != 3)
    assert equality.incremental >= 40
    assert equality.found > 60
