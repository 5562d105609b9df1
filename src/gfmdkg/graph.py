"""The graph for notebooks and scripts: ``from gfmdkg import Graph``.

Queries run in this process, on a frozen view of the version that was current when the graph
was opened.
"""

import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from gfmdkg.build import ensure_built
from gfmdkg.paths import Content, shipped_content
from gfmdkg.rdf.guard import check_query
from gfmdkg.rdf.media import AnswerFormats, AnswerKind
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Resource, write_json
from gfmdkg.settings import Settings
from gfmdkg.store.names import open_names
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.terms.index import TermIndex

if TYPE_CHECKING:
    import pandas as pd
    import rdflib

    from gfmdkg.queries import CannedQuery, Catalog, Row
    from gfmdkg.resources import Description

__all__ = ["Graph", "Hint", "Rows", "flatten"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Where to look instead: what another query answers when this one has no rows."""

    message: str
    rows: "Rows"


class Rows(list["Row"]):
    """The answer of a canned query: typed rows, and a hint where there is none."""

    def __init__(self, query: "CannedQuery", rows: "Iterable[Row]", hint: Hint | None) -> None:
        super().__init__(rows)
        self.query, self.hint = query, hint
        self.columns = tuple(query.columns)
        """The names of the columns, in order."""

    def to_records(self) -> list[dict[str, object]]:
        """The rows as JSON has them: a resource as ``{"iri", "label", "code"}``."""
        records: list[dict[str, object]] = json.loads(write_json(self))
        return records

    def to_pandas(self) -> "pd.DataFrame":
        """The rows as a data frame; a resource has a column for its IRI beside its label.

        Needs pandas: ``pip install 'gfmdkg[pandas]'``.
        """
        import pandas as pd

        columns, cells = flatten(self)
        return pd.DataFrame(cells, columns=list(columns))


def flatten(rows: Rows) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Columns and cells without structure: a labelled resource becomes two columns.

    ``instrument`` has the IRI and ``instrument_label`` the label, as in the query itself.
    """
    columns = rows.query.columns.values()
    names = [name for column in columns for name in (column.name, column.label) if name]

    def cells(row: "Row") -> Iterator[object]:
        for column in columns:
            cell = row[column.name]
            yield cell.iri if isinstance(cell, Resource) else cell
            if column.label:
                yield cell.label if isinstance(cell, Resource) else None

    return tuple(names), [tuple(cells(row)) for row in rows]


class Graph:
    """One version of the knowledge graph.

    >>> graph = Graph.open()
    >>> [row["number"] for row in graph.run("recommendations-citing", instrument="CMW")]
    ['3']
    >>> graph.query("ASK { ?session a gfmd:Session }")
    True
    """

    def __init__(
        self,
        version: Version,
        *,
        versions: VersionStore,
        content: Content | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.version = version
        self._settings = settings or Settings()
        self._versions = versions
        self._content = content or shipped_content()
        self.store = OxigraphStore.open_read_only(version.database)

    @classmethod
    def open(
        cls,
        store: Path | str | None = None,
        *,
        content: Path | str | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """Open the store's current version, built first where there is none or it is stale.

        ``store`` defaults to ``GFMDKG_STORE`` or a folder below the user's data, ``content``
        to what came with the installation. Raises ``DataError`` and its siblings with all
        faults where the content cannot be built.
        """
        settings = Settings.load(os.environ, {"store": None if store is None else Path(store)})
        source = shipped_content() if content is None else Content(root=Path(content))
        versions = VersionStore(settings.store, kept=settings.versions_kept)
        version = ensure_built(
            source, versions, default_graph=settings.default_graph, progress=progress
        )
        return cls(version, versions=versions, content=source, settings=settings)

    @cached_property
    def catalog(self) -> "Catalog":
        """All canned queries. Raises ``CatalogError``."""
        from gfmdkg.queries import Catalog  # who asks in SPARQL does without

        return Catalog.load(self._content.queries)

    @cached_property
    def terms(self) -> TermIndex:
        """The index of names: text to resource."""
        return open_names(self.version)

    def run(self, name: str, **parameters: object) -> Rows:
        """Run a canned query by its name; a value may be text or a sequence of texts.

        An instrument may be named by acronym, title, misspelt title, slug or IRI. Raises
        ``NotFound`` with the nearest names, ``Ambiguous``, ``UnknownParameter`` and
        ``ParameterError``.
        """
        return self.rows(self._canned(name), parameters)

    def rows(self, query: "CannedQuery", parameters: Mapping[str, object]) -> Rows:
        """Run a canned query that was read before. Raises what ``run`` raises."""
        given = {key: _texts(value) for key, value in parameters.items() if value is not None}
        rows = query.rows(self.store.select(query.bind(given, self.terms)), self.terms)
        hint = None if rows else self._hint(query, given)
        return Rows(query, rows, hint)

    def _hint(self, query: "CannedQuery", given: Mapping[str, Sequence[str]]) -> Hint | None:
        if query.when_empty is None:
            return None
        other = self._canned(query.when_empty.query)
        text = other.bind(query.when_empty.values(given), self.terms)
        rows = Rows(other, other.rows(self.store.select(text), self.terms), None)
        return Hint(message=query.when_empty.message, rows=rows) if rows else None

    def _canned(self, name: str) -> "CannedQuery":
        from gfmdkg.queries import Catalog

        return Catalog.load_one(self._content.queries, name)

    def query(self, sparql: str) -> "Solutions | bool | rdflib.Graph":
        """Answer a SPARQL query: SELECT as solutions, ASK as a boolean, the others as a graph.

        The project's prefixes need no declaration. Raises ``QueryRejected`` with line and
        column, also for what the HTTP service refuses: ``SERVICE``, and text or nesting over
        the limits. There is no time limit here; the HTTP service has one.
        """
        kind, body = self.answer(sparql, AnswerFormats(graph="application/n-triples"))
        if kind is AnswerKind.SOLUTIONS:
            return Solutions.from_json(body)
        if kind is AnswerKind.BOOLEAN:
            return b"true" in body
        return _rdflib_graph(body)

    def answer(self, sparql: str, formats: AnswerFormats) -> tuple[AnswerKind, bytes]:
        """Answer a SPARQL query in the given media types: its kind and the bytes.

        Raises what ``query`` raises.
        """
        check_query(
            sparql,
            limit_bytes=self._settings.query_limit_bytes,
            nesting_limit=self._settings.query_nesting_limit,
        )
        output = io.BytesIO()
        kind, _ = self.store.query(sparql, formats=formats, output=output)
        return kind, output.getvalue()

    def describe(self, term: str) -> "Description":
        """What the graph says of a resource, named by any of its names.

        Raises ``NotFound`` with the nearest names, and ``Ambiguous`` with the candidates.
        """
        # A canned query needs nothing of what describes.
        from gfmdkg.resources import describe, identify

        iri = identify(term, self.terms)
        touched = self._versions.last_touch(iri.value, number=self.version.number)
        return describe(iri, self.terms, self.version, touched, select=self.store.select)

    def resolve(self, term: str) -> str:
        """The IRI of the resource that ``term`` names. Raises ``NotFound``, ``Ambiguous``."""
        return self.terms.resolve(term)

    def to_rdflib(self, term: str | None = None) -> "rdflib.Graph":
        """The whole graph, or the triples of one resource, as an rdflib graph."""
        if term is None:
            output = io.BytesIO()
            self.store.dump(output, media_type="application/n-triples", graph="")
            return _rdflib_graph(output.getvalue())
        return _rdflib_graph(self.serialise(term, "application/n-triples"))

    def serialise(self, term: str, media_type: str) -> bytes:
        """The triples of one resource, named by any of its names, in an RDF media type."""
        from gfmdkg.rdf.json_ld import JSON_LD, Compaction
        from gfmdkg.resources import identify, not_found, resource_query

        iri = identify(term, self.terms)
        if not self.query(resource_query("exists", iri)):
            raise not_found(iri.value, self.terms)
        body = self.answer(resource_query("triples", iri), AnswerFormats(graph=media_type))[1]
        if media_type != JSON_LD:
            return body
        return Compaction.load(self._content.context).compact(body, root=iri.value)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(map(str, value))
    return (str(value).lower(),) if isinstance(value, bool) else (str(value),)


def _rdflib_graph(triples: bytes) -> "rdflib.Graph":
    import rdflib

    return rdflib.Graph().parse(data=triples, format="nt")
