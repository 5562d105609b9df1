"""The table of all views of a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gfmdkg.errors import ParameterError
from gfmdkg.validation.findings import Report
from gfmdkg.validation.views.annotations import to_annotations
from gfmdkg.validation.views.csv_rows import to_csv
from gfmdkg.validation.views.html_fragment import to_html
from gfmdkg.validation.views.sarif import to_sarif
from gfmdkg.validation.views.terminal import to_terminal
from gfmdkg.validation.views.w3c import to_turtle

__all__ = ["VIEWS", "View", "view_named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A way to write a report: its name, its media type, and what writes it."""

    name: str
    media_type: str
    write: Callable[[Report], str]


VIEWS: Mapping[str, View] = {
    view.name: view
    for view in (
        View(name="text", media_type="text/plain", write=to_terminal),
        View(name="json", media_type="application/json", write=Report.to_json_text),
        View(name="sarif", media_type="application/sarif+json", write=to_sarif),
        View(name="github", media_type="text/plain", write=to_annotations),
        View(name="csv", media_type="text/csv", write=to_csv),
        View(name="ttl", media_type="text/turtle", write=to_turtle),
        View(name="html", media_type="text/html", write=to_html),
    )
}
"""View by name, as ``--format`` and ``?format=`` take it."""


def view_named(name: str) -> View:
    """The view of that name. Raises ``ParameterError`` with those that there are."""
    view = VIEWS.get(name)
    if view is None:
        raise ParameterError("format", f"is “{name[:40]}”", value=name, allowed=tuple(VIEWS))
    return view
