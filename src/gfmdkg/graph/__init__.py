"""The public Python interface."""

from gfmdkg.description import Description
from gfmdkg.graph.graph import Graph
from gfmdkg.graph.rows import Hint, Rows, flatten

__all__ = ["Description", "Graph", "Hint", "Rows", "flatten"]
