"""What canned queries have answered: totals and pages, whoever asked and in whatever format.

A version never changes, so what a question had in it holds for all its other pages, formats and
sizes. The cache of finished answers, in front of this, knows whole requests only.
"""

import hashlib
from collections import OrderedDict
from typing import NamedTuple, Self

from gfmdkg.http.bounded import ByteBounded
from gfmdkg.http.parameters import Paging
from gfmdkg.store.versions import Version

__all__ = ["Question", "RowMemory"]

_TOTALS_KEPT = 4096
# What an entry takes beside its bytes: objects, dictionary slots.
_OVERHEAD_BYTES = 512


class Question(NamedTuple):
    """A bound query, by the digest of its text, in one version."""

    version: int
    content_hash: str
    digest: bytes

    @classmethod
    def of(cls, text: str, version: Version) -> Self:
        """The question that this bound text asks of this version."""
        return cls(version.number, version.content_hash, hashlib.sha256(text.encode()).digest())


_Page = tuple[Question, int, int]


class RowMemory:
    """Totals asked for last, and pages up to ``limit_bytes``, as the engine wrote them."""

    def __init__(self, limit_bytes: int) -> None:
        self._totals: OrderedDict[Question, int] = OrderedDict()
        self._pages: ByteBounded[_Page, bytes] = ByteBounded(
            limit_bytes, size_of=lambda _, body: len(body) + _OVERHEAD_BYTES
        )

    @property
    def size_bytes(self) -> int:
        """What the pages take."""
        return self._pages.size_bytes

    def total(self, question: Question) -> int | None:
        """How many rows the question has, where that is known."""
        if question in self._totals:
            self._totals.move_to_end(question)
        return self._totals.get(question)

    def keep_total(self, question: Question, total: int) -> None:
        """Remember how many rows the question has."""
        self._totals[question] = total
        self._totals.move_to_end(question)
        if len(self._totals) > _TOTALS_KEPT:
            self._totals.popitem(last=False)

    def page(self, question: Question, paging: Paging) -> bytes | None:
        """The solutions of this page as SPARQL JSON, where they are known."""
        return self._pages.get((question, paging.start, paging.per_page))

    def keep_page(self, question: Question, paging: Paging, body: bytes) -> None:
        """Remember a page, unless it is larger than one sixteenth of the memory."""
        self._pages.put((question, paging.start, paging.per_page), body)
