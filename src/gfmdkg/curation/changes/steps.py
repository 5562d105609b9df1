"""A review's step as a message to the writing process, and what that process does with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.changes.submission import Document, Effect
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation import Report

__all__ = ["ReviewRequest", "Step", "take_step"]


class Step(StrEnum):
    """What somebody does with a change set or, for ``REVERT``, with a version."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    REJECT = "reject"
    PUBLISH = "publish"
    REVERT = "revert"


class _Validate(Protocol):
    def __call__(self, draft: OxigraphStore, patch: Patch, *, is_union: bool) -> Report: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """One step. ``number`` is the change set, or the version to undo."""

    step: Step
    by: str
    number: int = 0
    message: str = ""
    documents: tuple[Document, ...] = ()
    self_review: bool = False

    def encode(self) -> tuple[dict[str, Any], bytes]:
        """The message: a JSON object, and the documents one after the other."""
        head = {
            "kind": "review",
            "step": self.step.value,
            "by": self.by,
            "number": self.number,
            "message": self.message,
            "self_review": self.self_review,
            "documents": [
                {
                    "name": d.name,
                    "size": len(d.body),
                    "media_type": d.media_type,
                    "graph": d.graph,
                    "effect": d.effect,
                }
                for d in self.documents
            ],
        }
        return head, b"".join(document.body for document in self.documents)


def take_step(
    record: Mapping[str, Any], body: bytes, versions: VersionStore, validate: _Validate
) -> dict[str, int]:
    """Carry out what ``ReviewRequest.encode`` said: the number of the change set or version."""
    is_union = versions.require_current().default_graph == "union"
    review = Review(
        versions=versions,
        validate=partial(validate, is_union=is_union),
        wait_seconds=record["wait_seconds"],
    )
    by, number, message = record["by"], record["number"], record["message"]
    match Step(record["step"]):
        case Step.SUBMIT:
            documents = _documents(record["documents"], body)
            number = review.submit(documents, message=message, author=by).number
        case Step.ACCEPT:
            review.accept(number, by=by, note=message or None, self_review=record["self_review"])
        case Step.REJECT:
            review.reject(number, by=by, note=message)
        case Step.PUBLISH:
            review.publish(number, by=by)
        case Step.REVERT:
            return {"version": review.revert(number, by=by, message=message or None).number}
    return {"change": number}


def _documents(records: Sequence[Mapping[str, Any]], body: bytes) -> list[Document]:
    documents: list[Document] = []
    start = 0
    for record in records:
        end = start + record["size"]
        effect = record["effect"]
        documents.append(
            Document(
                name=record["name"],
                body=body[start:end],
                media_type=record["media_type"],
                graph=record["graph"],
                effect=None if effect is None else Effect(effect),
            )
        )
        start = end
    return documents
