"""Reading a query's header: strict YAML in the ``#+`` lines that a ``.rq`` file starts with.

Scalars are taken as they are written, so a code such as ``8.10`` stays a string. Every
fault is collected with the line on which it stands.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from gfmdkg.catalog.query import WhenEmpty
from gfmdkg.errors import Fault, ParameterError
from gfmdkg.namespaces import SCHEME_BASE, expand
from gfmdkg.terms.parameters import Column, ColumnType, Parameter, ParameterType

__all__ = ["Header", "HeaderReader", "split_header"]

_MARK = "#+"
# The one in C takes a fifteenth of the time; not every system's package has it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PARAMETER_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_COLUMN_NAME = re.compile(r"[a-z][A-Za-z0-9]*", re.ASCII)
_PARAMETER_FIELDS = (
    *("type", "description", "classes", "schemes", "required", "many"),
    *("default", "values", "example"),
)


def split_header(text: str) -> tuple[str, str]:
    """The YAML of the header, a line for each of its lines, and the text after it."""
    lines = text.splitlines(keepends=True)
    count = 0
    while count < len(lines) and lines[count].startswith(_MARK):
        count += 1
    header = [line.removeprefix(_MARK).removeprefix(" ") for line in lines[:count]]
    return "".join(header), "".join(lines[count:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a header says, and on which line each parameter and column is declared."""

    summary: str = ""
    description: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    when_empty: WhenEmpty | None = None
    lines: Mapping[str, int] = field(default_factory=dict)


class HeaderReader:
    """Reads one file's header into ``Header`` and what is wrong with it into ``faults``."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: dict[str, int] = {}
        self.faults: list[Fault] = []

    def read(self, source: str) -> Header:
        """The header; what cannot be read is left out of it."""
        if not source.strip():
            self._fault(1, f"the file does not start with a header of {_MARK} lines")
            return Header()
        try:
            root = yaml.compose(source, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self._fault((mark.line + 1) if mark else 1, f"the header is no YAML: {error.problem}")
            return Header()
        except yaml.YAMLError as error:
            self._fault(1, f"the header is no YAML: {error}")
            return Header()
        fields = self._mapping(root, "the header")
        required = ("summary", "description", "parameters", "columns", "tags")
        self._check_fields(root, fields, (*required, "when_empty"), required, "the header")
        self._lines.update((name, _line(node)) for name, node in fields.items())
        return Header(
            summary=self._text(fields.get("summary"), "summary"),
            description=self._text(fields.get("description"), "description"),
            parameters=self._parameters(fields.get("parameters")),
            columns=self._columns(fields.get("columns")),
            tags=self._texts(fields.get("tags"), "tags"),
            when_empty=self._when_empty(fields.get("when_empty")),
            lines=dict(self._lines),
        )

    def _parameters(self, node: yaml.Node | None) -> dict[str, Parameter]:
        parameters = {}
        for name, value in self._mapping(node, "parameters").items():
            if not _PARAMETER_NAME.fullmatch(name):
                self._fault(_line(value), f"“{name}” is no name of a parameter: use snake_case")
            self._lines[f"parameter {name}"] = _line(value)
            if (parameter := self._parameter(name, value)) is not None:
                parameters[name] = parameter
        return parameters

    def _parameter(self, name: str, node: yaml.Node) -> Parameter | None:
        what = f"parameter “{name}”"
        fields = self._mapping(node, what)
        required = ("type", "description", "example")
        self._check_fields(node, fields, _PARAMETER_FIELDS, required, what)
        kind = self._choice(fields.get("type"), ParameterType, f"{what}: type")
        if kind is None:
            return None
        parameter = Parameter(
            name=name,
            type=ParameterType(kind),
            description=self._text(fields.get("description"), f"{what}: description"),
            example=self._text(fields.get("example"), f"{what}: example"),
            classes=self._classes(fields.get("classes"), what),
            schemes=tuple(
                SCHEME_BASE + slug
                for slug in self._texts(fields.get("schemes"), f"{what}: schemes")
            ),
            required=self._flag(fields.get("required"), f"{what}: required"),
            many=self._flag(fields.get("many"), f"{what}: many"),
            default=self._texts(fields.get("default"), f"{what}: default"),
            values=self._texts(fields.get("values"), f"{what}: values"),
        )
        self._check_parameter(parameter, node, fields)
        return parameter

    def _check_parameter(
        self, parameter: Parameter, node: yaml.Node, fields: Mapping[str, yaml.Node]
    ) -> None:
        what = f"parameter “{parameter.name}”"
        is_resource = parameter.type is ParameterType.RESOURCE
        is_enum = parameter.type is ParameterType.ENUM
        rules = (
            (is_resource and not (parameter.classes or parameter.schemes),
             "a resource needs classes or schemes to be looked up in"),
            (not is_resource and bool(parameter.classes or parameter.schemes),
             "classes and schemes are for resources"),
            (is_enum and not parameter.values, "an enum needs values"),
            (not is_enum and bool(parameter.values), "values are for an enum"),
            (parameter.required and bool(parameter.default),
             "a required parameter has no default"),
            (len(parameter.default) > 1 and not parameter.many,
             "several defaults need `many: true`"),
        )  # fmt: skip
        for is_broken, message in rules:
            if is_broken:
                self._fault(_line(node), f"{what}: {message}")
        if is_resource:
            return
        for field_name, values in (
            ("default", parameter.default),
            ("example", (parameter.example,)),
        ):
            for value in values:
                try:
                    parameter.literal(value)
                except ParameterError as error:
                    line = _line(fields.get(field_name, node))
                    self._fault(line, f"{what}: {field_name}: {error.message}")

    def _classes(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        classes = []
        for curie in self._texts(node, f"{what}: classes"):
            iri = expand(curie)
            if iri is None:
                self._fault(_line(node), f"{what}: class “{curie}” has no prefix of the project")
            else:
                classes.append(iri)
        return tuple(classes)

    def _columns(self, node: yaml.Node | None) -> dict[str, Column]:
        columns = {}
        for name, value in self._mapping(node, "columns").items():
            what = f"column “{name}”"
            if not _COLUMN_NAME.fullmatch(name):
                self._fault(_line(value), f"“{name}” is no name of a column: use camelCase")
            self._lines[f"column {name}"] = _line(value)
            fields = self._mapping(value, what)
            allowed, required = ("type", "description", "label"), ("type", "description")
            self._check_fields(value, fields, allowed, required, what)
            kind = self._choice(fields.get("type"), ColumnType, f"{what}: type")
            label = self._text(fields.get("label"), f"{what}: label") or None
            if label and kind != ColumnType.RESOURCE:
                self._fault(_line(value), f"{what}: only a resource has a label")
            if kind is not None:
                columns[name] = Column(
                    name=name,
                    type=ColumnType(kind),
                    description=self._text(fields.get("description"), f"{what}: description"),
                    label=label,
                )
        return columns

    def _when_empty(self, node: yaml.Node | None) -> WhenEmpty | None:
        if node is None:
            return None
        names = ("query", "message", "parameters")
        fields = self._mapping(node, "when_empty")
        self._check_fields(node, fields, names, names, "when_empty")
        return WhenEmpty(
            query=self._text(fields.get("query"), "when_empty: query"),
            message=self._text(fields.get("message"), "when_empty: message"),
            parameters=self._texts(fields.get("parameters"), "when_empty: parameters"),
        )

    def _check_fields(
        self,
        node: yaml.Node | None,
        fields: Collection[str],
        allowed: Collection[str],
        required: Collection[str],
        what: str,
    ) -> None:
        for name in sorted(set(fields) - set(allowed)):
            known = ", ".join(allowed)
            self._fault(_line(node), f"{what} has an unknown field “{name}”; known: {known}")
        for name in required:
            if name not in fields:
                self._fault(_line(node), f"{what} lacks the field “{name}”")

    def _mapping(self, node: yaml.Node | None, what: str) -> dict[str, yaml.Node]:
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._fault(_line(node), f"{what} must be a mapping")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(_line(key), f"{what} has a key that is no text")
            elif key.value in found:
                self._fault(_line(key), f"{what} has “{key.value}” twice")
            else:
                found[key.value] = value
        return found

    def _text(self, node: yaml.Node | None, what: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self._fault(_line(node), f"{what} must be text")
            return ""
        return " ".join(str(node.value).split())

    def _texts(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self._fault(_line(node), f"{what} must be a list, such as [one, two]")
            return ()
        return tuple(text for item in node.value if (text := self._text(item, what)))

    def _flag(self, node: yaml.Node | None, what: str) -> bool:
        if node is None:
            return False
        if not isinstance(node, yaml.ScalarNode) or node.value not in {"true", "false"}:
            self._fault(_line(node), f"{what} must be true or false")
            return False
        return bool(node.value == "true")

    def _choice(
        self, node: yaml.Node | None, choices: type[ParameterType | ColumnType], what: str
    ) -> str | None:
        text = self._text(node, what)
        if text and text not in set(choices):
            self._fault(_line(node), f"{what} “{text}” is none of: {', '.join(choices)}")
            return None
        return text or None

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(message=message, file=self._file, line=line))


def _line(node: yaml.Node | None) -> int:
    return 1 if node is None else int(node.start_mark.line) + 1
