"""Documents in any format, read into rdflib graphs that know the place of every triple."""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.errors import DataError, Fault
from gfmdkg.rdf.media import GRAPH_FORMATS
from gfmdkg.rdf.turtle_tokens import Lines, Misplaced
from gfmdkg.store.reading import parse
from gfmdkg.validation.data_graph import rdflib_triples
from gfmdkg.validation.findings import Finding, SourceFile
from gfmdkg.validation.json_ld import CONTEXT_IRIS, MARK, mark_document
from gfmdkg.validation.positions import (
    POSITIONED,
    Offsets,
    PositionedGraph,
    Triple,
    read_positioned,
)

__all__ = ["read_document", "read_documents"]

_MARK = URIRef(MARK)
_RDF_XML = "application/rdf+xml"
_ABOUT = re.compile(r"""\brdf:(about|ID)\s*=\s*(["'])([^"'<>]*)\2""")


def read_document(
    text: str,
    *,
    base_iri: str,
    media_type: str = "text/turtle",
    file: str | None = None,
    into: Graph | None = None,
    contexts: Mapping[str, str] | None = None,
) -> PositionedGraph:
    """Read any of ``GRAPH_FORMATS``, into ``into`` or a new graph; names of graphs are dropped.

    Every triple has its place in the formats of ``POSITIONED``, whose literals keep the form in
    which they are written, and in JSON-LD its pointer too; of RDF/XML the subjects have theirs.
    ``contexts`` has the JSON-LD contexts that are known by address. Raises ``DataError`` with all
    faults of the syntax: line, column, the offending text and what was expected; the graph is
    then as it was.
    """
    if media_type not in GRAPH_FORMATS:
        raise DataError(f"{media_type} is not a format that is read here")
    text = text.removeprefix("\ufeff")
    graph = Graph(store="SimpleMemory", bind_namespaces="none") if into is None else into
    try:
        if media_type == "application/ld+json":
            return _read_json_ld(text, base_iri, file, graph, contexts or {})
        parsed = parse(text.encode(), media_type=media_type, base_iri=base_iri)
        if parsed.complaints or media_type == _RDF_XML:  # a web page may be XML enough
            _refuse(text, media_type, base_iri, file)
        if media_type in POSITIONED:
            return read_positioned(
                text, media_type=media_type, base_iri=base_iri, file=file, into=graph
            )
        for triple in _fresh(parsed.triples):
            graph.add(triple)
    except Misplaced as error:
        line, column = Lines(text).place(min(error.offset, len(text)))
        what = "JSON" if media_type == "application/ld+json" else "syntax"
        remedy = f"mend the {what} here or just before, where something may be missing"
        fault = Fault(message=error.message, file=file, line=line, column=column, remedy=remedy)
        raise DataError("the document cannot be read", [fault]) from error
    subjects = dict(_rdf_xml_subjects(text, base_iri))
    return PositionedGraph(
        file=file, graph=graph, text=text, media_type=media_type, _subjects=subjects
    )


def read_documents(
    files: Sequence[SourceFile], *, contexts: Mapping[str, str] | None = None
) -> tuple[list[PositionedGraph], list[Finding]]:
    """The files that can be read, and the faults of the others.

    ``contexts`` has the JSON-LD contexts that are known by address.
    """
    documents: list[PositionedGraph] = []
    faults: list[Finding] = []
    for file in files:
        try:
            documents.append(
                read_document(
                    file.text,
                    media_type=file.media_type,
                    base_iri=file.graph,
                    file=file.path,
                    contexts=contexts,
                )
            )
        except DataError as error:
            faults += [Finding.from_fault(f, code="syntax") for f in error.faults]
    return documents, faults


def _read_json_ld(
    text: str, base_iri: str, file: str | None, graph: Graph, contexts: Mapping[str, str]
) -> PositionedGraph:
    marked = mark_document(text, contexts=contexts)
    parsed = parse(marked.text.encode(), media_type="application/ld+json", base_iri=base_iri)
    if parsed.complaints:
        # Its place would be one in the text with the marks that were put in.
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
    subjects: dict[Node, str] = {}
    pointers: dict[Triple, str | None] = {}
    last: dict[tuple[Node, Node], Triple] = {}
    for triple in _fresh(parsed.triples):
        subject, predicate, value = triple
        if predicate == _MARK:
            subjects.setdefault(subject, str(value))
        elif isinstance(value, Literal) and value.datatype == _MARK:
            pointers[last[subject, predicate]] = str(value)
        else:
            last[subject, predicate] = triple
            pointers.setdefault(triple, None)
    for triple in pointers:
        graph.add(triple)
    places = {t: p or subjects[t[0]] for t, p in pointers.items() if p or t[0] in subjects}
    found = dict.fromkeys((*places.values(), *subjects.values()))
    return PositionedGraph(
        file=file,
        graph=graph,
        text=text,
        media_type="application/ld+json",
        _triples={triple: marked.offsets[pointer] for triple, pointer in places.items()},
        _subjects={subject: marked.offsets[pointer] for subject, pointer in subjects.items()},
        _pointers={marked.offsets[pointer][0]: pointer for pointer in found},
    )


def _fresh(triples: Sequence[ox.Triple]) -> Iterator[Triple]:
    """Triples with blank nodes of their own, in the order in which they were read."""
    if any(isinstance(triple.object, ox.Triple) for triple in triples):
        raise Misplaced("a triple term of RDF 1.2 is not read here", 0)
    fresh: dict[Node, Node] = {}
    for triple in rdflib_triples(triples):
        subject, predicate, value = (
            fresh.setdefault(node, BNode()) if isinstance(node, BNode) else node for node in triple
        )
        yield subject, predicate, value


def _rdf_xml_subjects(text: str, base_iri: str) -> Iterator[tuple[Node, Offsets]]:
    for match in reversed(list(_ABOUT.finditer(text))):
        relative = f"#{match[3]}" if match[1] == "ID" else match[3]
        node = URIRef(urljoin(base_iri, relative))
        yield node, (match.start(), match.end())


def _refuse(text: str, media_type: str, base_iri: str, file: str | None) -> None:
    # Most documents have no fault, and need none of the words for it.
    from gfmdkg.validation.syntax import find_faults

    faults = find_faults(text, media_type=media_type, base_iri=base_iri, file=file)
    if faults:
        raise DataError("the document cannot be read", faults)
