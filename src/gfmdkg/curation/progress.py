"""How far long work is, told to whoever waits for it."""

from collections.abc import Callable

__all__ = ["Progress", "untold"]

Progress = Callable[[str, int, int | None], None]
"""Hears what is being done ("reading"), how much of it is done, and of how much if known."""


def untold(_what: str, _done: int, _of: int | None) -> None:
    """Tell nobody."""
