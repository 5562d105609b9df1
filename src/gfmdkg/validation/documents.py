"""Documents in any format, read into rdflib graphs that know the place of every triple."""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin

from rdflib import BNode, Graph, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from gfmdkg.errors import DataError, Fault
from gfmdkg.store.answers import GRAPH_FORMATS
from gfmdkg.store.parsing import parse
from gfmdkg.validation.data_graph import add_ntriples
from gfmdkg.validation.json_ld import CONTEXT_IRIS, JsonFault, PlacedDocument, place_document
from gfmdkg.validation.lines import Lines
from gfmdkg.validation.positions import POSITIONED, PositionedGraph
from gfmdkg.validation.syntax import find_faults
from gfmdkg.validation.turtle import Offsets, PositionedParser, Triple
from gfmdkg.validation.turtle_tokens import as_turtle

__all__ = ["read_document", "read_turtle"]

_ABOUT = re.compile(r"""\brdf:(about|ID)\s*=\s*(["'])([^"'<>]*)\2""")


def read_turtle(
    text: str, *, base_iri: str, file: str | None = None, into: Graph | None = None
) -> PositionedGraph:
    """Read Turtle or N-Triples, into ``into`` or a new graph, with the place of every triple.

    Literals keep the form in which they are written. Raises ``DataError`` with all faults of
    the syntax: line, column, the offending text and what was expected; the graph is then as
    it was.
    """
    return read_document(text, media_type="text/turtle", base_iri=base_iri, file=file, into=into)


def read_document(
    text: str,
    *,
    media_type: str,
    base_iri: str,
    file: str | None = None,
    into: Graph | None = None,
    contexts: Mapping[str, str] | None = None,
) -> PositionedGraph:
    """Read any of ``GRAPH_FORMATS``; the names of named graphs are dropped.

    Every triple has its place in the formats of ``POSITIONED``, and in JSON-LD its pointer
    too; of RDF/XML the subjects have theirs. ``contexts`` has the JSON-LD contexts that are
    known by address. Raises ``DataError`` with all faults of the syntax.
    """
    if media_type not in GRAPH_FORMATS:
        raise DataError(f"{media_type} is not a format that is read here")
    text = text.removeprefix("\ufeff")
    graph = Graph(bind_namespaces="none") if into is None else into
    if media_type == "application/ld+json":
        return _read_json_ld(text, base_iri, file, graph, contexts or {})
    _refuse_faults(find_faults(text, media_type=media_type, base_iri=base_iri, file=file))
    if media_type in POSITIONED:
        return _read_turtle_like(text, media_type, base_iri, file, graph)
    parsed = parse(text.encode(), media_type=media_type, base_iri=base_iri)
    _add_fresh(graph, parsed.triples)
    subjects = dict(_rdf_xml_subjects(text, base_iri))
    return PositionedGraph(
        file=file, graph=graph, text=text, media_type=media_type, _subjects=subjects
    )


def _read_turtle_like(
    text: str, media_type: str, base_iri: str, file: str | None, graph: Graph
) -> PositionedGraph:
    parser = PositionedParser(graph, base_iri=base_iri)
    try:
        parser.loadBuf(as_turtle(text, media_type))
    except BadSyntax as error:
        # The engine's parser has judged already, so this is a matter between the two.
        offset = min(error._i, len(text))  # noqa: SLF001 - rdflib offers it nowhere else
        line, column = Lines(text).place(offset)
        fault = Fault(
            message=error._why,  # noqa: SLF001
            file=file,
            line=line,
            column=column,
            remedy="mend the syntax here or just before, where something may be missing",
        )
        raise DataError("the document cannot be read", [fault]) from error
    return PositionedGraph(
        file=file,
        graph=graph,
        text=text,
        media_type=media_type,
        prefixes=parser.prefixes,
        _triples=parser.triples,
        _subjects=parser.subjects,
        _verbs=parser.verbs,
    )


def _read_json_ld(
    text: str, base_iri: str, file: str | None, graph: Graph, contexts: Mapping[str, str]
) -> PositionedGraph:
    lines = Lines(text)
    try:
        placed = place_document(text, base_iri=base_iri, contexts=contexts)
    except JsonFault as error:
        line, column = lines.place(min(error.offset, len(text)))
        remedy = "mend the JSON here or just before, where something may be missing"
        fault = Fault(message=error.message, file=file, line=line, column=column, remedy=remedy)
        raise DataError("the document cannot be read", [fault]) from error
    parsed = parse(placed.text.encode(), media_type="application/ld+json", base_iri=base_iri)
    if parsed.complaints:
        # Its place would be one in the text with the labels that were put in.
        remedy = "see the JSON-LD 1.1 recommendation for what may stand there"
        if "LoadDocumentCallback" in parsed.complaints[0].message:
            message = "the document names a context that is not fetched"
            remedy = f"write the context into the document, or name <{CONTEXT_IRIS[0]}>"
        else:
            message = parsed.complaints[0].message
        raise DataError(
            "the document cannot be read",
            [Fault(message=message, file=file, line=1, column=1, remedy=remedy)],
        )
    names = _add_fresh(graph, parsed.triples)
    triples, subjects, pointers = _json_ld_places(placed, graph, names)
    return PositionedGraph(
        file=file,
        graph=graph,
        text=text,
        media_type="application/ld+json",
        _triples=triples,
        _subjects=subjects,
        _pointers=pointers,
    )


def _add_fresh(graph: Graph, triples: Sequence[str]) -> Mapping[str, Node]:
    """Add triples with blank nodes of their own; the node of each label, and IRIs by text."""
    own = Graph(bind_namespaces="none")
    add_ntriples(own, (f"{triple} ." for triple in triples))
    fresh: dict[str, Node] = {}

    def renamed(node: Node) -> Node:
        if isinstance(node, BNode):
            return fresh.setdefault(f"_:{node}", BNode())
        if isinstance(node, URIRef):
            fresh.setdefault(str(node), node)
        return node

    for subject, predicate, value in own:
        graph.add((renamed(subject), renamed(predicate), renamed(value)))
    return fresh


def _json_ld_places(
    placed: PlacedDocument, graph: Graph, names: Mapping[str, Node]
) -> tuple[dict[Triple, Offsets], dict[Node, Offsets], dict[int, str]]:
    triples: dict[Triple, Offsets] = {}
    pointers: dict[int, str] = {}
    labels = {node: label for label, node in names.items()}
    for (subject_name, predicate_name), places in placed.values.items():
        subject, predicate = names.get(subject_name), names.get(predicate_name)
        if subject is None or predicate is None:
            continue
        remaining = list(places)
        for value in graph.objects(subject, predicate):
            text = labels.get(value, str(value))
            fitting = [p for p in remaining if p.text == text]
            # A number or a relative IRI may be written in another form than it has.
            found = fitting[0] if fitting else remaining[0] if len(places) == 1 else None
            if found is not None:
                triples[subject, predicate, value] = (found.at.start, found.at.end)
                pointers[found.at.start] = found.at.pointer
    subjects: dict[Node, Offsets] = {}
    for name, at in placed.subjects.items():
        node = names.get(name)
        if node is not None:
            subjects[node] = (at.start, at.end)
            pointers.setdefault(at.start, at.pointer)
    return triples, subjects, pointers


def _rdf_xml_subjects(text: str, base_iri: str) -> Iterator[tuple[Node, Offsets]]:
    for match in reversed(list(_ABOUT.finditer(text))):
        relative = f"#{match[3]}" if match[1] == "ID" else match[3]
        node = URIRef(urljoin(base_iri, relative))
        yield node, (match.start(), match.end())


def _refuse_faults(faults: Sequence[Fault]) -> None:
    if faults:
        raise DataError("the document cannot be read", faults)
