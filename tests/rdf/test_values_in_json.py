"""Dataclasses as JSON."""

from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter

from gfmdkg.rdf.values import DESCRIBED, Resource, write_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Berth:
    """Where a ship lies."""

    __pydantic_config__ = DESCRIBED

    ships: tuple[Resource, ...]
    """All that lie there."""
    since: date
    depth: float | None
    note: str | None = None


def test_a_member_without_a_value_is_null_and_one_with_a_default_left_out() -> None:
    ship = Resource(iri="https://example.org/é", label=None)
    berth = Berth(ships=(ship,), since=date(2030, 1, 2), depth=None)
    assert write_json([berth]) == (
        '[{"ships": [{"iri": "https://example.org/é", "label": null}],'
        ' "since": "2030-01-02", "depth": null}]'
    )


def test_the_schema_says_so_too_with_the_texts_below_the_members() -> None:
    schema = TypeAdapter(Berth).json_schema(mode="serialization")
    assert schema["required"] == ["ships", "since", "depth"]
    assert schema["properties"]["ships"]["description"] == "All that lie there."
    assert schema["$defs"]["Resource"]["additionalProperties"] is False


def test_a_resource_without_a_label_is_shown_by_the_shortest_form_of_its_iri() -> None:
    assert Resource(iri="http://metadata.un.org/sdg/10.7", label=None).text == "sdg:10.7"
