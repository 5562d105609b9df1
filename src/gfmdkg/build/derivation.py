"""What the build adds to the files: shortcut links and the provenance of each graph."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib import resources

from gfmdkg.about import VERSION
from gfmdkg.build.sources import Source
from gfmdkg.namespaces import BASE, CITO, DCTERMS, GRAPH_BASE, PROV, RDF, RDFS
from gfmdkg.store.patches import Patch, decode, statements_of, statements_with_subject
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.values import Iri, Literal, Term, to_sparql

__all__ = [
    "DERIVED_GRAPH",
    "PROVENANCE_GRAPH",
    "add_provenance",
    "derive_links",
    "derive_links_about",
]

DERIVED_GRAPH = GRAPH_BASE + "derived/links"
PROVENANCE_GRAPH = GRAPH_BASE + "provenance"
_CITING = CITO + "hasCitingEntity"
_SLOT = "VALUES ?passage { UNDEF }"


def derive_links(store: OxigraphStore) -> Patch:
    """Make ``gfmd:cites`` and ``gfmd:alignsWith`` follow from the accepted links anew.

    Gives what changed in ``DERIVED_GRAPH``; a default graph that is a union is left alone.
    """
    old = statements_of(store, DERIVED_GRAPH)
    store.clear_graph(DERIVED_GRAPH)
    store.update(_text())
    new = statements_of(store, DERIVED_GRAPH)
    return Patch.of(new - old, old - new)


def derive_links_about(
    store: OxigraphStore, before: OxigraphStore, subjects: Collection[str]
) -> Patch:
    """The same where no other subjects (IRIs or ``_:`` labels) differ from the state before."""
    states = (before, store)
    passages = {p for state in states for p in _citing(state, subjects)}
    # Somebody may have written to the derived links themselves.
    passages.update(s for s in subjects if any(_derived(state, [s]) for state in states))
    if not passages:
        return Patch()
    old = _derived(store, passages)
    Patch.of((), old).apply(store)
    values = " ".join(sorted(to_sparql(Iri(p)) for p in passages if not p.startswith("_:")))
    store.update(_text().replace(_SLOT, f"VALUES ?passage {{ {values} }}"))
    new = _derived(store, passages)
    return Patch.of(new - old, old - new)


def _citing(store: OxigraphStore, links: Iterable[str]) -> Iterator[str]:
    said = (s for link in links for s in statements_with_subject(store, link))
    for statement in decode(s for s in said if s.split(" ", 2)[1] == f"<{_CITING}>"):
        if isinstance(statement.object, Iri):
            yield statement.object.value


def _derived(store: OxigraphStore, passages: Iterable[str]) -> set[str]:
    found = (s for passage in passages for s in statements_with_subject(store, passage))
    return {s for s in found if s.endswith(f" <{DERIVED_GRAPH}>")}


def _text() -> str:
    return resources.files(__package__).joinpath("derive-links.ru").read_text("utf-8")


def add_provenance(store: OxigraphStore, sources: Sequence[Source]) -> None:
    """Say of each file's graph from which file, with which hash and by which tool it came.

    There is no time in it, so that the same files always give the same graph; the record of
    a published version has the time.
    """
    tool = Iri(f"{BASE}id/tool/gfmdkg-{VERSION}")
    facts: list[tuple[Iri, str, Term]] = [
        (tool, RDF + "type", Iri(PROV + "SoftwareAgent")),
        (tool, RDFS + "label", Literal(f"gfmdkg {VERSION}", language="en")),
    ]
    for source in sources:
        graph = Iri(source.graph)
        activity = Iri(source.graph.replace("/graph/", "/id/activity/build/", 1))
        facts += [
            (graph, RDF + "type", Iri(PROV + "Entity")),
            (graph, RDFS + "label", Literal(source.path)),
            (graph, DCTERMS + "identifier", Literal(f"sha256:{source.digest}")),
            (graph, PROV + "wasGeneratedBy", activity),
            (activity, RDF + "type", Iri(PROV + "Activity")),
            (activity, RDFS + "label", Literal(f"build of {source.path}", language="en")),
            (activity, PROV + "wasAssociatedWith", tool),
        ]
    lines = [f"{to_sparql(s)} <{p}> {to_sparql(o)} ." for s, p, o in facts]
    store.load(
        "\n".join(lines).encode(), media_type="application/n-triples", graph=PROVENANCE_GRAPH
    )
