"""The names of rdflib and pyshacl that validation uses although they promise them to nobody.

The bounds of both in ``pyproject.toml`` are what was tested; a release that moves one of these
names fails here first, and tells which.
"""

import inspect
from functools import reduce
from importlib import import_module
from typing import Any

import pytest
from pyshacl import Shape, ShapesGraph, Validator
from pyshacl.constraints import ALL_CONSTRAINT_COMPONENTS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.graph_abstraction import DataGraph
from rdflib import Graph

_NAMES = {
    "rdflib.plugins.parsers.notation3": ("join",),
    "rdflib.plugins.sparql.algebra": (
        "translatePName",
        "translatePath",
        "translatePrologue",
        "traverse",
    ),
    "rdflib.plugins.sparql.parser": ("parseQuery",),
    "rdflib.plugins.sparql.parserutils": ("CompValue",),
    "pyshacl": (
        "Shape.deactivated",
        "Shape.find_custom_constraints",
        "Shape.focus_nodes",
        "Shape.is_property_shape",
        "Shape.path",
        "Shape.value_nodes",
        "ShapesGraph.lookup_shape_from_node",
        "ShapesGraph.predicate_objects",
        "ShapesGraph.shapes",
        "Validator.run",
    ),
    "pyshacl.constraints.constraint_component": (
        "CustomConstraintComponent.make_validator_for_shape",
    ),
    "pyshacl.errors": ("ConstraintLoadWarning", "ReportableRuntimeError"),
    "pyshacl.graph_abstraction": ("DataGraph.from_rdflib",),
}


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in _NAMES.items() for name in names]
)
def test_name_is_there(module: str, name: str) -> None:
    assert reduce(getattr, name.split("."), import_module(module)) is not None


def test_shape_is_made_and_asked_as_ours_are() -> None:
    assert list(inspect.signature(Shape.__init__).parameters)[1:] == [
        "sg",
        "node",
        "p",
        "path",
        "logger",
    ]
    assert list(inspect.signature(Shape.validate).parameters)[1:] == [
        "executor",
        "target_graph",
        "focus",
        "_evaluation_path",
    ]


def test_components_are_made_of_a_shape_and_evaluated_with_four_arguments() -> None:
    assert set(CONSTRAINT_PARAMETERS_MAP.values()) == set(ALL_CONSTRAINT_COMPONENTS)
    for component in ALL_CONSTRAINT_COMPONENTS:
        parameters = list(inspect.signature(component).parameters.values())
        assert parameters[0].name == "shape"
        assert all(p.default is not inspect.Parameter.empty for p in parameters[1:])
        assert len(inspect.signature(component.evaluate).parameters) == 5


def test_validator_takes_another_shapes_graph() -> None:
    shapes = Graph()
    validator: Any = Validator(DataGraph.from_rdflib(Graph()), shacl_graph=shapes)
    assert isinstance(validator.shacl_graph, ShapesGraph)
    validator.shacl_graph = ShapesGraph(shapes)
    assert validator.run()[0] is True
    assert validator.make_executor().max_validation_depth > 0
