"""The RDF store: pyoxigraph's, of which other packages see no more than this, and its complaints.

What it says against a query, an update or a document becomes an error of ours, with its place.
"""

import gc
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

import pyoxigraph as ox

from gfmdkg.errors import DataError, Fault, QueryRejected, StoreError
from gfmdkg.namespaces import PREFIXES
from gfmdkg.rdf.media import GRAPH_FORMATS, RESULTS_FORMATS, AnswerFormats, AnswerKind
from gfmdkg.rdf.prefix_lines import PREFIXED, PrefixLines, write_prefixed
from gfmdkg.rdf.solutions import Solutions

__all__ = ["TOO_LARGE", "OxigraphStore", "clone_database", "is_refusal", "parsing", "rejection"]

TOO_LARGE = "a value is larger than 16 MB"
"""What the parser refuses to hold."""

# RocksDB starts a new log each time that a folder is opened, puts the former one aside, and would
# keep a thousand.
_ROCKSDB_LOG = "LOG"
# The engine reports a place only inside its message: "error at 2:5: expected …".
_PLACE = re.compile(r"error at (\d+):(\d+):? ?", re.ASCII)
# What the engine understands but will not do. It says so by RuntimeError, like real failures.
_REFUSAL = re.compile(
    r"The custom function .* is not supported|The graph .* (?:already exists|does not exist)",
    re.DOTALL,
)

_ENGINE_PREFIXES = dict(PREFIXES)


class OxigraphStore:
    """pyoxigraph on a folder (RocksDB) or, without one, in memory.

    A result must be iterated by the thread that asked for it, or the process aborts, so
    every method here runs the query and serialises the answer in one go.
    """

    def __init__(self, store: ox.Store) -> None:
        self.engine = store
        """The engine behind, for this package alone."""

    @classmethod
    def in_memory(cls) -> Self:
        """An empty store that is gone with the process."""
        return cls(ox.Store())

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a folder for reading and writing, by one process at a time."""
        return cls._open(ox.Store, folder)

    @classmethod
    def open_read_only(cls, folder: Path) -> Self:
        """Open a frozen view of a folder; many processes may."""
        return cls._open(ox.Store.read_only, folder)

    @classmethod
    def _open(cls, opener: type[ox.Store] | object, folder: Path) -> Self:
        try:
            opened = cls(opener(str(folder)))  # type: ignore[operator]
        except (OSError, ValueError, RuntimeError) as error:
            fault = Fault(message=str(error), file=str(folder))
            raise StoreError("the store cannot be opened", [fault]) from error
        for log in folder.glob(f"{_ROCKSDB_LOG}.old.*"):
            # Another process may be about to do the same, or the folder not be ours to change.
            with suppress(OSError):
                log.unlink()
        return opened

    def close(self) -> None:
        """Write what is buffered to disk and let go of the folder."""
        del self.engine
        gc.collect(0)

    def query(
        self, text: str, *, formats: AnswerFormats, output: IO[bytes]
    ) -> tuple[AnswerKind, str]:
        """Evaluate a query and write its answer to ``output``: its kind and media type.

        Raises ``QueryRejected`` with line and column, and ``NotAcceptable``. What
        ``output.write`` raises stops the evaluation and comes through.
        """
        with _rejecting():
            answer = self.engine.query(text, prefixes=_ENGINE_PREFIXES)
        if isinstance(answer, ox.QueryTriples):
            media_type = formats.media_type(AnswerKind.GRAPH)
            if media_type in PREFIXED:
                write_prefixed(answer, output, media_type)
            else:
                answer.serialize(output, GRAPH_FORMATS[media_type])
            return AnswerKind.GRAPH, media_type
        is_boolean = isinstance(answer, ox.QueryBoolean)
        kind = AnswerKind.BOOLEAN if is_boolean else AnswerKind.SOLUTIONS
        media_type = formats.media_type(kind)
        answer.serialize(output, RESULTS_FORMATS[media_type])
        return kind, media_type

    def update(self, text: str, *, base_iri: str | None = None) -> None:
        """Carry out a SPARQL update, wholly or not at all. Raises ``QueryRejected``.

        That includes CREATE of a graph that exists, and CLEAR or DROP of one that does not,
        without SILENT.
        """
        with _rejecting():
            self.engine.update(text, base_iri=base_iri, prefixes=_ENGINE_PREFIXES)

    def load(self, source: bytes, *, media_type: str, graph: str | None = None) -> None:
        """Add a small document in one transaction.

        ``graph`` is a named graph, ``""`` the default graph, ``None`` as the quads say. Raises
        ``DataError`` with the place of a syntax error.
        """
        with parsing(None):
            self.engine.load(
                source,
                format=GRAPH_FORMATS[media_type],
                base_iri=graph or None,
                to_graph=_graph_node(graph),
            )

    def extend(self, quads: Iterable[ox.Quad]) -> None:
        """Add quads in one transaction that is as large as they are."""
        self.engine.bulk_extend(quads)

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """The quads of a named graph, of the default graph (``""``) or, by ``None``, all."""
        return self.engine.quads_for_pattern(None, None, None, _graph_node(graph))

    def contains(self, quad: ox.Quad) -> bool:
        """Whether the store holds this quad."""
        return quad in self.engine

    def named_graphs_with(self, quad: ox.Quad) -> list[ox.Quad]:
        """The quads of this quad's triple in named graphs, whatever its own graph."""
        found = self.quads_of(quad.triple)
        return [other for other in found if not isinstance(other.graph_name, ox.DefaultGraph)]

    def quads_of(self, triple: ox.Triple) -> list[ox.Quad]:
        """The quads of a triple, in whatever graph."""
        s, p, o = triple.subject, triple.predicate, triple.object
        return list(self.engine.quads_for_pattern(s, p, o, None))

    def quads_about(self, subject: str) -> list[ox.Quad]:
        """The quads of all graphs whose subject is this IRI or ``_:`` and a label."""
        is_blank = subject.startswith("_:")
        node = ox.BlankNode(subject[2:]) if is_blank else ox.NamedNode(subject)
        return list(self.engine.quads_for_pattern(node, None, None, None))

    def construct(self, query: str, *, graph: str, is_union: bool) -> set[str]:
        """What a CONSTRUCT of ours makes from all graphs together, as statements of ``graph``.

        A default graph that ``is_union`` has them; the engine's own union takes ten times as long.
        """
        triples = self.engine.query(query, use_default_graph_as_union=not is_union)
        assert isinstance(triples, ox.QueryTriples)  # noqa: S101 - our own CONSTRUCTs only
        return {f"{triple} <{graph}>" for triple in triples}

    def select(
        self, query: str, *, base_iri: str | None = None, most: int | None = None
    ) -> Solutions:
        """The solutions of a SELECT on the store's own dataset, at most the first ``most``.

        Raises ``QueryRejected``, and ``DataError`` for a query of another form.
        """
        with _rejecting():
            found = self.engine.query(query, base_iri=base_iri, prefixes=_ENGINE_PREFIXES)
        if not isinstance(found, ox.QuerySolutions):
            raise DataError("this needs a SELECT query")
        return Solutions.of(found, most=most)

    def apply(self, *, added: Iterable[ox.Quad], removed: Iterable[ox.Quad]) -> None:
        """Remove quads, then add quads."""
        for quad in removed:
            self.engine.remove(quad)
        self.engine.extend(added)

    def graph_names(self) -> tuple[str, ...]:
        """The IRIs of the named graphs, sorted."""
        return tuple(
            sorted(g.value for g in self.engine.named_graphs() if isinstance(g, ox.NamedNode))
        )

    def has_graph(self, graph: str) -> bool:
        """Whether there is a named graph of this IRI, an empty one included."""
        return self.engine.contains_named_graph(ox.NamedNode(graph))

    def clear_graph(self, graph: str) -> None:
        """Remove all triples of a named graph or of the default graph (``""``)."""
        self.engine.clear_graph(ox.NamedNode(graph) if graph else ox.DefaultGraph())

    def add_graph(self, graph: str) -> None:
        """Make sure that the named graph exists, were it empty."""
        self.engine.add_graph(ox.NamedNode(graph))

    def remove_graph(self, graph: str) -> None:
        """Remove a named graph and its triples; nothing happens where there is none."""
        self.engine.remove_graph(ox.NamedNode(graph))

    def dump(self, output: IO[bytes], *, media_type: str, graph: str | None = None) -> None:
        """Write one named graph, the default graph (``""``) or, by ``None``, all quads."""
        lines = PrefixLines(output) if media_type in PREFIXED else None
        self.engine.dump(
            lines or output,  # type: ignore[arg-type]
            GRAPH_FORMATS[media_type],
            from_graph=_graph_node(graph),
            prefixes=_ENGINE_PREFIXES,
        )
        if lines is not None:
            lines.finish()

    def flush(self) -> None:
        """Make everything written so far durable."""
        self.engine.flush()

    def __len__(self) -> int:
        """How many quads there are, the default graph's included."""
        return len(self.engine)


def _graph_node(graph: str | None) -> ox.NamedNode | ox.DefaultGraph | None:
    if graph is None:
        return None
    return ox.NamedNode(graph) if graph else ox.DefaultGraph()


@contextmanager
def _rejecting() -> Iterator[None]:
    """Raise what the engine says against a query or an update as ``QueryRejected``."""
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise rejection(str(error.msg if isinstance(error, SyntaxError) else error)) from error
    except RuntimeError as error:
        if not is_refusal(error):
            raise
        raise QueryRejected(str(error)) from error


def is_refusal(error: RuntimeError | str) -> bool:
    """Whether the engine understood the request and will not do it; else it has failed."""
    return _REFUSAL.fullmatch(str(error)) is not None


def rejection(message: str, *, shift: int = 0) -> QueryRejected:
    """The engine's complaint about a query, with its place where the engine gives one.

    ``shift`` characters stood before the first line.
    """
    place = _PLACE.search(message)
    if place is None:
        return QueryRejected(message)
    detail = message[: place.start()] + message[place.end() :]
    line, column = int(place[1]), int(place[2])
    return QueryRejected(detail, line=line, column=max(1, column - shift * (line == 1)))


@contextmanager
def parsing(file: str | None) -> Iterator[None]:
    """Raise what the parser says against a document as ``DataError``, with its place."""
    try:
        yield
    except SyntaxError as error:
        fault = Fault(message=error.msg, file=file, line=error.lineno, column=error.offset)
        raise DataError("the document cannot be read", [fault]) from error
    except MemoryError as error:
        fault = Fault(message=TOO_LARGE, file=file)
        raise DataError("the document cannot be read", [fault]) from error


def clone_database(source: Path, target: Path) -> None:
    """Copy a RocksDB folder that nobody writes to: tables by hard link, the rest by value.

    RocksDB never changes a table file once it is written. Where a link is not possible, as
    from one disk to another, the tables are copied as well. Its lock and its log stay behind.
    """
    target.mkdir()
    for file in source.iterdir():
        if file.name == "LOCK" or file.name.startswith(_ROCKSDB_LOG):
            continue
        if file.suffix == ".sst":
            with suppress(OSError):
                os.link(file, target / file.name)
                continue
        shutil.copyfile(file, target / file.name)
