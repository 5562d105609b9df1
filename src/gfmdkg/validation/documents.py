"""Documents in any format, read into rdflib graphs that know the place of every triple."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from gfmdkg.errors import DataError, Fault
from gfmdkg.store.answers import GRAPH_FORMATS
from gfmdkg.store.parsing import parse
from gfmdkg.terms.values import Term
from gfmdkg.validation.data_graph import parse_ntriples, rdflib_term
from gfmdkg.validation.findings import Finding, SourceFile
from gfmdkg.validation.json_ld import CONTEXT_IRIS, MARK, JsonFault, mark_document
from gfmdkg.validation.positions import POSITIONED, PositionedGraph
from gfmdkg.validation.turtle import Offsets, PositionedParser, Triple
from gfmdkg.validation.turtle_tokens import Lines, as_turtle

__all__ = ["ReadDocuments", "place_lines", "read_document", "read_documents", "read_turtle"]

_MARK = URIRef(MARK)
_RDF_XML = "application/rdf+xml"
_TURTLE = frozenset({"text/turtle", "application/n-triples"})
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
    graph = Graph(store="SimpleMemory", bind_namespaces="none") if into is None else into
    if media_type == "application/ld+json":
        return _read_json_ld(text, base_iri, file, graph, contexts or {})
    parsed = parse(text.encode(), media_type=media_type, base_iri=base_iri)
    if parsed.complaints or media_type == _RDF_XML:  # a web page may be XML enough
        _refuse(text, media_type, base_iri, file)
    if media_type in POSITIONED:
        return _read_turtle_like(text, media_type, base_iri, file, graph)
    for triple in _fresh(parsed.triples):
        graph.add(triple)
    subjects = dict(_rdf_xml_subjects(text, base_iri))
    return PositionedGraph(
        file=file, graph=graph, text=text, media_type=media_type, _subjects=subjects
    )


@dataclass(slots=True, kw_only=True)
class ReadDocuments:
    """Files as graphs that know the places, and the faults of what is no syntax."""

    documents: list[PositionedGraph] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)


def read_documents(
    files: Sequence[SourceFile], *, contexts: Mapping[str, str] | None = None
) -> ReadDocuments:
    """Read files; ``contexts`` has the JSON-LD contexts known by address."""
    read = ReadDocuments()
    for file in files:
        try:
            document = read_document(
                file.text,
                media_type=file.media_type,
                base_iri=file.graph,
                file=file.path,
                contexts=contexts,
            )
        except DataError as error:
            read.unreadable += [Finding.from_fault(f, code="syntax") for f in error.faults]
        else:
            read.documents.append(document)
    return read


def _read_turtle_like(
    text: str, media_type: str, base_iri: str, file: str | None, graph: Graph
) -> PositionedGraph:
    parser = PositionedParser(graph, base_iri=base_iri)
    try:
        parser.loadBuf(text if media_type in _TURTLE else as_turtle(text, media_type))
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
        marked = mark_document(text, contexts=contexts)
    except JsonFault as error:
        line, column = lines.place(min(error.offset, len(text)))
        remedy = "mend the JSON here or just before, where something may be missing"
        fault = Fault(message=error.message, file=file, line=line, column=column, remedy=remedy)
        raise DataError("the document cannot be read", [fault]) from error
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


def _fresh(triples: Sequence[str]) -> Iterator[Triple]:
    """Triples with blank nodes of their own, in the order in which they were read."""
    fresh: dict[Node, Node] = {}
    for triple in parse_ntriples(f"{triple} ." for triple in triples):
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


def place_lines(triples: Sequence[tuple[Term, Term, Term]], *, file: str | None) -> PositionedGraph:
    """What ``read_document`` makes of the triples, written as N-Triples one a line.

    Nothing is parsed, which takes a fifth of the time. There must be no blank nodes.
    """
    nodes: dict[Term, tuple[Node, str]] = {}

    def known(term: Term) -> tuple[Node, str]:
        found = nodes.get(term)
        if found is None:
            found = nodes[term] = rdflib_term(term), str(term)
        return found

    graph = Graph(store="SimpleMemory", bind_namespaces="none")
    places: dict[Triple, Offsets] = {}
    subjects: dict[Node, Offsets] = {}
    verbs: dict[tuple[Node, Node], Offsets] = {}
    lines: list[str] = []
    start = 0
    for triple in triples:
        (subject, s), (predicate, p), (value, o) = map(known, triple)
        verb = start + len(s) + 1
        object_ = verb + len(p) + 1
        end = object_ + len(o)
        graph.add((subject, predicate, value))
        places.setdefault((subject, predicate, value), (object_, end))
        subjects.setdefault(subject, (start, end))
        verbs.setdefault((subject, predicate), (verb, object_ - 1))
        lines.append(f"{s} {p} {o} .\n")
        start = end + len(" .\n")
    return PositionedGraph(
        file=file,
        graph=graph,
        text="".join(lines),
        media_type="application/n-triples",
        _triples=places,
        _subjects=subjects,
        _verbs=verbs,
    )
