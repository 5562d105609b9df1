"""What is asked of the engine, and what it answers."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gfmdkg.engine.spool import SpooledAnswer
from gfmdkg.store.answers import AnswerFormats, AnswerKind, Dataset

__all__ = ["EngineAnswer", "Lane", "QueryRequest", "Stage"]


class Lane(StrEnum):
    """Whose query it is: anybody's own, or one of ours. Ours have workers kept for them."""

    ADHOC = "adhoc"
    CANNED = "canned"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """A query that has passed the checks of ``gfmdkg.sparql``.

    ``store`` is the database folder of a published version. Limits that are ``None`` are
    the pool's. ``explain`` asks for the measured time per stage, and runs the query's
    preparation twice for it.
    """

    text: str
    store: Path
    formats: AnswerFormats = field(default_factory=AnswerFormats)
    dataset: Dataset = field(default_factory=Dataset)
    base_iri: str | None = None
    prefixes: bool = True
    lane: Lane = Lane.ADHOC
    time_limit_seconds: float | None = None
    answer_limit_bytes: int | None = None
    explain: bool = False

    def head(self, answer_limit_bytes: int) -> bytes:
        """The request as a frame's head, without its text."""
        record: dict[str, Any] = {
            "store": os.fspath(self.store),
            "results": self.formats.results,
            "graph": self.formats.graph,
            "prefixes": self.prefixes,
            "limit": answer_limit_bytes,
        }
        if self.dataset.is_given:
            record["default_graphs"] = self.dataset.default_graphs
            record["named_graphs"] = self.dataset.named_graphs
        if self.base_iri is not None:
            record["base"] = self.base_iri
        if self.explain:
            record["explain"] = True
        return json.dumps(record).encode()

    @classmethod
    def from_frame(cls, record: Mapping[str, Any], text: str) -> "QueryRequest":
        """The request that ``head`` was made from; lane and time limit stay in the front."""
        return cls(
            text=text,
            store=Path(record["store"]),
            formats=AnswerFormats(results=record["results"], graph=record["graph"]),
            dataset=Dataset(
                default_graphs=tuple(record.get("default_graphs", ())),
                named_graphs=tuple(record.get("named_graphs", ())),
            ),
            base_iri=record.get("base"),
            prefixes=record["prefixes"],
            answer_limit_bytes=record["limit"],
            explain=record.get("explain", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One measured part of the work on a query."""

    name: str
    seconds: float
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAnswer:
    """A finished answer: in ``body``, or in ``file``, which the receiver closes.

    ``rows`` counts solutions or triples where the format shows them exactly.
    ``engine_seconds`` is the worker's time from the request to the last byte of the
    answer; ``queue_seconds`` the wait for a worker before it.
    """

    kind: AnswerKind
    media_type: str
    body: bytes | None
    file: SpooledAnswer | None
    rows: int | None
    queue_seconds: float
    engine_seconds: float
    stages: tuple[Stage, ...] = ()

    @property
    def size_bytes(self) -> int:
        """The length of the answer."""
        if self.file is not None:
            return self.file.size_bytes
        return len(self.body or b"")

    @classmethod
    def from_reply(
        cls, record: Mapping[str, Any], body: bytes, descriptor: int | None, *, queue_seconds: float
    ) -> "EngineAnswer":
        """The answer that a worker's reply holds."""
        return cls(
            kind=AnswerKind(record["kind"]),
            media_type=record["media_type"],
            body=body if descriptor is None else None,
            file=None if descriptor is None else SpooledAnswer(descriptor),
            rows=record["rows"],
            queue_seconds=queue_seconds,
            engine_seconds=record["seconds"],
            stages=tuple(Stage(**stage) for stage in record.get("stages", ())),
        )
