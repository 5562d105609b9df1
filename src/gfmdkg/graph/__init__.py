"""The public Python interface."""

from gfmdkg.graph.graph import Graph
from gfmdkg.graph.rows import Hint, Rows, flatten

__all__ = ["Graph", "Hint", "Rows", "flatten"]
