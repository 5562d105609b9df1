"""The tokens of SPARQL 1.1 (query and update), read from any text in linear time.

Terminals are those of section 19.8 of the recommendation, the longest one wins. Two things
are left to the caller on purpose: a bare word is one kind of token, whether it is a keyword,
a function, ``a`` or ``true``; and ``<<`` of RDF 1.2 is two ``<``, since it may be either.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from gfmdkg.errors import QueryRejected

__all__ = [
    "Token",
    "TokenKind",
    "code_tokens",
    "decode_codepoints",
    "group_end",
    "locate",
    "offset_before_decoding",
    "rejection",
    "tokenize",
]


class TokenKind(StrEnum):
    """What a token is. White space is no token, a comment is one."""

    ANON = "anon"
    BLANK_NODE = "blank-node"
    COMMENT = "comment"
    ERROR = "error"
    IRI = "iri"
    LANGUAGE = "language"
    NIL = "nil"
    NUMBER = "number"
    OPERATOR = "operator"
    PREFIXED_NAME = "prefixed-name"
    STRING = "string"
    VARIABLE = "variable"
    WORD = "word"


class Token(NamedTuple):
    """A token: ``text`` stands from ``start`` to ``end`` in the text that was given."""

    kind: TokenKind
    text: str
    start: int
    end: int


# PN_CHARS_BASE, PN_CHARS_U and PN_CHARS as insides of a character class.
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_START = _BASE + "_"
_MORE = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS = _MORE + r"\-"

_ESCAPED_CHARACTER = r"\\[tbnrf\\\"']"
# \u and \U of a Unicode scalar value; a surrogate or a number beyond the last plane is none.
_CODEPOINT = (
    r"\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r"|\\U(?!0000[dD][89a-fA-F])(?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4}"
)
_LOCAL_PART = rf"[{_CHARS}:]|%[0-9a-fA-F]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = (
    rf"(?:[{_START}:0-9]|%[0-9a-fA-F]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
    rf"(?:{_LOCAL_PART})*+(?:\.++(?:{_LOCAL_PART})++)*+"
)
_PREFIX = rf"[{_BASE}][{_CHARS}]*+(?:\.++[{_CHARS}]++)*+"
_NAME_RUN = rf"[{_CHARS}.]*+"
# A character of a class, or a range of them.
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f](?:-[^\x00-\x7f])?")


@cache
def _pattern(codepoints: bool, names: bool, is_ascii: bool) -> re.Pattern[str]:
    """One pattern that matches something at every offset of every text, or every text in ASCII.

    All repetitions are possessive, so that no alternative looks at a character more often
    than a fixed number of times. An unterminated long string is an error up to the end of
    the text, an unterminated short one up to the end of the line.
    """
    escape = rf"{_ESCAPED_CHARACTER}|{_CODEPOINT}" if codepoints else _ESCAPED_CHARACTER
    in_iri = rf"|{_CODEPOINT}" if codepoints else ""
    long_double, long_single = (
        rf"{q * 3}(?:(?:{q}{q}?+)?+(?:[^{q}\\]|{escape}))*+{q * 3}" for q in "\"'"
    )
    # A long string with a bad escape is an error up to its end, not two or three other tokens.
    broken_double, broken_single = (
        rf"{q * 3}(?:[^{q}\\]|\\.|\\\Z|{q}(?!{q}{q}))*+(?:{q * 3})?+" for q in "\"'"
    )
    short_double, short_single = (rf"{q}(?:[^{q}\\\n\r]|{escape})*+{q}" for q in "\"'")
    alternatives = (
        ("space", r"[ \t\r\n]++"),
        ("variable", rf"[?$][{_START}0-9][{_MORE}]*+"),
        ("prefixed_name", rf"(?:{_PREFIX})?:(?:{_LOCAL})?" if names else r"(?!)"),
        ("word", r"[A-Za-z][A-Za-z0-9_]*+"),
        ("iri", rf"<(?:[^<>\"{{}}|^`\\\x00-\x20]{in_iri})*+>"),
        ("string", rf"{long_double}|{long_single}"),
        ("broken", rf"{broken_double}|{broken_single}"),
        ("short", rf"{short_double}|{short_single}"),
        ("unclosed", r"[\"'][^\n\r]*+"),
        ("comment", r"#[^\n\r]*+"),
        ("blank_node", rf"_:[{_START}0-9][{_CHARS}]*+(?:\.++[{_CHARS}]++)*+"),
        ("language", r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?+"),
        ("number", r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++"),
        ("nil", r"\([ \t\r\n]*+\)"),
        ("anon", r"\[[ \t\r\n]*+\]"),
        ("operator", r"\^\^|&&|\|\||!=|<=|>=|[{}()\[\].,;=<>!+\-*/|^?~]"),
        ("error", rf"[^ \t\r\n{{}}()\[\].,;=<>!+\-*/|^?~#\"'$:@&A-Za-z0-9_\\{_BASE}]++|[\s\S]"),
    )
    return _compile("|".join(f"(?P<{n}>{pattern})" for n, pattern in alternatives), is_ascii)


def _compile(pattern: str, is_ascii: bool) -> re.Pattern[str]:
    # Classes without what no such text holds take a tenth of the time to compile.
    return re.compile(_BEYOND_ASCII.sub("", pattern) if is_ascii else pattern)


@cache
def _name_run(is_ascii: bool) -> re.Pattern[str]:
    return _compile(_NAME_RUN, is_ascii)


_KINDS = {
    "short": TokenKind.STRING,
    "broken": TokenKind.ERROR,
    "unclosed": TokenKind.ERROR,
    **{kind.name.lower(): kind for kind in TokenKind},
}
# Only from these could a prefixed name have started that lacked its colon.
_NAME_STARTS = (TokenKind.WORD, TokenKind.ERROR)
# A pair of backslashes is read first, so that the u of \\u0041 is a letter.
_ESCAPE_IN_TEXT = re.compile(rf"\\\\|{_CODEPOINT}")


def tokenize(text: str, *, codepoints: bool = True) -> Iterator[Token]:
    r"""The tokens of a text in order; what is no token comes as ``TokenKind.ERROR``.

    Codepoint escapes (``\u0041``) are read inside strings and IRIs only, as pyoxigraph does; not
    even there without ``codepoints``, for a text in which they were replaced beforehand, as section
    19.2 has it. Never raises; takes time linear in the length of the text.

    >>> [(str(t.kind), t.text) for t in tokenize("ASK { ?s a <x:y> } # all")][:3]
    [('word', 'ASK'), ('operator', '{'), ('variable', '?s')]
    """
    position, end, is_ascii = 0, len(text), text.isascii()
    # Up to here no prefixed name can start: without this, the letters of "a.a.a.…" would each
    # look for a colon at the end of the same run.
    no_name_before = 0
    while position < end:
        match = _pattern(codepoints, position >= no_name_before, is_ascii).match(text, position)
        if match is None or match.lastgroup is None:  # pragma: no cover
            raise AssertionError("the last alternative matches any character")
        position = match.end()
        if match.lastgroup == "space":
            continue
        kind = _KINDS[match.lastgroup]
        if position > no_name_before and kind in _NAME_STARTS:
            run = _name_run(is_ascii).match(text, match.start())
            if run is not None and run.end() > position:
                no_name_before = run.end()
        yield Token(kind, match.group(), match.start(), position)


def code_tokens(text: str) -> list[Token]:
    """The tokens without comments."""
    return [token for token in tokenize(text) if token.kind is not TokenKind.COMMENT]


def group_end(tokens: Sequence[Token], index: int) -> int | None:
    """Where a group in braces that opens at ``index`` ends: the index after its last token.

    ``None`` where none opens, or it has no end.
    """
    depth = 0
    for place in range(index, len(tokens)):
        token = tokens[place]
        if token.kind is TokenKind.ERROR:
            return None
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return place + 1 if place > index else None
    return None


def decode_codepoints(text: str) -> str:
    """The text with its codepoint escapes replaced; what is no valid escape stays."""
    return _ESCAPE_IN_TEXT.sub(_decoded, text)


def offset_before_decoding(text: str, offset: int) -> int:
    """Where a place of ``decode_codepoints(text)`` is in the text itself."""
    for escape in _ESCAPE_IN_TEXT.finditer(text):
        if escape.start() >= offset:
            break
        offset += len(escape[0]) - len(_decoded(escape))
    return offset


def _decoded(escape: re.Match[str]) -> str:
    return escape[0] if escape[0] == "\\\\" else chr(int(escape[0].lstrip("\\uU"), 16))


_LINE_END = re.compile(r"\r\n|\n|\r")


def locate(text: str, offset: int) -> tuple[int, int]:
    r"""Line and column of an offset, from 1. A line ends with ``\n``, ``\r\n`` or ``\r``.

    >>> locate("ASK\n{ }", 6)
    (2, 3)
    """
    line, line_start = 1, 0
    for match in _LINE_END.finditer(text, 0, max(0, min(offset, len(text)))):
        line, line_start = line + 1, match.end()
    return line, offset - line_start + 1


def rejection(detail: str, text: str, offset: int) -> QueryRejected:
    """The error that tells what is wrong at an offset of a text."""
    line, column = locate(text, offset)
    return QueryRejected(detail, line=line, column=column)
