"""The one process that writes for a server process, and what asks it to.

Writes go one after the other through a process of their own, which is killed at the time
limit like a query's worker: a write that was killed leaves only a draft, which the next
writer sweeps away. Fronts exclude each other by the store's lock.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from gfmdkg.curation.changes.change_set import ChangeSet
from gfmdkg.curation.changes.change_store import ChangeStore
from gfmdkg.curation.changes.steps import ReviewRequest, Step, take_step
from gfmdkg.curation.writing import (
    Change,
    DeleteGraph,
    MergeGraph,
    ReplaceGraph,
    SparqlUpdate,
    Written,
    write,
)
from gfmdkg.engine.child import Handler, Reply
from gfmdkg.engine.frames import Frame
from gfmdkg.engine.workers import Role, Workers
from gfmdkg.errors import DataError, EngineFailure, Fault
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import Content
from gfmdkg.settings import Settings
from gfmdkg.sparql.guard import check_update
from gfmdkg.sparql.updates import add_using
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.validation import Report

__all__ = [
    "Document",
    "GraphRequest",
    "UpdateRequest",
    "WriteRequest",
    "Writer",
    "create_handler",
    "write_role",
]

_MODULE = "gfmdkg.curation.writer"
# Less than the whole limit, so that a lock which is not had is told from a slow update.
_LOCK_SHARE = 0.5
_JSON_LD, _N_TRIPLES = "application/ld+json", "application/n-triples"
_DEFAULT_STAND_IN = GRAPH_BASE + "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """A SPARQL update as it was sent; the writer checks it and adds the named dataset."""

    text: str
    base_iri: str | None = None
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A serialised graph."""

    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRequest:
    """Documents to add to a graph, or to put in place of its content.

    Blank nodes of two documents are never the same. ``""`` is the default graph.
    """

    graph: str
    documents: tuple[Document, ...]
    replaces: bool


WriteRequest = UpdateRequest | GraphRequest | DeleteGraph


def write_role(settings: Settings, content: Content) -> Role:
    """The role of the process that writes."""
    return Role(
        module=_MODULE,
        options={
            "store": str(settings.store),
            "kept": settings.versions_kept,
            # None: the store holds data that the ontology says nothing about.
            "content": str(content.root) if settings.write_rules == "shapes" else None,
            "limit_bytes": settings.body_limit_bytes,
            "nesting_limit": settings.query_nesting_limit,
        },
        queue=settings.query_queue,
        wait_seconds=settings.update_timeout_seconds * settings.query_queue,
        cause="too many writes wait for their turn",
    )


class Writer:
    """Hands writes to the process whose role is to write, one after the other."""

    def __init__(self, settings: Settings, workers: Workers) -> None:
        self._settings, self._workers = settings, workers
        self._versions = VersionStore(settings.store, kept=settings.versions_kept)

    async def write(
        self, request: WriteRequest, *, message: str, limit_seconds: float | None = None
    ) -> Written:
        """Carry out a change and publish it as a version of its own.

        Raises what ``gfmdkg.curation.writing.write`` raises, ``QueryTimeout`` when it was
        stopped at its limit, ``Busy`` where too many writes wait already, and
        ``EngineFailure`` when the process died. After ``EngineFailure`` the change may have
        been published or not, but never in part.
        """
        limit = min(limit_seconds or float("inf"), self._settings.update_timeout_seconds)
        head, body = _encode(request, message=message)
        reply = await self._request(head, body, limit)
        version = self._versions.get(reply["version"])
        return Written(version=version, created=reply["created"])

    async def review(self, request: ReviewRequest) -> ChangeSet | Version:
        """Take a step of a change set, or undo a version.

        Gives the change set as it is then, or the version that undoes the other. Raises what
        ``gfmdkg.curation.changes.Review`` raises, and for the rest what ``write`` raises.
        """
        head, body = request.encode()
        reply = await self._request(head, body, self._settings.update_timeout_seconds)
        if request.step is Step.REVERT:
            return self._versions.get(reply["version"])
        return ChangeStore(self._versions).get(reply["change"])

    async def _request(self, head: dict[str, Any], body: bytes, limit: float) -> Mapping[str, Any]:
        frame = json.dumps(head | {"wait_seconds": limit * _LOCK_SHARE}).encode()
        reply = await self._workers.request("write", frame, body, limit_seconds=limit)
        return reply.head


def _encode(request: WriteRequest, *, message: str) -> tuple[dict[str, Any], bytes]:
    head: dict[str, Any] = {"message": message}
    body = b""
    match request:
        case UpdateRequest():
            head |= {
                "kind": "update",
                "base": request.base_iri,
                "graphs": request.using_graphs,
                "named_graphs": request.using_named_graphs,
            }
            body = request.text.encode()
        case GraphRequest():
            head |= {
                "kind": "replace" if request.replaces else "merge",
                "graph": request.graph,
                "documents": [(d.media_type, len(d.body)) for d in request.documents],
            }
            body = b"".join(document.body for document in request.documents)
        case DeleteGraph():
            head |= {"kind": "delete", "graph": request.graph}
        case _:
            assert_never(request)
    return head, body


# Inside the process


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Carry out writes; ``options`` as ``Writer`` gives them."""
    # The rules import rdflib; the front, which imports this module too, needs none of them.
    from gfmdkg.curation.rules import DraftRules

    versions = VersionStore(Path(options["store"]), kept=options["kept"])
    content = options["content"]
    rules = None if content is None else DraftRules(Content(root=Path(content)))

    def validate(draft: OxigraphStore, patch: Patch | None, *, is_union: bool) -> Report:
        if rules is None:
            return Report.of(())
        return rules.report_write(versions, draft, patch, is_union=is_union)

    def handle(frame: Frame) -> Reply:
        record = json.loads(frame.head)
        if record["kind"] == "review":
            return Reply(head=take_step(record, frame.body, versions, validate))
        change = _change(record, frame.body, options)
        is_union = versions.require_current().default_graph == "union"
        written = write(
            change,
            versions,
            validate=partial(validate, is_union=is_union),
            message=record["message"],
            wait_seconds=record["wait_seconds"],
        )
        return Reply(head={"version": written.version.number, "created": written.created})

    return handle


def _change(record: Mapping[str, Any], body: bytes, options: Mapping[str, Any]) -> Change:
    match record["kind"]:
        case "update":
            text = body.decode()
            check_update(
                text, limit_bytes=options["limit_bytes"], nesting_limit=options["nesting_limit"]
            )
            text = add_using(text, graphs=record["graphs"], named_graphs=record["named_graphs"])
            return SparqlUpdate(text=text, base_iri=record["base"])
        case "replace" | "merge" as kind:
            document = _one_document(record["graph"], _documents(record["documents"], body))
            change = ReplaceGraph if kind == "replace" else MergeGraph
            return change(graph=record["graph"], body=document.body, media_type=document.media_type)
        case "delete":
            return DeleteGraph(graph=record["graph"])
        case other:
            raise EngineFailure(f"“{other}” is no change")


def _documents(sizes: Sequence[tuple[str, int]], body: bytes) -> Sequence[Document]:
    documents: list[Document] = []
    start = 0
    for media_type, size in sizes:
        documents.append(Document(media_type=media_type, body=body[start : start + size]))
        start += size
    return documents


def _one_document(graph: str, documents: Sequence[Document]) -> Document:
    """One document with the triples of all. Raises ``DataError`` for one that is no graph."""
    if len(documents) == 1 and documents[0].media_type != _JSON_LD:
        return documents[0]
    store = OxigraphStore.in_memory()
    target = graph or _DEFAULT_STAND_IN
    for document in documents:
        store.load(document.body, media_type=document.media_type, graph=target)
    # Of all formats that are read here, JSON-LD alone can name graphs.
    others = [name for name in store.graph_names() if name != target]
    if others:
        fault = Fault(
            message=f"the document names the graph <{others[0]}>",
            remedy="send the triples of one graph, or use a SPARQL update",
        )
        raise DataError("the document is more than one graph", [fault])
    output = io.BytesIO()
    store.dump(output, media_type=_N_TRIPLES, graph=target)
    return Document(media_type=_N_TRIPLES, body=output.getvalue())
