"""The code of a resource: the short text that people write and sort by, shown beside its label.

It is the number or notation of what is numbered (10.7, 13), else the acronym by which it goes
(CMW, ILO C097), else the symbol of a document (A/RES/73/195); most resources have none.
"""

import re
from collections.abc import Iterable

from gfmdkg.namespaces import ID_BASE, SCHEME_BASE
from gfmdkg.terms.folding import fold

__all__ = ["CodeAggregate", "code_of", "slug_of"]

_OWN_BASES = (ID_BASE, SCHEME_BASE)

# At least two capitals or digits: MiGOF and C097 are acronyms, Malta is not.
_ONE_WORD = re.compile(r"(?=(?:[^A-Z0-9]*[A-Z0-9]){2})[\w./-]{2,12}", re.ASCII)
_SEVERAL_WORDS = re.compile(r"\b[A-Z0-9]{2}", re.ASCII)
_NOT_IN_SLUGS = re.compile("[^a-z0-9]+")


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
