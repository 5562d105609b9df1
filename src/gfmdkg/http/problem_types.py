"""The kinds of problem that the service answers with: one table."""

from collections.abc import Mapping
from dataclasses import dataclass

from gfmdkg.namespaces import BASE

__all__ = ["PROBLEM_TYPES", "ProblemType"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """One kind of problem: what its IRI dereferences to."""

    name: str
    status: int
    title: str
    description: str

    @property
    def iri(self) -> str:
        """The ``type`` member."""
        return f"{BASE}problems/{self.name}"


def _types(*rows: tuple[str, int, str, str]) -> Mapping[str, ProblemType]:
    return {
        name: ProblemType(name=name, status=status, title=title, description=description)
        for name, status, title, description in rows
    }


PROBLEM_TYPES: Mapping[str, ProblemType] = _types(
    (
        "bad-request",
        400,
        "Bad request",
        "The request cannot be understood; detail says what is wrong with it.",
    ),
    (
        "unknown-parameter",
        400,
        "Unknown parameter",
        "The route or query has no parameter of this name. `allowed` lists those it has.",
    ),
    (
        "query-rejected",
        400,
        "Query rejected",
        (
            "The SPARQL text is malformed or uses something that is not allowed here, such as "
            "SERVICE or LOAD. `line` and `column` count from 1 where the place is known."
        ),
    ),
    (
        "unauthorized",
        401,
        "Token missing or unknown",
        "This request needs a token: send it as `Authorization: Bearer …`.",
    ),
    ("forbidden", 403, "Not allowed", "The token is known, but its role does not allow this."),
    (
        "not-found",
        404,
        "Not found",
        (
            "Nothing goes by this name or address. `candidates` holds the nearest matches, "
            "each with `iri` and `label`."
        ),
    ),
    (
        "method-not-allowed",
        405,
        "Method not allowed",
        "The address exists, but not for this method; the `Allow` header lists those it has.",
    ),
    (
        "not-acceptable",
        406,
        "No acceptable format",
        "None of the formats offered here fits the Accept header; `offered` lists them.",
    ),
    (
        "ambiguous",
        409,
        "Ambiguous name",
        (
            "Several resources share this label and none is picked silently. Use the IRI or slug "
            "of one of the `candidates`."
        ),
    ),
    (
        "conflict",
        409,
        "Conflict",
        (
            "The graph changed since the request was made, or another writer is at work. "
            "`clashes` lists the statements at issue, each with `statement`, `reason` and the "
            "`version` that changed it."
        ),
    ),
    (
        "body-too-large",
        413,
        "Request body too large",
        "The request's body is over `limit_bytes`.",
    ),
    (
        "answer-too-large",
        413,
        "Answer too large",
        "The answer grew over `limit_bytes`; a LIMIT or a narrower pattern makes it smaller.",
    ),
    (
        "network-too-large",
        413,
        "Network too large",
        (
            "The network has more edges than `limit_edges`. Filters make it smaller; where "
            "`minimum` is given, so does that value of the parameter of this name."
        ),
    ),
    (
        "unsupported-media-type",
        415,
        "Unsupported media type",
        "Bodies in this media type are not read here; `accepted` lists those that are.",
    ),
    (
        "bad-parameter",
        422,
        "Bad parameter",
        (
            "The value of `parameter` is malformed, out of range or missing. Where only certain "
            "values will do, `allowed` lists them."
        ),
    ),
    (
        "data-rejected",
        422,
        "Data rejected",
        (
            "The change would break the rules of the graph, and nothing was stored. `faults` lists "
            "every one of them, with its place."
        ),
    ),
    ("internal-error", 500, "Internal error", "A fault of the service; `instance` names its log."),
    ("error", 500, "Error", "The service failed on this request."),
    (
        "content",
        503,
        "Content not ready",
        "The store is empty or damaged, or what ships is at fault; `faults` says where.",
    ),
    ("limit", 503, "Limit reached", "The service protects itself; try again later."),
    (
        "busy",
        503,
        "Busy",
        (
            "All query workers and the queue before them are taken; try again after "
            "`retry_after_seconds`."
        ),
    ),
    (
        "engine-failure",
        503,
        "Query engine failed",
        "The worker process of this request died; the service goes on. `cause` says how.",
    ),
    (
        "query-timeout",
        504,
        "Query timed out",
        "The query was stopped at `limit_seconds`; a narrower pattern may finish.",
    ),
)
"""Problem type by name. A name is the ``problem`` of an error class, or of HTTP alone."""
