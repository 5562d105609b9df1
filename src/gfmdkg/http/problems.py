"""Errors as RFC 9457 problem details: one table, one shape, for every route.

The type of a problem is ``BASE + "problems/" + name``, which dereferences to its description
(``/problems/{name}``). Whatever an error knows goes into typed extra members, so that no
client has to parse ``detail``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from starlette.types import Scope

from gfmdkg import errors
from gfmdkg.formats.media import MediaType, negotiate
from gfmdkg.http.parameters import PAGE
from gfmdkg.http.problem_types import PROBLEM_TYPES, ProblemType
from gfmdkg.http.rendering import page
from gfmdkg.http.responses import Answer

__all__ = [
    "Problem",
    "negotiated_problem",
    "problem_answer",
    "problem_of",
    "summary",
    "unreadable",
]

_PROBLEM = MediaType(
    name="json",
    media_type="application/problem+json",
    extension=".json",
    aliases=("application/json",),
)
_FOR_PROGRAMS = ("/api/", "/sparql", "/graphs", "/openapi.json", "/health", "/ready")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem with one request, ready to be sent."""

    kind: ProblemType
    detail: str
    status: int
    members: Mapping[str, object] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    def document(self) -> dict[str, object]:
        """The problem details object."""
        return {
            "type": self.kind.iri,
            "title": self.kind.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }


def problem_of(error: errors.GfmdkgError) -> Problem:
    """The problem that an error is answered with."""
    kind = PROBLEM_TYPES[error.problem]
    return Problem(
        kind=kind,
        detail=error.message,
        status=kind.status,
        members=_members(error),
        headers=_headers(error),
    )


def unreadable(error: errors.DataError) -> Problem:
    """400, as the protocol has it for a document that is malformed, with every place."""
    kind = PROBLEM_TYPES["bad-request"]
    members = {"faults": _faults([replace(fault, file=None) for fault in error.faults])}
    return Problem(kind=kind, detail=error.message, status=kind.status, members=members)


def problem_answer(problem: Problem) -> Answer:
    """The answer to a program: RFC 9457 in UTF-8 JSON."""
    return Answer(
        media_type=_PROBLEM.media_type,
        body=json.dumps(problem.document(), ensure_ascii=False).encode(),
        status=problem.status,
        headers=problem.headers,
        cacheable=False,
        outcome="busy" if problem.kind.name == "busy" else "",
    )


def negotiated_problem(problem: Problem, scope: Scope) -> Answer:
    """The answer to a program or, where a browser is at a page's path, a page."""
    answer = problem_answer(problem)
    if scope["path"].startswith(_FOR_PROGRAMS):
        return answer
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept")
    if negotiate(accept.decode("latin-1"), (_PROBLEM, PAGE)) is not PAGE:
        return answer
    shown = page(
        "problem.html",
        problem=problem,
        summary=summary(problem.detail),
        candidates=problem.members.get("candidates", ()),
    )
    return replace(
        answer,
        media_type=shown.media_type,
        body=shown.body,
        headers=(*answer.headers, *shown.headers),
    )


def summary(detail: str) -> str:
    """The detail as a sentence, without the nearest matches, which a page lists itself."""
    text = detail.partition("; nearest:")[0]
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _candidates(candidates: Sequence[errors.Candidate]) -> list[dict[str, object]]:
    return [{"iri": c.iri, "label": c.label} for c in candidates]


def _faults(faults: Sequence[errors.Fault]) -> list[dict[str, object]]:
    return [
        {
            name: value
            for name in ("message", "file", "line", "column", "remedy")
            if (value := getattr(fault, name)) is not None
        }
        for fault in faults
    ]


# Errors whose fields become members of the same names, as they are.
_OWN_FIELDS: Mapping[type[errors.GfmdkgError], tuple[str, ...]] = {
    errors.QueryRejected: ("line", "column"),
    errors.BodyTooLarge: ("limit_bytes",),
    errors.AnswerTooLarge: ("limit_bytes",),
    errors.NetworkTooLarge: ("edges", "limit_edges", "minimum"),
    errors.QueryTimeout: ("limit_seconds",),
    errors.Busy: ("retry_after_seconds",),
    errors.EngineFailure: ("cause",),
}


def _members(error: errors.GfmdkgError) -> Mapping[str, object]:
    """The typed fields of an error; those that are not set are left out."""
    members: dict[str, object | None]
    match error:
        case errors.NotFound() | errors.Ambiguous():
            members = {"name": error.name, "candidates": _candidates(error.candidates)}
        case errors.ParameterError():
            members = {
                "parameter": error.parameter,
                "value": error.value,
                "allowed": list(error.allowed) or None,
            }
        case errors.NotAcceptable():
            members = {"offered": list(error.offered)}
        case errors.UnsupportedMedia():
            members = {"accepted": list(error.accepted)}
        case errors.Conflict():
            members = {
                "clashes": [
                    {"statement": c.statement, "reason": c.reason, "version": c.version}
                    for c in error.clashes
                ]
                or None
            }
        case errors.DataRejected() | errors.ContentError():
            members = {"faults": _faults(error.faults)}
        case _:
            members = {name: getattr(error, name) for name in _OWN_FIELDS.get(type(error), ())}
    return {name: value for name, value in members.items() if value is not None}


def _headers(error: errors.GfmdkgError) -> tuple[tuple[str, str], ...]:
    match error:
        case errors.Busy():
            return (("retry-after", str(error.retry_after_seconds)),)
        case errors.EngineFailure():
            return (("retry-after", "1"),)
        case errors.Unauthorized():
            return (("www-authenticate", 'Bearer realm="gfmdkg"'),)
        case _:
            return ()
