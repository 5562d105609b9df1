"""What a search or a suggestion answers with, in JSON too, and the classes that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gfmdkg.errors import ParameterError
from gfmdkg.namespaces import FOAF, GFMD, ORG, SDGO, SKOS, compact, expand
from gfmdkg.rdf.values import Resource

__all__ = [
    "KINDS",
    "Completion",
    "Completions",
    "Expansion",
    "Found",
    "Group",
    "Hit",
    "Interpretation",
    "Marked",
    "Reason",
    "SearchAnswer",
    "Why",
    "class_named",
    "kind_of",
]

KINDS: Mapping[str, str] = {
    "instrument": GFMD + "Instrument",
    "process": GFMD + "Process",
    "goal": SDGO + "Goal",
    "target": SDGO + "Target",
    "citable-entity": GFMD + "CitableEntity",
    "concept": SKOS + "Concept",
    "organization": ORG + "Organization",
    "person": FOAF + "Person",
    "group": FOAF + "Group",
    "post": ORG + "Post",
    "actor": FOAF + "Agent",
    "session": GFMD + "Session",
    "report": GFMD + "Report",
    "recommendation": GFMD + "Recommendation",
    "section": GFMD + "Section",
    "paragraph": GFMD + "Paragraph",
    "passage": GFMD + "Passage",
    "statement": GFMD + "Statement",
    "discrepancy": GFMD + "Discrepancy",
}
"""Short name to class; ``citable-entity``, ``actor`` and ``passage`` cover several classes.

They stand in the order of answers where nothing else decides: what others refer to comes first.
"""

_NAMES = {iri: name for name, iri in KINDS.items()}


def class_named(name: str) -> str:
    """The class of a short name, a CURIE or an IRI. Raises ``ParameterError`` for others.

    >>> class_named("Recommendation")
    'https://w3id.org/gfmdkg/ontology#Recommendation'
    >>> class_named("schema:Place")
    'https://schema.org/Place'
    """
    text = name.strip()
    is_iri = text.startswith(("http://", "https://", "urn:"))
    found = KINDS.get(text.lower()) or expand(text) or (text if is_iri else None)
    if found is None:
        raise ParameterError(
            "type", "is no class that can be searched", value=name, allowed=tuple(KINDS)
        )
    return found


def kind_of(iri: str) -> str:
    """The short name of a class, else its CURIE or IRI.

    >>> kind_of("http://xmlns.com/foaf/0.1/Person")
    'person'
    >>> kind_of("https://schema.org/Place")
    'schema:Place'
    """
    return _NAMES.get(iri) or compact(iri)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A plain text and what to mark in it: [start, end) in characters."""

    text: str
    marks: tuple[tuple[int, ...], ...]


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
    """Why it was found: its name, its text, or a link to what was named."""

    reason: Reason
    text: str
    language: str | None = None
    # Of a link: it leads to ``through``, which is ``target`` or below it.
    property: str | None = None
    target: Resource | None = None
    through: Resource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that was found."""

    resource: Resource
    type: str
    scheme: str | None
    language: str | None
    label: Marked
    snippet: Marked | None
    score: float  # higher is better; it compares within one answer only
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How many there are of one class."""

    type: str
    iri: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What was searched for beside a part of the query."""

    term: str
    resource: Resource
    # Other names of the resource, and the concepts below it.
    names: tuple[str, ...]
    narrower: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """Hits, best first, and how the words were understood.

    `groups` count what matches the query, whichever types were asked for; `total` counts under
    the types. `interpretation` is the query as it was understood, `corrected` the query that was
    searched for in place of a misspelt one, `lenient` tells that no item of the types had all
    the words and that those are shown which have some, `ignored` names what was left out.
    """

    items: tuple[Hit, ...]
    total: int
    groups: tuple[Group, ...]
    interpretation: str
    corrected: str | None
    expanded: tuple[Expansion, ...]
    lenient: bool
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A name that goes on as typed."""

    resource: Resource
    matched: str
    language: str | None
    type: str
    scheme: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions:
    """The completions, best first within their class."""

    items: tuple[Completion, ...]
    total: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """How the full text was understood."""

    interpretation: str
    corrected: str | None
    lenient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that a search finds, best first, as IRIs."""

    iris: tuple[str, ...]
    understood: Interpretation
