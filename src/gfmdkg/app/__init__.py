"""The HTTP service: REST, SPARQL and pages over the published versions of the graph."""

from gfmdkg.app.app import api_document, app_from_environment, create_app

__all__ = ["api_document", "app_from_environment", "create_app"]
