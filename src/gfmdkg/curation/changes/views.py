"""A difference for people: as text, as JSON, and as a fragment of a page."""

from collections.abc import Callable
from html import escape
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from gfmdkg.build.sources import PROVENANCE_GRAPH
from gfmdkg.namespaces import BASE, GRAPH_BASE, compact
from gfmdkg.rdf.values import Term
from gfmdkg.store.patches import Patch, graph_of, quads_of

__all__ = ["Label", "as_html", "as_json", "as_text", "name_of", "value_of"]

Label = Callable[[str], str | None]
"""The label of a resource by its IRI, as ``TermIndex.label`` gives it."""


def as_text(patch: Patch, label_of: Label) -> str:
    """A block per resource: its label and IRI, then a line per statement with - or +.

    Like the page's fragment it leaves out the record of who published what, and counts it.
    """
    lines: list[str] = []
    shown = patch.without_graphs({PROVENANCE_GRAPH})
    for subject, statements in _by_resource(shown):
        lines.append(value_of(subject, label_of))
        for mark, s in statements:
            graph = _graph_name(graph_of(s))
            lines.append(
                f"  {mark} {name_of(s.predicate, label_of)}: "
                f"{value_of(s.object, label_of)}  [{graph}]"
            )
        lines.append("")
    lines.append(_counts(patch, shown))
    return "\n".join(lines)


def as_json(patch: Patch, label_of: Label) -> dict[str, Any]:
    """The same as JSON: ``added``, ``removed`` (counts) and ``resources`` with their changes."""
    return {
        "added": len(patch.added),
        "removed": len(patch.removed),
        "resources": [
            {
                **_cell(subject, label_of),
                "changes": [
                    {
                        "operation": "add" if mark == "+" else "remove",
                        "property": _cell(s.predicate, label_of),
                        "value": _cell(s.object, label_of),
                        "graph": graph_of(s),
                    }
                    for mark, s in statements
                ],
            }
            for subject, statements in _by_resource(patch)
        ],
    }


def as_html(patch: Patch, label_of: Label) -> str:
    """The same as a section of a page, with ``ins`` and ``del``, which speak for themselves."""
    shown = patch.without_graphs({PROVENANCE_GRAPH})
    parts = ['<section class="difference" aria-label="Difference">']
    parts.append(f"<p>{_counts(patch, shown)}</p>")
    for subject, statements in _by_resource(shown):
        parts.append(f"<h3>{_link(subject, label_of)}</h3><ul>")
        for mark, s in statements:
            tag = "ins" if mark == "+" else "del"
            text = f"{_link(s.predicate, label_of)}: {_link(s.object, label_of)}"
            parts.append(f"<li><{tag}>{text}</{tag}></li>")
        parts.append("</ul>")
    return "\n".join((*parts, "</section>", ""))


def name_of(term: Term, label_of: Label) -> str:
    """The label of a resource where it has one, else the shortest form of its IRI."""
    if isinstance(term, ox.NamedNode):
        return label_of(term.value) or _short(term.value)
    return str(term)


def value_of(term: Term, label_of: Label) -> str:
    """A value in one line: a quoted literal, or a resource by label and IRI."""
    if isinstance(term, ox.Literal):
        language = f"@{term.language}" if term.language else ""
        return f"“{term.value}”{language}"
    name = name_of(term, label_of)
    if not isinstance(term, ox.NamedNode) or name == _short(term.value):
        return name
    return f"{name} <{_short(term.value)}>"


def _by_resource(patch: Patch) -> list[tuple[Term, list[tuple[str, ox.Quad]]]]:
    """A patch by resource: its statements with ``-`` or ``+``, those that go first.

    Resources are sorted by IRI, statements by property.
    """
    marked = [("-", s) for s in quads_of(patch.removed)] + [("+", s) for s in quads_of(patch.added)]
    marked.sort(
        key=lambda pair: (
            str(pair[1].subject).strip("<>"),
            pair[1].predicate.value,
            pair[0] == "+",
        )
    )
    groups = groupby(marked, key=lambda pair: pair[1].subject)
    return [(subject, list(statements)) for subject, statements in groups]


def _short(iri: str) -> str:
    return compact(iri) if not iri.startswith(BASE + "id/") else iri.removeprefix(BASE)


def _graph_name(graph: str) -> str:
    return graph.removeprefix(GRAPH_BASE) or "default graph"


def _counts(patch: Patch, shown: Patch) -> str:
    hidden = len(patch.added) + len(patch.removed) - len(shown.added) - len(shown.removed)
    more = f", and {hidden} statements of provenance" if hidden else ""
    return f"{len(shown.added)} added, {len(shown.removed)} removed{more}"


def _cell(term: Term, label_of: Label) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"iri": term.value, "label": label_of(term.value)}
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        return {"literal": term.value, "datatype": datatype, "language": term.language}
    return {"blank": str(term).removeprefix("_:"), "label": None}


def _link(term: Term, label_of: Label) -> str:
    if isinstance(term, ox.NamedNode):
        href = escape(term.value.removeprefix(BASE.rstrip("/")), quote=True)
        return f'<a href="{href}">{escape(name_of(term, label_of))}</a>'
    if not isinstance(term, ox.Literal):
        return escape(str(term))
    language = f' lang="{escape(term.language, quote=True)}"' if term.language else ""
    return f"<q{language}>{escape(term.value)}</q>"
