"""Reading the header of a ``.rq`` file: strict YAML in the ``#+`` lines that it starts with.

Scalars are taken as they are written, so a code such as ``8.10`` stays a string. Every
fault is collected with the line on which it stands.
"""

import re
from collections.abc import Collection, Mapping
from itertools import takewhile

import yaml

from gfmdkg.errors import Fault, ParameterError
from gfmdkg.namespaces import SCHEME_BASE, expand
from gfmdkg.terms.parameters import Column, ColumnType, Parameter, ParameterType

__all__ = ["HeaderReader", "line_of", "split_header"]

_MARK = "#+"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PARAMETER_FIELDS = (
    *("type", "description", "classes", "schemes", "required", "many"),
    *("default", "values", "example"),
)


def split_header(text: str) -> tuple[str, str]:
    """The YAML of the header, a line for each of its lines, and the text after it."""
    lines = text.splitlines(keepends=True)
    header = list(takewhile(lambda line: line.startswith(_MARK), lines))
    return (
        "".join(line.removeprefix(_MARK).removeprefix(" ") for line in header),
        "".join(lines[len(header) :]),
    )


class HeaderReader:
    """Reads parts of one file's header; what is wrong with them comes into ``faults``.

    What cannot be read is left out. ``lines`` has the line on which each field, parameter and
    column is declared.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []

    def fields(
        self, source: str, *, required: Collection[str], allowed: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """The fields of a header, some of which it must have."""
        if not source.strip():
            self.fault(1, f"the file does not start with a header of {_MARK} lines")
            return {}
        try:
            root = yaml.compose(source, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", error)
            self.fault((mark.line + 1) if mark else 1, f"the header is no YAML: {problem}")
            return {}
        fields = self.mapping(root, "the header")
        self.check_fields(root, fields, (*required, *allowed), required, "the header")
        self.lines.update((name, line_of(node)) for name, node in fields.items())
        return fields

    def parameters(self, node: yaml.Node | None) -> dict[str, Parameter]:
        """Parameters by name."""
        named = self.mapping(node, "parameters").items()
        read = ((name, self.parameter(name, value)) for name, value in named)
        return {name: parameter for name, parameter in read if parameter is not None}

    def parameter(
        self, name: str, node: yaml.Node, *, beside: Collection[str] = ()
    ) -> Parameter | None:
        """One parameter; ``beside`` names fields that are none of its own."""
        what = f"parameter “{name}”"
        if not _NAME.fullmatch(name):
            self.fault(line_of(node), f"“{name}” is no name of a parameter: use snake_case")
        self.lines[f"parameter {name}"] = line_of(node)
        fields = self.mapping(node, what)
        required = ("type", "description", "example")
        self.check_fields(node, fields, (*_PARAMETER_FIELDS, *beside), required, what)
        kind = self._choice(fields.get("type"), ParameterType, f"{what}: type")
        if kind is None:
            return None
        parameter = Parameter(
            name=name,
            type=ParameterType(kind),
            description=self.text(fields.get("description"), f"{what}: description"),
            example=self.text(fields.get("example"), f"{what}: example"),
            classes=self.classes(fields.get("classes"), what),
            schemes=self.schemes(fields.get("schemes"), f"{what}: schemes"),
            required=self.flag(fields.get("required"), f"{what}: required"),
            many=self.flag(fields.get("many"), f"{what}: many"),
            default=self.texts(fields.get("default"), f"{what}: default"),
            values=self.texts(fields.get("values"), f"{what}: values"),
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
                self.fault(line_of(node), f"{what}: {message}")
        if is_resource:
            return
        given = [("default", value) for value in parameter.default]
        for field_name, value in (*given, ("example", parameter.example)):
            try:
                parameter.literal(value)
            except ParameterError as error:
                line = line_of(fields.get(field_name, node))
                self.fault(line, f"{what}: {field_name}: {error.message}")

    def schemes(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        """The IRIs of schemes, or of concepts, by their paths below the schemes."""
        return tuple(SCHEME_BASE + slug for slug in self.texts(node, what))

    def classes(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        """The IRIs of classes that are written as CURIEs."""
        iris = {curie: expand(curie) for curie in self.texts(node, f"{what}: classes")}
        for curie, iri in iris.items():
            if iri is None:
                self.fault(line_of(node), f"{what}: class “{curie}” has no prefix of the project")
        return tuple(iri for iri in iris.values() if iri is not None)

    def columns(self, node: yaml.Node | None, *, beside: Collection[str] = ()) -> dict[str, Column]:
        """Columns by name; ``beside`` names fields that are none of their own."""
        columns = {}
        for name, value in self.mapping(node, "columns").items():
            what = f"column “{name}”"
            if not _NAME.fullmatch(name):
                self.fault(line_of(value), f"“{name}” is no name of a column: use snake_case")
            self.lines[f"column {name}"] = line_of(value)
            fields = self.mapping(value, what)
            allowed, required = ("type", "description", "label", *beside), ("type", "description")
            self.check_fields(value, fields, allowed, required, what)
            kind = self._choice(fields.get("type"), ColumnType, f"{what}: type")
            label = self.text(fields.get("label"), f"{what}: label") or None
            if label and kind != ColumnType.RESOURCE:
                self.fault(line_of(value), f"{what}: only a resource has a label")
            if kind is not None:
                columns[name] = Column(
                    name=name,
                    type=ColumnType(kind),
                    description=self.text(fields.get("description"), f"{what}: description"),
                    label=label,
                    is_optional=self.flag(fields.get("optional"), f"{what}: optional"),
                )
        return columns

    def check_fields(
        self,
        node: yaml.Node | None,
        fields: Collection[str],
        allowed: Collection[str],
        required: Collection[str],
        what: str,
    ) -> None:
        """What is missing among the fields of a mapping, or unknown, is a fault."""
        for name in sorted(set(fields) - set(allowed)):
            known = ", ".join(allowed)
            self.fault(line_of(node), f"{what} has an unknown field “{name}”; known: {known}")
        for name in required:
            if name not in fields:
                self.fault(line_of(node), f"{what} lacks the field “{name}”")

    def mapping(self, node: yaml.Node | None, what: str) -> dict[str, yaml.Node]:
        """The members of a mapping by name."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.fault(line_of(node), f"{what} must be a mapping")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fault(line_of(key), f"{what} has a key that is no text")
            elif key.value in found:
                self.fault(line_of(key), f"{what} has “{key.value}” twice")
            else:
                found[key.value] = value
        return found

    def text(self, node: yaml.Node | None, what: str) -> str:
        """A text, its white space folded."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.fault(line_of(node), f"{what} must be text")
            return ""
        return " ".join(str(node.value).split())

    def texts(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        """A list of texts."""
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.fault(line_of(node), f"{what} must be a list, such as [one, two]")
            return ()
        return tuple(text for item in node.value if (text := self.text(item, what)))

    def flag(self, node: yaml.Node | None, what: str) -> bool:
        """True or false; false where it is not given."""
        if node is None:
            return False
        if not isinstance(node, yaml.ScalarNode) or node.value not in {"true", "false"}:
            self.fault(line_of(node), f"{what} must be true or false")
            return False
        return bool(node.value == "true")

    def _choice(
        self, node: yaml.Node | None, choices: type[ParameterType | ColumnType], what: str
    ) -> str | None:
        text = self.text(node, what)
        if text and text not in set(choices):
            self.fault(line_of(node), f"{what} “{text}” is none of: {', '.join(choices)}")
            return None
        return text or None

    def fault(self, line: int, message: str) -> None:
        """Something is wrong in this line."""
        self.faults.append(Fault(message=message, file=self._file, line=line))


def line_of(node: yaml.Node | None) -> int:
    """The line on which a node begins."""
    return 1 if node is None else int(node.start_mark.line) + 1
