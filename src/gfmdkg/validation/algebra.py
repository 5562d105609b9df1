"""The SPARQL algebra of a query as indented text: the role of a worker process."""

from collections.abc import Iterator, Mapping
from typing import Any

from gfmdkg.engine.frames import Frame, Handler, Reply
from gfmdkg.engine.workers import Role
from gfmdkg.errors import QueryRejected
from gfmdkg.namespaces import BASE, PREFIXES

__all__ = ["algebra_role", "create_handler", "format_algebra"]

_LEFT_OUT = frozenset({"_vars", "lazy", "datasetClause"})


def algebra_role() -> Role:
    """The role of the process that reads a query's algebra."""
    return Role(
        module=__name__, queue=8, wait_seconds=5.0, cause="other queries are being explained"
    )


def create_handler(options: Mapping[str, Any]) -> Handler:
    """Answer each query text with its algebra."""
    del options

    def handle(frame: Frame) -> Reply:
        return Reply(head={}, body=format_algebra(frame.body.decode()).encode())

    return handle


def format_algebra(text: str) -> str:
    """The algebra of a query, an operator a line. Raises ``QueryRejected``.

    >>> print(format_algebra("ASK { ?s <x:p> <x:o> }"))
    AskQuery
      p:
        Project
          p:
            BGP
              triples: (?s <x:p> <x:o>)
          PV: ?s
      PV: ?s
    """
    from rdflib.plugins.sparql import prepareQuery

    try:
        query = prepareQuery(text, initNs=dict(PREFIXES), base=BASE)
    # rdflib raises bare exceptions of many kinds here.
    except Exception as error:
        raise QueryRejected(f"rdflib cannot parse this query: {error}") from error
    return "\n".join(_lines(query.algebra, 0))


def _lines(part: Any, depth: int) -> Iterator[str]:
    from rdflib.plugins.sparql.parserutils import CompValue

    indent = "  " * depth
    if not isinstance(part, CompValue):
        yield f"{indent}{_inline(part)}"
        return
    yield f"{indent}{part.name}"
    for key in part:
        value = part[key]
        if key in _LEFT_OUT or value is None:
            continue
        if _is_leaf(value):
            yield f"{indent}  {key}: {_inline(value)}"
            continue
        yield f"{indent}  {key}:"
        for each in value if isinstance(value, list | tuple | set) else (value,):
            yield from _lines(each, depth + 2)


def _is_leaf(value: Any) -> bool:
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(value, CompValue):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return not isinstance(value, dict | list | tuple | set | frozenset) or all(map(_is_leaf, inner))


def _inline(value: Any) -> str:
    match value:
        case tuple():
            return f"({' '.join(map(_inline, value))})"
        case list():
            return ", ".join(map(_inline, value))
        case set() | frozenset():
            return ", ".join(sorted(map(_inline, value)))
        case dict():
            return ", ".join(f"{_inline(k)} = {_inline(v)}" for k, v in value.items())
    return str(value.n3() if hasattr(value, "n3") else value)
