"""pyshacl looks once at a node that conforms, as often as it must at one that does not, and is as
others find it.
"""

from typing import Any

import pyshacl
import pytest
from pyshacl.constraints.core.value_constraints import ClassConstraintComponent
from rdflib import Graph
from tests.validation.shape_reports import report_on

from gfmdkg.validation.shacl import RememberingShape

_SHAPES = """
@prefix : <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:Record a sh:NodeShape ; sh:targetClass :Record ; sh:property :Record-topic .
:Record-topic a sh:PropertyShape ; sh:path :topic ; sh:node :Topic .
:Topic a sh:NodeShape ; sh:class :Topic .
"""


def _shapes() -> Graph:
    return Graph().parse(data=_SHAPES, format="turtle")


def _data(topic: str) -> Graph:
    records = " ".join(f":r{n} a :Record ; :topic :t ." for n in range(20))
    text = f"@prefix : <https://example.org/> . {records} :t a {topic} ."
    return Graph().parse(data=text, format="turtle")


@pytest.mark.parametrize(("topic", "looks"), [(":Topic", 1), (":Other", 20)])
def test_a_value_that_many_records_have_is_looked_at_once_if_it_conforms(
    topic: str, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    evaluate = ClassConstraintComponent.evaluate

    def count(self: ClassConstraintComponent, *arguments: Any) -> Any:
        looked.append(str(self.shape.node))
        return evaluate(self, *arguments)

    monkeypatch.setattr(ClassConstraintComponent, "evaluate", count)
    report = report_on(_data(topic), _shapes())
    assert len(report.findings) == (0 if looks == 1 else 20)
    assert looked == ["https://example.org/Topic"] * looks


def test_other_users_of_pyshacl_in_the_process_get_its_own_shapes() -> None:
    assert report_on(_data(":Topic"), _shapes()).conforms
    made = pyshacl.ShapesGraph(_shapes()).shapes
    assert not any(isinstance(shape, RememberingShape) for shape in made)


def test_what_conformed_in_one_graph_is_looked_at_anew_in_another() -> None:
    shapes = _shapes()
    assert report_on(_data(":Topic"), shapes).conforms
    assert not report_on(_data(":Other"), shapes).conforms
