"""What the raw handlers answer to OPTIONS and to a method that they do not have."""

from collections.abc import Sequence

from starlette.types import Scope, Send

from gfmdkg.http.problem_types import PROBLEM_TYPES
from gfmdkg.http.problems import Problem, problem_response
from gfmdkg.http.responses import send_bytes

__all__ = ["refuse_method", "send_options"]

_REQUEST_HEADERS = "Accept, Authorization, Content-Type, If-Match, If-None-Match"
_DAY_SECONDS = 86_400


async def send_options(methods: Sequence[str], send: Send) -> None:
    """The answer to OPTIONS, a preflight or not: scripts of every origin are welcome."""
    allowed = ", ".join(methods)
    headers = (
        ("allow", allowed),
        ("access-control-allow-methods", allowed),
        ("access-control-allow-headers", _REQUEST_HEADERS),
        ("access-control-max-age", str(_DAY_SECONDS)),
    )
    await send_bytes(204, headers, b"", send)


async def refuse_method(scope: Scope, methods: Sequence[str], send: Send) -> None:
    """405 with the methods that there are."""
    kind = PROBLEM_TYPES["method-not-allowed"]
    problem = Problem(
        kind=kind,
        detail=f"{scope['method']} is not for {scope['path']}",
        status=kind.status,
        members={"allowed": sorted(methods)},
        headers=(("allow", ", ".join(methods)),),
    )
    await send_bytes(*problem_response(problem), send)
