"""Every error that gfmdkg raises on purpose, as one tree.

::

    GfmdkgError
    ├── RequestError            the caller can mend the request
    │   ├── NotFound            a name, an IRI, a version that does not exist
    │   ├── Ambiguous           a label that several resources share
    │   ├── ParameterError      a parameter that is unknown, missing or has a bad value
    │   │   └── UnknownParameter
    │   ├── QueryRejected       SPARQL that is malformed or not allowed, with its place
    │   ├── MethodNotAllowed    an address that has other methods
    │   ├── NotAcceptable       no offered media type fits
    │   ├── UnsupportedMedia    a body in a format that is not read here
    │   ├── MalformedBody       a body that does not parse, with every place
    │   ├── BodyTooLarge        a body over the limit
    │   ├── Unauthorized        a token is missing or wrong
    │   ├── Forbidden           the token's role does not allow it
    │   ├── Conflict            the graph changed since, or a write met another
    │   └── DataRejected        triples that break the shapes, with the report
    ├── LimitError              the service protects itself
    │   ├── QueryTimeout
    │   ├── AnswerTooLarge
    │   ├── NetworkTooLarge
    │   ├── Busy
    │   └── EngineFailure       an engine or a worker died
    ├── InternalError           a defect, which the log tells of
    └── ContentError            what ships or is built is at fault; all faults at once
        ├── OntologyError
        ├── CatalogError
        ├── DataError
        └── StoreError

Fields are typed, so that nobody has to parse a message. ``problem`` is the last part of the
RFC 9457 problem type that the HTTP layer answers with: the docstring is what the type means,
and fields are its members.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

__all__ = [
    "Ambiguous",
    "AnswerTooLarge",
    "BodyTooLarge",
    "Busy",
    "Candidate",
    "CatalogError",
    "Conflict",
    "ConflictingStatement",
    "ContentError",
    "DataError",
    "DataRejected",
    "EngineFailure",
    "Fault",
    "Forbidden",
    "GfmdkgError",
    "InternalError",
    "LimitError",
    "MalformedBody",
    "MethodNotAllowed",
    "NetworkTooLarge",
    "NotAcceptable",
    "NotFound",
    "OntologyError",
    "ParameterError",
    "QueryRejected",
    "QueryTimeout",
    "RequestError",
    "StoreError",
    "Unauthorized",
    "UnknownParameter",
    "UnsupportedMedia",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A resource offered in place of one that was not found or not clear.

    ``score`` is a similarity from 0 to 100.
    """

    iri: str
    label: str
    score: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a file or with the graph; ``line`` and ``column`` count from 1.

    ``focus_node``, ``path`` and ``value`` are what a rule found wrong, as ``Finding`` has them.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    remedy: str | None = None
    focus_node: str | None = None
    path: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p is not None)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} ({self.remedy})" if self.remedy else text


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictingStatement:
    """A statement (N-Quads, without the full stop) that cannot be applied as it was meant.

    ``version`` is the version that changed it since, where that is known.
    """

    statement: str
    reason: str
    version: int | None = None

    def __str__(self) -> str:
        since = f" since version {self.version}" if self.version is not None else ""
        return f"{self.reason}{since}: {self.statement} ."


class GfmdkgError(Exception):
    """The service failed on this request."""

    problem: ClassVar[str] = "error"

    def __init_subclass__(cls, *, problem: str | None = None) -> None:
        if problem is not None:
            cls.problem = problem

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class RequestError(GfmdkgError, problem="bad-request"):
    """The request cannot be understood; detail says what is wrong with it."""


def _offer(candidates: Sequence[Candidate]) -> str:
    return ", ".join(f"“{c.label}” <{c.iri}>" for c in candidates)


class NotFound(RequestError, problem="not-found"):
    """Nothing goes by this name or address.

    ``candidates`` holds the nearest matches, each with ``iri`` and ``label``.
    """

    def __init__(
        self, what: str, name: str, candidates: Sequence[Candidate] = (), *, hint: str = ""
    ) -> None:
        self.what, self.name, self.candidates = what, name, tuple(candidates)
        self.hint = hint
        if self.candidates:
            hint = f"nearest: {_offer(self.candidates)}"
        hint = hint and f"; {hint}"
        super().__init__(f"no {what} is called “{name}”{hint}")


class Ambiguous(RequestError, problem="ambiguous"):
    """Several resources share this label and none is picked silently.

    Use the IRI or slug of one of the ``candidates``.
    """

    def __init__(self, what: str, name: str, candidates: Sequence[Candidate]) -> None:
        self.what, self.name, self.candidates = what, name, tuple(candidates)
        super().__init__(f"“{name}” is the name of several {what}s: {_offer(self.candidates)}")


class ParameterError(RequestError, problem="bad-parameter"):
    """The value of ``parameter`` is malformed, out of range or missing.

    Where only certain values will do, ``allowed`` lists them.
    """

    def __init__(
        self, parameter: str, detail: str, *, value: str | None = None, allowed: Sequence[str] = ()
    ) -> None:
        self.parameter, self.detail, self.value = parameter, detail, value
        self.allowed = tuple(allowed)
        hint = f"; allowed: {', '.join(self.allowed)}" if self.allowed else ""
        super().__init__(f"parameter “{parameter}” {detail}{hint}")


class UnknownParameter(ParameterError, problem="unknown-parameter"):
    """The route or query has no parameter of this name. ``allowed`` lists those it has."""


class QueryRejected(RequestError, problem="query-rejected"):
    """The SPARQL text is malformed or uses what is not allowed here, such as SERVICE or LOAD.

    ``line`` and ``column`` count from 1 where the place is known.
    """

    def __init__(self, detail: str, *, line: int | None = None, column: int | None = None) -> None:
        self.detail, self.line, self.column = detail, line, column
        place = f"line {line}, column {column}: " if line is not None else ""
        super().__init__(f"{place}{detail}")


class MethodNotAllowed(RequestError, problem="method-not-allowed"):
    """The address exists, but not for this method; the ``Allow`` header lists those it has."""

    def __init__(self, method: str, path: str, methods: Sequence[str]) -> None:
        self.method, self.path, self.methods = method, path, tuple(methods)
        self.allowed = tuple(sorted(methods))
        super().__init__(f"{method} is not for {path}")


class NotAcceptable(RequestError, problem="not-acceptable"):
    """None of the formats offered here fits the Accept header; ``offered`` lists them."""

    def __init__(self, accept: str, offered: Sequence[str]) -> None:
        self.accept, self.offered = accept, tuple(offered)
        super().__init__(f"“{accept}” fits none of: {', '.join(self.offered)}")


class UnsupportedMedia(RequestError, problem="unsupported-media-type"):
    """Bodies in this media type are not read here; ``accepted`` lists those that are."""

    def __init__(self, media_type: str, accepted: Sequence[str]) -> None:
        self.media_type, self.accepted = media_type, tuple(accepted)
        super().__init__(f"“{media_type}” is not read here; send {', '.join(self.accepted)}")


class MalformedBody(RequestError):
    """A document that does not parse: 400, as the protocols have it, with every place."""

    def __init__(self, detail: str, faults: Sequence[Fault]) -> None:
        self.detail = detail
        self.faults = tuple(replace(fault, file=None) for fault in faults)
        super().__init__(detail)


class BodyTooLarge(RequestError, problem="body-too-large"):
    """The request's body is over ``limit_bytes``."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        super().__init__(f"the request's body is over the limit of {limit_bytes} bytes")


class Unauthorized(RequestError, problem="unauthorized"):
    """The request needs a token: send it as ``Authorization: Bearer …``."""


class Forbidden(RequestError, problem="forbidden"):
    """The token is known, but its role does not allow this."""


class Conflict(RequestError, problem="conflict"):
    """The graph changed since the request was made, or another writer is at work.

    ``conflicts`` lists the statements at issue, each with ``statement``, ``reason`` and the
    ``version`` that changed it.
    """

    def __init__(self, summary: str, conflicts: Sequence[ConflictingStatement] = ()) -> None:
        self.summary, self.conflicts = summary, tuple(conflicts)
        super().__init__("\n  ".join((summary, *map(str, self.conflicts))))


class DataRejected(RequestError, problem="data-rejected"):
    """The change would break the rules of the graph, and nothing was stored.

    ``faults`` lists every one of them, with its place.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"the change breaks {len(self.faults)} rule(s); nothing was stored")


class LimitError(GfmdkgError, problem="limit"):
    """The service protects itself; try again later."""


class QueryTimeout(LimitError, problem="query-timeout"):
    """The query was stopped at ``limit_seconds``; a narrower pattern may finish."""

    def __init__(self, limit_seconds: float) -> None:
        self.limit_seconds = limit_seconds
        super().__init__(f"the query was stopped at its limit of {limit_seconds:g} seconds")


class AnswerTooLarge(LimitError, problem="answer-too-large"):
    """The answer grew over ``limit_bytes``; a LIMIT or a narrower pattern makes it smaller."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        super().__init__(f"the answer is over the limit of {limit_bytes} bytes; use LIMIT")


class NetworkTooLarge(LimitError, problem="network-too-large"):
    """The network has more edges than ``limit_edges``.

    Filters make it smaller; where ``minimum`` is given, so does that value of the parameter of
    this name.
    """

    def __init__(self, *, edges: int, limit_edges: int, minimum: int | None = None) -> None:
        self.edges, self.limit_edges, self.minimum = edges, limit_edges, minimum
        way_out = "narrow it with filters such as session or year"
        if minimum is not None:
            way_out += f", or ask for edges of weight {minimum} and more with minimum={minimum}"
        super().__init__(
            f"the network has {edges} edges, more than the limit of {limit_edges}; {way_out}"
        )


class Busy(LimitError, problem="busy"):
    """There is no room for the request now; try again after ``retry_after_seconds``."""

    def __init__(
        self, retry_after_seconds: int = 1, *, cause: str = "all workers are busy"
    ) -> None:
        self.retry_after_seconds = retry_after_seconds
        self.cause = cause
        super().__init__(f"{cause}; try again in {retry_after_seconds} s")


class EngineFailure(LimitError, problem="engine-failure"):
    """The worker process of this request died; the service goes on. ``cause`` says how."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(f"the query engine failed on this request: {cause}")


class InternalError(GfmdkgError, problem="internal-error"):
    """A fault of the service; ``instance`` names its log."""

    def __init__(self, instance: str) -> None:
        self.instance = instance
        super().__init__(f"the service failed on this request; its log calls it {instance}")


class ContentError(GfmdkgError, problem="content"):
    """The store is empty or damaged, or what ships is at fault; ``faults`` says where."""

    def __init__(self, summary: str, faults: Sequence[Fault] = ()) -> None:
        self.summary, self.faults = summary, tuple(faults)
        super().__init__("\n  ".join((summary, *map(str, self.faults))))


class OntologyError(ContentError):
    """The ontology or the shapes are at fault."""


class CatalogError(ContentError):
    """A canned query's file is at fault."""


class DataError(ContentError):
    """A data file is at fault: it does not parse, or its triples break a rule."""


class StoreError(ContentError):
    """A store cannot be opened, or a version is damaged."""
