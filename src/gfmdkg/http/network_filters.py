"""Which passages and which links a network is made of, by the parameters of a request."""

from dataclasses import dataclass
from typing import Any

from gfmdkg.http.parameters import Parameters
from gfmdkg.network import ASSERTIONS, Grounds, assertion_named
from gfmdkg.store.versions import Version

__all__ = ["FILTER_NAMES", "Chosen", "choose_passages", "filter_parameters"]

FILTER_NAMES = ("assertion",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The links that count, and the passages; ``query`` is SPARQL for the ``items``."""

    grounds: Grounds
    items: frozenset[str] | None = None
    query: str | None = None


async def choose_passages(parameters: Parameters, version: Version) -> Chosen:
    """What the parameters choose in a version."""
    del version
    names = parameters.many("assertion")
    assertions = tuple(dict.fromkeys(map(assertion_named, names)))
    return Chosen(grounds=Grounds(assertions=assertions or (ASSERTIONS["explicit"],)))


def filter_parameters() -> list[dict[str, Any]]:
    """The filters in the OpenAPI description."""
    return [
        {
            "name": "assertion",
            "in": "query",
            "description": "On what ground links are asserted",
            "schema": {"type": "array", "items": {"type": "string", "enum": list(ASSERTIONS)}},
            "example": ["explicit"],
        }
    ]
