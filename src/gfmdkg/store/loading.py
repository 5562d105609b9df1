"""Loading files of any size into a store: each is read once, and nothing of it is kept."""

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from gfmdkg.errors import DataError, Fault, ParameterError
from gfmdkg.rdf.media import GRAPH_FORMATS
from gfmdkg.rdf.values import Term
from gfmdkg.store.comparison import sum_statements
from gfmdkg.store.rdf_store import OxigraphStore, parsing
from gfmdkg.store.union import with_union

__all__ = ["MOST_RECORDED", "Loaded", "Progress", "RdfFile", "load_files"]

Progress = Callable[[str, int, int | None], None]
"""Hears what is being done ("reading"), how much of it is done, and of how much if known."""

MOST_RECORDED = 200_000
"""Of so many statements a load knows each; of more, how many they are and what they hash to."""

_BLOCK = 2_000
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RdfFile:
    """A file, packed by gzip where its name says so, and the graph of triples without one."""

    path: Path
    media_type: str
    graph: str

    def __post_init__(self) -> None:
        try:
            ox.NamedNode(self.graph)
        except ValueError as error:
            raise ParameterError("graph", f"is no IRI: {error}", value=self.graph) from error


@dataclass(slots=True)
class Loaded:
    """What was read: how many statements, the sum of their hashes and, if they are few, which.

    A statement that was read twice counts twice.
    """

    count: int = 0
    hash_sum: int = 0
    statements: list[str] = field(default_factory=list)

    @property
    def is_recorded(self) -> bool:
        """Whether ``statements`` has all of them."""
        return self.count <= MOST_RECORDED

    def add(self, statements: Sequence[str]) -> None:
        """Count statements, in the store's spelling."""
        self.count += len(statements)
        self.hash_sum += sum_statements(statements)
        if self.is_recorded:
            self.statements += statements


def load_files(
    store: OxigraphStore,
    files: Sequence[RdfFile],
    *,
    nodes: str,
    is_union: bool,
    progress: Progress,
) -> Loaded:
    """Add files to a store, and to the union of its graphs where that is kept.

    Blank nodes are numbered as they come, and named after ``nodes`` and the file's place, so
    the same files give the same names. Raises ``DataError`` with the place of what cannot be
    read; then nothing is added.
    """
    loaded = Loaded()
    quads = chain.from_iterable(
        _read(file, _Names(f"{nodes}-{place}-"), loaded, progress)
        for place, file in enumerate(files)
    )
    store.extend(with_union(quads) if is_union else quads)
    return loaded


class _Names(dict[ox.BlankNode, ox.BlankNode]):
    """Blank nodes of a document by their new names."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, node: ox.BlankNode) -> ox.BlankNode:
        self[node] = named = ox.BlankNode(f"{self._prefix}{len(self)}")
        return named

    def rename(self, term: Term) -> Term:
        """The term with its blank nodes named anew."""
        if isinstance(term, ox.BlankNode):
            return self[term]
        if isinstance(term, ox.Triple):
            return ox.Triple(self.rename(term.subject), term.predicate, self.rename(term.object))  # type: ignore[arg-type]
        return term


def _read(file: RdfFile, names: _Names, loaded: Loaded, progress: Progress) -> Iterator[ox.Quad]:
    what, size = f"reading {file.path.name} (MB)", file.path.stat().st_size // _MEGABYTE
    before = loaded.count
    try:
        with parsing(str(file.path)), file.path.open("rb") as packed:
            is_packed = file.path.suffix == ".gz"
            source: IO[bytes] = gzip.GzipFile(fileobj=packed) if is_packed else packed  # type: ignore[assignment]
            quads = ox.parse(source, GRAPH_FORMATS[file.media_type], base_iri=file.graph)
            while block := [_placed(quad, file, names) for quad in islice(quads, _BLOCK)]:
                loaded.add([statement for _, statement in block])
                progress(what, packed.tell() // _MEGABYTE, size)
                yield from (quad for quad, _ in block)
    except (OSError, EOFError, zlib.error) as error:
        raise _refused(file, getattr(error, "strerror", None) or str(error)) from error
    if loaded.count == before:
        raise _refused(file, "it holds no triple")


def _placed(quad: ox.Quad, file: RdfFile, names: _Names) -> tuple[ox.Quad, str]:
    """The quad in a named graph, with its blank nodes named anew; also in the store's spelling."""
    graph, statement = quad.graph_name, str(quad)
    if isinstance(graph, ox.BlankNode):
        raise _refused(file, f"the graph {graph} has no IRI")
    if isinstance(graph, ox.DefaultGraph) or "_:" in statement:
        home = ox.NamedNode(file.graph) if isinstance(graph, ox.DefaultGraph) else graph
        quad = ox.Quad(names.rename(quad.subject), quad.predicate, names.rename(quad.object), home)  # type: ignore[arg-type]
        statement = str(quad)
    if '"^^<' in statement:
        spelled = _spelled(quad.object)
        statement = str(ox.Quad(quad.subject, quad.predicate, spelled, quad.graph_name))
    return quad, statement


@lru_cache(maxsize=50_000)
def _spelled(term: Term) -> Term:
    """A term as the store has it, which writes ``01`` as ``1``."""
    node = ox.NamedNode("urn:x-gfmdkg-spelled")
    store = ox.Store()
    store.add(ox.Quad(node, node, term))
    (quad,) = store.quads_for_pattern(node, None, None, None)
    return quad.object


def _refused(file: RdfFile, message: str) -> DataError:
    return DataError("the file cannot be loaded", [Fault(message=message, file=str(file.path))])
