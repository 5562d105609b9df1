"""Answers as text that a model reads: labels, IRIs, evidence, version, and how to go on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gfmdkg.mcp.outline import cell, outline, parts
from gfmdkg.namespaces import PREFIXES

__all__ = ["TEXT_LIMIT", "describe_list", "describe_problem", "describe_solutions", "trim_prefixes"]

TEXT_LIMIT = 24_000
"""Longest list in characters; the structured content holds all of it."""

_LISTED_APART = frozenset({"items", "total", "page", "per_page", "version", "hint"})
_PROBLEM_MEMBERS = frozenset({"type", "title", "status", "detail", "candidates"})


def describe_list(title: str, document: Mapping[str, Any]) -> str:
    """A document with ``items``, an item a paragraph; without any, its members."""
    version = document.get("version")
    of_version = f" Version {version} of the graph." if version is not None else ""
    if "items" not in document:
        told = _cut(outline(document, skipped={"version"}))
        return "\n".join((f"{title}.{of_version}", *told))
    items, page = document["items"], document.get("page", 1)
    total = document.get("total", len(items))
    lines = [f"{title}: {total} in all, page {page}.{of_version}"]
    lines += _numbered(items, first=(page - 1) * document.get("per_page", len(items)) + 1)
    lines += outline(document, skipped=_LISTED_APART)
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
    return "\n".join(
        (f"Solutions of {names}: {len(rows)}. {of_version}", *_numbered(rows, first=1))
    )


def describe_problem(problem: Mapping[str, Any]) -> str:
    """Problem details: what is wrong, and what would do instead."""
    lines = [f"{problem['title']} ({problem['status']}): {problem['detail']}"]
    candidates = problem.get("candidates", ())
    if candidates:
        lines.append("Use one of these instead:")
        lines += [f"- {cell(candidate)}" for candidate in candidates]
    lines += outline(problem, skipped=_PROBLEM_MEMBERS)
    return "\n".join(lines)


def trim_prefixes(turtle: str) -> str:
    """Turtle without the prefixes of ours that nothing uses."""
    lines = turtle.splitlines()
    body = "\n".join(line for line in lines if not line.startswith("@prefix "))
    unused = {f"@prefix {prefix}:" for prefix in PREFIXES if f"{prefix}:" not in body}
    kept = (line for line in lines if " ".join(line.split(" ", 2)[:2]) not in unused)
    return "\n".join(kept).strip() + "\n"


def _numbered(items: Sequence[Any], *, first: int) -> Iterator[str]:
    return _cut(_entry(number, item) for number, item in enumerate(items, start=first))


def _entry(number: int, item: Any) -> str:
    line = cell(item)
    if line is not None:
        return f"{number}. {line}"
    lines = outline(item) if isinstance(item, Mapping) else parts(item)
    return f"{number}. " + "\n   ".join(lines)


def _cut(texts: Iterable[str]) -> Iterator[str]:
    size = 0
    for text in texts:
        size += len(text)
        if size > TEXT_LIMIT:
            yield "(The text ends here; the structured content goes on. Ask for less at a time.)"
            return
        yield text


def _term(term: Mapping[str, Any]) -> Any:
    """An RDF term of SPARQL's JSON, as a cell: an IRI in brackets, a literal as it is."""
    if term["type"] == "uri":
        return {"iri": term["value"], "label": None}
    language = term.get("xml:lang")
    return f"“{term['value']}”@{language}" if language else term["value"]
