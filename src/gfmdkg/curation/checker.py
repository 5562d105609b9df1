"""Validation for the service: in a process of its own, which is killed at its time limit.

The process reads the rules once and keeps the context of the version that it was last asked
about; nothing that it is sent is stored.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gfmdkg.curation.tables import TABLE_MEDIA_TYPES
from gfmdkg.engine.child import Handler, Reply
from gfmdkg.engine.frames import Frame
from gfmdkg.engine.process import ProcessSpec, WorkerProcess
from gfmdkg.errors import Busy
from gfmdkg.paths import Content
from gfmdkg.settings import Settings

__all__ = ["Checked", "Checker", "GivenDocument", "create_handler"]

_MODULE = "gfmdkg.curation.checker"
_MOST_WAITING = 8
_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDocument:
    """A document to validate, and the name by which findings call it."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The report in the view that was asked for."""

    conforms: bool
    body: bytes


class Checker:
    """A front's connection to its validating process, which the first request starts."""

    def __init__(self, settings: Settings, content: Content) -> None:
        self._settings = settings
        self._spec = ProcessSpec(
            module=_MODULE,
            memory_limit_bytes=settings.worker_memory_limit_bytes,
            options={"store": str(settings.store), "content": str(content.root)},
        )
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._process: WorkerProcess | None = None

    async def check(
        self, documents: Sequence[GivenDocument], *, view: str, version: int
    ) -> Checked:
        """Validate documents against a version of the graph.

        Raises ``QueryTimeout`` when the process was stopped at its limit, ``Busy`` where too
        many wait, ``EngineFailure`` when it died. Cancelling kills it.
        """
        if self._waiting >= _MOST_WAITING:
            raise Busy(_RETRY_SECONDS, cause="too many documents wait to be validated")
        head = json.dumps(
            {
                "documents": [(d.name, d.media_type, len(d.body)) for d in documents],
                "view": view,
                "version": version,
            }
        ).encode()
        self._waiting += 1
        try:
            async with self._turn:
                process = await self._start()
                reply = await process.request(
                    head,
                    b"".join(d.body for d in documents),
                    limit_seconds=self._settings.update_timeout_seconds,
                )
        finally:
            self._waiting -= 1
        return Checked(conforms=reply.head["conforms"], body=reply.body)

    async def _start(self) -> WorkerProcess:
        if self._process is None or not self._process.is_usable:
            await self._await_end()
            self._process = await WorkerProcess.start(self._spec)
        return self._process

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
        await self._await_end()

    async def _await_end(self) -> None:
        if self._process is not None:
            await self._process.ended
            self._process = None


# Inside the process


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Validate documents; ``options`` as ``Checker`` gives them."""
    # The rules import rdflib; the front, which imports this module too, needs none of them.
    from gfmdkg.curation.file_validation import FileValidator
    from gfmdkg.curation.table_validation import GivenTable, TableValidator
    from gfmdkg.store.versions import VersionStore
    from gfmdkg.validation.views import view_named

    content = Content(root=Path(options["content"]))
    versions = VersionStore(Path(options["store"]))
    validators: dict[int, FileValidator] = {}
    table_validators: dict[int, TableValidator] = {}

    def handle(frame: Frame) -> Reply:
        record = json.loads(frame.head)
        number = record["version"]
        if number not in validators:
            validators.clear()
            validators[number] = FileValidator(content, against=versions.get(number))
        documents = _split(record["documents"], frame.body)
        files, unreadable = _decode([d for d in documents if d.media_type not in TABLE_MEDIA_TYPES])
        given = [d for d in documents if d.media_type in TABLE_MEDIA_TYPES]
        if given and number not in table_validators:
            table_validators.clear()
            table_validators[number] = TableValidator(content, versions.get(number))
        if unreadable is not None or not given:
            report = unreadable or validators[number].validate(files)
        else:
            validator = table_validators[number]
            tables = [GivenTable(source=d.body, file=d.name) for d in given]
            report = validator.validate(files, tables)
        body = view_named(record["view"]).write(report).encode()
        return Reply(head={"conforms": report.conforms}, body=body)

    return handle


def _split(sizes: Sequence[tuple[str, str, int]], body: bytes) -> list[GivenDocument]:
    documents: list[GivenDocument] = []
    start = 0
    for name, media_type, size in sizes:
        piece = body[start : start + size]
        documents.append(GivenDocument(name=name, media_type=media_type, body=piece))
        start += size
    return documents


def _decode(documents: Sequence[GivenDocument]) -> Any:
    from gfmdkg.build.files import decode_file
    from gfmdkg.errors import DataError
    from gfmdkg.validation import Finding, Report, SourceFile

    files: list[SourceFile] = []
    findings: list[Finding] = []
    for document in documents:
        try:
            files.append(decode_file(document.name, document.body, document.media_type))
        except DataError as error:
            findings += [Finding.from_fault(fault, code="syntax") for fault in error.faults]
    return files, Report.of(findings) if findings else None
