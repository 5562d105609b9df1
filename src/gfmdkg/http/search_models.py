"""The models of the search: hits, completions, and the parameters that ask for them."""

from typing import Annotated

from pydantic import BaseModel, Field

from gfmdkg.http.models import Cell, Count, Page, asked, sometimes
from gfmdkg.search import Reason
from gfmdkg.search.kinds import KINDS

__all__ = [
    "SUGGESTIONS",
    "SUGGESTIONS_LIMIT",
    "SearchPage",
    "SearchParameters",
    "SuggestParameters",
    "Suggestions",
]

SUGGESTIONS = 10
SUGGESTIONS_LIMIT = 50

_CLASSES = f"Only things of these classes: {', '.join(KINDS)}; or the CURIE or IRI of a class."


class SearchParameters(BaseModel):
    """What is searched for."""

    q: str = asked("What to search for.", "detention children", default=...)
    type: list[str] = asked(_CLASSES, ["passage"])
    language: str = asked("The language of labels where there are any in it; else English.", "fr")


class SuggestParameters(BaseModel):
    """What is completed."""

    q: str = asked("The beginning of a name; nothing completes an empty one.", "mig", default=...)
    type: list[str] = asked(_CLASSES, ["instrument"])
    limit: int = asked("The most completions.", default=SUGGESTIONS, ge=1, le=SUGGESTIONS_LIMIT)


class Marked(BaseModel):
    """A text and what to mark in it: [start, end) in characters."""

    text: str
    marks: list[Annotated[list[Count], Field(min_length=2, max_length=2)]]


class Why(BaseModel):
    """Why something was found."""

    reason: Reason
    text: str
    language: str = sometimes()
    property: str = sometimes()
    target: Cell = sometimes()
    through: Cell = sometimes()


class Hit(BaseModel):
    """One thing that was found."""

    resource: Cell
    type: str
    scheme: str | None
    language: str | None
    label: Marked
    snippet: Marked | None
    score: float
    why: list[Why]


class Group(BaseModel):
    """How many there are of one class."""

    type: str
    iri: str
    count: Count


class Expansion(BaseModel):
    """A word that stands for a concept, which was searched for by all its names."""

    term: str
    resource: Cell
    names: list[str]
    narrower: list[Cell]


class SearchPage(Page):
    """A page of hits, best first, and how the words were understood."""

    items: list[Hit]
    groups: list[Group]
    interpretation: str
    corrected: str | None
    expanded: list[Expansion]
    lenient: bool
    ignored: list[str]


class Completion(BaseModel):
    """A name that goes on as typed."""

    resource: Cell
    matched: str
    language: str | None
    type: str
    scheme: str | None


class Suggestions(BaseModel):
    """The completions, best first within their class."""

    items: list[Completion]
    total: Count
    groups: list[Group]
    version: str
