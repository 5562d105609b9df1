"""The files that the graph is built from, whether they changed, and which graphs come from none."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from gfmdkg.about import VERSION
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import Content
from gfmdkg.store.versions import Version

if TYPE_CHECKING:
    from gfmdkg.validation import SourceFile
    from gfmdkg.validation.data_graph import Scope

__all__ = [
    "DERIVED_GRAPH",
    "MADE_BY_BUILD",
    "PROVENANCE_GRAPH",
    "QUERIES_GRAPH",
    "SHAPES_GRAPHS",
    "collect_sources",
    "data_scope",
    "digest_of",
    "hash_sources",
    "is_built_from",
]

DERIVED_GRAPH = GRAPH_BASE + "derived/links"
PROVENANCE_GRAPH = GRAPH_BASE + "provenance"
QUERIES_GRAPH = GRAPH_BASE + "queries"
SHAPES_GRAPHS = GRAPH_BASE + "ontology/shapes/"
MADE_BY_BUILD = frozenset({DERIVED_GRAPH, PROVENANCE_GRAPH, QUERIES_GRAPH})
"""The graphs that come from no file."""

_ONTOLOGY = ("ontology/*.ttl", "ontology/vocab/*.ttl", "ontology/shapes/*.ttl")
_TRIPLES = (*_ONTOLOGY, "data/**/*.ttl")
_RULES = ("ontology/checks/*.rq", "queries/**/*.rq")


def collect_sources(content: Content) -> "tuple[SourceFile, ...]":
    """The Turtle files below ``ontology/`` and ``data/``, sorted by path.

    Raises ``DataError`` that names every file which is not UTF-8, and one where there is
    nothing to build from.
    """
    # Most who ask for the graph find it built, and wait for nothing that reads its files.
    from gfmdkg.build.files import SYNTAXES, decode_file

    sources: list[SourceFile] = []
    faults: list[Fault] = []
    for file in _files(content, _TRIPLES):
        path = file.relative_to(content.root).as_posix()
        try:
            sources.append(decode_file(path, file.read_bytes(), SYNTAXES["ttl"]))
        except DataError as error:
            faults += error.faults
    if not sources and not faults:
        faults.append(Fault(message="no Turtle files", file=str(content.root)))
    if faults:
        raise DataError("the sources cannot be read", faults)
    return tuple(sources)


def digest_of(source: "SourceFile") -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    return hashlib.sha256(source.text.encode()).hexdigest()


def data_scope(*, is_union: bool) -> "Scope":
    """What shapes are applied to: the sources, without the shapes and what the build adds."""
    from gfmdkg.validation.data_graph import Scope

    return Scope(is_data=_is_source, is_union=is_union)


def _is_source(graph: str) -> bool:
    return graph not in MADE_BY_BUILD and not graph.startswith(SHAPES_GRAPHS)


def is_built_from(version: Version, content: Content, *, default_graph: str) -> bool:
    """Whether the sources of a version are those of the content, with this very software."""
    return version.sources_hash == hash_sources(content, default_graph=default_graph)


def hash_sources(content: Content, *, default_graph: str) -> str:
    """A hash of everything that a build reads, the version of gfmdkg included."""
    total = hashlib.sha256(f"{VERSION}\n{default_graph}\n".encode())
    for file in _files(content, _TRIPLES + _RULES):
        data = file.read_bytes()
        total.update(f"{file.relative_to(content.root).as_posix()}\n{len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def _files(content: Content, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({file for pattern in patterns for file in content.root.glob(pattern)})
