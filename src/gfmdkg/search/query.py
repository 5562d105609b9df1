"""The search language: what people type, read without ever failing.

::

    detention children        both words
    "leave no one behind"     the words in this order
    recruit*                  words that begin so
    detention OR custody      either; ``|`` does the same
    detention NOT children    the first without the second; ``-children`` does the same
    (a OR b) c                brackets group

Operators are capitals, so that "and" is a word. Whatever is out of place (a bracket too
many, an operator without a word, a quote that is never closed) is passed over, and what
is beyond the limits is left out and named in ``ignored``.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gfmdkg.terms.folding import fold

__all__ = [
    "And",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "SearchQuery",
    "name_key",
    "parse_query",
    "words_of",
]

LENGTH_LIMIT = 1_000
_WORDS_LIMIT = 32
_NESTING_LIMIT = 20
_PIECE = re.compile(r'"[^"]*"?\*?|[()|]|[^\s()"|]+')
_WORD = re.compile(r"[^\W_]+")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"'))
# Words that carry no meaning by themselves; they count inside of quotes.
_STOP_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it"),
        *("of", "on", "or", "that", "the", "their", "to", "was", "with"),
        *("au", "aux", "de", "des", "du", "en", "et", "la", "le", "les", "pour", "par", "sur"),
        *("un", "une", "del", "el", "las", "los", "para", "por", "una", "y"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One word, or several that stand in this order.

    ``is_prefix`` lets the last one go on; ``is_quoted`` keeps other forms away from it.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    is_quoted: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is just words."""
        return not self.is_prefix and not self.is_quoted

    def __str__(self) -> str:
        text = " ".join(self.words)
        star = "*" if self.is_prefix else ""
        return f'"{text}"{star}' if len(self.words) > 1 else text + star


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    part: "Node"

    def __str__(self) -> str:
        return f"NOT {self.part}"


@dataclass(frozen=True)
class _Parts:
    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return "(" + f" {type(self).__name__.upper()} ".join(map(str, self.parts)) + ")"


class And(_Parts):
    """All of the parts."""


class Or(_Parts):
    """Any of the parts."""


Node = Phrase | Not | And | Or


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """A text as it was understood; ``root`` is ``None`` where there was no word in it."""

    root: Node | None
    ignored: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = "" if self.root is None else str(self.root)
        return text[1:-1] if isinstance(self.root, _Parts) else text


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as the index has them: composed letters and digits, no signs.

    >>> words_of("L’égalité, SDG 10.7")
    ('L', 'égalité', 'SDG', '10', '7')
    """
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text)))


def name_key(text: str) -> str:
    """The form in which a name equals a query: folded words without the little ones.

    >>> name_key("Convention on the Rights of the Child")
    'convention rights child'
    """
    words = words_of(fold(text))
    return " ".join([word for word in words if word not in _STOP_WORDS] or words)


def parse_query(text: str, mend: Callable[[str], str] = str) -> SearchQuery:
    """Understand a text; no text at all raises. ``mend`` gives the word to take for one in it.

    >>> str(parse_query('(detention OR custody) -children "no one'))
    '(detention OR custody) AND NOT children AND "no one"'
    """
    reader = _Reader(text, mend)
    root = reader.read()
    return SearchQuery(root=root, ignored=tuple(dict.fromkeys(reader.ignored)))


class _Reader:
    """Recursive descent over the pieces; nesting and number of terms are bounded."""

    def __init__(self, text: str, mend: Callable[[str], str]) -> None:
        self.ignored: list[str] = []
        self._mend = mend
        if len(text) > LENGTH_LIMIT:
            self.ignored.append(f"all after the first {LENGTH_LIMIT} characters")
        self._pieces = iter(_PIECE.findall(text[:LENGTH_LIMIT].translate(_QUOTES)))
        self._words = 0

    def read(self, depth: int = 0) -> Node | None:
        """Parts between ORs, up to the end or to the bracket that closes this level."""
        alternatives: list[list[Node]] = [[]]
        is_negated = False
        for piece in self._pieces:
            part: Node | None = None
            match piece:
                case ")":
                    if depth:
                        break
                case "OR" | "|":
                    alternatives.append([])
                    is_negated = False
                case "NOT":
                    is_negated = not is_negated
                case "AND" | "&&" | "&":
                    pass
                case "(":
                    # Too deep, it is passed over.
                    part = self.read(depth + 1) if depth < _NESTING_LIMIT else None
                case _:
                    if piece[0] == "-" and words_of(piece):  # a lone dash is punctuation
                        is_negated = not is_negated
                    part = self._phrase(piece)
            if part is not None:
                if is_negated:
                    part = part.part if isinstance(part, Not) else Not(part)
                alternatives[-1].append(part)
                is_negated = False
        found = [part for parts in alternatives if (part := _together(parts)) is not None]
        if len(found) > 1:
            refused = [part for part in found if isinstance(part, Not)]
            self.ignored += [f"{part} (beside OR)" for part in refused]
            found = [part for part in found if not isinstance(part, Not)]
        return Or(tuple(found)) if len(found) > 1 else found[0] if found else None

    def _phrase(self, piece: str) -> Phrase | None:
        words = words_of(piece)
        if not words:
            return None
        if self._words + len(words) > _WORDS_LIMIT:
            self.ignored.append(piece)
            return None
        self._words += len(words)
        is_prefix = piece.endswith("*")
        whole = words[:-1] if is_prefix else words
        mended = (*map(self._mend, whole), *words[len(whole) :])
        return Phrase(words=mended, is_prefix=is_prefix, is_quoted=piece[0] == '"')


def _together(parts: Sequence[Node]) -> Node | None:
    """All of the parts; words without meaning count where there are no others."""
    wanted = [part for part in parts if not _is_stop_word(part)] or parts
    flat: list[Node] = []
    for part in wanted:
        flat += part.parts if isinstance(part, And) else (part,)
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def _is_stop_word(part: Node) -> bool:
    return (
        isinstance(part, Phrase)
        and part.is_plain
        and len(part.words) == 1
        and part.words[0] in _STOP_WORDS
    )
