"""Point queries: what is said of one or a few resources, in every form that people use.

A form makes a template about random resources; what is asked is random as well, and so are the
spelling, the method and the format of the answer. No text comes twice from one grammar.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random

from benchmarks.generator import Generated
from benchmarks.load_client import Request
from benchmarks.phrasing import phrase
from gfmdkg.namespaces import GRAPH_BASE

__all__ = ["FORMS", "PointGrammar", "answer_format"]

_TABLES = (
    "application/sparql-results+json",
    "application/sparql-results+json",
    "application/sparql-results+json, application/json;q=0.9, */*;q=0.1",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
_VERDICTS = ("application/sparql-results+json", "application/sparql-results+xml")
_GRAPHS = ("application/n-triples", "text/turtle", "text/turtle, application/rdf+xml;q=0.8")
_METHODS = ("GET", "form", "direct")

_PASSAGE = "a skos:prefLabel gfmd:inReport dcterms:isPartOf gfmd:order gfmd:locator gfmd:sortKey"
_LINKED = "gfmd:number gfmd:examinedFor dcterms:subject gfmd:cites gfmd:alignsWith"
_DATED = "dcterms:date schema:startDate schema:location gfmd:room gfmd:thematicCluster"
_PREDICATES: Mapping[str, Sequence[str]] = {
    kind: text.split()
    for kind, text in {
        "section": _PASSAGE,
        "paragraph": f"{_PASSAGE} {_LINKED} gfmd:populationGroup",
        "recommendation": f"{_PASSAGE} {_LINKED} gfmd:recommendationKind gfmd:addressee skos:note",
        "person": "a skos:prefLabel gfmd:actorType",
        "instrument": "a skos:prefLabel skos:altLabel gfmd:instrumentType",
        "session": f"a skos:prefLabel gfmd:partOfProcess {_DATED}",
    }.items()
}
_CITED = "^gfmd:passage", "^gfmd:foundIn", "^gfmd:mentionedIn"
_INVERSE: Mapping[str, Sequence[str]] = {
    "section": ("^dcterms:isPartOf", "^gfmd:foundIn"),
    "paragraph": (*_CITED, "^gfmd:recordedIn"),
    "recommendation": _CITED,
    "person": ("^gfmd:participant", "^gfmd:madeBy"),
    "instrument": ("^gfmd:candidate",),
    "session": ("^gfmd:inSession", "^gfmd:outcomeOf"),
}
_LINK_STEPS = (
    "^gfmd:passage/gfmd:target",
    "^gfmd:passage/gfmd:confidence",
    "gfmd:cites/skos:prefLabel",
    "dcterms:subject/skos:prefLabel",
    "gfmd:inReport/gfmd:outcomeOf",
)
_STEPS: Mapping[str, Sequence[str]] = {
    "section": ("dcterms:isPartOf/skos:prefLabel", "^dcterms:isPartOf/skos:prefLabel"),
    "paragraph": (*_LINK_STEPS, "^gfmd:recordedIn/gfmd:madeBy"),
    "recommendation": (
        *_LINK_STEPS,
        "gfmd:recommendationKind/skos:prefLabel",
        "gfmd:addressee/skos:prefLabel",
    ),
    "person": ("^gfmd:participant/gfmd:inSession", "^gfmd:madeBy/gfmd:recordedIn"),
    "instrument": ("gfmd:instrumentType/skos:prefLabel", "gfmd:adoptedBy/skos:prefLabel"),
    "session": ("^gfmd:outcomeOf/skos:prefLabel", "gfmd:thematicCluster/skos:prefLabel"),
}
_LANGUAGES = ("en", "en", "en", "fr", "es")


class _Subjects:
    """Draws resources of the graph with what may be said of them."""

    def __init__(self, generated: Generated, random: Random) -> None:
        self.random = random
        self._iris: dict[str, Sequence[str]] = {
            "recommendation": generated.recommendations,
            "paragraph": [iri for iri in generated.passages if "/p" in iri[-4:]],
            "section": [iri for iri in generated.passages if "/s" in iri[-4:]],
            "person": generated.persons,
            "instrument": generated.cited,
            "session": generated.sessions,
        }
        self._kinds = random.choices([*self._iris], weights=(8, 8, 2, 2, 2, 1), k=1000)

    def kind(self) -> str:
        return self.random.choice(self._kinds)

    def iri(self, kind: str) -> str:
        return f"<{self.random.choice(self._iris[kind])}>"

    def draw(self, count: int = 1) -> tuple[str, list[str]]:
        """One resource and so many different predicates."""
        kind = self.kind()
        return self.iri(kind), self.random.sample(_PREDICATES[kind], count)


def _one(subjects: _Subjects) -> str:
    iri, (predicate,) = subjects.draw()
    distinct = subjects.random.choice(("", "", "", "DISTINCT "))
    return f"SELECT {distinct}?x WHERE {{ {iri} {predicate} ?x }}"


def _several(subjects: _Subjects) -> str:
    iri, predicates = subjects.draw(subjects.random.choice((2, 2, 3)))
    facts = [f"{predicate} ?x{place}" for place, predicate in enumerate(predicates)]
    shown = subjects.random.choice(("*", "?x0 ?x1", "?x1 ?x0"))
    if subjects.random.random() < 0.5:
        return f"SELECT {shown} {{ {iri} " + " ; ".join(facts) + " . }"
    return f"SELECT {shown} WHERE {{ " + " . ".join(f"{iri} {fact}" for fact in facts) + " }"


def _everything(subjects: _Subjects) -> str:
    return f"SELECT ?p ?o WHERE {{ {subjects.iri(subjects.kind())} ?p ?o }}"


def _inverse(subjects: _Subjects) -> str:
    kind = subjects.kind()
    path = subjects.random.choice(_INVERSE[kind])
    more = subjects.random.choice(("", "", " ; a ?kind"))
    if subjects.random.random() < 0.3:
        return f"SELECT ?x {{ {subjects.iri(kind)} {path} ?x }}"
    return f"SELECT * {{ ?x {path[1:]} {subjects.iri(kind)}{more} }}"


def _ask(subjects: _Subjects) -> str:
    iri, (predicate,) = subjects.draw()
    where = subjects.random.choice(("", "WHERE "))
    what = subjects.random.choice(
        (f"{predicate} ?x", "a gfmd:Recommendation", "gfmd:recommendationKind ?x")
    )
    return f"ASK {where}{{ {iri} {what} }}"


def _optional(subjects: _Subjects) -> str:
    iri, (first, second, third) = subjects.draw(3)
    last = subjects.random.choice(("", f"OPTIONAL {{ {iri} {third} ?z }}"))
    return f"SELECT * WHERE {{ {iri} {first} ?x OPTIONAL {{ {iri} {second} ?y }} {last} }}"


def _language(subjects: _Subjects) -> str:
    language = subjects.random.choice(_LANGUAGES)
    test = subjects.random.choice(
        (f'LANG(?x) = "{language}"', f'LANGMATCHES(LANG(?x), "{language}")')
    )
    subject = subjects.iri(subjects.kind())
    return f"SELECT ?x WHERE {{ {subject} skos:prefLabel ?x FILTER ({test}) }}"


def _path(subjects: _Subjects) -> str:
    kind = subjects.kind()
    return f"SELECT ?x {{ {subjects.iri(kind)} {subjects.random.choice(_STEPS[kind])} ?x }}"


def _values(subjects: _Subjects) -> str:
    kind = subjects.kind()
    predicate, other = subjects.random.sample(_PREDICATES[kind], 2)
    iris = {subjects.iri(kind): None for _ in range(subjects.random.randrange(2, 7))}
    more = subjects.random.choice(("", "", f" ; {other} ?y"))
    parts = [f"VALUES ?s {{ {' '.join(iris)} }}", f"?s {predicate} ?x{more}"]
    if subjects.random.random() < 0.3:
        parts = [f"{parts[1]} .", parts[0]]
    return f"SELECT * WHERE {{ {' '.join(parts)} }}"


def _construct(subjects: _Subjects) -> str:
    iri, (predicate, other) = subjects.draw(2)
    one, more = f"{iri} {predicate} ?x", f"{iri} {other} ?y"
    return subjects.random.choice(
        (
            f"CONSTRUCT WHERE {{ {iri} ?p ?o }}",
            f"CONSTRUCT {{ {iri} ?p ?o }} WHERE {{ {iri} ?p ?o }}",
            f"CONSTRUCT {{ {one} . {more} }} WHERE {{ {one} OPTIONAL {{ {more} }} }}",
            f"CONSTRUCT {{ ?x a ?y }} WHERE {{ {one} . ?x a ?y }}",
        )
    )


def _describe(subjects: _Subjects) -> str:
    kind = subjects.kind()
    first, second = subjects.iri(kind), subjects.iri(subjects.kind())
    predicate = subjects.random.choice(_PREDICATES[kind])
    return subjects.random.choice(
        (
            f"DESCRIBE {first}",
            f"DESCRIBE {first}",
            f"DESCRIBE {first} {second}",
            f"DESCRIBE ?x WHERE {{ {first} {predicate} ?x }}",
        )
    )


def _graph(subjects: _Subjects) -> str:
    kind = subjects.kind()
    iri = subjects.iri(kind)
    predicate = subjects.random.choice(_PREDICATES[kind])
    if kind in ("recommendation", "paragraph", "section") and subjects.random.random() < 0.5:
        report = iri.partition("/id/passage/")[2].partition("/")[0]
        graph = f"<{GRAPH_BASE}data/reports/{report}>"
        return f"SELECT * WHERE {{ GRAPH {graph} {{ {iri} {predicate} ?x }} }}"
    return f"SELECT ?g ?x WHERE {{ GRAPH ?g {{ {iri} {predicate} ?x }} }}"


FORMS: Mapping[str, tuple[int, Callable[[_Subjects], str]]] = {
    "one predicate": (3, _one),
    "several predicates": (3, _several),
    "all predicates": (2, _everything),
    "inverse": (2, _inverse),
    "ASK": (2, _ask),
    "OPTIONAL": (2, _optional),
    "language": (2, _language),
    "path of two steps": (2, _path),
    "VALUES": (2, _values),
    "CONSTRUCT": (2, _construct),
    "DESCRIBE": (2, _describe),
    "GRAPH": (2, _graph),
}
"""Each form by its name: its weight, and what makes a template of it."""


class PointGrammar:
    """An endless supply of requests; the same for the same graph and seed."""

    def __init__(self, generated: Generated, *, seed: str) -> None:
        self._random = Random(f"points/{generated.seed}/{seed}")
        self._subjects = _Subjects(generated, self._random)
        self._sent: set[str] = set()

    def __iter__(self) -> Iterator[Request]:
        return self

    def __next__(self) -> Request:
        weights = [weight for weight, _ in FORMS.values()]
        return self.of_form(self._random.choices([*FORMS], weights=weights)[0])

    def of_form(self, form: str) -> Request:
        """The next request of this form."""
        _, make = FORMS[form]
        while True:
            text = phrase(make(self._subjects), self._random)
            if text not in self._sent:
                self._sent.add(text)
                return Request(
                    form=form,
                    text=text,
                    method=self._random.choices(_METHODS, weights=(7, 2, 2))[0],
                    accept=answer_format(form, self._random),
                )

    def take(self, count: int) -> list[Request]:
        """The next requests."""
        return list(islice(self, count))


def answer_format(form: str, random: Random) -> str:
    """A value of ``Accept`` that suits the form."""
    if form in ("CONSTRUCT", "DESCRIBE"):
        return random.choice(_GRAPHS)
    return random.choice(_VERDICTS if form == "ASK" else _TABLES)
