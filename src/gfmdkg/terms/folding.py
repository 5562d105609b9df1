"""Folding: the form in which two spellings of one name are equal."""

import re
import unicodedata

__all__ = ["fold", "is_acronym", "tidy"]

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
