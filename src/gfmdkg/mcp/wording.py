"""Answers as text that a model reads: labels, IRIs, evidence, version, and how to go on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gfmdkg.namespaces import PREFIXES

__all__ = ["TEXT_LIMIT", "describe_list", "describe_problem", "describe_solutions", "trim_prefixes"]

TEXT_LIMIT = 24_000
"""Longest list in characters; the structured content holds all of it."""
_PARTS_SHOWN = 6
_EMPTY: tuple[object, ...] = (None, [], {}, "")

_LISTED_APART = frozenset({"items", "total", "page", "per_page", "links", "version", "hint"})
_TOLD_APART = frozenset({"links", "version"})
_FOR_PROGRAMS = frozenset({"score"})
_PROBLEM_MEMBERS = frozenset({"type", "title", "status", "detail", "candidates"})


def describe_list(title: str, document: Mapping[str, Any]) -> str:
    """A document with ``items``, an item a paragraph; without any, its members."""
    version = document.get("version")
    of_version = f" Version {version} of the graph." if version is not None else ""
    if "items" not in document:
        return "\n".join((f"{title}.{of_version}", *_lines(document, skipped=_TOLD_APART)))
    page, total = document.get("page", 1), document["total"]
    lines = [f"{title}: {total} in all, page {page}.{of_version}"]
    per_page = document.get("per_page", len(document["items"]))
    lines += _numbered(document["items"], first=(page - 1) * per_page + 1)
    lines += _lines(document, skipped=_LISTED_APART)
    if "next" in document.get("links", {}):
        lines.append(f"There is more: ask again with page={page + 1}.")
    hint = document.get("hint")
    if hint is not None:
        lines += [hint["message"], *_numbered(hint["items"], first=1)]
    return "\n".join(lines)


def describe_solutions(document: Mapping[str, Any], version: str | None) -> str:
    """A document of the SPARQL 1.1 Query Results JSON Format."""
    of_version = f"Version {version} of the graph."
    if "boolean" in document:
        return f"{'Yes' if document['boolean'] else 'No'}. {of_version}"
    bindings = document["results"]["bindings"]
    rows = [{name: _term(term) for name, term in row.items()} for row in bindings]
    names = ", ".join(document["head"]["vars"])
    lines = [f"{len(rows)} solutions of {names}. {of_version}", *_numbered(rows, first=1)]
    return "\n".join(lines)


def describe_problem(problem: Mapping[str, Any]) -> str:
    """Problem details: what is wrong, and what would do instead."""
    lines = [f"{problem['title']} ({problem['status']}): {problem['detail']}"]
    candidates = problem.get("candidates", ())
    if candidates:
        lines.append("Use one of these instead:")
        lines += [f"- {_cell(candidate)}" for candidate in candidates]
    lines += _members(problem, skipped=_PROBLEM_MEMBERS)
    return "\n".join(lines)


def trim_prefixes(turtle: str) -> str:
    """Turtle without the prefixes of ours that nothing uses."""
    lines = turtle.splitlines()
    body = "\n".join(line for line in lines if not line.startswith("@prefix "))
    unused = {f"@prefix {prefix}:" for prefix in PREFIXES if f"{prefix}:" not in body}
    kept = (line for line in lines if " ".join(line.split(" ", 2)[:2]) not in unused)
    return "\n".join(kept).strip() + "\n"


def _numbered(items: Sequence[Any], *, first: int) -> Iterator[str]:
    size = 0
    for index, item in enumerate(items):
        text = f"{first + index}. {_item(item)}"
        size += len(text)
        if size > TEXT_LIMIT:
            yield (
                f"(The text ends here; {len(items) - index} more are in the structured content."
                " Ask for fewer at a time.)"
            )
            return
        yield text


def _item(item: Any) -> str:
    if not isinstance(item, Mapping) or _is_resource(item):
        return _cell(item)
    return "\n   ".join(_members(item, skipped=_FOR_PROGRAMS))


def _lines(document: Mapping[str, Any], *, skipped: Iterable[str]) -> Iterator[str]:
    """Members, a line each, and a line for each part of those that consist of objects."""
    left_out = frozenset(skipped)
    for name, value in document.items():
        if name in left_out or value in _EMPTY:
            continue
        parts: list[str] | None = None
        if isinstance(value, Mapping) and all(map(_is_object, value.values())):
            parts = [f"{key}: {_cell(part)}" for key, part in value.items()]
        elif isinstance(value, list) and all(map(_is_object, value)):
            parts = [_cell(part) for part in value]
        if parts is None:
            yield f"{name}: {_cell(value)}"
        else:
            yield f"{name}:"
            yield from (f"- {part}" for part in parts)


def _members(document: Mapping[str, Any], *, skipped: Iterable[str]) -> list[str]:
    left_out = frozenset(skipped)
    return [
        f"{name}: {_cell(value)}"
        for name, value in document.items()
        if name not in left_out and value not in _EMPTY
    ]


def _cell(value: Any) -> str:
    match value:
        case {"iri": str(iri), "label": label}:
            return f"“{label}” <{iri}>" if label else f"<{iri}>"
        case {"text": str(text), "marks": list()}:  # the marks are for eyes
            return f"“{text}”"
        case {"value": counted, "count": int(count)} | {"type": counted, "count": int(count)}:
            return f"{_cell(counted)} ({count})"
        case {"values": list(values)}:  # of a facet
            return _cell(values)
        case Mapping():
            return "; ".join(_members(value, skipped=()))
        case list():
            shown = [_cell(part) for part in value[:_PARTS_SHOWN]]
            more = len(value) - len(shown)
            return " | ".join([*shown, *([f"… and {more} more"] if more else [])])
        case str() | int() | float() | bool() | None:
            return str(value).lower() if isinstance(value, bool) else str(value)
        case _:
            raise TypeError(f"not from JSON: {value!r}")


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and not _is_resource(value)


def _is_resource(item: Mapping[str, Any]) -> bool:
    return item.keys() == {"iri", "label"}


def _term(term: Mapping[str, Any]) -> Any:
    """An RDF term of SPARQL's JSON, as a cell: an IRI in brackets, a literal as it is."""
    if term["type"] == "uri":
        return {"iri": term["value"], "label": None}
    language = term.get("xml:lang")
    return f"“{term['value']}”@{language}" if language else term["value"]
