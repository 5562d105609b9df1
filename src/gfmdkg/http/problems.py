"""Errors as RFC 9457 problem details: one table, one shape, for every route.

The type of a problem is ``BASE + "problems/" + name``, which dereferences to its description
(``/problems/{name}``). Whatever an error knows goes into typed extra members, so that no
client has to parse ``detail``.
"""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from starlette.types import Scope

from gfmdkg import errors
from gfmdkg.formats.media import MediaType, negotiate
from gfmdkg.http.parameters import PAGE
from gfmdkg.http.problem_types import PART_MODELS, PROBLEM_TYPES
from gfmdkg.http.rendering import page
from gfmdkg.http.responses import Answer

__all__ = ["problem_answer", "problem_document", "sentence"]

_PROBLEM = MediaType(
    name="json",
    media_type="application/problem+json",
    extension=".json",
    aliases=("application/json",),
)
_FOR_PROGRAMS = ("/api/", "/sparql", "/graphs", "/openapi.json", "/health", "/ready")


def problem_document(error: errors.GfmdkgError) -> dict[str, Any]:
    """The problem details of an error; members that are not set are left out."""
    kind = PROBLEM_TYPES[error.problem]
    return {
        "type": kind.iri,
        "title": kind.title,
        "status": kind.status,
        "detail": error.message,
        **_members(error, kind.model, kind.members),
    }


def _members(source: object, model: type[BaseModel], names: Iterable[str]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name in names:
        value = getattr(source, name, None)
        if value not in (None, ()) or model.model_fields[name].is_required():
            members[name] = [*map(_item, value)] if isinstance(value, tuple) else value
    return members


def _item(value: object) -> object:
    if isinstance(value, errors.Candidate):
        return {"iri": value.iri, "label": value.label}
    model = PART_MODELS.get(type(value))
    return value if model is None else _members(value, model, model.model_fields)


def problem_answer(error: errors.GfmdkgError, scope: Scope) -> Answer:
    """The answer to a program or, where a browser is at a page's path, a page."""
    document, headers = problem_document(error), _headers(error)
    answer = Answer(
        media_type=_PROBLEM.media_type,
        body=json.dumps(document, ensure_ascii=False).encode(),
        status=document["status"],
        headers=headers,
        cacheable=False,
        outcome="busy" if error.problem == "busy" else "",
    )
    if scope["path"].startswith(_FOR_PROGRAMS):
        return answer
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept")
    if negotiate(accept.decode("latin-1"), (_PROBLEM, PAGE)) is PAGE:
        shown = page("problem.html", problem=document, summary=sentence(error))
        answer.media_type, answer.body = shown.media_type, shown.body
        answer.headers = (*headers, *shown.headers)
    return answer


def sentence(error: errors.GfmdkgError) -> str:
    """What is wrong, without the nearest matches, which a page lists itself."""
    text = error.message.partition("; nearest:")[0]
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _headers(error: errors.GfmdkgError) -> tuple[tuple[str, str], ...]:
    match error:
        case errors.Busy():
            return (("retry-after", str(error.retry_after_seconds)),)
        case errors.EngineFailure():
            return (("retry-after", "1"),)
        case errors.MethodNotAllowed():
            return (("allow", ", ".join(error.methods)),)
        case errors.Unauthorized():
            return (("www-authenticate", 'Bearer realm="gfmdkg"'),)
        case _:
            return ()
