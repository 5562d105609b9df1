"""The public Python interface."""

from gfmdkg.graph.description import Description, Statement
from gfmdkg.graph.graph import Graph
from gfmdkg.graph.rows import Hint, Rows, flatten

__all__ = ["Description", "Graph", "Hint", "Rows", "Statement", "flatten"]
