"""What canned queries have answered: totals and pages, whoever asked and in whatever format.

A version never changes, so what a question had in it holds for all its other pages, formats and
sizes. The cache of finished answers, in front of this, knows whole requests only.
"""

import hashlib
from collections import OrderedDict
from typing import NamedTuple, Self

from gfmdkg.http.parameters import Paging
from gfmdkg.store.versions import Version

__all__ = ["Question", "RowMemory"]

_TOTALS_KEPT = 4096
_SHARE_OF_ONE = 16
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


class RowMemory:
    """Totals asked for last, and pages up to ``limit_bytes``, as the engine wrote them."""

    def __init__(self, limit_bytes: int) -> None:
        self.size_bytes = 0
        self._limit_bytes = limit_bytes
        self._totals: OrderedDict[Question, int] = OrderedDict()
        self._pages: OrderedDict[tuple[Question, int, int], bytes] = OrderedDict()

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
        key = (question, paging.start, paging.per_page)
        if key in self._pages:
            self._pages.move_to_end(key)
        return self._pages.get(key)

    def keep_page(self, question: Question, paging: Paging, body: bytes) -> None:
        """Remember a page, unless it is larger than one sixteenth of the memory."""
        size_bytes = len(body) + _OVERHEAD_BYTES
        if size_bytes > self._limit_bytes // _SHARE_OF_ONE:
            return
        key = (question, paging.start, paging.per_page)
        if key in self._pages:
            self.size_bytes -= len(self._pages.pop(key)) + _OVERHEAD_BYTES
        self._pages[key] = body
        self.size_bytes += size_bytes
        while self.size_bytes > self._limit_bytes:
            _, dropped = self._pages.popitem(last=False)
            self.size_bytes -= len(dropped) + _OVERHEAD_BYTES
