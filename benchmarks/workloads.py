"""What is asked: the same for all servers, and the same for the same graph and round."""

import json
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from benchmarks.generator import Generated
from benchmarks.grammar import PointGrammar, answer_format
from benchmarks.load_client import Request
from benchmarks.phrasing import phrase
from gfmdkg.namespaces import GFMD, SCHEME_BASE

__all__ = ["CannedQueries", "CannedQuery", "Mix", "Workload", "aggregates", "joins"]

_PAGE_ROWS = 50
_RANKS = 5_000
_CITED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Requests, and the order of their numbers in which they are sent (all once, without)."""

    requests: Sequence[Request]
    order: Sequence[int] = ()


class _Draw:
    """Draws what joins and aggregates are about."""

    def __init__(self, generated: Generated, random: Random) -> None:
        self.random = random
        self.generated = generated

    def session(self) -> str:
        return f"<{self.random.choice(self.generated.sessions)}>"

    def cited(self) -> str:
        # The first ones are cited most.
        cited = self.generated.cited[:_CITED]
        return f"<{cited[int(len(cited) * self.random.random() ** 2)]}>"

    def topic(self) -> str:
        return f"<{self.random.choice(self.generated.topics)}>"

    def person(self) -> str:
        return f"<{self.random.choice(self.generated.persons)}>"

    def target(self) -> str:
        return f"<{self.random.choice(self.generated.targets)}>"

    def kind(self) -> str:
        return (
            f"<{SCHEME_BASE}recommendation-kind/{self.random.choice(('political', 'practical'))}>"
        )

    def year(self) -> int:
        return self.random.randrange(2000, 2020)

    def word(self) -> str:
        return self.random.choice(("courts", "visas", "data", "schools", "wages", "remedies"))

    def limit(self) -> str:
        return f" LIMIT {self.random.randrange(20, 2000)}" if self.random.random() < 0.6 else ""


_JOINS: Mapping[str, Callable[[_Draw], str]] = {
    "citing": lambda d: (
        f"SELECT ?r ?label ?report WHERE {{ ?r gfmd:cites {d.cited()} ; a gfmd:Recommendation ;"
        f" skos:prefLabel ?label ; gfmd:inReport ?report }} ORDER BY ?r{d.limit()}"
    ),
    "of a session": lambda d: (
        f"SELECT ?p ?label ?cited WHERE {{ ?p gfmd:inReport/gfmd:outcomeOf {d.session()} ;"
        f" skos:prefLabel ?label ; gfmd:cites ?cited }} ORDER BY ?p ?cited{d.limit()}"
    ),
    "both cited": lambda d: (
        f"SELECT ?p ?label WHERE {{ ?p gfmd:cites {d.cited()} , {d.cited()} ;"
        f" skos:prefLabel ?label }} ORDER BY ?p{d.limit()}"
    ),
    "statements on": lambda d: (
        f"SELECT ?s ?who ?name WHERE {{ ?p gfmd:cites {d.cited()} ; dcterms:subject {d.topic()} ."
        " ?s gfmd:recordedIn ?p ; gfmd:madeBy ?who . ?who skos:prefLabel ?name }"
        f" ORDER BY ?s ?who ?name{d.limit()}"
    ),
    "topic and kind": lambda d: (
        f"SELECT ?r ?day WHERE {{ ?r gfmd:recommendationKind {d.kind()} ;"
        f" dcterms:subject {d.topic()} ; gfmd:inReport ?report ."
        " ?report gfmd:outcomeOf ?session . ?session dcterms:date ?day"
        f" FILTER (YEAR(?day) > {d.year()}) }} ORDER BY ?r{d.limit()}"
    ),
    "links to": lambda d: (
        f"SELECT ?link ?passage ?sure WHERE {{ ?link gfmd:target {d.target()} ;"
        " gfmd:passage ?passage ; gfmd:confidence ?sure . ?passage a gfmd:Paragraph"
        f" FILTER (?sure >= 0.{d.random.randrange(5, 9)}) }} ORDER BY ?link{d.limit()}"
    ),
    "said and cited": lambda d: (
        f"SELECT ?s ?label ?cited WHERE {{ ?s gfmd:madeBy {d.person()} ; gfmd:recordedIn ?p ;"
        " skos:prefLabel ?label OPTIONAL { ?p gfmd:cites ?cited } }"
        f" ORDER BY ?s ?cited{d.limit()}"
    ),
    "meet": lambda d: (
        f"SELECT DISTINCT ?other ?name WHERE {{ ?a gfmd:participant {d.person()} ; gfmd:inSession"
        " ?session . ?b gfmd:inSession ?session ; gfmd:participant ?other . ?other skos:prefLabel"
        f" ?name }} ORDER BY ?other ?name{d.limit()}"
    ),
}

_AGGREGATES: Mapping[str, Callable[[_Draw], str]] = {
    "cited": lambda d: (
        "SELECT ?cited (COUNT(DISTINCT ?r) AS ?n) WHERE { ?r a gfmd:Recommendation ;"
        f" gfmd:recommendationKind {d.kind()} ; gfmd:cites ?cited }} GROUP BY ?cited"
        f" ORDER BY DESC(?n) ?cited{d.limit()}"
    ),
    "cited with": lambda d: (
        f"SELECT ?other (COUNT(?p) AS ?n) WHERE {{ ?p gfmd:cites {d.cited()} , ?other }}"
        f" GROUP BY ?other HAVING (COUNT(?p) > {d.random.randrange(3)})"
        f" ORDER BY DESC(?n) ?other{d.limit()}"
    ),
    "topics": lambda d: (
        "SELECT ?topic ?kind (COUNT(?r) AS ?n) WHERE { ?r gfmd:recommendationKind ?kind ;"
        f" dcterms:subject ?topic FILTER (?topic != {d.topic()}) }}"
        f" GROUP BY ?topic ?kind ORDER BY ?topic ?kind{d.limit()}"
    ),
    "addressees": lambda d: (
        "SELECT ?addressee (COUNT(DISTINCT ?r) AS ?n) WHERE { ?r gfmd:addressee ?addressee ;"
        f" gfmd:alignsWith ?goal ; dcterms:subject {d.topic()} }} GROUP BY ?addressee"
        f" ORDER BY DESC(?n) ?addressee{d.limit()}"
    ),
    "speakers": lambda d: (
        f"SELECT ?who (COUNT(?s) AS ?n) WHERE {{ ?s gfmd:madeBy ?who ; gfmd:recordedIn ?p ."
        f" ?p dcterms:subject {d.topic()} }} GROUP BY ?who ORDER BY DESC(?n) ?who{d.limit()}"
    ),
    "years": lambda d: (
        "SELECT ?year (COUNT(?r) AS ?n) WHERE { ?r a gfmd:Recommendation ; gfmd:inReport ?report ."
        " ?report gfmd:outcomeOf ?session . ?session dcterms:date ?day BIND (YEAR(?day) AS ?year)"
        f" FILTER (?year >= {d.year()}) }} GROUP BY ?year ORDER BY ?year{d.limit()}"
    ),
    "top topics": lambda d: (
        f"SELECT ?top (COUNT(DISTINCT ?p) AS ?n) WHERE {{ ?p a gfmd:Paragraph ; gfmd:cites"
        f" {d.cited()} ; dcterms:subject ?topic . ?topic skos:broader* ?top }} GROUP BY ?top"
        f" ORDER BY DESC(?n) ?top{d.limit()}"
    ),
    "words": lambda d: (
        "SELECT (COUNT(?p) AS ?n) WHERE { ?p a gfmd:Paragraph ; skos:prefLabel ?label"
        f' FILTER (CONTAINS(LCASE(?label), "{d.word()}")) }}'
    ),
    "confidence": lambda d: (
        "SELECT ?target (AVG(?sure) AS ?mean) (COUNT(?link) AS ?n) WHERE { ?link a"
        " gfmd:Classification ; gfmd:target ?target ; gfmd:confidence ?sure"
        f" FILTER (?sure > 0.{d.random.randrange(3, 8)}) }} GROUP BY ?target"
        f" ORDER BY ?target{d.limit()}"
    ),
}


def joins(generated: Generated, *, seed: str, count: int) -> list[Request]:
    """Joins of three to six patterns about random things, in turn; no text comes twice."""
    return _varied(_JOINS, generated, seed=f"joins/{seed}", count=count)


def aggregates(generated: Generated, *, seed: str, count: int) -> list[Request]:
    """Counts and means over the whole graph, in turn; no text comes twice."""
    return _varied(_AGGREGATES, generated, seed=f"aggregates/{seed}", count=count)


def _varied(
    forms: Mapping[str, Callable[[_Draw], str]], generated: Generated, *, seed: str, count: int
) -> list[Request]:
    random = Random(f"{generated.seed}/{seed}")
    draw = _Draw(generated, random)
    found: dict[str, Request] = {}
    while len(found) < count:
        form, make = list(forms.items())[len(found) % len(forms)]
        text = phrase(make(draw), random)
        found[text] = Request(
            form=form,
            text=text,
            method=random.choices(("GET", "form", "direct"), weights=(7, 2, 2))[0],
            accept=answer_format(form, random),
        )
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedQuery:
    """A canned query as the service describes it, with values that it cannot do without."""

    name: str
    values: Mapping[str, str]
    takes_session: bool


class CannedQueries:
    """The canned queries of a running service, asked about what a generated graph holds."""

    def __init__(self, port: int, generated: Generated) -> None:
        self._address = f"http://127.0.0.1:{port}/api/queries"
        self._generated = generated
        self.queries = [self._read(item) for item in self._get("")["items"]]

    def texts(self) -> list[str]:
        """The SPARQL of a first page of each, with the first session for those that take one."""
        found = []
        for query in self.queries:
            session = {"session": self._generated.sessions[0]} if query.takes_session else {}
            asked = urlencode({**query.values, **session, "include": "sparql"})
            answer = self._get(f"/{query.name}?{asked}")
            link = urlsplit(answer["links"]["sparql"])
            found.append(f"{parse_qs(link.query)['query'][0]}LIMIT {_PAGE_ROWS}")
        return found

    def _read(self, item: Mapping[str, Any]) -> CannedQuery:
        parameters = item["parameters"]
        return CannedQuery(
            name=item["name"],
            values={p["name"]: self._needed(p) for p in parameters if p["required"]},
            takes_session=any(p["name"] == "session" for p in parameters),
        )

    def _needed(self, parameter: Mapping[str, Any]) -> str:
        if GFMD + "Instrument" in parameter["classes"]:
            return self._generated.cited[0]
        match parameter["name"]:
            case "link":
                return self._generated.passages[0]
            case "actor":
                return self._generated.persons[0]
            case _:
                return str(parameter["example"])

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self._address + path, timeout=60) as answer:
            return json.load(answer)


class Mix:
    """What a site and its researchers ask, popular things more often: Zipf, exponent 1.

    Of the ranks, 55 % are points of the grammar, 20 % joins and 25 % canned queries: the first
    page of 50 rows, about a random session where the query takes one.
    """

    def __init__(self, generated: Generated, canned: CannedQueries) -> None:
        random = Random(f"ranks/{generated.seed}")
        first = generated.sessions[0]
        texts = canned.texts()
        points = PointGrammar(generated, seed="mix")
        joined = iter(joins(generated, seed="mix", count=_RANKS // 4))

        def canned_page() -> Request:
            text = random.choice(texts).replace(
                f"<{first}>", f"<{random.choice(generated.sessions)}>"
            )
            return Request(form="canned", text=text)

        makers: Sequence[Callable[[], Request]] = (
            lambda: next(points),
            lambda: next(joined),
            canned_page,
        )
        drawn = random.choices(makers, weights=(55, 20, 25), k=_RANKS)
        self._seed = generated.seed
        self._ranked = list(dict.fromkeys(make() for make in drawn))

    def workload(self, *, round_number: int, count: int) -> Workload:
        """So many requests of one round."""
        weights = list(accumulate(1 / (rank + 1) for rank in range(len(self._ranked))))
        random = Random(f"mix/{self._seed}/{round_number}")
        order = random.choices(range(len(self._ranked)), cum_weights=weights, k=count)
        used = {number: place for place, number in enumerate(dict.fromkeys(order))}
        return Workload(
            requests=[self._ranked[number] for number in used],
            order=[used[number] for number in order],
        )

    def sample(self, count: int) -> Sequence[Request]:
        """The most popular requests."""
        return self._ranked[:count]
