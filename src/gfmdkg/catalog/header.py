"""The header of a canned query: what it is called, takes and gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from gfmdkg.catalog.query import WhenEmpty
from gfmdkg.errors import Fault
from gfmdkg.sparql.header import HeaderReader
from gfmdkg.terms.parameters import Column, Parameter

__all__ = ["Header", "read_header"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a header says, on which line, and what is wrong with it."""

    summary: str
    description: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    tags: tuple[str, ...]
    when_empty: WhenEmpty | None
    lines: Mapping[str, int]
    faults: Sequence[Fault]


def read_header(source: str, *, file: str) -> Header:
    """What the YAML of a header says."""
    reader = HeaderReader(file)
    required = ("summary", "description", "parameters", "columns", "tags")
    fields = reader.fields(source, required=required, allowed=("when_empty",))
    return Header(
        summary=reader.text(fields.get("summary"), "summary"),
        description=reader.text(fields.get("description"), "description"),
        parameters=reader.parameters(fields.get("parameters")),
        columns=reader.columns(fields.get("columns")),
        tags=reader.texts(fields.get("tags"), "tags"),
        when_empty=_read_when_empty(reader, fields.get("when_empty")),
        lines=reader.lines,
        faults=reader.faults,
    )


def _read_when_empty(reader: HeaderReader, node: yaml.Node | None) -> WhenEmpty | None:
    if node is None:
        return None
    names = ("query", "message", "parameters")
    fields = reader.mapping(node, "when_empty")
    reader.check_fields(node, fields, names, names, "when_empty")
    return WhenEmpty(
        query=reader.text(fields.get("query"), "when_empty: query"),
        message=reader.text(fields.get("message"), "when_empty: message"),
        parameters=reader.texts(fields.get("parameters"), "when_empty: parameters"),
    )
