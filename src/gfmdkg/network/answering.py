"""Networks of one version of the graph: read, measured, and written in a format."""

import json
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from gfmdkg.formats.solutions import Select
from gfmdkg.network.document import (
    matrix_csv,
    matrix_document,
    network_document,
    shown_evidence,
    shown_lines,
)
from gfmdkg.network.graph_files import GRAPH_FILES
from gfmdkg.network.kinds import ASSERTIONS, NetworkKind, kind_named
from gfmdkg.network.measures import Measures, measure
from gfmdkg.network.network import Network, build_network, evidence_of
from gfmdkg.network.occurrences import (
    Grounds,
    Name,
    Occurrence,
    read_names,
    read_occurrences,
)
from gfmdkg.network.request import NetworkRequest
from gfmdkg.network.view import show

__all__ = ["Networks"]

_KEPT = 2
_SIDES_KEPT = 16

Document = dict[str, Any]


@dataclass(slots=True)
class _Worked:
    """A network, and its measures once they were asked for."""

    network: Network
    measures: Measures | None = None


class Networks:
    """The networks of one version; the last ones are kept, for one is asked for in many forms.

    ``select`` runs SELECTs over the version.
    """

    def __init__(self, select: Select) -> None:
        self._select = select
        self._occurrences: dict[tuple[str, Grounds], tuple[Occurrence, ...]] = {}
        self._worked: OrderedDict[Hashable, _Worked] = OrderedDict()

    def answer(self, request: NetworkRequest) -> bytes:
        """The answer in the format asked for, in UTF-8.

        Raises ``NotFound`` for an unknown kind or node, and ``NetworkTooLarge``.
        """
        worked = self._work(request)
        if request.edge is not None:
            return _as_json(self._evidence(worked.network, request))
        if request.is_matrix:
            document = self._matrix(worked.network, request)
            return matrix_csv(document).encode() if request.format == "csv" else _as_json(document)
        document = self._document(worked, request)
        if request.format == "json":
            return _as_json(document)
        return GRAPH_FILES[request.format](document).encode()

    def _work(self, request: NetworkRequest) -> _Worked:
        key = (request.kind, request.grounds, request.items, request.minimum)
        worked = self._worked.get(key)
        if worked is None:
            kind = kind_named(request.kind)
            worked = self._worked[key] = _Worked(self._read(kind, request, request.grounds))
            while len(self._worked) > _KEPT:
                self._worked.popitem(last=False)
        self._worked.move_to_end(key)
        return worked

    def _read(self, kind: NetworkKind, request: NetworkRequest, grounds: Grounds) -> Network:
        return build_network(
            kind,
            [self._side(side.query, grounds) for side in kind.sides],
            grounds=grounds,
            items=request.items,
            minimum=request.minimum,
        )

    def _side(self, query: str, grounds: Grounds) -> tuple[Occurrence, ...]:
        key = (query, grounds)
        if key not in self._occurrences:
            while len(self._occurrences) >= _SIDES_KEPT:
                del self._occurrences[next(iter(self._occurrences))]
            self._occurrences[key] = read_occurrences(self._select, query, grounds)
        return self._occurrences[key]

    def _document(self, worked: _Worked, request: NetworkRequest) -> Document:
        network = worked.network
        if worked.measures is None:
            worked.measures = measure(network)
        view = show(network, worked.measures, limit=request.limit, edge_limit=request.edge_limit)
        iris = {network.nodes[node].iri for node in view.nodes}
        for evidence in shown_evidence(view).values():
            iris.update(evidence)
        document = network_document(view, self._names(iris))
        return self._finish(document, network, request)

    def _matrix(self, network: Network, request: NetworkRequest) -> Document:
        down, across = shown_lines(network, rows=request.rows, columns=request.columns)
        names = self._names(network.nodes[node].iri for node in (*down, *across))
        document = matrix_document(network, names, rows=request.rows, columns=request.columns)
        return self._finish(document, network, request)

    def _evidence(self, network: Network, request: NetworkRequest) -> Document:
        assert request.edge is not None  # noqa: S101 - the caller looked
        found = evidence_of(network, *request.edge)
        end = None if request.limit is None else request.start + request.limit
        shown = found[request.start : end]
        names = self._names((*shown, *request.edge))
        one, other = (_resource(iri, names) for iri in request.edge)
        return {
            "kind": network.kind.name,
            "source": one,
            "target": other,
            "evidence": network.kind.evidence,
            "items": [_resource(iri, names) for iri in shown],
            "total": len(found),
            **request.members,
        }

    def _finish(self, document: Document, network: Network, request: NetworkRequest) -> Document:
        """The document with the caller's members and, where it is empty, what to ask instead."""
        if not network.edges:
            hint = self._hint(network.kind, request)
            if hint is not None:
                document["hint"] = hint
        return {**document, **request.members}

    def _hint(self, kind: NetworkKind, request: NetworkRequest) -> Document | None:
        asked = request.grounds.assertions
        others = tuple(iri for iri in ASSERTIONS.values() if iri not in asked)
        if not others:
            return None
        more = self._read(kind, request, replace(request.grounds, assertions=(*asked, *others)))
        if not more.edges:
            return None
        grounds = {iri for edge in more.edges.values() for iri in edge.assertions}
        names = [name for name, iri in ASSERTIONS.items() if iri in grounds]
        return {
            "message": f"Nothing is linked on the grounds asked for; with {' and '.join(names)} "
            f"links there are {len(more.edges)} edges.",
            "assertions": names,
            "edges": len(more.edges),
        }

    def _names(self, iris: Iterable[str]) -> dict[str, Name]:
        return dict(read_names(self._select, iris))


def _resource(iri: str, names: dict[str, Name]) -> Document:
    return {"iri": iri, "label": names[iri].label}


def _as_json(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
