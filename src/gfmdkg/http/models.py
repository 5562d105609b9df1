"""What the models of several kinds of answers share: cells, pages, their parameters."""

from collections.abc import Iterable
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field, RootModel

from gfmdkg.settings import Settings

__all__ = [
    "AtVersion",
    "Count",
    "Documents",
    "FromOne",
    "JsonDocument",
    "Links",
    "Page",
    "Readiness",
    "ServiceState",
    "SparqlIncluded",
    "asked",
    "one_of",
    "page_parameters",
    "some_of",
    "sometimes",
]


def sometimes(description: str | None = None) -> Any:
    """A member that an answer may leave out; it is never null."""
    return Field(default=None, description=description)


def asked(description: str, *examples: object, default: object = None, **limits: Any) -> Any:
    """A parameter that a request may leave out, unless its default is ``...``."""
    return Query(default, description=description, examples=list(examples) or None, **limits)


def one_of(values: Iterable[str]) -> Any:
    """The type of a text that is one of these."""
    return Literal[tuple(values)]


def some_of(values: Iterable[str]) -> Any:
    """The type of a list of texts, each one of these."""
    return GenericAlias(list, one_of(values))


Count = Annotated[int, Field(ge=0)]
FromOne = Annotated[int, Field(ge=1)]
Links = dict[str, str]


class Page(BaseModel):
    """One page of a list; ``items`` come with the models of the lists."""

    total: Count
    page: FromOne
    per_page: FromOne
    version: str
    links: Links = Field(
        description="Paths of other pages and, with include=sparql, of the query behind the answer."
    )


class AtVersion(BaseModel):
    """The parameter of whatever reads a version."""

    version: int = asked(
        "A published version of the graph; the current one unless given. An answer that is "
        "pinned to a version never changes.",
        ge=1,
    )


class SparqlIncluded(BaseModel):
    """The parameter of what has nothing but its query to bring along."""

    include: list[Literal["sparql"]] = asked(
        "What the answer brings along in JSON: `sparql`, the query behind it, as a link.",
        ["sparql"],
    )


@cache
def page_parameters(settings: Settings) -> type[BaseModel]:
    """Which slice of a list is asked for."""

    class Paged(BaseModel):
        page: int = asked(
            "Which page, from 1. In CSV, TSV and SPARQL formats all rows are given unless a page "
            "is asked for.",
            default=1,
            ge=1,
        )
        per_page: int = asked(
            "Rows on a page.", default=settings.page_size, ge=1, le=settings.page_size_limit
        )

    return Paged


class Documents(RootModel[dict[str, bytes]]):
    """Several documents: each part has its own media type, and may have a file name."""


class JsonDocument(RootModel[dict[str, Any] | list[Any]]):
    """A document whose form another specification says, as that of JSON-LD."""


class ServiceState(BaseModel):
    """The state of the process."""

    status: str
    software: str


class Readiness(BaseModel):
    """A version is published."""

    status: str
    version: str
    quads: Count
