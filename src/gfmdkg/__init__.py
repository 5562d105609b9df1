"""gfmdkg: an open knowledge graph of migration-governance instruments.

>>> from gfmdkg import Graph
>>> rows = Graph.open().run("recommendations-citing", instrument="CMW")
>>> rows[0]["matched_text"]
'UN CMW'
"""

from typing import TYPE_CHECKING, Any

from gfmdkg.about import VERSION
from gfmdkg.errors import GfmdkgError

if TYPE_CHECKING:
    from gfmdkg.graph import Graph

__all__ = ["GfmdkgError", "Graph", "__version__"]

__version__ = VERSION


def __getattr__(name: str) -> Any:
    # Worker processes and most commands import this package too, and need not wait for the rest.
    if name == "Graph":
        from gfmdkg.graph import Graph

        return Graph
    raise AttributeError(f"module 'gfmdkg' has no attribute {name!r}")
