"""The role of a query worker: read-only stores by version, one query at a time."""

import json
import os
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from gfmdkg.engine.child import Handler, Reply
from gfmdkg.engine.frames import Frame
from gfmdkg.engine.request import QueryRequest
from gfmdkg.engine.rows import count_rows
from gfmdkg.engine.spool import Spool
from gfmdkg.errors import GfmdkgError, NotAcceptable, QueryRejected, StoreError
from gfmdkg.store.answers import AnswerFormats, AnswerKind
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["create_handler"]

_STORES_KEPT = 3
# A worker that grew this far beyond its share gives the memory back by ending.
_RETIRE_ABOVE = 0.25
# Reading the process's size costs about as much as a point query, which never makes it grow.
_SIZE_CHECK_SECONDS = 0.02


class Shelf:
    """The stores in use, the least recently used ones put away.

    A folder is opened for the first query that names it, so a version that was published a
    moment ago needs no restart, and an old one still answers.
    """

    def __init__(self, kept: int = _STORES_KEPT) -> None:
        self._kept = kept
        self._stores: OrderedDict[Path, tuple[tuple[int, int], OxigraphStore]] = OrderedDict()

    def get(self, folder: Path) -> OxigraphStore:
        """The store of this folder. Raises ``StoreError``, also after the folder went."""
        try:
            # A folder that was removed and made anew under the same name is another one.
            status = folder.stat()
        except OSError:
            self._drop(folder)
            return OxigraphStore.open_read_only(folder)
        identity = (status.st_ino, status.st_ctime_ns)
        held = self._stores.get(folder)
        if held is not None and held[0] == identity:
            self._stores.move_to_end(folder)
            return held[1]
        self._drop(folder)
        store = OxigraphStore.open_read_only(folder)
        self._stores[folder] = (identity, store)
        if len(self._stores) > self._kept:
            self._drop(next(iter(self._stores)))
        return store

    def _drop(self, folder: Path) -> None:
        held = self._stores.pop(folder, None)
        if held is not None:
            held[1].close()


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Answer queries. ``options``: ``memory_limit_bytes``, and ``warm``, a folder to open."""
    shelf = Shelf()
    retire_bytes = int(options["memory_limit_bytes"] * _RETIRE_ABOVE)
    if options.get("warm"):
        # It may have been pruned since; a query that needs it will be told.
        with suppress(StoreError):
            shelf.get(Path(options["warm"]))

    def handle(frame: Frame) -> Reply:
        started = perf_counter()
        request = QueryRequest.from_frame(json.loads(frame.head), frame.body.decode())
        head, spool = _run(shelf, request, started)
        grown = head["seconds"] > _SIZE_CHECK_SECONDS and _resident_bytes() > retire_bytes
        return Reply(head=head, body=spool.body(), file=spool.file, retires=grown)

    return handle


def _run(shelf: Shelf, request: QueryRequest, started: float) -> tuple[dict[str, Any], Spool]:
    store = shelf.get(request.store)
    opened = perf_counter()
    prepare_seconds = _prepare(store, request) if request.explain else 0.0
    spool = Spool(limit_bytes=cast("int", request.answer_limit_bytes))
    begun = perf_counter()
    try:
        kind, media_type = _query(store, request, request.formats, spool)
        spool.flush()
    except BaseException:
        spool.close()
        raise
    ended = perf_counter()
    head: dict[str, Any] = {
        "kind": kind,
        "media_type": media_type,
        "rows": count_rows(kind, media_type, spool.chunks()),
        "seconds": opened - started + ended - begun,
    }
    if request.explain:
        answer_seconds = max(0.0, ended - begun - prepare_seconds)
        head["stages"] = [
            _stage("open", opened - started, "the version's store is looked up, or opened"),
            _stage(
                "prepare",
                prepare_seconds,
                "the query is parsed and planned, and what must be whole before the first row is"
                " worked out: ASK, sorting, grouping. Measured by a run of its own",
            ),
            _stage(
                "evaluate and serialise",
                answer_seconds,
                "rows are found and written in turn, so the two cannot be told apart. The whole"
                " run's time less that of prepare",
            ),
        ]
    return head, spool


def _stage(name: str, seconds: float, description: str) -> dict[str, Any]:
    return {"name": name, "seconds": seconds, "description": description}


def _query(
    store: OxigraphStore, request: QueryRequest, formats: AnswerFormats, output: Spool
) -> tuple[AnswerKind, str]:
    try:
        return store.query(
            request.text,
            formats=formats,
            output=output,  # type: ignore[arg-type]
            dataset=request.dataset,
            base_iri=request.base_iri,
            project_prefixes=request.prefixes,
        )
    except GfmdkgError:
        raise
    except ValueError as error:  # a graph name or base that is no IRI
        raise QueryRejected(str(error)) from error


def _prepare(store: OxigraphStore, request: QueryRequest) -> float:
    """Seconds until the engine stands ready to give the first row.

    With no format to write in, the store stops there, because the engine is lazy.
    """
    begun = perf_counter()
    with suppress(NotAcceptable):
        _query(store, request, AnswerFormats(results=None, graph=None), Spool(limit_bytes=0))
    return perf_counter() - begun


def _resident_bytes() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - on every slower query
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0  # a system without /proc
