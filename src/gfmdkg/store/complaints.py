"""What the engine says against a query or a document, as errors of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from gfmdkg.errors import DataError, Fault, QueryRejected

__all__ = ["TOO_LARGE", "is_refusal", "rejecting", "rejection", "unreadable"]

TOO_LARGE = "a value is larger than 16 MB"
"""What the parser refuses to hold."""

# The engine reports a place only inside its message: "error at 2:5: expected …".
_PLACE = re.compile(r"error at (\d+):(\d+):? ?", re.ASCII)
# What the engine understands but will not do. It says so by RuntimeError, like real failures.
_REFUSAL = re.compile(
    r"The custom function .* is not supported|The graph .* (?:already exists|does not exist)",
    re.DOTALL,
)


@contextmanager
def rejecting() -> Iterator[None]:
    """Raise what the engine says against a query or an update as ``QueryRejected``."""
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise rejection(str(error.msg if isinstance(error, SyntaxError) else error)) from error
    except RuntimeError as error:
        if not is_refusal(error):
            raise
        raise QueryRejected(str(error)) from error


def is_refusal(error: RuntimeError | str) -> bool:
    """Whether the engine understood the request and will not do it; else it has failed."""
    return _REFUSAL.fullmatch(str(error)) is not None


def rejection(message: str, *, shift: int = 0) -> QueryRejected:
    """The engine's complaint about a query, with its place where the engine gives one.

    ``shift`` characters stood before the first line.
    """
    place = _PLACE.search(message)
    if place is None:
        return QueryRejected(message)
    detail = message[: place.start()] + message[place.end() :]
    line, column = int(place[1]), int(place[2])
    return QueryRejected(detail, line=line, column=max(1, column - shift * (line == 1)))


def unreadable(error: SyntaxError, file: str | None) -> DataError:
    """The parser's complaint about a document, with its place."""
    fault = Fault(message=error.msg, file=file, line=error.lineno, column=error.offset)
    return DataError("the document cannot be read", [fault])
