"""The operations of the OpenAPI description as the documentation page shows them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gfmdkg.queries.models import RESERVED

__all__ = ["Operation", "OperationParameter", "parameters_of", "read_operations"]

_FOR_PEOPLE = "Pages"
# An operation with at least so many parameters of a former one refers to it for them.
_MANY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationParameter:
    """One parameter; ``kind`` is its type in words, ``choices`` are its only values.

    ``is_common`` where it means the same for every operation that has it, and is told once;
    ``as_in`` is the path of a former operation that has told it, with many others, or empty.
    """

    name: str
    description: str
    kind: str
    required: bool
    example: str
    default: str
    choices: tuple[str, ...]
    place: str
    is_common: bool
    as_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    ``answers`` are the formats by status, of problems none; ``form_path`` is where a plain form
    can try it, if one can.
    """

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[OperationParameter, ...]
    bodies: tuple[str, ...]
    needs_token: bool
    answers: Mapping[str, tuple[str, ...]]
    form_path: str | None


def read_operations(document: Mapping[str, Any]) -> list[tuple[dict[str, str], list[Operation]]]:
    """The operations for programs of each tag, in the description's order."""
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    told: dict[OperationParameter, list[str]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            parameters = parameters_of(document, operation)
            read = _without_told(_operation(path, method, operation, parameters), told)
            by_tag[operation["tags"][0]].append(read)
    shown = [tag for tag in document["tags"] if tag["name"] != _FOR_PEOPLE]
    return [(tag, by_tag[tag["name"]]) for tag in shown if by_tag[tag["name"]]]


def _without_told(operation: Operation, told: dict[OperationParameter, list[str]]) -> Operation:
    """The operation, its parameters marked that one before it has told; others are noted."""
    own = [p for p in operation.parameters if not p.is_common]
    paths = Counter(path for parameter in own for path in told.get(parameter, ()))
    (path, common), *_ = paths.most_common(1) or [("", 0)]
    if common < _MANY:
        for parameter in own:
            told.setdefault(parameter, []).append(operation.path)
        return operation
    marked = (
        replace(p, as_in=path) if path in told.get(p, ()) else p for p in operation.parameters
    )
    return replace(operation, parameters=tuple(marked))


def parameters_of(document: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Any]:
    """The parameters of an operation, those that it shares with others too."""
    shared = document["components"]["parameters"]
    given = operation.get("parameters", ())
    return [shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in given]


def _operation(
    path: str, method: str, operation: Mapping[str, Any], given: Iterable[Mapping[str, Any]]
) -> Operation:
    parameters = tuple(_parameter(p) for p in given)
    target = path
    for parameter in parameters:
        if parameter.place == "path" and parameter.example:
            # Without a script a form cannot fill in a path, so the example stands there.
            target = target.replace("{" + parameter.name + "}", parameter.example)
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=parameters,
        bodies=tuple(operation.get("requestBody", {}).get("content", ())),
        needs_token=bool(operation.get("security")),
        answers={
            status: tuple(response.get("content", ()))
            for status, response in operation["responses"].items()
            if status[0] in "23"
        },
        form_path=target if method == "get" and "{" not in target else None,
    )


def _parameter(parameter: Mapping[str, Any]) -> OperationParameter:
    schema = parameter["schema"]
    inner = schema.get("items", schema)
    kind = inner.get("format", inner.get("type", "string"))
    if "minimum" in inner:
        kind += f" from {inner['minimum']}"
    if "maximum" in inner:
        kind += f" to {inner['maximum']}"
    return OperationParameter(
        name=parameter["name"],
        description=parameter.get("description", ""),
        kind=f"{kind}, may be repeated" if schema.get("type") == "array" else kind,
        required=parameter.get("required", False),
        example=_text(next(iter(schema.get("examples", ())), None)),
        default=_text(schema.get("default")),
        choices=("true", "false") if kind == "boolean" else choices_of(inner),
        place=parameter["in"],
        is_common=parameter["name"] in RESERVED and not parameter.get("required", False),
    )


def choices_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that a schema has, where those are certain ones."""
    return (schema["const"],) if "const" in schema else tuple(schema.get("enum", ()))


def _text(value: object) -> str:
    if isinstance(value, list):
        return _text(next(iter(value), None))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
