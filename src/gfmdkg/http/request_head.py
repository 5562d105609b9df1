"""What the front wants to know of a request's headers, read once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from gfmdkg.http.compression import accepts_gzip

__all__ = ["HeadMemory", "RequestHead"]

_OF_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
_LONGEST_BYTES = 4096
_KNOWN = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHead:
    """The header fields that decide what is answered, and from where.

    ``fields`` has the last value of each name. ``has_key`` says that an answer can be told by
    path, query and headers: nobody is identified, and no header came twice. ``is_recurring``
    says that the same header lines will mean the same in another GET: no body, no condition and
    no name of the request's own.
    """

    fields: Mapping[bytes, bytes]
    accept: bytes | None
    host: bytes | None
    scheme: bytes | None
    request_id: bytes | None
    if_none_match: bytes | None
    is_gzip: bool
    has_key: bool
    reads_cache: bool

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]]) -> Self:
        """The head of a request with these headers, names in lower case."""
        pairs = list(headers)
        fields = dict(pairs)
        return cls(
            fields=fields,
            accept=fields.get(b"accept"),
            host=fields.get(b"host"),
            scheme=fields.get(b"x-forwarded-proto"),
            request_id=fields.get(b"x-request-id"),
            if_none_match=fields.get(b"if-none-match"),
            is_gzip=accepts_gzip(fields.get(b"accept-encoding", b"")),
            # A header that came twice means what only the handler can tell.
            has_key=len(fields) == len(pairs) and b"authorization" not in fields,
            reads_cache=b"no-cache" not in fields.get(b"cache-control", b""),
        )

    @property
    def is_recurring(self) -> bool:
        """Whether the same lines may be taken for the same again, and answered at once."""
        return (
            self.has_key
            and self.reads_cache
            and self.request_id is None
            and self.if_none_match is None
            and not _OF_BODY & self.fields.keys()
        )


class HeadMemory:
    """What some header lines mean that a parser has read before: the last ones to be new."""

    def __init__(self) -> None:
        self._heads: dict[bytes, RequestHead] = {}

    def get(self, lines: bytes) -> RequestHead | None:
        """What these lines mean, where that is known."""
        return self._heads.get(lines)

    def learn(self, lines: bytes, head: RequestHead) -> None:
        """Remember some lines, and forget the oldest where they are too many."""
        if len(lines) > _LONGEST_BYTES:
            return
        if len(self._heads) >= _KNOWN:
            del self._heads[next(iter(self._heads))]
        self._heads[lines] = head
