"""All canned queries of a folder, checked when they are loaded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from gfmdkg.catalog.query import CannedQuery, WhenEmpty
from gfmdkg.catalog.shape import QueryShape, read_shape
from gfmdkg.errors import Candidate, CatalogError, Fault, NotFound
from gfmdkg.namespaces import BASE
from gfmdkg.sparql.header import HeaderReader, split_header
from gfmdkg.sparql.query_text import QueryText
from gfmdkg.terms.parameters import Column, Parameter

if TYPE_CHECKING:
    import yaml

__all__ = ["Catalog"]

_NEAREST = 5


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
        lines: dict[str, Mapping[str, int]] = {}
        for path in sorted(folder.rglob("*.rq")):
            file = path.relative_to(folder.parent).as_posix()
            if path.parent.parent != folder:
                faults.append(Fault(message="a query lies in queries/<topic>/", file=file))
                continue
            query, header = _read_query(path, file, faults)
            if query.name in queries:
                message = f"the name “{query.name}” is taken by {queries[query.name].file}"
                faults.append(Fault(message=message, file=file))
                continue
            queries[query.name] = query
            lines[query.name] = header.lines
        for query in queries.values():
            faults += _check_when_empty(query, queries, lines[query.name].get("when_empty"))
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
        faults: list[Fault] = []
        query, _ = _read_query(paths[0], paths[0].relative_to(folder.parent).as_posix(), faults)
        if faults:
            raise CatalogError("the canned query is at fault", faults)
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

    def __contains__(self, name: object) -> bool:
        """Whether there is a query of this name."""
        return name in self.queries

    def __iter__(self) -> Iterator[CannedQuery]:
        """The queries, sorted by topic and name."""
        return iter(self.queries.values())

    def __len__(self) -> int:
        """How many queries there are."""
        return len(self.queries)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the queries, sorted by topic and name."""
        return tuple(self.queries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What a header says, on which line, and what is wrong with it."""

    summary: str
    description: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    tags: tuple[str, ...]
    when_empty: WhenEmpty | None
    lines: Mapping[str, int]
    faults: Sequence[Fault]


def _read_header(source: str, *, file: str) -> _Header:
    """What the YAML of a header says."""
    reader = HeaderReader(file)
    required = ("summary", "description", "parameters", "columns", "tags")
    fields = reader.fields(source, required=required, allowed=("when_empty",))
    return _Header(
        summary=reader.text(fields.get("summary"), "summary"),
        description=reader.text(fields.get("description"), "description"),
        parameters=reader.parameters(fields.get("parameters")),
        columns=reader.columns(fields.get("columns")),
        tags=reader.texts(fields.get("tags"), "tags"),
        when_empty=_read_when_empty(reader, fields.get("when_empty")),
        lines=reader.lines,
        faults=reader.faults,
    )


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


def _read_query(path: Path, file: str, faults: list[Fault]) -> tuple[CannedQuery, _Header]:
    source, text = split_header(path.read_text(encoding="utf-8"))
    header = _read_header(source, file=file)
    written = QueryText.read(text)
    shape = read_shape(written)
    first_line = source.count("\n") + 1

    def at(offset: int) -> int:
        return first_line + text.count("\n", 0, offset)

    faults += header.faults
    faults += [Fault(message=m, file=file, line=at(offset)) for offset, m in shape.faults]
    faults += _check_slots(header, written, shape, file, at)
    faults += _check_columns(header, shape, file, at(shape.body_start))
    query = CannedQuery(
        name=path.stem,
        topic=path.parent.name,
        summary=header.summary,
        description=header.description,
        parameters=MappingProxyType(dict(header.parameters)),
        columns=MappingProxyType(dict(header.columns)),
        tags=header.tags,
        source=written,
        shape=shape,
        file=file,
        when_empty=header.when_empty,
    )
    return query, header


def _check_slots(
    header: _Header, query: QueryText, shape: QueryShape, file: str, line_at: Callable[[int], int]
) -> Iterator[Fault]:
    slots = {slot.name for slot in query.slots}
    for slot in query.slots:
        if f"parameter {slot.name}" not in header.lines:
            message = f"the slot ?{slot.name} is not declared as a parameter"
            yield Fault(message=message, file=file, line=line_at(slot.start))
        if not shape.body_start <= slot.start < shape.order_start:
            message = f"the slot ?{slot.name} stands outside of the query's pattern"
            yield Fault(message=message, file=file, line=line_at(slot.start))
    unknown = {(s.start, n) for s in query.scans for n in s.unless if n not in header.parameters}
    for start, name in sorted(unknown):
        message = f"the scan depends on “{name}”, which is no parameter"
        yield Fault(message=message, file=file, line=line_at(start))
    for name in header.parameters:
        if name not in slots:
            message = f"the parameter “{name}” has no slot `VALUES ?{name} {{ UNDEF }}`"
            yield Fault(message=message, file=file, line=header.lines[f"parameter {name}"])


def _check_columns(
    header: _Header, shape: QueryShape, file: str, select_line: int
) -> Iterator[Fault]:
    labels = {column.label: name for name, column in header.columns.items() if column.label}
    for name in header.columns:
        if name not in shape.projection:
            message = f"the column “{name}” is not selected"
            yield Fault(message=message, file=file, line=header.lines[f"column {name}"])
    for label, name in labels.items():
        if label not in shape.projection:
            message = f"the label ?{label} of column “{name}” is not selected"
            yield Fault(message=message, file=file, line=header.lines[f"column {name}"])
    for name in shape.projection:
        if f"column {name}" not in header.lines and name not in labels:
            message = f"the selected variable ?{name} is not declared as a column"
            yield Fault(message=message, file=file, line=select_line)


def _check_when_empty(
    query: CannedQuery, queries: Mapping[str, CannedQuery], line: int | None
) -> Sequence[Fault]:
    hint = query.when_empty
    if hint is None:
        return ()
    other = queries.get(hint.query)
    if other is None:
        messages = [f"when_empty names “{hint.query}”, which is no query"]
    else:
        messages = [
            f"when_empty hands on “{name}”, which {which.name} does not take"
            for name in hint.parameters
            for which in (query, other)
            if name not in which.parameters
        ]
        messages += [
            f"when_empty does not hand on “{name}”, which {other.name} requires"
            for name, parameter in other.parameters.items()
            if parameter.required
            and not (
                name in hint.parameters
                and name in query.parameters
                and query.parameters[name].required
            )
        ]
    return [Fault(message=message, file=query.file, line=line) for message in messages]
