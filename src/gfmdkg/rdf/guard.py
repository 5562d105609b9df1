"""What is refused before a query or update reaches the engine: SERVICE, LOAD, deep nesting, size.

SERVICE and LOAD make the engine open outbound connections. To look for the two keywords among
the tokens of the standard is not enough, because pyoxigraph's parser has no tokens: it reads
``trueSERVICE``, ``SERVICESILENT`` and ``LOADx:y`` as two words each, takes the ``<`` in
``FILTER(1<'>' …`` for an operator where the longest token is an IRI, and tries a shorter reading
after a prefixed name that makes no valid IRI. So this guard refuses wherever *some* reading of
the text has the keyword: under the standard's codepoint escapes and without them, inside a word,
in a name that stands where ``SERVICE name {`` could, and in any text that has the word somewhere
after a place where two readings part. Text without the letters of the word passes untouched.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from gfmdkg.errors import QueryRejected
from gfmdkg.rdf.sparql_tokens import (
    Token,
    TokenKind,
    decode_codepoints,
    offset_before_decoding,
    rejection,
    tokenize,
)

__all__ = ["check_query", "check_update"]


_REFUSED = {
    "service": "SERVICE is not allowed: this endpoint opens no connections to others. "
    "Ask the other endpoint from your own side, and hand its answer in as VALUES",
    "load": "LOAD is not allowed: this endpoint fetches nothing. "
    "Send the triples themselves, with INSERT DATA or through the Graph Store Protocol",
}
_UNCLEAR = (
    "this can be read in two ways, and the text has {word} in it, which is not allowed. "
    "Set spaces around the operator <, or write this IRI in full with its scheme"
)
_NAME_UNCLEAR = (
    "this can be read as {word}, which is not allowed. "
    "End the triple with a full stop, or use a name without these letters"
)
_BROKEN = "this is no SPARQL, and the text has {word} in it, which is not allowed"
_TOO_DEEP = "brackets nest deeper than {limit} (query_nesting_limit). Write it flatter"
_BROKEN_DEEP = "this is no SPARQL, so that the nesting of the many brackets after it is not known"

# A comment may stand before the bracket; to look behind each one could take quadratic time.
_VOLATILE_CALL = re.compile(r"(?:now|rand|uuid|bnode)\s*+[(#]")


def check_query(text: str, *, limit_bytes: int, nesting_limit: int) -> bool:
    """Accept a query, or raise ``QueryRejected`` with the place and the way out.

    True where it may use NOW, RAND, UUID, STRUUID or BNODE, or that is in doubt: two runs over
    the same data may differ then, and no answer is to be kept.

    ``limit_bytes`` bounds the text in UTF-8, ``nesting_limit`` the depth of ``{``, ``(`` and
    ``[`` together. That the text is well-formed is left to the engine.
    """
    return _check(text, limit_bytes, nesting_limit, ("service",))


def check_update(text: str, *, limit_bytes: int, nesting_limit: int) -> bool:
    """Like ``check_query`` for an update, where LOAD is refused too."""
    return _check(text, limit_bytes, nesting_limit, ("service", "load"))


def _check(text: str, limit_bytes: int, nesting_limit: int, words: tuple[str, ...]) -> bool:
    if not text.isascii() or len(text) > limit_bytes:
        _check_size(text, limit_bytes)
    # str.lower never hides ASCII letters, and the engine folds no others: it does not take
    # the long s of "ſervice" for an s.
    lowered = text.lower()
    _check_reading(text, text, words, nesting_limit)
    if "\\u" in lowered:
        _check_reading(decode_codepoints(text), text, words, nesting_limit)
    return _VOLATILE_CALL.search(lowered) is not None


def _check_reading(text: str, written: str, words: tuple[str, ...], nesting_limit: int) -> None:
    """Check one reading of a text: as it is written, or with its codepoint escapes decoded."""
    lowered = text.lower()
    found = tuple([word for word in words if word in lowered])
    if found or _count_openings(lowered) > nesting_limit:
        _Reading(text, written, found, nesting_limit).check()


def _count_openings(text: str) -> int:
    """No fewer than the brackets that open in it, those of quoted triples included."""
    return text.count("{") + text.count("(") + text.count("[") + 2 * text.count("<<")


def _up_to_depth(tokens: Iterable[Token], nesting_limit: int) -> Iterator[Token]:
    """The tokens up to the bracket that nests too deep, where the text is refused anyway.

    A megabyte of brackets would else keep the process from other requests for a second.
    """
    depth = 0
    for token in tokens:
        yield token
        if token.kind is TokenKind.OPERATOR:
            depth = max(0, depth + (token.text in _OPENING) - (token.text in _CLOSING))
            if depth > nesting_limit:
                return


def _check_size(text: str, limit_bytes: int) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise rejection("a lone surrogate is no character", text, error.start) from error
    if size > limit_bytes:
        detail = (
            f"the text has {size} bytes, over the limit of {limit_bytes} (query_limit_bytes). "
            "Split it, or send data through the Graph Store Protocol"
        )
        raise QueryRejected(detail)


# ``<`` after one of these, directly inside round brackets, can be "less than".
_ENDS_EXPRESSION = frozenset(
    {
        TokenKind.IRI,
        TokenKind.LANGUAGE,
        TokenKind.NIL,
        TokenKind.NUMBER,
        TokenKind.PREFIXED_NAME,
        TokenKind.STRING,
        TokenKind.VARIABLE,
        TokenKind.WORD,
    }
)
# In no other kind are letters code. A variable is none: the engine reads it to its end, and
# takes no question mark before a letter or digit for that of a path.
_WITH_WORDS = frozenset({TokenKind.WORD, TokenKind.PREFIXED_NAME})
_TERMS = frozenset({TokenKind.IRI, TokenKind.PREFIXED_NAME, TokenKind.VARIABLE})
# An IRI after one of these is a graph's name, and may well be followed by a group.
_BEFORE_GRAPH_NAME = frozenset({"graph", "from", "named", "using", "with", "describe"})
# ``1 < http://`` is nothing under the operator's reading: no operand starts with a slash.
_WITH_AUTHORITY = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
_SHIFTS_READING = re.compile(r"['#()\[]")
_OPENING, _CLOSING = frozenset("{(["), frozenset("})]")


class _Reading:
    """One pass over the tokens of one reading of the text."""

    def __init__(self, text: str, written: str, words: tuple[str, ...], nesting_limit: int) -> None:
        self.text, self.written = text, written
        self.words, self.nesting_limit = words, nesting_limit
        tokens = tokenize(text, codepoints=text is written)
        self.all_tokens = list(_up_to_depth(tokens, nesting_limit))
        self.tokens = [token for token in self.all_tokens if token.kind is not TokenKind.COMMENT]
        self.open: list[str] = []
        self.is_broken = False

    def check(self) -> None:
        """Raise ``QueryRejected`` for the first thing that is not allowed."""
        for index, token in enumerate(self.tokens):
            if token.kind is TokenKind.OPERATOR:
                self._count(index, token)
            elif token.kind is TokenKind.ERROR and not self.is_broken:
                self.is_broken = True
                self._check_rest(token)
            elif token.kind is TokenKind.IRI:
                self._check_iri(index, token)
            elif token.kind in _WITH_WORDS:
                self._check_word(index, token)
        self._check_quoting()

    def _reject(self, detail: str, start: int) -> None:
        if self.text is not self.written:
            start = offset_before_decoding(self.written, start)
        raise rejection(detail, self.written, start)

    def _check_quoting(self) -> None:
        """Refuse triples quoted in one another too deep: each costs the parser its stack.

        Each ``<`` before another opens one here, though it takes two: too many rather than too few.
        """
        depth, closed_at = 0, -1
        for token, after in pairwise(self.all_tokens):
            if token.end != after.start or token.kind is not TokenKind.OPERATOR:
                continue
            if token.text == "<" and after.text.startswith("<"):
                depth += 1
                if depth > self.nesting_limit:
                    self._reject(_TOO_DEEP.format(limit=self.nesting_limit), token.start)
            elif token.text == after.text == ">" and token.start != closed_at:
                depth, closed_at = max(0, depth - 1), after.start

    def _count(self, index: int, token: Token) -> None:
        bracket = token.text
        if bracket in _OPENING:
            is_data = bracket == "{" and self._opens_data(index)
            self.open.append("values" if is_data else bracket)
            if len(self.open) > self.nesting_limit:
                self._reject(_TOO_DEEP.format(limit=self.nesting_limit), token.start)
        elif bracket in _CLOSING and self.open:
            self.open.pop()

    def _opens_data(self, index: int) -> bool:
        """Whether the brace opens the rows of VALUES, where ``<`` is never an operator."""
        back = index - 1
        while back >= 0 and (
            self.tokens[back].kind in (TokenKind.VARIABLE, TokenKind.NIL)
            or self.tokens[back].text in ("(", ")")
        ):
            back -= 1
        return back >= 0 and self.tokens[back].text.lower() == "values"

    def _check_rest(self, token: Token) -> None:
        """From a broken token on, nobody knows where strings and comments end."""
        rest = self.text[token.start :]
        lowered = rest.lower()
        for word in self.words:
            if word in lowered:
                self._reject(_BROKEN.format(word=word.upper()), token.start)
        if len(self.open) + _count_openings(rest) > self.nesting_limit:
            self._reject(_BROKEN_DEEP, token.start)

    def _check_iri(self, index: int, token: Token) -> None:
        """Refuse what looks like an IRI where an operator, a string and a comment may stand."""
        if not _SHIFTS_READING.search(token.text) or _WITH_AUTHORITY.match(token.text):
            return
        before = self.tokens[index - 1] if index else None
        if before is None:
            return
        in_row = self.open[-2:] == ["values", "("] or self.open[-1:] == ["values"]
        is_operand = self.open[-1:] == ["("] and (
            before.kind in _ENDS_EXPRESSION or before.text in _CLOSING
        )
        is_doubled = before.text == "<" and before.end == token.start
        if not in_row and (is_operand or is_doubled):
            word = " and ".join(word.upper() for word in self.words) or "deep nesting"
            self._reject(_UNCLEAR.format(word=word), token.start)

    def _check_word(self, index: int, token: Token) -> None:
        lowered = token.text.lower()
        for word in self.words:
            if word not in lowered:
                continue
            if token.kind is TokenKind.WORD:
                self._reject(_REFUSED[word], token.start)
            if self._may_be_service(index) if word == "service" else self._may_be_load(index):
                self._reject(_NAME_UNCLEAR.format(word=word.upper()), token.start)

    def _may_be_service(self, index: int) -> bool:
        """Whether a group follows, as after ``SERVICE SILENT? name``."""
        following = self.tokens[index + 1 : index + 4]
        if following and following[0].text == "{":
            return index == 0 or self.tokens[index - 1].text.lower() not in _BEFORE_GRAPH_NAME
        for token in following:
            if token.text == "{":
                return True
            if token.kind not in _TERMS and not token.text.lower().startswith("silent"):
                return False
        return False

    def _may_be_load(self, index: int) -> bool:
        """Whether a prefixed name stands where an operation of an update can start."""
        token = self.tokens[index]
        if self.open or "load" not in token.text.partition(":")[0].lower():
            return False
        before = self.tokens[index - 1] if index else None
        if before is None or before.text in (";", "}"):
            return True
        # These end a prologue, after which an operation starts.
        return before.kind in (TokenKind.IRI, TokenKind.STRING, TokenKind.PREFIXED_NAME)
