"""Names as texts: the form in which two spellings of one are equal, and the code among them.

A code is the short text that people write and sort by, shown beside the label: the number or
notation of what is numbered (10.7, 13), else the acronym by which it goes (CMW, ILO C097), else
the symbol of a document (A/RES/73/195); most resources have none.
"""

import re
import unicodedata
from collections.abc import Iterable

from gfmdkg.namespaces import ID_BASE, SCHEME_BASE

__all__ = ["CodeAggregate", "code_of", "fold", "is_acronym", "slug_of", "tidy"]

_QUOTES_AND_DASHES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        # Characters that are not seen: soft hyphen, zero-width ones, byte order mark.
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
    }
)
# Diacritics of Latin, Greek and Cyrillic. The marks of other scripts are letters there.
_DIACRITICS = re.compile("[\u0300-\u036f]+")
_ACRONYM = re.compile("[A-Z]{2,4}")
_OWN_BASES = (ID_BASE, SCHEME_BASE)

# At least two capitals or digits: MiGOF and C097 are acronyms, Malta is not.
_ONE_WORD = re.compile(r"(?=(?:[^A-Z0-9]*[A-Z0-9]){2})[\w./-]{2,12}", re.ASCII)
_SEVERAL_WORDS = re.compile(r"\b[A-Z0-9]{2}", re.ASCII)
_NOT_IN_SLUGS = re.compile("[^a-z0-9]+")


def tidy(text: str) -> str:
    """The text composed (NFC), with single spaces inside and none around."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(composed.split())


def fold(text: str) -> str:
    """The text without case, diacritics, compatibility forms and typographic variants.

    Quotes and dashes of all kinds become ``'``, ``"`` and ``-``, runs of space one space.

    >>> fold("  L’Égalité –  ﬁn ")
    "l'egalite - fin"
    """
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES_AND_DASHES).casefold()
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFKD", folded))
    return " ".join(unicodedata.normalize("NFC", bare).split())


def is_acronym(text: str) -> bool:
    """Whether the text is two to four capitals, which might be an ordinary word (CAT, IRIS)."""
    return _ACRONYM.fullmatch(text) is not None


def slug_of(iri: str) -> str | None:
    """The last part of an IRI of ours."""
    return iri[iri.rfind("/") + 1 :] if iri.startswith(_OWN_BASES) else None


def code_of(names: Iterable[tuple[str, str, str | None]], slug: str | None) -> str | None:
    """The code among the names of a resource: kind, text and language of each.

    Of several acronyms it is the one that the slug spells, else the shortest, and rather MiGOF
    than MIGOF.

    >>> code_of([("alt", "ICRMW", "en"), ("alt", "CMW", "en"), ("symbol", "A/45/158", None)], "cmw")
    'CMW'
    """
    ranked = (
        (rank, len(text), text.swapcase())
        for kind, text, language in names
        if (rank := _rank(kind, text, language, slug)) is not None
    )
    best = min(ranked, default=None)
    return None if best is None else best[2].swapcase()


def _rank(kind: str, text: str, language: str | None, slug: str | None) -> int | None:
    if kind in ("notation", "symbol"):
        return 0 if kind == "notation" else 3
    if kind != "alt" or language not in (None, "en"):
        return None
    is_one_word = _ONE_WORD.fullmatch(text) is not None
    if slug == _NOT_IN_SLUGS.sub("-", fold(text)).strip("-"):
        return 1 if is_one_word or _SEVERAL_WORDS.search(text) else None
    return 2 if is_one_word else None


class CodeAggregate:
    """``code_of`` as an aggregate of SQLite, over the names of one resource."""

    def __init__(self) -> None:
        self._slug: str | None = None
        self._names: list[tuple[str, str, str | None]] = []

    def step(self, iri: str, kind: str, text: str, language: str | None) -> None:
        """Take a name."""
        self._slug = slug_of(iri)
        self._names.append((kind, text, language))

    def finalize(self) -> str | None:
        """The code."""
        return code_of(self._names, self._slug)
