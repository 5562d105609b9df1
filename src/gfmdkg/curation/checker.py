"""Validation for the service: in a process of its own, which is killed at its time limit.

The process reads the rules once and keeps the context of the version that it was last asked
about; nothing that it is sent is stored.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gfmdkg.curation.tables import TABLE_MEDIA_TYPES
from gfmdkg.engine.child import Handler, Reply
from gfmdkg.engine.frames import Frame
from gfmdkg.engine.workers import Role, Workers
from gfmdkg.paths import Content
from gfmdkg.settings import Settings

__all__ = ["Checked", "GivenDocument", "check", "create_handler", "validate_role"]

_MODULE = "gfmdkg.curation.checker"
_MOST_WAITING = 8


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


def validate_role(settings: Settings, content: Content) -> Role:
    """The role of the process that validates."""
    return Role(
        module=_MODULE,
        options={"store": str(settings.store), "content": str(content.root)},
        queue=_MOST_WAITING - 1,
        wait_seconds=settings.update_timeout_seconds * _MOST_WAITING,
        cause="too many documents wait to be validated",
    )


async def check(
    workers: Workers,
    documents: Sequence[GivenDocument],
    *,
    view: str,
    version: int,
    limit_seconds: float,
) -> Checked:
    """Validate documents against a version of the graph. Raises what ``Workers.request`` raises."""
    head = json.dumps(
        {
            "documents": [(d.name, d.media_type, len(d.body)) for d in documents],
            "view": view,
            "version": version,
        }
    ).encode()
    body = b"".join(d.body for d in documents)
    reply = await workers.request("validate", head, body, limit_seconds=limit_seconds)
    return Checked(conforms=reply.head["conforms"], body=reply.body)


# Inside the process


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Validate documents, as ``options`` say."""
    # The rules import rdflib; the front, which imports this module too, needs none of them.
    from gfmdkg.curation.file_validation import FileValidator
    from gfmdkg.curation.table_validation import GivenTable, TableValidator
    from gfmdkg.store.versions import VersionStore
    from gfmdkg.validation.views import VIEWS

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
        body = VIEWS[record["view"]].write(report).encode()
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
