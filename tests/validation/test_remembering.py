"""pyshacl looks once at a node that conforms, and as often as it must at one that does not."""

from typing import Any

import pytest
from pyshacl.shape import Shape
from rdflib import Graph

from gfmdkg.validation.validate import Validator

_SHAPES = """
@prefix : <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:Record a sh:NodeShape ; sh:targetClass :Record ; sh:property :Record-topic .
:Record-topic a sh:PropertyShape ; sh:path :topic ; sh:node :Topic .
:Topic a sh:NodeShape ; sh:class :Topic .
"""


def _data(topic: str) -> Graph:
    records = " ".join(f":r{n} a :Record ; :topic :t ." for n in range(20))
    text = f"@prefix : <https://example.org/> . {records} :t a {topic} ."
    return Graph().parse(data=text, format="turtle")


@pytest.mark.parametrize(("topic", "looks"), [(":Topic", 1), (":Other", 20)])
def test_a_value_that_many_records_have_is_looked_at_once_if_it_conforms(
    topic: str, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    validator = Validator(Graph().parse(data=_SHAPES, format="turtle"))
    looked: list[str] = []
    validate = Shape.validate

    def count(self: Shape, *arguments: Any, **options: Any) -> Any:
        looked.append(str(self.node))
        return validate(self, *arguments, **options)

    monkeypatch.setattr(Shape, "validate", count)
    report = validator.validate(_data(topic))
    assert len(report.findings) == (0 if looks == 1 else 20)
    # Once more as a shape without targets of its own.
    assert looked.count("https://example.org/Topic") == looks + 1


def test_what_conformed_in_one_graph_is_looked_at_anew_in_another() -> None:
    validator = Validator(Graph().parse(data=_SHAPES, format="turtle"))
    assert validator.validate(_data(":Topic")).conforms
    assert not validator.validate(_data(":Other")).conforms
