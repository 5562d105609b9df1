"""One report, many views: for people, for editors, for continuous integration, for programs."""

from gfmdkg.validation.views.formats import VIEWS, View, view_named

__all__ = ["VIEWS", "View", "view_named"]
