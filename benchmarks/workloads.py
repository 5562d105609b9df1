"""What is asked: the same texts for all servers, the same for the same seed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random

from benchmarks.generator import Generated
from benchmarks.reference import shipped_sources
from gfmdkg.catalog import Catalog, Parameter
from gfmdkg.namespaces import GFMD, PREFIXES, RDF, SKOS
from gfmdkg.paths import shipped_content
from gfmdkg.store.names import names_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.index import TermIndex

__all__ = ["RUNAWAYS", "Workload", "canned_values", "heavy", "mix", "points"]

_PROLOGUE = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n"
    for prefix in ("cito", "dcterms", "gfmd", "prov", "rdf", "rdfs", "sdgo", "skos")
)
_PAGE_ROWS = 50
_RANKS = 20_000
_SENT = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Queries, and the order of their numbers in which they are sent (all once, without)."""

    texts: Sequence[str]
    order: Sequence[int] = ()


def points(generated: Generated, *, round_number: int) -> Workload:
    """Point queries of which no text is ever sent twice, in any round."""
    random = Random(f"points/{generated.seed}/{round_number}")
    iris = generated.passages + generated.recommendations
    first = round_number * _SENT
    return Workload(
        texts=[
            f"SELECT ?p{n} ?o{n} WHERE {{ <{random.choice(iris)}> ?p{n} ?o{n} }}"
            for n in range(first, first + _SENT)
        ]
    )


def mix(generated: Generated, *, round_number: int) -> Workload:
    """What a site and its researchers ask, popular things more often: Zipf, exponent 1.

    Of the ranks, 45 % are look-ups of one resource, 10 % look-ups of the links of a passage,
    20 % small joins and 25 % canned queries, all of them alike: the first page of 50 rows,
    about one session where the query takes one.
    """
    texts = _ranked_texts(generated)
    weights = list(accumulate(1 / (rank + 1) for rank in range(len(texts))))
    sent = Random(f"mix/{generated.seed}/{round_number}")
    order = sent.choices(range(len(texts)), cum_weights=weights, k=_SENT)
    used = {number: place for place, number in enumerate(dict.fromkeys(order))}
    return Workload(texts=[texts[n] for n in used], order=[used[n] for n in order])


@lru_cache(maxsize=2)
def _ranked_texts(generated: Generated) -> list[str]:
    random = Random(f"ranks/{generated.seed}")
    makers = _makers(generated, random)
    drawn = random.choices(makers, weights=(45, 10, 10, 10, 25), k=_RANKS)
    return list(dict.fromkeys(make() for make in drawn))


def _makers(generated: Generated, random: Random) -> list[Callable[[], str]]:
    resources = generated.passages + generated.persons + generated.cited + generated.sessions
    bind = _canned_pages(generated)

    def look_up() -> str:
        return f"SELECT ?p ?o WHERE {{ <{random.choice(resources)}> ?p ?o }}"

    def links() -> str:
        passage = random.choice(generated.passages)
        return (
            f"{_PROLOGUE}SELECT ?link ?cited ?assertion WHERE {{ ?link cito:hasCitingEntity"
            f" <{passage}> ; cito:hasCitedEntity ?cited ; gfmd:assertion ?assertion }}"
        )

    def citing() -> str:
        return (
            f"{_PROLOGUE}SELECT ?r ?label WHERE {{ ?r gfmd:cites <{random.choice(generated.cited)}>"
            " ; a gfmd:Recommendation ; skos:prefLabel ?label } ORDER BY ?r LIMIT 20"
        )

    def of_session() -> str:
        return (
            f"{_PROLOGUE}SELECT ?passage ?label ?cited WHERE {{ ?passage gfmd:inReport/"
            f"gfmd:outcomeOf <{random.choice(generated.sessions)}> ; skos:prefLabel ?label ;"
            f" gfmd:cites ?cited }} ORDER BY ?passage ?cited LIMIT {random.randrange(20, 60)}"
        )

    return [look_up, links, citing, of_session, lambda: bind(random)]


def _canned_pages(generated: Generated) -> Callable[[Random], str]:
    """Binds any canned query, to a random session if it takes one; the text of a first page."""
    catalog = Catalog.load(shipped_content().queries)
    resolver = _resolver(generated)
    queries = list(catalog)

    def bind(random: Random) -> str:
        query = random.choice(queries)
        values = {
            parameter.name: _needed(parameter, generated, random)
            for parameter in query.parameters.values()
            if parameter.required
        }
        if "session" in query.parameters:
            values["session"] = random.choice(generated.sessions)
        return query.paged(query.bind(values, resolver), limit=_PAGE_ROWS)

    return bind


def _needed(parameter: Parameter, generated: Generated, random: Random) -> str:
    if GFMD + "Instrument" in parameter.classes:
        return random.choice(generated.cited)
    match parameter.name:
        case "link":
            return random.choice(generated.passages)
        case "actor":
            return random.choice(generated.persons)
        case _:
            return parameter.example


def canned_values(generated: Generated) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each canned query with what it needs, over the whole graph and about one session."""
    for query in Catalog.load(shipped_content().queries):
        values: dict[str, str] = {}
        for parameter in query.parameters.values():
            if parameter.required:
                example = parameter.example
                if parameter.classes and GFMD + "Instrument" in parameter.classes:
                    example = generated.cited[0]
                elif parameter.name in ("link", "passage"):
                    example = generated.passages[0]
                elif parameter.name in ("actor", "speaker", "person"):
                    example = generated.persons[0]
                values[parameter.name] = example
        yield query.name, "whole graph", values
        if "session" in query.parameters:
            session = generated.sessions[len(generated.sessions) // 2]
            yield query.name, "one session", {**values, "session": session}


def _resolver(generated: Generated) -> TermIndex:
    """Names of the shipped reference data, and the IRIs of what was made up."""
    store = OxigraphStore.in_memory()
    for source in shipped_sources():
        store.load(source.text.encode(), media_type="text/turtle", graph="")
    named = names_of(store)
    kinds = (
        (generated.sessions, GFMD + "Session"),
        (generated.cited, GFMD + "Instrument"),
        (generated.persons, PREFIXES["foaf"] + "Person"),
    )
    made_up = [
        f'<{iri}> <{RDF}type> <{class_iri}> .\n<{iri}> <{SKOS}prefLabel> "{iri}" .\n'
        for iris, class_iri in kinds
        for iri in iris
        if iri not in named
    ]
    store.load("".join(made_up).encode(), media_type="application/n-triples", graph="")
    return names_of(store)


_HEAVY = (
    """SELECT ?cited (COUNT(DISTINCT ?r) AS ?n) WHERE {
  ?r a gfmd:Recommendation ; gfmd:cites ?cited } GROUP BY ?cited ORDER BY DESC(?n) ?cited""",
    """SELECT ?a ?b (COUNT(?p) AS ?n) WHERE { ?p gfmd:cites ?a , ?b FILTER (STR(?a) < STR(?b)) }
GROUP BY ?a ?b ORDER BY DESC(?n) ?a ?b""",
    """SELECT ?topic ?kind (COUNT(?r) AS ?n) WHERE { ?r gfmd:kind ?kind ; dcterms:subject ?topic }
GROUP BY ?topic ?kind ORDER BY ?topic ?kind""",
    """SELECT ?addressee ?goal (COUNT(DISTINCT ?r) AS ?n) WHERE {
  ?r gfmd:addressee ?addressee ; gfmd:alignsWith ?goal . ?goal a sdgo:Goal }
GROUP BY ?addressee ?goal ORDER BY DESC(?n) ?addressee ?goal""",
    """SELECT ?who (COUNT(?s) AS ?n) WHERE {
  ?s gfmd:madeBy ?who ; gfmd:recordedIn ?p . ?p gfmd:cites ?i . ?i gfmd:legallyBinding true }
GROUP BY ?who ORDER BY DESC(?n) ?who""",
    """SELECT ?year (COUNT(?r) AS ?n) WHERE {
  ?r a gfmd:Recommendation ; gfmd:inReport ?report . ?report gfmd:outcomeOf ?session .
  ?session dcterms:date ?day BIND (YEAR(?day) AS ?year) } GROUP BY ?year ORDER BY ?year""",
    """SELECT ?top (COUNT(DISTINCT ?p) AS ?n) WHERE {
  ?p a gfmd:Paragraph ; dcterms:subject ?topic . ?topic skos:broader* ?top }
GROUP BY ?top ORDER BY DESC(?n) ?top""",
    """SELECT ?p ?label WHERE {
  ?p a gfmd:Paragraph ; skos:prefLabel ?label FILTER (CONTAINS(LCASE(?label), "courts")) }
ORDER BY ?p""",
)


def heavy(_: Generated, *, round_number: int) -> Workload:
    """Joins and aggregates over the whole graph; the limit differs, so no text comes twice."""
    first = 1000 + round_number * 1000
    return Workload(
        texts=[
            f"{_PROLOGUE}{text} LIMIT {first + number}" for number in range(125) for text in _HEAVY
        ]
    )


_CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
_NEVER = "FILTER (STRLEN(STR(?a)) + STRLEN(STR(?d)) + STRLEN(STR(?g)) + STRLEN(STR(?j)) < 0)"
_ANY_STEP = "(<http://example.org/x>|!<http://example.org/x>)*"
_NUMBERS = " ".join(map(str, range(200)))
_VALUES = " ".join(f"VALUES ?v{number} {{ {_NUMBERS} }}" for number in range(5))

RUNAWAYS = {
    "cartesian ORDER BY": f"SELECT * {{ {_CROSS} }} ORDER BY ?a ?f",
    "cartesian COUNT": f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}",
    "cartesian stream": f"SELECT * {{ {_CROSS} }}",
    "ASK, impossible filter": f"ASK {{ {_CROSS} {_NEVER} }}",
    "CONSTRUCT, impossible filter": f"CONSTRUCT {{ ?a ?b ?c }} WHERE {{ {_CROSS} {_NEVER} }}",
    "(x|!x)*": f"SELECT (COUNT(*) AS ?n) {{ ?s {_ANY_STEP} ?o . ?o {_ANY_STEP} ?t }}",
    "VALUES 200^5, COUNT": f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} }}",
    "VALUES 200^5, FILTER": f"SELECT * {{ {_VALUES} FILTER (?v0 + ?v1 + ?v2 + ?v3 + ?v4 < 0) }}",
    "plan of 300 patterns": "SELECT * { "
    + " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(300))
    + " }",
}
"""Queries that no server can finish, by the name in the results."""
