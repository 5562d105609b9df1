"""Places in a text: its lines, and the tokens of Turtle and its relatives with their offsets."""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Kind", "Lines", "Token", "as_turtle", "names_before", "tokenize"]


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


class Kind(StrEnum):
    """What a token is. ``WORD`` is a prefixed name, a number, a keyword or ``a``."""

    IRI = "iri"
    STRING = "string"
    LANGUAGE = "language"
    BLANK = "blank"
    MARK = "mark"
    WORD = "word"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text from ``start`` to before ``end``."""

    kind: Kind
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\r\n]*)
    |(?P<iri><[^<>"{}|^`\x00-\x20]*>)
    |(?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*+\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*+'{3}
       |"(?:[^"\\\r\n]|\\[^\r\n])*+"|'(?:[^'\\\r\n]|\\[^\r\n])*+')
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<blank>_:[\w.·-]*[\w·-])
    |(?P<mark>\^\^|[][(){};,.])
    |(?P<word>(?:[^\s<>"'\[\](){};,\#^@\\.]|\\.|\.(?=[^\s<>"'\[\](){};,\#^@]))+)
    |(?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)


def tokenize(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens without white space and comments; what is none is an ``ODD`` character."""
    for match in _TOKEN.finditer(text, start):
        if match.lastgroup != "space" and match.lastgroup is not None:
            yield Token(Kind(match.lastgroup), match[0], match.start(), match.end())


def names_before(text: str, offset: int) -> tuple[dict[str, str], str | None]:
    """The prefixes and the base that are declared before an offset."""
    prefixes: dict[str, str] = {}
    base: str | None = None
    tokens = [t for t in tokenize(text[:offset]) if t.kind is not Kind.STRING]
    for position, token in enumerate(tokens):
        keyword = token.text.lower().lstrip("@")
        following = tokens[position + 1 : position + 3]
        if keyword == "base" and following and following[0].kind is Kind.IRI:
            base = following[0].text[1:-1]
        elif keyword == "prefix" and len(following) == 2 and following[1].kind is Kind.IRI:
            prefixes[following[0].text.rstrip(":")] = following[1].text[1:-1]
    return prefixes, base


def as_turtle(text: str, media_type: str) -> str:
    """TriG or N-Quads as Turtle in which every triple stands where it stood.

    Graph names and braces become white space. The text must be free of syntax faults; of
    other formats it is given back unchanged.
    """
    if media_type == "application/trig":
        return _blank(text, _trig_edits(list(tokenize(text))))
    if media_type == "application/n-quads":
        return _blank(text, _quad_edits(list(tokenize(text))))
    return text


def _blank(text: str, edits: Iterator[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, put in edits:
        parts.append(text[done:start])
        parts.append(put + re.sub(r"[^\r\n]", " ", text[start + len(put) : end]))
        done = end
    parts.append(text[done:])
    return "".join(parts)


def _trig_edits(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    for position, token in enumerate(tokens):
        if token.text == "{" and token.kind is Kind.MARK:
            yield tokens[_graph_start(tokens, position)].start, token.end, ""
        elif token.text == "}" and token.kind is Kind.MARK:
            ends_well = tokens[position - 1].text in (".", "{")
            yield token.start, token.end, "" if ends_well else "."


def _graph_start(tokens: Sequence[Token], brace: int) -> int:
    """Where the name of the graph before a brace begins, or the brace where it has none."""
    start = brace
    before = tokens[brace - 1] if brace else None
    if before is None or before.text in (".", "}"):
        return brace
    is_directive = brace >= 2 and tokens[brace - 2].text.lower() == "base"
    is_prefix = brace >= 3 and tokens[brace - 3].text.lower() == "prefix"
    if is_directive or is_prefix:
        return brace
    start = brace - 2 if before.text == "]" else brace - 1
    if start and tokens[start - 1].text.upper() == "GRAPH":
        start -= 1
    return start


def _quad_edits(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    terms: list[Token] = []
    follows_literal = False
    for token in tokens:
        if token.kind is Kind.MARK and token.text == ".":
            if len(terms) == 4:
                yield terms[3].start, terms[3].end, ""
            terms = []
        elif token.kind is Kind.LANGUAGE or token.text == "^^":
            follows_literal = token.text == "^^"
        elif follows_literal:
            follows_literal = False
        else:
            terms.append(token)
