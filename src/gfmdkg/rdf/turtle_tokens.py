"""Places in a text: its lines, and the tokens of Turtle and its relatives with their offsets."""

import bisect
import re
from collections.abc import Iterator

from gfmdkg.rdf.sparql_tokens import Token, TokenKind

__all__ = ["Lines", "Misplaced", "names_before", "tokenize"]


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


class Misplaced(ValueError):
    """What may not stand at an offset of a text."""

    def __init__(self, message: str, offset: int) -> None:
        self.message, self.offset = message, offset
        super().__init__(message)


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\r\n]*)
    |(?P<iri><[^<>"{}|^`\x00-\x20]*>)
    |(?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*+\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}
       |"(?:[^"\\\r\n]|\\[^\r\n])*+"|'(?:[^'\\\r\n]|\\[^\r\n])*+')
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<blank_node>_:[\w.·-]*[\w·-])
    |(?P<number>[-+]?(?:(?:[0-9]+\.?|[0-9]*\.[0-9]+)[eE][-+]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)
       (?![\w:-]))
    |(?P<operator>\^\^|[][(){};,.])
    |(?P<word>(?:[^\s<>"'\[\](){};,\#^@\\.]|\\.|\.(?=[^\s<>"'\[\](){};,\#^@]))+)
    |(?P<error>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokenize(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens without white space and comments; what is none is an ``ERROR`` of a character.

    A ``WORD`` is a prefixed name, a keyword or ``a``.
    """
    for match in _TOKEN.finditer(text, start):
        if match.lastgroup != "space" and match.lastgroup is not None:
            kind = TokenKind[match.lastgroup.upper()]
            yield Token(kind, match[0], match.start(), match.end())


def names_before(text: str, offset: int) -> tuple[dict[str, str], str | None]:
    """The prefixes and the base that are declared before an offset."""
    prefixes: dict[str, str] = {}
    base: str | None = None
    tokens = [t for t in tokenize(text[:offset]) if t.kind is not TokenKind.STRING]
    for position, token in enumerate(tokens):
        keyword = token.text.lower().lstrip("@")
        following = tokens[position + 1 : position + 3]
        if keyword == "base" and following and following[0].kind is TokenKind.IRI:
            base = following[0].text[1:-1]
        elif keyword == "prefix" and len(following) == 2 and following[1].kind is TokenKind.IRI:
            prefixes[following[0].text.rstrip(":")] = following[1].text[1:-1]
    return prefixes, base
