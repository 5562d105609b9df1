"""What the service says of itself and of its graph: SPARQL 1.1 Service Description, and VoID.

Both are made from the version that is asked for, never written by hand.
"""

import io
from collections.abc import Callable, Iterator, Sequence

from starlette.types import Receive, Scope

from gfmdkg import __version__
from gfmdkg.errors import NotAcceptable, RequestError
from gfmdkg.formats.media import GRAPHS
from gfmdkg.http.graph_figures import Figures, FiguresCache
from gfmdkg.http.methods import options_answer, refuse_method
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.request import header, request_url, while_connected
from gfmdkg.http.responses import Answer, entity_tag, is_fresh
from gfmdkg.http.service import Service
from gfmdkg.http.sparql_request import choose_formats, parse_parameters
from gfmdkg.namespaces import BASE, DCTERMS, FOAF, GFMD, ID_BASE, PREFIXES, RDF, XSD
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term, to_sparql

__all__ = ["Descriptions", "VoidEndpoint"]

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = PREFIXES["void"]
_DCAT = PREFIXES["dcat"]
_FORMATS = "http://www.w3.org/ns/formats/"
_TYPE = RDF + "type"
_DATASET = BASE + "dataset"
_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
# Names of W3C's list of formats; it has none for N-Quads and TriG in an older spelling.
_RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
    "TriG",
    "N-Quads",
)
_INPUT_FORMATS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")

Statement = tuple[Iri | BlankNode, str, Term]


class Descriptions:
    """Makes the descriptions; the figures of a version are counted once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._figures = FiguresCache(service)

    async def close(self) -> None:
        """Stop counting."""
        await self._figures.close()

    async def service(
        self, pairs: Sequence[tuple[str, str]], accept: str | None, *, endpoint: str, scope: Scope
    ) -> Answer:
        """The description of the SPARQL service at the address ``endpoint``."""

        def describe(figures: Figures, version: Version) -> Iterator[Statement]:
            return _service(figures, version, endpoint)

        try:
            return await self._answer(pairs, accept, scope, describe)
        except NotAcceptable as error:
            # Who accepts no RDF did not mean to ask for this.
            raise RequestError(
                "the parameter “query” is missing; without it, ask for RDF or HTML"
            ) from error

    async def void(
        self, pairs: Sequence[tuple[str, str]], accept: str | None, *, scope: Scope
    ) -> Answer:
        """The VoID and DCAT description of the graph."""
        endpoint = request_url(scope).removesuffix(scope["path"]) + "/sparql"

        def describe(figures: Figures, version: Version) -> Iterator[Statement]:
            return _void(figures, version, endpoint)

        return await self._answer(pairs, accept, scope, describe)

    async def _answer(
        self,
        pairs: Sequence[tuple[str, str]],
        accept: str | None,
        scope: Scope,
        describe: Callable[[Figures, Version], Iterator[Statement]],
    ) -> Answer:
        parameters = Parameters(pairs)
        parameters.only({"format", "output", "results", "version"})
        media_type = choose_formats(pairs, accept).graph
        if media_type is None:
            raise NotAcceptable(accept or "", [media.media_type for media in GRAPHS])
        number = parameters.version()
        version = await self._service.version(number)
        host = (header(scope, b"host") or "").encode("latin-1")
        tag = entity_tag(version, scope, media_type, f"{self._service.fingerprint} {host!r}")
        body = b""
        if not is_fresh(scope, tag):
            figures = await self._figures.exactly(version)
            body = _serialise(describe(figures, version), media_type)
        return Answer(
            media_type=media_type,
            body=body,
            version=version,
            pinned=number is not None,
            etag=tag,
        )


class VoidEndpoint:
    """Answers ``/.well-known/void`` and ``/dataset``."""

    def __init__(self, descriptions: Descriptions) -> None:
        self._descriptions = descriptions

    async def __call__(self, scope: Scope, receive: Receive) -> Answer:
        """Answer one request."""
        methods = ("GET", "HEAD", "OPTIONS")
        if scope["method"] == "OPTIONS":
            return options_answer(methods)
        if scope["method"] not in methods:
            return refuse_method(scope, methods)
        pairs = parse_parameters(scope["query_string"])
        accept = header(scope, b"accept")
        return await while_connected(self._descriptions.void(pairs, accept, scope=scope), receive)


def _service(figures: Figures, version: Version, endpoint: str) -> Iterator[Statement]:
    service, dataset, default = BlankNode("service"), BlankNode("dataset"), BlankNode("default")
    yield service, _TYPE, Iri(_SD + "Service")
    yield service, _SD + "endpoint", Iri(endpoint)
    yield service, DCTERMS + "hasVersion", Literal(f"gfmdkg {__version__}")
    for language in ("SPARQL10Query", "SPARQL11Query", "SPARQL11Update"):
        yield service, _SD + "supportedLanguage", Iri(_SD + language)
    for name in _RESULT_FORMATS:
        yield service, _SD + "resultFormat", Iri(_FORMATS + name)
    for name in _INPUT_FORMATS:
        yield service, _SD + "inputFormat", Iri(_FORMATS + name)
    yield service, _SD + "feature", Iri(_SD + "EmptyGraphs")
    if version.default_graph == "union":
        yield service, _SD + "feature", Iri(_SD + "UnionDefaultGraph")
    simple = Iri("http://www.w3.org/ns/entailment/Simple")
    yield service, _SD + "defaultEntailmentRegime", simple
    yield service, _SD + "defaultDataset", dataset
    yield service, _SD + "availableGraphs", dataset
    yield dataset, _TYPE, Iri(_SD + "Dataset")
    yield dataset, _TYPE, Iri(_SD + "GraphCollection")
    yield dataset, _SD + "defaultGraph", default
    yield default, _TYPE, Iri(_SD + "Graph")
    yield from _count(default, "triples", figures.triples)
    for index, (name, triples) in enumerate(figures.graphs or ()):
        named, graph = BlankNode(f"named{index}"), BlankNode(f"graph{index}")
        yield dataset, _SD + "namedGraph", named
        yield named, _TYPE, Iri(_SD + "NamedGraph")
        yield named, _SD + "name", Iri(name)
        yield named, _SD + "graph", graph
        yield graph, _TYPE, Iri(_SD + "Graph")
        yield from _count(graph, "triples", triples)


def _void(figures: Figures, version: Version, endpoint: str) -> Iterator[Statement]:
    dataset = Iri(_DATASET)
    document = Iri(endpoint.removesuffix("/sparql") + "/.well-known/void")
    yield document, _TYPE, Iri(_VOID + "DatasetDescription")
    yield document, FOAF + "primaryTopic", dataset
    yield dataset, _TYPE, Iri(_VOID + "Dataset")
    yield dataset, _TYPE, Iri(_DCAT + "Dataset")
    yield dataset, DCTERMS + "title", Literal("GFMD knowledge graph", language="en")
    yield (
        dataset,
        DCTERMS + "description",
        Literal(
            "Sessions, actors, instruments, SDGs and recommendations of migration-governance "
            "dialogues, linked to the words that say so",
            language="en",
        ),
    )
    yield dataset, DCTERMS + "license", Iri(_LICENSE)
    modified = Literal(version.created.isoformat(), datatype=XSD + "dateTime")
    yield dataset, DCTERMS + "modified", modified
    yield dataset, _DCAT + "version", Literal(str(version.number))
    yield dataset, DCTERMS + "identifier", Literal(version.content_hash)
    yield dataset, _VOID + "sparqlEndpoint", Iri(endpoint)
    yield dataset, _VOID + "uriSpace", Literal(ID_BASE)
    yield dataset, _VOID + "vocabulary", Iri(GFMD)
    for namespace in _vocabularies(figures):
        yield dataset, _VOID + "vocabulary", Iri(namespace)
    for media in GRAPHS:
        yield dataset, _VOID + "feature", Iri(_FORMATS + _format_name(media.name))
    yield from _count(dataset, "triples", figures.triples)
    yield from _count(dataset, "distinctSubjects", figures.subjects)
    yield from _count(dataset, "distinctObjects", figures.objects)
    yield from _partitions(figures)


def _partitions(figures: Figures) -> Iterator[Statement]:
    dataset = Iri(_DATASET)
    if figures.classes is not None:
        yield from _count(dataset, "classes", len(figures.classes))
    if figures.properties is not None:
        yield from _count(dataset, "properties", len(figures.properties))
    for index, (name, instances) in enumerate(figures.classes or ()):
        part = BlankNode(f"class{index}")
        yield dataset, _VOID + "classPartition", part
        yield part, _VOID + "class", Iri(name)
        yield from _count(part, "entities", instances)
    for index, (name, triples) in enumerate(figures.properties or ()):
        part = BlankNode(f"property{index}")
        yield dataset, _VOID + "propertyPartition", part
        yield part, _VOID + "property", Iri(name)
        yield from _count(part, "triples", triples)
    for name, triples in figures.graphs or ():
        yield dataset, _VOID + "subset", Iri(name)
        yield Iri(name), _TYPE, Iri(_VOID + "Dataset")
        yield from _count(Iri(name), "triples", triples)


def _vocabularies(figures: Figures) -> list[str]:
    """The namespaces of ours that a class or property in use is from."""
    used = [name for name, _ in (*(figures.classes or ()), *(figures.properties or ()))]
    known = {space for space in PREFIXES.values() if space != GFMD}
    return sorted({space for space in known for name in used if name.startswith(space)})


def _format_name(short: str) -> str:
    return {
        "ttl": "Turtle",
        "nt": "N-Triples",
        "jsonld": "JSON-LD",
        "rdf": "RDF_XML",
        "trig": "TriG",
        "nq": "N-Quads",
    }[short]


def _count(node: Iri | BlankNode, name: str, count: int | None) -> Iterator[Statement]:
    if count is not None:
        yield node, _VOID + name, Literal(str(count), datatype=XSD + "integer")


def _serialise(statements: Iterator[Statement], media_type: str) -> bytes:
    lines = (f"{_text(s)} {_text(Iri(p))} {_text(o)} ." for s, p, o in statements)
    store = OxigraphStore.in_memory()
    document = "\n".join(lines).encode()
    store.load(document, media_type="application/n-triples", graph="")
    output = io.BytesIO()
    store.dump(output, media_type=media_type, graph="")
    return output.getvalue()


def _text(term: Term) -> str:
    return f"_:{term.label}" if isinstance(term, BlankNode) else to_sparql(term)
