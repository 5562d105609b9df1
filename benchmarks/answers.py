"""Whether the servers give the same answers: nothing is fast by being wrong."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyoxigraph as ox

from benchmarks.load_client import Request
from benchmarks.peers import BASE, Peer

__all__ = ["Agreement", "compare_answers", "solutions"]

_PATIENCE_SECONDS = 20.0

_Solutions: TypeAlias = Counter[frozenset[tuple[str, str]]]


@dataclass(slots=True, kw_only=True)
class Agreement:
    """How many answers of a server have the same solutions as those of `oxigraph serve`."""

    same: int = 0
    compared: int = 0
    not_empty: int = 0
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.same} of {self.compared}"


def compare_answers(peers: Sequence[Peer], requests: Sequence[Request]) -> Mapping[str, Agreement]:
    """By server: how its answers to these requests compare."""
    expected = next(peer for peer in peers if peer.name == BASE)
    found = {peer.name: Agreement() for peer in peers}
    for request in requests:
        wanted = _answer(expected, request)
        for peer in peers:
            agreement = found[peer.name]
            got = wanted if peer is expected else _answer(peer, request)
            agreement.compared += 1
            agreement.not_empty += isinstance(got, Counter) and bool(got)
            if got == wanted and isinstance(got, Counter):
                agreement.same += 1
            else:
                what = got if isinstance(got, str) else "other solutions"
                agreement.differences.append(f"{request.form}: {what}: {request.text}")
    return found


def _answer(peer: Peer, request: Request) -> _Solutions | str:
    status, media_type, body = peer.ask(request, limit_seconds=_PATIENCE_SECONDS)
    if status != "200":
        return f"status {status}"
    try:
        return solutions(media_type, body)
    except (SyntaxError, ValueError, KeyError) as error:
        return f"{media_type}: {error}"


def solutions(media_type: str, body: bytes) -> _Solutions:
    """The solutions or triples of an answer, how it is written and in which order left aside.

    >>> solutions("text/csv", b"x,y\\r\\n1,2\\r\\n") == solutions("text/csv", b"y,x\\r\\n2,1\\r\\n")
    True
    """
    if media_type == "text/csv":
        return Counter(frozenset(row.items()) for row in csv.DictReader(io.StringIO(body.decode())))
    table = ox.QueryResultsFormat.from_media_type(media_type)
    if table is None:
        return _triples(media_type, body)
    parsed = ox.parse_query_results(body, format=table)
    if isinstance(parsed, ox.QueryBoolean):
        return Counter([frozenset({("", str(bool(parsed)))})])
    names = [variable.value for variable in parsed.variables]
    return Counter(
        frozenset((name, str(value)) for name, value in zip(names, row, strict=True) if value)
        for row in parsed
    )


def _triples(media_type: str, body: bytes) -> _Solutions:
    syntax = ox.RdfFormat.from_media_type(media_type)
    if syntax is None:
        raise ValueError("an unknown format")
    graph = ox.Dataset(ox.parse(body, format=syntax))
    graph.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return Counter(
        frozenset({("s", str(q.subject)), ("p", str(q.predicate)), ("o", str(q.object))})
        for q in graph
    )
