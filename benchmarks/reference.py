"""What made-up reports refer to: the shipped reference data, and more people and instruments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

import pyoxigraph as ox

from benchmarks.wording import label, person_name
from gfmdkg.build.sources import collect_sources
from gfmdkg.namespaces import GFMD, GRAPH_BASE, ID_BASE, RDF, SCHEME_BASE, SDGO, SKOS, XSD
from gfmdkg.paths import shipped_content
from gfmdkg.store.reading import read_quads
from gfmdkg.validation import SourceFile

__all__ = ["MADE_UP_GRAPH", "Cited", "Reference", "shipped_sources"]

MADE_UP_GRAPH = GRAPH_BASE + "data/reference/made-up"

_TYPE = f"<{RDF}type>"
_PREF_LABEL = SKOS + "prefLabel"
_LABEL = f"<{_PREF_LABEL}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Something that can be cited: its IRI, its name, and when it was adopted, if at all."""

    iri: str
    slug: str
    name: str
    adopted: str


def shipped_sources() -> tuple[SourceFile, ...]:
    """The shipped files that made-up reports build on: no shapes, and no real report."""
    return tuple(
        source
        for source in collect_sources(shipped_content())
        if not source.path.startswith(("ontology/shapes/", "data/reports/"))
    )


class Reference:
    """The reference data of a generated graph.

    With the reports the people grow, about five new ones for each, and the instruments, one for
    every fifth, as they do in a series of meetings; the rest is what the project ships.
    """

    def __init__(self, *, seed: int, reports: int) -> None:
        self.lines: list[str] = []
        quads = [
            quad
            for source in shipped_sources()
            for quad in read_quads(
                source.text.encode(), media_type="text/turtle", graph=source.graph
            )
        ]
        quads.sort(key=str)  # they come in no particular order
        self.lines += [f"{quad} ." for quad in quads]
        self._values: dict[tuple[str, str], list[str]] = {}
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
                key = (quad.subject.value, quad.predicate.value)
                self._values.setdefault(key, []).append(quad.object.value)
        random = Random(seed)
        self.persons = [self._add_person(n, random) for n in range(8 + 5 * reports)]
        shipped = [self._cited(iri) for iri in self._of_class(GFMD + "Instrument")]
        made_up = [self._add_instrument(n, random) for n in range(1 + reports // 5)]
        self.cited = shipped + made_up
        # A few instruments get most of the citations, as in the real report.
        weights = [1 / (rank + 1) ** 0.8 for rank in range(len(self.cited))]
        self.cited_weights = list(accumulate(weights))
        self.processes = [self._cited(iri) for iri in self._of_class(GFMD + "Process")]
        self.targets = [*self._of_class(SDGO + "Goal"), *self._of_class(SDGO + "Target")]
        self.organizations = [
            iri
            for iri in self._of_class("http://www.w3.org/ns/org#Organization")
            if self._values[iri, GFMD + "actorType"][0].endswith(("/state", "-organization"))
        ]

    def scheme(self, name: str) -> list[str]:
        """The concepts of a scheme, as N-Triples terms."""
        base = f"{SCHEME_BASE}{name}/"
        iris = {s for s, p in self._values if s.startswith(base) and p == SKOS + "inScheme"}
        return [f"<{iri}>" for iri in sorted(iris)]

    def _of_class(self, class_iri: str) -> list[str]:
        return sorted(
            iri
            for (iri, predicate), values in self._values.items()
            if predicate == RDF + "type" and class_iri in values
        )

    def _cited(self, iri: str) -> Cited:
        adopted = self._values.get((iri, GFMD + "adoptionDate"), [""])[0]
        names = self._values.get((iri, SKOS + "altLabel"), []) + self._values[iri, _PREF_LABEL]
        name = min(names, key=lambda text: (len(text), text))
        return Cited(iri=iri, slug=iri.rpartition("/")[2], name=name, adopted=adopted)

    def _add(self, subject: str, facts: Sequence[tuple[str, str]]) -> None:
        self.lines += [f"<{subject}> {p} {o} <{MADE_UP_GRAPH}> ." for p, o in facts]

    def _add_person(self, number: int, random: Random) -> str:
        iri = f"{ID_BASE}actor/person-made-up-{number}"
        kind = random.choice(("state-representative", "civil-society-representative", "academic"))
        self._add(
            iri,
            (
                (_TYPE, "<http://xmlns.com/foaf/0.1/Person>"),
                (_LABEL, f'"{person_name(number)}"@en'),
                (f"<{GFMD}actorType>", f"<{SCHEME_BASE}person-type/{kind}>"),
            ),
        )
        return iri

    def _add_instrument(self, number: int, random: Random) -> Cited:
        iri = f"{ID_BASE}instrument/made-up-{number}"
        name = f"Made-up framework {number}"
        adopted = f"{random.randrange(1990, 2019)}-{random.randrange(1, 13):02}-15"
        title = f"{name}: {label(random).lower()}"
        self._add(
            iri,
            (
                (_TYPE, f"<{GFMD}Instrument>"),
                (_LABEL, f'"{title}"@en'),
                (f"<{SKOS}altLabel>", f'"{name}"@en'),
                (f"<{GFMD}adoptionDate>", f'"{adopted}"^^<{XSD}date>'),
                (f"<{GFMD}adoptedBy>", f"<{ID_BASE}actor/org-un-general-assembly>"),
                (f"<{GFMD}instrumentType>", f"<{SCHEME_BASE}instrument-type/framework>"),
                (f"<{GFMD}legallyBinding>", f'"false"^^<{XSD}boolean>'),
                (f"<{GFMD}symbol>", f'"X/{number}"'),
            ),
        )
        return Cited(iri=iri, slug=f"made-up-{number}", name=name, adopted=adopted)

    def __iter__(self) -> Iterator[str]:
        """The N-Quads lines."""
        return iter(self.lines)
