"""What a search or a suggestion answers with."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Completion",
    "Expansion",
    "Found",
    "Hit",
    "Marked",
    "Reason",
    "SearchAnswer",
    "Why",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A plain text and the places in it that matched, as [start, end) in characters.

    The text is not HTML: whoever makes a page escapes it and sets the marks.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class Reason(StrEnum):
    """Where a hit holds what was searched for."""

    LABEL = "label"
    NAME = "name"
    NOTE = "note"
    EVIDENCE = "evidence"
    TEXT = "text"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One reason why an item was found.

    For a ``LINK``, ``property`` leads from the item to ``through``, and ``target`` is the
    resource whose name matched: ``through`` itself or a broader concept of it. For a
    ``NAME``, ``text`` is that name and ``language`` its tag.
    """

    reason: Reason
    text: str
    language: str | None = None
    property: str | None = None
    target: str | None = None
    through: str | None = None
    through_label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One item: ``label`` in the language asked for, else in English, with its marks.

    ``score`` has no unit; higher is better, and it compares within one answer only.
    """

    iri: str
    type: str
    scheme: str | None
    label: Marked
    language: str | None
    snippet: Marked | None
    score: float
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Something that was searched for beside the words: other names, or what a concept covers.

    ``term`` is the part of the query, ``iri`` and ``label`` the resource that it names,
    ``names`` the other names that were searched for as well, and ``narrower`` the concepts
    below it, as (IRI, label), whose items were found too.
    """

    term: str
    iri: str
    label: str
    names: tuple[str, ...] = ()
    narrower: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """A page of hits and what was searched for.

    ``groups`` are classes with how many of their items match the query, whichever types were
    asked for; ``total`` counts under the types. ``interpretation`` is the query as it was
    understood, ``corrected`` the query that was searched for in place of a misspelt one,
    ``lenient`` tells that no item of the types had all the words and that those are shown which
    have some, ``ignored`` names what was left out of the query.
    """

    hits: tuple[Hit, ...]
    total: int
    groups: tuple[tuple[str, int], ...]
    interpretation: str
    corrected: str | None = None
    expanded: tuple[Expansion, ...] = ()
    lenient: bool = False
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One resource whose name goes on as typed; ``matched`` is that name, ``language`` its tag."""

    iri: str
    label: str
    matched: str
    language: str | None
    type: str
    scheme: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that a search finds, best first, as IRIs; the rest is as in ``SearchAnswer``."""

    iris: tuple[str, ...]
    interpretation: str
    corrected: str | None = None
    lenient: bool = False
