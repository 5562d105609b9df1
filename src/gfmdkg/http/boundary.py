"""Where errors stop: whatever a handler raises becomes a problem, never a bare 500."""

import logging
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gfmdkg.errors import GfmdkgError
from gfmdkg.formats.media import MediaType, negotiate
from gfmdkg.http.disconnect import ClientGone
from gfmdkg.http.formats import PAGE
from gfmdkg.http.problem_types import PROBLEM_TYPES
from gfmdkg.http.problems import Problem, problem_of, problem_response
from gfmdkg.http.rendering import PAGE_HEADERS, render
from gfmdkg.http.responses import send_bytes

__all__ = ["ErrorBoundary", "negotiated_problem"]

_LOG = logging.getLogger("gfmdkg.http")
_PROBLEM = MediaType(
    name="json",
    media_type="application/problem+json",
    extension=".json",
    aliases=("application/json",),
)
_FOR_PROGRAMS = ("/api/", "/sparql", "/graphs", "/openapi.json", "/health", "/ready")


class ErrorBoundary:
    """An ASGI middleware that answers for what the handler inside it raises."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the handler; an answer that has begun cannot be mended, so its error goes on."""
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientGone:
            return
        except GfmdkgError as error:
            if has_begun:
                raise
            problem = problem_of(error)
        except Exception as error:
            if has_begun:
                raise
            problem = _unexpected(error, scope)
        else:
            return
        await send_bytes(*negotiated_problem(problem, scope), send)


def _unexpected(error: Exception, scope: Scope) -> Problem:
    instance = uuid4().urn
    _LOG.error("%s at %s", instance, scope["path"], exc_info=error)
    kind = PROBLEM_TYPES["internal-error"]
    return Problem(
        kind=kind,
        detail=f"the service failed on this request; its log calls it {instance}",
        status=kind.status,
        members={"instance": instance},
    )


def negotiated_problem(
    problem: Problem, scope: Scope
) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Status, headers and body: problem+json or, where a browser is at a page's path, a page."""
    status, headers, body = problem_response(problem)
    if scope["path"].startswith(_FOR_PROGRAMS):
        return status, headers, body
    headers = (*headers, ("vary", "Accept"))
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept")
    if negotiate(accept.decode("latin-1"), (_PROBLEM, PAGE)) is not PAGE:
        return status, headers, body
    body = render(
        "problem.html",
        {
            "problem": problem,
            "summary": _summary(problem),
            "candidates": problem.members.get("candidates", ()),
        },
    )
    kept = (header for header in headers if header[0] != "content-type")
    return status, (*kept, ("content-type", "text/html; charset=utf-8"), *PAGE_HEADERS), body


def _summary(problem: Problem) -> str:
    """The detail without the nearest matches, which a page lists itself."""
    text = problem.detail.partition("; nearest:")[0]
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
