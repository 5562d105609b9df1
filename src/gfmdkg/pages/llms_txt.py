"""``/llms.txt``: what a language model needs to know to use the service, made when asked for.

The form is that of https://llmstxt.org: a title, a summary, paragraphs, and lists of links.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from gfmdkg.about import VERSION
from gfmdkg.http.rendering import render
from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.pages.operations import Operation, read_operations
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Version

__all__ = ["language_model_guide"]

# Groups that come under “Optional”: what the form lets a model with a small context leave out.
_OPTIONAL = frozenset({"Curation", "Service"})
# Groups whose paths hold a number or a name that only an answer tells: these make no link.
_NAMED = frozenset({"Curation", "SPARQL"})
# Parameters that a link gives an example of, though they are not required.
_ASKED = frozenset({"graph", "query"})
_EXAMPLES = ("example-recommendations-citing", "example-instruments-cited")
"""Queries of ours that begin with a comment which says what they ask."""

# A title, a path, and a note.
_Link = tuple[str, str, str]


def language_model_guide(
    document: Mapping[str, Any], settings: Settings, version: Version, *, base: str
) -> bytes:
    """The guide at a version; ``document`` describes the routes, ``base`` is where they are."""
    return render(
        "llms.txt",
        {
            "base": base,
            "project": BASE,
            "prefixes": PREFIXES,
            "sections": _sections(document),
            "settings": settings,
            "software": VERSION,
            "version": version,
        },
    )


def _sections(document: Mapping[str, Any]) -> dict[str, list[_Link]]:
    """The links by the description's own groups; what can wait comes last, as the form has it."""
    sections: dict[str, list[_Link]] = {}
    optional: list[_Link] = []
    for tag, operations in read_operations(document):
        name = tag["name"]
        links = list(_links(o for o in operations if "{" not in o.path or name not in _NAMED))
        if name in _OPTIONAL:
            optional += links
        elif links:
            sections[name] = links
    optional += (
        ("Documentation", "/docs", "all of this, for people"),
        ("The data set", "/dataset", "described with DCAT and VoID"),
    )
    return {**sections, "SPARQL by example": list(_sparql_examples()), "Optional": optional}


def _links(operations: Iterable[Operation]) -> Iterable[_Link]:
    for operation in operations:
        # What needs a token cannot be followed by a link.
        if operation.form_path is None or operation.needs_token:
            continue
        # What every list has, the text says once.
        own = [p for p in operation.parameters if p.place == "query" and not p.is_common]
        names = [p.name + "*" * p.required for p in own]
        note = " ".join(operation.description.partition("\n\n")[0].split())
        if names:
            note += f" Parameters: {', '.join(names)}."
        yield operation.summary, _example(operation), note


def _example(operation: Operation) -> str:
    """The path and query of a request with the examples of what is needed, or asked for."""
    needed = (p for p in operation.parameters if p.place == "query" and p.example)
    given = [(p.name, p.example) for p in needed if p.required or p.name in _ASKED]
    path = str(operation.form_path)
    return path + (f"?{urlencode(given)}" if given else "")


def _sparql_examples() -> Iterable[_Link]:
    for name in _EXAMPLES:
        title, _, text = packaged_query("gfmdkg.pages", f"rq/{name}.rq").text.partition("\n")
        one_line = " ".join(text.split())
        yield title.removeprefix("# "), f"/sparql?query={quote(one_line)}", f"`{one_line}`"
