"""All canned queries of a folder: checked when they are loaded, and described in RDF."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gfmdkg.errors import Candidate, CatalogError, Fault, NotFound
from gfmdkg.namespaces import BASE, DCTERMS, RDF, RDFS, SH, XSD
from gfmdkg.queries.query import CannedQuery, WhenEmpty, read_shape
from gfmdkg.rdf.query_text import QueryText
from gfmdkg.rdf.values import typed
from gfmdkg.terms.header import HeaderReader, split_header
from gfmdkg.terms.parameters import Parameter, ParameterType

if TYPE_CHECKING:
    import yaml

    from gfmdkg.store.patches import Fact

__all__ = ["Catalog", "describe"]

_NEAREST = 5
_SCHEMA = "https://schema.org/"
_DATATYPES = {
    ParameterType.STRING: "string",
    ParameterType.ENUM: "string",
    ParameterType.INT: "integer",
    ParameterType.DECIMAL: "decimal",
    ParameterType.DATE: "date",
    ParameterType.BOOLEAN: "boolean",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Canned queries by name. Iterating gives the queries, sorted by topic and name."""

    queries: Mapping[str, CannedQuery]

    @classmethod
    def load(cls, folder: Path) -> "Catalog":
        """The queries in ``folder/<topic>/<name>.rq``.

        Raises ``CatalogError`` with the faults of all files, each with file (relative to the
        folder's parent) and line.
        """
        faults: list[Fault] = []
        queries: dict[str, CannedQuery] = {}
        readers: list[tuple[CannedQuery, HeaderReader]] = []
        for path in sorted(folder.rglob("*.rq")):
            file = path.relative_to(folder.parent).as_posix()
            if path.parent.parent != folder:
                faults.append(Fault(message="a query lies in queries/<topic>/", file=file))
                continue
            query, reader = _read_query(path, file)
            readers.append((query, reader))
            first = queries.setdefault(query.name, query)
            if first is not query:
                message = f"the name “{query.name}” is taken by {first.file}"
                faults.append(Fault(message=message, file=file))
        for query, reader in readers:
            for message in _when_empty_faults(query, queries):
                reader.fault(reader.lines["when_empty"], message)
            faults += reader.faults
        if faults:
            raise CatalogError("the canned queries are at fault", faults)
        ordered = sorted(queries.values(), key=lambda query: (query.topic, query.name))
        return cls(queries=MappingProxyType({query.name: query for query in ordered}))

    @staticmethod
    def load_one(folder: Path, name: str) -> CannedQuery:
        """The query of this name alone, which names a file.

        Raises ``NotFound`` with the nearest names, and ``CatalogError``.
        """
        paths = [path for path in folder.glob("*/*.rq") if path.stem == name]
        if len(paths) != 1:
            return Catalog.load(folder)[name]
        query, reader = _read_query(paths[0], paths[0].relative_to(folder.parent).as_posix())
        if reader.faults:
            raise CatalogError("the canned query is at fault", reader.faults)
        return query

    def __getitem__(self, name: str) -> CannedQuery:
        """The query of this name; raises ``NotFound`` with the nearest names."""
        query = self.queries.get(name)
        if query is None:
            from rapidfuzz import fuzz, process  # whoever spells the name right waits for nothing

            near = process.extract(name, list(self.queries), scorer=fuzz.WRatio, limit=_NEAREST)
            candidates = [
                Candidate(iri=f"{BASE}query/{found}", label=found, score=round(score, 1))
                for found, score, _ in near
            ]
            raise NotFound("canned query", name, candidates)
        return query

    def __iter__(self) -> Iterator[CannedQuery]:
        """The queries, sorted by topic and name."""
        return iter(self.queries.values())


def _read_query(path: Path, file: str) -> tuple[CannedQuery, HeaderReader]:
    """The query in a file, and what read it, which has the faults."""
    source, text = split_header(path.read_text(encoding="utf-8"))
    reader = HeaderReader(file)
    required = ("summary", "description", "parameters", "columns", "tags")
    fields = reader.fields(source, required=required, allowed=("when_empty",))
    written = QueryText.read(text)
    query = CannedQuery(
        name=path.stem,
        topic=path.parent.name,
        summary=reader.text(fields.get("summary"), "summary"),
        description=reader.text(fields.get("description"), "description"),
        parameters=MappingProxyType(reader.parameters(fields.get("parameters"))),
        columns=MappingProxyType(reader.columns(fields.get("columns"), beside=("optional",))),
        tags=reader.texts(fields.get("tags"), "tags"),
        source=written,
        shape=read_shape(written),
        file=file,
        when_empty=_read_when_empty(reader, fields.get("when_empty")),
    )
    first_line = source.count("\n") + 1
    for offset, message in (*query.shape.faults, *_slot_faults(query, reader.lines)):
        reader.fault(first_line + text.count("\n", 0, offset), message)
    select_line = first_line + text.count("\n", 0, query.shape.body.start)
    _check_declarations(query, reader, select_line)
    return query, reader


def _read_when_empty(reader: HeaderReader, node: "yaml.Node | None") -> WhenEmpty | None:
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


def _slot_faults(query: CannedQuery, declared: Collection[str]) -> Iterator[tuple[int, str]]:
    """Offset and message of what is wrong with the slots and scans of the text."""
    for slot in query.source.slots:
        if f"parameter {slot.name}" not in declared:
            yield slot.start, f"the slot ?{slot.name} is not declared as a parameter"
        if slot.start not in query.shape.body:
            yield slot.start, f"the slot ?{slot.name} stands outside of the query's pattern"
    scans = {(s.start, n) for s in query.source.scans for n in s.unless}
    for start, name in sorted(scans):
        if name not in query.parameters:
            yield start, f"the scan depends on “{name}”, which is no parameter"


def _check_declarations(query: CannedQuery, reader: HeaderReader, select_line: int) -> None:
    """What the header declares must be in the text, and what is selected in the header."""
    lines, projection = reader.lines, query.shape.projection
    for name in query.parameters:
        if name not in query.source.slot_names:
            message = f"the parameter “{name}” has no slot `VALUES ?{name} {{ UNDEF }}`"
            reader.fault(lines[f"parameter {name}"], message)
    labels = {column.label: name for name, column in query.columns.items() if column.label}
    for name in query.columns:
        if name not in projection:
            reader.fault(lines[f"column {name}"], f"the column “{name}” is not selected")
    for label, name in labels.items():
        if label not in projection:
            message = f"the label ?{label} of column “{name}” is not selected"
            reader.fault(lines[f"column {name}"], message)
    for name in projection:
        if f"column {name}" not in lines and name not in labels:
            message = f"the selected variable ?{name} is not declared as a column"
            reader.fault(select_line, message)


def _when_empty_faults(query: CannedQuery, queries: Mapping[str, CannedQuery]) -> Iterator[str]:
    """What keeps the query that ``when_empty`` names from being asked instead."""
    hint = query.when_empty
    if hint is None:
        return
    other = queries.get(hint.query)
    if other is None:
        yield f"when_empty names “{hint.query}”, which is no query"
        return
    for name in hint.parameters:
        for which in (query, other):
            if name not in which.parameters:
                yield f"when_empty hands on “{name}”, which {which.name} does not take"
    sure = {n for n in hint.parameters if n in query.parameters and query.parameters[n].required}
    for name, parameter in other.parameters.items():
        if parameter.required and name not in sure:
            yield f"when_empty does not hand on “{name}”, which {other.name} requires"


# In RDF


def describe(catalog: Catalog) -> "Iterator[Fact]":
    """All queries in the terms of SHACL Advanced Features: each a ``sh:SPARQLSelectExecutable``.

    Parameters are ``sh:Parameter``s whose path ends in the parameter's name.
    """
    for query in catalog:
        subject = f"{BASE}query/{query.name}"
        yield subject, RDF + "type", ox.NamedNode(SH + "SPARQLExecutable")
        yield subject, RDF + "type", ox.NamedNode(SH + "SPARQLSelectExecutable")
        yield subject, RDFS + "label", ox.Literal(query.summary, language="en")
        yield subject, DCTERMS + "description", ox.Literal(query.description, language="en")
        yield subject, DCTERMS + "identifier", ox.Literal(query.name)
        yield subject, SH + "select", ox.Literal(query.text)
        for tag in query.tags:
            yield subject, _SCHEMA + "keywords", ox.Literal(tag, language="en")
        for order, parameter in enumerate(query.parameters.values(), start=1):
            node = f"{subject}#{parameter.name}"
            yield subject, SH + "parameter", ox.NamedNode(node)
            yield node, SH + "order", typed(str(order), "integer")
            yield from _describe_parameter(node, parameter)


def _describe_parameter(node: str, parameter: Parameter) -> "Iterator[Fact]":
    yield node, RDF + "type", ox.NamedNode(SH + "Parameter")
    yield node, SH + "path", ox.NamedNode(node)
    yield node, SH + "name", ox.Literal(parameter.name.replace("_", " "), language="en")
    yield node, SH + "description", ox.Literal(parameter.description, language="en")
    if not parameter.required:
        yield node, SH + "optional", typed("true", "boolean")
    if datatype := _DATATYPES.get(parameter.type):
        yield node, SH + "datatype", ox.NamedNode(XSD + datatype)
    else:
        yield node, SH + "nodeKind", ox.NamedNode(SH + "IRI")
    if len(parameter.classes) == 1:
        yield node, SH + "class", ox.NamedNode(parameter.classes[0])
