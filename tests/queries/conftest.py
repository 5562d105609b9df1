"""Stores in memory: the fictional session of ``fictional.ttl``, and the shipped data."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from gfmdkg.build.derivation import derive_passages
from gfmdkg.namespaces import ID_BASE, SCHEME_BASE, compact
from gfmdkg.paths import shipped_content
from gfmdkg.queries import CannedQuery, Catalog, Cell, Row
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.values import Resource
from gfmdkg.store.names import names_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.index import TermIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A store with its names and the shipped queries."""

    store: OxigraphStore
    index: TermIndex
    catalog: Catalog

    def ask(self, text: str) -> Solutions:
        found = self.store.engine.query(text)  # without the project's prefixes
        assert isinstance(found, ox.QuerySolutions)
        return Solutions.of(found)

    def run(self, name: str, **values: str | Sequence[str]) -> tuple[Row, ...]:
        query = self.catalog[name]
        return query.rows(self.ask(query.bind(values, self.index)), self.index)

    def examples(self, query: CannedQuery) -> str:
        """The query with the examples of its required parameters."""
        needed = {p.name: p.example for p in query.parameters.values() if p.required}
        return query.bind(needed, self.index)


def shown(rows: Iterable[Row]) -> list[tuple[object, ...]]:
    """Rows with short names in place of IRIs, to read and write them easily."""
    return [tuple(map(_short, row.values())) for row in rows]


def _short(cell: Cell) -> object:
    if isinstance(cell, Resource):
        return compact(cell.iri).removeprefix(ID_BASE).removeprefix(SCHEME_BASE)
    return cell


def _graph(paths: Iterable[Path]) -> Graph:
    store = OxigraphStore.in_memory()
    for path in paths:
        store.load(path.read_bytes(), media_type="text/turtle", graph="")
    derive_passages(store, is_union=True).apply(store, is_union=True)
    catalog = Catalog.load(shipped_content().queries)
    return Graph(store=store, index=names_of(store), catalog=catalog)


def _ontology() -> list[Path]:
    folder = shipped_content().ontology
    return [folder / "gfmd.ttl", *sorted((folder / "vocab").glob("*.ttl"))]


@pytest.fixture(scope="session")
def fictional() -> Graph:
    return _graph([*_ontology(), Path(__file__).with_name("fictional.ttl")])


@pytest.fixture(scope="session")
def shipped() -> Graph:
    return _graph([*_ontology(), *sorted(shipped_content().data.rglob("*.ttl"))])


Rows = Callable[[Iterable[Row]], list[tuple[object, ...]]]


@pytest.fixture(scope="session", name="shown")
def _shown() -> Rows:
    return shown
