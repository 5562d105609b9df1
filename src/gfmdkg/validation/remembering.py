"""What pyshacl has found to conform, remembered for the length of a run."""

from typing import Any

import pyshacl.shape
import pyshacl.shapes_graph
from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from rdflib import Literal
from rdflib.term import IdentifiedNode, Node

__all__ = ["RememberingShape", "let_pyshacl_remember"]


class RememberingShape(pyshacl.shape.Shape):
    """A shape that looks once at a node that conforms to it, however often it is asked.

    The values of most properties are few: each concept of a scheme is what thousands of records
    point to, and pyshacl would ask anew for each whether it is one of the scheme. It makes its
    shapes for one run on one graph, which does not change meanwhile.
    """

    __slots__ = ("_conforming",)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._conforming: set[Node] = set()

    def validate(
        self,
        executor: Any,
        target_graph: Any,
        focus: Any = None,
        _evaluation_path: list[Any] | None = None,
    ) -> tuple[bool, list[Any]]:
        """Whether the focus nodes conform, and what is to be reported of them."""
        is_one = isinstance(focus, IdentifiedNode | Literal)
        if is_one and focus in self._conforming:
            return True, []
        conforms, reports = super().validate(executor, target_graph, focus, _evaluation_path)
        if is_one and conforms and not reports:
            self._conforming.add(focus)
        return conforms, reports


def let_pyshacl_remember() -> None:
    """Make pyshacl use such shapes, and find the constraints of a shape without a long search."""
    setattr(pyshacl.shapes_graph, "Shape", RememberingShape)  # noqa: B010 - not exported
    # It keeps these here itself, but the parameters as a list that it compares one by one.
    known = CONSTRAINT_PARAMETERS_MAP
    setattr(pyshacl.shape, "CONSTRAINT_PARAMS", (known, known))  # noqa: B010 - set at run time
