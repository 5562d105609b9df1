"""What became of a request, in the words of the log and the metrics."""

from gfmdkg.http.cache import FinishedAnswer

__all__ = ["outcome_of"]

_NOT_MODIFIED, _BAD_REQUEST, _TOO_LARGE = 304, 400, 413
_FAILED, _UNAVAILABLE, _TIMED_OUT = 500, 503, 504
_BUSY = b"/problems/busy"


def outcome_of(answer: FinishedAnswer) -> str:
    """The outcome that a whole answer stands for."""
    status = answer.status
    if status == _NOT_MODIFIED:
        return "not_modified"
    if status < _BAD_REQUEST:
        return "ok"
    if status == _TOO_LARGE:
        return "too_large"
    if status == _TIMED_OUT:
        return "timeout"
    if status == _UNAVAILABLE and _BUSY in answer.body:
        return "busy"
    return "error" if status >= _FAILED else "client_error"
