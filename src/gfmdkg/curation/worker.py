"""The processes that write and validate for a server process, and what asks them to.

Writes go one after the other through a process of their own, which is killed at the time
limit like a query's worker: a write that was killed leaves only a draft, which the next
writer sweeps away. Server processes exclude each other by the store's lock. Another process
validates, and keeps the rules and the context of the version that it was last asked about;
nothing that it is sent is stored.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gfmdkg.build.sources import read_all
from gfmdkg.curation.changes.change_sets import ChangeSet
from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.writing import Change, SparqlUpdate, write
from gfmdkg.engine.frames import Frame, Handler, Reply
from gfmdkg.engine.workers import Role, Workers
from gfmdkg.errors import DataError
from gfmdkg.paths import Content
from gfmdkg.rdf.guard import check_update
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version, VersionStore

if TYPE_CHECKING:
    from gfmdkg.curation.file_validation import FileValidator

__all__ = ["ReviewStep", "ValidationRequest", "Write", "ask", "create_handler", "curation_roles"]

# Less than the whole limit, so that a lock which is not had is told from a slow update.
_LOCK_SHARE = 0.5
_MOST_CHECKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A change to publish as a version of its own."""

    change: Change
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRequest:
    """Documents to validate in the context of a version of the graph, and a view of reports."""

    documents: Sequence[SubmittedDocument]
    view: str
    version: int


ReviewStep = Callable[[Review], ChangeSet | Version]
"""A method of ``Review`` with its arguments, as ``partial`` binds them."""

Work = Write | ReviewStep | ValidationRequest


def curation_roles(settings: Settings, content: Content) -> dict[str, Role]:
    """The roles of the process that writes and of the one that validates."""
    options = {
        "store": str(settings.store),
        "kept": settings.versions_kept,
        "content": str(content.root),
        # Otherwise the store holds data that the ontology says nothing about.
        "has_rules": settings.write_rules == "shapes",
        "limit_bytes": settings.body_limit_bytes,
        "nesting_limit": settings.query_nesting_limit,
    }
    role = partial(Role, module=__name__, options=options)
    return {
        "write": role(
            queue=settings.query_queue,
            wait_seconds=settings.update_timeout_seconds * settings.query_queue,
            cause="too many writes wait for their turn",
        ),
        "validate": role(
            queue=_MOST_CHECKS - 1,
            wait_seconds=settings.update_timeout_seconds * _MOST_CHECKS,
            cause="too many documents wait to be validated",
        ),
    }


async def ask(workers: Workers, work: Work, *, limit_seconds: float) -> Reply:
    """Have work done.

    It is pickled on its way, for it comes from here; replies are JSON, so that what a foreign
    document may do to the process that reads it does not reach this one.

    The reply has the ``number`` of the version that a ``Write`` made, and whether the graph was
    ``created``; the number of the change set or version that a ``ReviewStep`` made; or the
    report that a ``ValidationRequest`` asks for as its body. Raises what ``write`` and
    ``Review`` raise, and what ``Workers.request`` raises. After ``EngineFailure`` a change may
    have been published or not, but never in part.
    """
    role = "validate" if isinstance(work, ValidationRequest) else "write"
    return await workers.request(role, b"", pickle.dumps(work), limit_seconds=limit_seconds)


# Inside the process


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Write and validate, as the options of ``curation_roles`` say."""
    # The rules import rdflib; the server process imports this module too, and needs none of them.
    from gfmdkg.curation.rules import validation

    versions = VersionStore(Path(options["store"]), kept=options["kept"])
    content = Content(root=Path(options["content"]))
    validate = validation(versions, content if options["has_rules"] else None)

    @lru_cache(maxsize=1)
    def validator(version: int) -> "FileValidator":
        from gfmdkg.curation.file_validation import FileValidator

        return FileValidator(content, against=versions.get(version))

    def handle(frame: Frame) -> Reply:
        work: Work = pickle.loads(frame.body)  # noqa: S301 - from ``ask`` alone
        if isinstance(work, ValidationRequest):
            return Reply(head={}, body=_report(validator(work.version), work).encode())
        wait_seconds = frame.limit_seconds * _LOCK_SHARE
        if not isinstance(work, Write):
            review = Review(versions=versions, validate=validate, wait_seconds=wait_seconds)
            return Reply(head={"number": work(review).number})
        if isinstance(work.change, SparqlUpdate):
            check_update(
                work.change.text,
                limit_bytes=options["limit_bytes"],
                nesting_limit=options["nesting_limit"],
            )
        written = write(
            work.change,
            versions,
            validate=validate,
            message=work.message,
            wait_seconds=wait_seconds,
        )
        return Reply(head={"number": written.version.number, "created": written.created})

    return handle


def _report(validator: "FileValidator", work: ValidationRequest) -> str:
    from gfmdkg.curation.file_validation import unreadable
    from gfmdkg.validation.views import VIEWS

    tables = [(d.name, d.body) for d in work.documents if d.is_table]
    try:
        files = read_all(SubmittedDocument.decode, [d for d in work.documents if not d.is_table])
    except DataError as error:
        report = unreadable(error)
    else:
        report = validator.validate(files, tables)
    return VIEWS[work.view].write(report)
