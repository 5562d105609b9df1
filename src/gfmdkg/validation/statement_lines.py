"""Triples that are at hand, as the document that they would make with one a line."""

from collections.abc import Sequence

from rdflib import Graph
from rdflib.term import Node

from gfmdkg.terms.values import Term, to_sparql
from gfmdkg.validation.data_graph import rdflib_term
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.turtle import Offsets, Triple

__all__ = ["place_lines"]


def place_lines(triples: Sequence[tuple[Term, Term, Term]], *, file: str | None) -> PositionedGraph:
    """What ``read_document`` makes of the triples, written as N-Triples one a line.

    Nothing is parsed, which takes a fifth of the time. There must be no blank nodes.
    """
    nodes: dict[Term, tuple[Node, str]] = {}

    def known(term: Term) -> tuple[Node, str]:
        found = nodes.get(term)
        if found is None:
            found = nodes[term] = rdflib_term(term), to_sparql(term)
        return found

    graph = Graph(bind_namespaces="none")
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
