"""What is answered to OPTIONS, and to a method that an address does not have."""

from collections.abc import Sequence

from starlette.types import Scope

from gfmdkg.http.problem_types import PROBLEM_TYPES
from gfmdkg.http.problems import Problem, problem_answer
from gfmdkg.http.responses import Answer

__all__ = ["options_answer", "refuse_method"]

_REQUEST_HEADERS = "Accept, Authorization, Content-Type, If-Match, If-None-Match"
_DAY_SECONDS = 86_400
_NO_CONTENT = 204


def options_answer(methods: Sequence[str]) -> Answer:
    """The answer to OPTIONS, a preflight or not: scripts of every origin are welcome."""
    allowed = ", ".join(methods)
    return Answer(
        status=_NO_CONTENT,
        headers=(
            ("allow", allowed),
            ("access-control-allow-methods", allowed),
            ("access-control-allow-headers", _REQUEST_HEADERS),
            ("access-control-max-age", str(_DAY_SECONDS)),
        ),
        cacheable=False,
    )


def refuse_method(scope: Scope, methods: Sequence[str]) -> Answer:
    """405 with the methods that there are."""
    kind = PROBLEM_TYPES["method-not-allowed"]
    problem = Problem(
        kind=kind,
        detail=f"{scope['method']} is not for {scope['path']}",
        status=kind.status,
        members={"allowed": sorted(methods)},
        headers=(("allow", ", ".join(methods)),),
    )
    return problem_answer(problem)
