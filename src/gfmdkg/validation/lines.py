"""Offsets in a text as lines and columns, which count from 1, in characters."""

import bisect
import re

__all__ = ["Lines"]


class Lines:
    """The line starts of a text. A line ends with LF; the CR before it belongs to the line."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._length = len(text)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a place; the text's end for a line after the last."""
        if line > len(self._starts):
            return self._length
        return min(self._starts[line - 1] + column - 1, self._length)
