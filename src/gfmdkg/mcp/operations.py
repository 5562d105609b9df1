"""The operations of the API that are offered as tools, read from its OpenAPI description."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PER_PAGE", "PER_PAGE_LIMIT", "VERSION_PARAMETER", "Operation", "read_operations"]

_LISTS = (
    "recommendations",
    "passages",
    "instruments",
    "actors",
    "sessions",
    "reports",
    "sdgs",
    "topics",
)
_TOOLS: Mapping[str, str] = {
    "searchText": "search",
    "suggestNames": "suggest",
    "readResource": "describe",
    "network": "network",
    "networkEvidence": "network_evidence",
    **{name: f"list_{name}" for name in _LISTS},
}
"""Operation to the tool that it becomes, beside the canned queries; a further one is a line."""
_QUERIES = "/api/queries/"
_REFERENCE = "#/components/schemas/"
# The format is always JSON here.
_LEFT_OUT = frozenset({"format"})

VERSION_PARAMETER: Mapping[str, Any] = {
    "type": "integer",
    "minimum": 1,
    "description": "A published version of the graph; the current one unless given.",
}
PER_PAGE = 20
PER_PAGE_LIMIT = 100
_OURS: Mapping[str, Mapping[str, Any]] = {
    "page": {"type": "integer", "minimum": 1, "default": 1, "description": "Which page, from 1."},
    "per_page": {
        "type": "integer",
        "minimum": 1,
        "maximum": PER_PAGE_LIMIT,
        "default": PER_PAGE,
        "description": "Items on a page.",
    },
    "version": VERSION_PARAMETER,
}
"""Parameters of every list, in fewer words, and with the measure that a model needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One GET operation as a tool: its name, what it takes and, where it is JSON, gives."""

    tool: str
    title: str
    description: str
    path: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None

    @property
    def is_paged(self) -> bool:
        """Whether the answer is a page of a list."""
        return "per_page" in self.input_schema["properties"]

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The parameters that stand in the path."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))


def read_operations(document: Mapping[str, Any]) -> tuple[Operation, ...]:
    """The operations that are tools, in the document's order: the canned queries, then others."""
    return tuple(
        _operation(tool, path, operation, document) for tool, path, operation in _offered(document)
    )


def _offered(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        operation = item.get("get")
        if operation is None:
            continue
        if path.startswith(_QUERIES):
            yield path.removeprefix(_QUERIES).replace("-", "_"), path, operation
        elif (tool := _TOOLS.get(operation.get("operationId", ""))) is not None:
            yield tool, path, operation


def _operation(
    tool: str, path: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Operation:
    described = [p for p in operation.get("parameters", ()) if p["name"] not in _LEFT_OUT]
    # Of two with one name, that of the path counts: without it there is no address.
    parameters = sorted(described, key=lambda parameter: parameter["in"] == "path")
    return Operation(
        tool=tool,
        title=operation["summary"],
        description=operation.get("description", operation["summary"]),
        path=path,
        input_schema={
            "type": "object",
            "properties": {p["name"]: _OURS.get(p["name"], _schema(p)) for p in parameters},
            "required": list(dict.fromkeys(p["name"] for p in parameters if p.get("required"))),
            "additionalProperties": False,
        },
        output_schema=_output(operation, document),
    )


def _schema(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = {**parameter["schema"], "description": parameter.get("description", "")}
    if "example" in parameter:
        schema["examples"] = [parameter["example"]]
    return schema


def _output(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = operation["responses"]["200"].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if not schema:  # the framework says an empty one where there is no JSON
        return None
    named = document["components"]["schemas"]
    # The protocol wants to see here that it is an object.
    schema = named.get(str(schema.get("$ref")).removeprefix(_REFERENCE), schema)
    used: dict[str, Any] = {}
    inlined = _relocate(schema, named, used)
    return {**inlined, "$defs": used} if used else inlined


def _relocate(schema: Any, named: Mapping[str, Any], used: dict[str, Any]) -> Any:
    """The schema with its references pointing into ``used``, which gets what they point to."""
    if isinstance(schema, list):
        return [_relocate(part, named, used) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith(_REFERENCE):
        name = reference.removeprefix(_REFERENCE)
        if name not in used:
            used[name] = {}  # before its own parts, which may refer to it
            used[name] = _relocate(named[name], named, used)
        return {**schema, "$ref": f"#/$defs/{name}"}
    return {key: _relocate(part, named, used) for key, part in schema.items()}
