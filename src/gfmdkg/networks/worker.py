"""Networks of one version of the graph, worked out in a process of their own."""

import json
import os
import pickle
import resource
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from gfmdkg.engine.frames import Frame, Handler, Reply
from gfmdkg.networks.formats import (
    GRAPH_FILES,
    evidence_document,
    matrix_csv,
    matrix_document,
    network_document,
)
from gfmdkg.networks.kinds import ASSERTIONS, kind_named
from gfmdkg.networks.network import Network, build_network
from gfmdkg.networks.occurrences import (
    Grounds,
    NetworkRequest,
    Occurrence,
    read_occurrences,
    read_words,
)
from gfmdkg.rdf.solutions import Select, Solutions
from gfmdkg.rdf.values import JsonObject
from gfmdkg.store.names import open_names
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import TermIndex

__all__ = ["Networks", "create_handler"]

_KEPT = 2
_SIDES_KEPT = 16
_VERSIONS_KEPT = 2
# A process that grew this far beyond its share gives the memory back by ending.
_RETIRE_ABOVE = 0.25

_ReadSide = Callable[[str, Grounds], tuple[Occurrence, ...]]


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Answer requests; ``options`` has ``memory_limit_bytes``."""
    # Numpy's linear algebra starts a thread for each core, and each takes 40 MiB of the limit.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    retire_bytes = int(options["memory_limit_bytes"] * _RETIRE_ABOVE)

    @lru_cache(maxsize=_VERSIONS_KEPT)
    def networks_of(version: Version) -> Networks:
        def select(query: str) -> Solutions:
            # To open it takes milliseconds, and its caches more memory than the networks.
            with closing(OxigraphStore.open_read_only(version.database)) as store:
                return store.select(query)

        return Networks(select, open_names(version))

    def handle(frame: Frame) -> Reply:
        # From the service alone.
        version, request = pickle.loads(frame.body)  # noqa: S301
        body = networks_of(version).answer(request)
        return Reply(head={}, body=body, retires=_largest_bytes() > retire_bytes)

    return handle


def _largest_bytes() -> int:
    """The most memory that this process ever took."""
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest if sys.platform == "darwin" else largest * 1024


class Networks:
    """The networks of one version; the last ones are kept, for one is asked for in many forms.

    ``select`` runs SELECTs over the version, ``terms`` are its names.
    """

    def __init__(self, select: Select, terms: TermIndex) -> None:
        self._terms = terms
        self._wording = partial(read_words, select)
        self._side: _ReadSide = lru_cache(_SIDES_KEPT)(partial(read_occurrences, select))
        self._network = lru_cache(_KEPT)(partial(_build, self._side))

    def answer(self, request: NetworkRequest) -> bytes:
        """The answer in the format asked for, in UTF-8.

        Raises ``NotFound`` for an unknown kind or node, and ``NetworkTooLarge``.
        """
        network = self._network(request.kind, request.grounds, request.items, request.minimum)
        terms, wording = self._terms, self._wording
        if request.edge is not None:
            document = evidence_document(network, terms, wording, request.edge, request)
        elif request.is_matrix:
            document = matrix_document(network, terms, request)
        else:
            document = network_document(network, terms, wording, request)
        if request.format != "json":
            write = matrix_csv if request.is_matrix else GRAPH_FILES[request.format]
            return write(document).encode()
        if request.edge is None and not network.edges:
            document |= self._hint(request)
        return json.dumps({**document, **request.members}, ensure_ascii=False).encode()

    def _hint(self, request: NetworkRequest) -> JsonObject:
        """What to ask instead of what is empty, if anything is linked on other grounds."""
        asked = request.grounds.assertions
        others = tuple(iri for iri in ASSERTIONS.values() if iri not in asked)
        if not others:
            return {}
        grounds = replace(request.grounds, assertions=(*asked, *others))
        more = _build(self._side, request.kind, grounds, request.items, request.minimum)
        if not more.edges:
            return {}
        found = {iri for edge in more.edges.values() for iri in edge.assertions}
        names = [name for name, iri in ASSERTIONS.items() if iri in found]
        message = (
            f"Nothing is linked on the grounds asked for; with {' and '.join(names)} "
            f"links there are {len(more.edges)} edges."
        )
        return {"hint": {"message": message, "assertions": names, "edges": len(more.edges)}}


def _build(
    side: _ReadSide, kind_name: str, grounds: Grounds, items: frozenset[str] | None, minimum: int
) -> Network:
    kind = kind_named(kind_name)
    sides = [side(each.query, grounds) for each in kind.sides]
    return build_network(kind, sides, grounds=grounds, items=items, minimum=minimum)
