"""The public Python interface."""

from gfmdkg.graph.graph import Graph, Hint, Rows, flatten

__all__ = ["Graph", "Hint", "Rows", "flatten"]
