"""Progress on stderr: a line that changes on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gfmdkg.cli.context import CliContext
from gfmdkg.store.loading import Progress

__all__ = ["shown_progress"]

_QUIET_SECONDS = 5.0
_EVERY_SECONDS = 10.0


@contextmanager
def shown_progress(
    cli: CliContext, beginning: str, *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Progress]:
    """Show what long work tells of itself, with the time that is left where that is known.

    Where stderr is no terminal nothing is said in the first seconds, so that short work stays
    silent in logs.
    """
    told = clock() - _EVERY_SECONDS + _QUIET_SECONDS
    stage, since = "", clock()
    with cli.error.status(beginning) as status:

        def show(what: str, done: int, of: int | None) -> None:
            nonlocal told, stage, since
            now = clock()
            if what != stage:
                stage, since = what, now
            text = _text(what, done, of, now - since)
            if cli.error.is_terminal:
                status.update(text)
            elif now - told >= _EVERY_SECONDS:
                told = now
                cli.say(text)

        yield show


def _text(what: str, done: int, of: int | None, seconds: float) -> str:
    if of is None:
        return f"{what}: {done:,} rows"
    text = f"{what}: {done:,} of {of:,}"
    if not done or seconds < 1:
        return text
    left = round(seconds / done * (of - done))
    minutes, rest = divmod(left, 60)
    return (
        f"{text}, about {minutes} min {rest} s left" if minutes else f"{text}, about {rest} s left"
    )
