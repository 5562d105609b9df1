"""What the models of several kinds of answers share: cells, pages, their parameters."""

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from gfmdkg.settings import Settings

__all__ = [
    "AtVersion",
    "Count",
    "Links",
    "Page",
    "Readiness",
    "ServiceState",
    "SparqlIncluded",
    "page_parameters",
]


def sometimes(description: str | None = None) -> Any:
    """A member that an answer may leave out; it is never null."""
    return Field(default=None, description=description)


def asked(
    description: str,
    *examples: object,
    default: object = None,
    one_of: Iterable[str] = (),
    each_of: Iterable[str] = (),
    **limits: Any,
) -> Any:
    """A parameter that a request may leave out, unless its default is ``...``.

    Its value is ``one_of`` some, or each of its values is.
    """
    more: dict[str, Any] = {"examples": list(examples) or None, **limits}
    if choices := list(one_of):
        more["json_schema_extra"] = {"enum": choices}
    if choices := list(each_of):
        more["json_schema_extra"] = {"items": {"type": "string", "enum": choices}}
    return Query(default, description=description, **more)


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

    include: list[str] = asked(
        "What the answer brings along in JSON: `sparql`, the query behind it, as a link.",
        ["sparql"],
        each_of=["sparql"],
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


class ServiceState(BaseModel):
    """The state of the process."""

    status: str
    software: str


class Readiness(BaseModel):
    """A version is published."""

    status: str
    version: str
    quads: Count
