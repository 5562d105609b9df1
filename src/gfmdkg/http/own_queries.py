"""The SPARQL that the pages themselves need: files of this package with at most one slot."""

from functools import cache
from importlib.resources import files

from gfmdkg.terms.values import Iri, to_sparql

__all__ = ["bind", "query_text"]


@cache
def query_text(name: str) -> str:
    """The text of ``rq/{name}.rq``."""
    return (files("gfmdkg.http") / "rq" / f"{name}.rq").read_text(encoding="utf-8")


def bind(name: str, *resources: Iri) -> str:
    """A query with its one slot, ``VALUES ?resource { UNDEF }``, filled."""
    before, slot, after = query_text(name).partition("UNDEF")
    if not slot:
        raise ValueError(f"{name}.rq has no slot")
    return before + " ".join(map(to_sparql, resources)) + after
