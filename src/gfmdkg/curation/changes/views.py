"""A difference for people: as text, as JSON, and as a fragment of a page."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import pyoxigraph as ox

from gfmdkg.build.derivation import PROVENANCE_GRAPH
from gfmdkg.curation.changes.history import describe_difference
from gfmdkg.formats.solutions import Solutions
from gfmdkg.namespaces import BASE, GRAPH_BASE, compact
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.store.patches import Patch, graph_of, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.values import Term

__all__ = [
    "as_html",
    "as_json",
    "as_text",
    "find_labels",
    "labels_query",
    "name_of",
    "read_labels",
    "resources_of",
    "value_of",
]

Labels = Mapping[str, str]


def resources_of(patch: Patch) -> list[str]:
    """The IRIs that a view of the patch shows, sorted."""
    found: set[str] = set()
    for statement in quads_of((*patch.added, *patch.removed)):
        terms = (statement.subject, statement.predicate, statement.object)
        found.update(term.value for term in terms if isinstance(term, ox.NamedNode))
    return sorted(found)


def labels_query(iris: Iterable[str]) -> str:
    """The SELECT whose solutions ``read_labels`` takes."""
    return packaged_query("gfmdkg.curation.changes", "labels.rq").fill(
        resource=map(ox.NamedNode, iris)
    )


def read_labels(solutions: Solutions) -> Labels:
    """IRI to label."""
    return {
        resource.value: label.value
        for resource, label in solutions.rows
        if isinstance(resource, ox.NamedNode) and isinstance(label, ox.Literal)
    }


def find_labels(store: OxigraphStore, iris: Iterable[str]) -> Labels:
    """The labels of these resources, as a store has them."""
    return read_labels(store.select(labels_query(iris)))


def as_text(patch: Patch, labels: Labels) -> str:
    """A block per resource: its label and IRI, then a line per statement with - or +.

    Like the page's fragment it leaves out the record of who published what, and counts it.
    """
    lines: list[str] = []
    shown = patch.without_graphs({PROVENANCE_GRAPH})
    for subject, statements in describe_difference(shown):
        lines.append(value_of(subject, labels))
        for mark, s in statements:
            graph = _graph_name(graph_of(s))
            lines.append(
                f"  {mark} {name_of(s.predicate, labels)}: {value_of(s.object, labels)}  [{graph}]"
            )
        lines.append("")
    lines.append(_counts(patch, shown))
    return "\n".join(lines)


def as_json(patch: Patch, labels: Labels) -> dict[str, Any]:
    """The same as JSON: ``added``, ``removed`` (counts) and ``resources`` with their changes."""
    return {
        "added": len(patch.added),
        "removed": len(patch.removed),
        "resources": [
            {
                **_cell(subject, labels),
                "changes": [
                    {
                        "operation": "add" if mark == "+" else "remove",
                        "property": _cell(s.predicate, labels),
                        "value": _cell(s.object, labels),
                        "graph": graph_of(s),
                    }
                    for mark, s in statements
                ],
            }
            for subject, statements in describe_difference(patch)
        ],
    }


def as_html(patch: Patch, labels: Labels) -> str:
    """The same as a section of a page, with ``ins`` and ``del``, which speak for themselves."""
    shown = patch.without_graphs({PROVENANCE_GRAPH})
    parts = ['<section class="difference" aria-label="Difference">']
    parts.append(f"<p>{_counts(patch, shown)}</p>")
    for subject, statements in describe_difference(shown):
        parts.append(f"<h3>{_link(subject, labels)}</h3><ul>")
        for mark, s in statements:
            tag = "ins" if mark == "+" else "del"
            text = f"{_link(s.predicate, labels)}: {_link(s.object, labels)}"
            parts.append(f"<li><{tag}>{text}</{tag}></li>")
        parts.append("</ul>")
    return "\n".join((*parts, "</section>", ""))


def name_of(term: Term, labels: Labels) -> str:
    """The label of a resource where it has one, else the shortest form of its IRI."""
    if isinstance(term, ox.NamedNode):
        return labels.get(term.value) or _short(term.value)
    return str(term)


def value_of(term: Term, labels: Labels) -> str:
    """A value in one line: a quoted literal, or a resource by label and IRI."""
    if isinstance(term, ox.Literal):
        language = f"@{term.language}" if term.language else ""
        return f"“{term.value}”{language}"
    name = name_of(term, labels)
    if not isinstance(term, ox.NamedNode) or name == _short(term.value):
        return name
    return f"{name} <{_short(term.value)}>"


def _short(iri: str) -> str:
    return compact(iri) if not iri.startswith(BASE + "id/") else iri.removeprefix(BASE)


def _graph_name(graph: str) -> str:
    return graph.removeprefix(GRAPH_BASE) or "default graph"


def _counts(patch: Patch, shown: Patch) -> str:
    hidden = len(patch.added) + len(patch.removed) - len(shown.added) - len(shown.removed)
    more = f", and {hidden} statements of provenance" if hidden else ""
    return f"{len(shown.added)} added, {len(shown.removed)} removed{more}"


def _cell(term: Term, labels: Labels) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"iri": term.value, "label": labels.get(term.value)}
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        return {"literal": term.value, "datatype": datatype, "language": term.language}
    return {"blank": str(term).removeprefix("_:"), "label": None}


def _link(term: Term, labels: Labels) -> str:
    if isinstance(term, ox.NamedNode):
        href = escape(term.value.removeprefix(BASE.rstrip("/")), quote=True)
        return f'<a href="{href}">{escape(name_of(term, labels))}</a>'
    if not isinstance(term, ox.Literal):
        return escape(str(term))
    language = f' lang="{escape(term.language, quote=True)}"' if term.language else ""
    return f"<q{language}>{escape(term.value)}</q>"
