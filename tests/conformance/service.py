"""The service under test, as its clients see it, and how answers are compared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyoxigraph as ox
from tests.conformance.suites import BASE, TOP
from tests.waiting import wait_until

JSON, N_TRIPLES = "application/sparql-results+json", "application/n-triples"
_ROW = "https://example.org/row#"
_SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
}
_RESULTS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Triples = list[ox.Triple]
Graphs = Mapping[str, Triples]
"""Graph name to triples; ``""`` is the default graph."""


class Service:
    """An empty strict store behind HTTP."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.client = httpx.Client(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30
        )
        self._loaded: str | None = None

    def wait(self) -> None:
        """Wait until the service answers; its address is known a little earlier."""

        def answers() -> bool:
            try:
                return self.client.get("/health").is_success
            except httpx.ConnectError:
                return False

        wait_until(answers, "the service answers", within_seconds=20)

    def query(self, text: str, *, accept: str) -> httpx.Response:
        headers = {"content-type": "application/sparql-query", "accept": accept}
        return self.client.post("/sparql", content=text.encode(), headers=headers)

    def update(self, text: str) -> httpx.Response:
        headers = {"content-type": "application/sparql-update"}
        answer = self.client.post("/sparql", content=text.encode(), headers=headers)
        if answer.is_success:
            self._loaded = None
        return answer

    def load(self, graphs: Graphs) -> None:
        """Make the store hold these graphs and nothing else."""
        text = "DROP ALL ;\n" + _insert(graphs)
        if text == self._loaded:
            return
        answer = self.update(text)
        assert answer.status_code == 204, answer.text
        self._loaded = text

    def dataset(self) -> dict[str, Triples]:
        """All that the store holds."""
        query = "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        answer = self.query(query, accept=JSON)
        found: dict[str, Triples] = {}
        for name, *terms in parse_results(answer.content, ox.QueryResultsFormat.JSON).rows:
            key = name.value if isinstance(name, ox.NamedNode) else ""
            found.setdefault(key, []).append(ox.Triple(*terms))  # type: ignore[arg-type]
        return found


def _insert(graphs: Graphs) -> str:
    blocks = []
    for name, triples in sorted(graphs.items()):
        lines = "\n".join(f"{t.subject} {t.predicate} {t.object} ." for t in triples)
        blocks.append(f"GRAPH <{name}> {{\n{lines}\n}}" if name else lines)
        if name and not triples:
            return (
                "CREATE SILENT GRAPH <"
                + name
                + "> ;\n"
                + _insert({n: t for n, t in graphs.items() if n != name})
            )
    return "INSERT DATA {\n" + "\n".join(blocks) + "\n}"


def path_of(iri: str) -> Path:
    """The file of the suite that an IRI stands for."""
    return TOP / iri.removeprefix(BASE)


def read_text(iri: str) -> str:
    """A query or update with its own address as base."""
    # Newlines as they are: they may stand in literals.
    return f"BASE <{iri}>\n" + path_of(iri).read_bytes().decode()


def read_graph(iri: str) -> Triples:
    """The triples of a file; its blank nodes are like those of no other."""
    path = path_of(iri)
    quads = ox.parse(
        path.read_bytes(), _SYNTAXES[path.suffix], base_iri=iri, rename_blank_nodes=True
    )
    return [quad.triple for quad in quads]


def parse_triples(content: bytes, syntax: ox.RdfFormat, base: str) -> Triples:
    return [quad.triple for quad in ox.parse(content, syntax, base_iri=base)]


@dataclass(frozen=True)
class Answer:
    """Solutions, or a boolean; plain values, for the library's own belong to one thread."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()
    boolean: bool | None = None

    def comparable(self, *, ordered: bool = False) -> object:
        """What is equal for answers that mean the same; the order of columns is free."""
        if self.boolean is not None:
            return self.boolean
        names = sorted(self.names)
        places = [self.names.index(name) for name in names]
        rows = ([row[i] for i in places] for row in self.rows)
        return names, canonical_rows(names, rows, ordered=ordered)


def parse_results(content: bytes, syntax: ox.QueryResultsFormat) -> Answer:
    found = ox.parse_query_results(content, syntax)
    if isinstance(found, ox.QueryBoolean):
        return Answer(boolean=bool(found))
    assert isinstance(found, ox.QuerySolutions)
    names = tuple(variable.value for variable in found.variables)
    return Answer(names=names, rows=tuple(tuple(row[n] for n in names) for row in found))


def read_results(iri: str) -> Answer:
    """The answer in a file, which may also be a graph of the vocabulary for result sets."""
    path = path_of(iri)
    if path.suffix in _RESULTS:
        return parse_results(path.read_bytes(), _RESULTS[path.suffix])
    values: dict[tuple[object, str], list[object]] = {}
    for t in read_graph(iri):
        name = t.predicate.value.removeprefix(_RS)
        values.setdefault((t.subject, name), []).append(t.object)
    (head,) = {subject for subject, name in values if name == "resultVariable"}
    names = tuple(v.value for v in values[head, "resultVariable"])  # type: ignore[attr-defined]
    rows = []
    for solution in values.get((head, "solution"), []):
        bindings = values.get((solution, "binding"), [])
        row = {values[b, "variable"][0].value: values[b, "value"][0] for b in bindings}  # type: ignore[attr-defined]
        rows.append(tuple(row.get(name) for name in names))
    return Answer(names=names, rows=tuple(rows))  # type: ignore[arg-type]


def _stored(term: Term) -> object:
    """The form in which the store gives a term back: it normalises literals."""
    if not isinstance(term, ox.Literal):
        return term
    store = ox.Store()
    node = ox.NamedNode("https://example.org/x")
    store.add(ox.Quad(node, node, term))
    return next(iter(store)).object


def canonical(graphs: Mapping[str, Iterable[ox.Triple]]) -> ox.Dataset:
    """A dataset whose blank nodes are named by what they are, so that equal is isomorphic."""
    quads = []
    for name, triples in graphs.items():
        graph = ox.NamedNode(name) if name else ox.DefaultGraph()
        for t in triples:
            quads.append(ox.Quad(t.subject, t.predicate, _stored(t.object), graph))  # type: ignore[arg-type]
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def canonical_rows(
    variables: Sequence[str], rows: Iterable[Sequence[object]], *, ordered: bool
) -> ox.Dataset:
    """Solutions as a graph: a node a row, a property a variable, and how often it comes."""
    texts: Counter[tuple[object, ...]] = Counter()
    for index, row in enumerate(rows):
        texts[(index if ordered else 0, *(_stored(v) if v else None for v in row))] += 1  # type: ignore[arg-type]
    triples: Triples = []
    for (place, *values), count in texts.items():
        node = ox.BlankNode()
        triples.append(ox.Triple(node, ox.NamedNode(_ROW + "count"), ox.Literal(count)))
        triples.append(ox.Triple(node, ox.NamedNode(_ROW + "index"), ox.Literal(str(place))))
        for name, value in zip(variables, values, strict=True):
            if value is not None:
                triples.append(ox.Triple(node, ox.NamedNode(_ROW + "v-" + name), value))  # type: ignore[arg-type]
    return canonical({"": triples})
