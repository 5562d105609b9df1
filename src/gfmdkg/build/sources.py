"""The files that the graph is built from, and which graphs come from none."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gfmdkg.about import VERSION
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import GRAPH_BASE, graph_iri
from gfmdkg.paths import Content

if TYPE_CHECKING:
    from gfmdkg.validation.data_graph import Scope

__all__ = [
    "DERIVED_GRAPH",
    "MADE_BY_BUILD",
    "PROVENANCE_GRAPH",
    "QUERIES_GRAPH",
    "SHAPES_GRAPHS",
    "Source",
    "collect_sources",
    "data_scope",
    "hash_sources",
    "source_paths",
]

DERIVED_GRAPH = GRAPH_BASE + "derived/links"
PROVENANCE_GRAPH = GRAPH_BASE + "provenance"
QUERIES_GRAPH = GRAPH_BASE + "queries"
SHAPES_GRAPHS = GRAPH_BASE + "ontology/shapes/"
MADE_BY_BUILD = frozenset({DERIVED_GRAPH, PROVENANCE_GRAPH, QUERIES_GRAPH})
"""The graphs that come from no file."""

_GRAPH_PATTERNS = (
    "ontology/*.ttl",
    "ontology/vocab/*.ttl",
    "ontology/shapes/*.ttl",
    "data/**/*.ttl",
)
_RULE_PATTERNS = ("ontology/checks/*.rq", "queries/**/*.rq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Turtle file: its path below the content's top, and its text."""

    path: str
    text: str

    @property
    def graph(self) -> str:
        """The named graph that takes its triples."""
        return graph_iri(self.path)

    @property
    def digest(self) -> str:
        """The SHA-256 of the file, as hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def collect_sources(content: Content) -> tuple[Source, ...]:
    """The Turtle files below ``ontology/`` and ``data/``, sorted by path.

    Raises ``DataError`` that names every file which is not UTF-8, and one where there is
    nothing to build from.
    """
    sources: list[Source] = []
    faults: list[Fault] = []
    for file in _files(content, _GRAPH_PATTERNS):
        path = file.relative_to(content.root).as_posix()
        try:
            sources.append(Source(path=path, text=file.read_bytes().decode("utf-8")))
        except UnicodeDecodeError as error:
            faults.append(
                Fault(
                    message=f"byte {error.start} is not UTF-8",
                    file=path,
                    remedy="save the file as UTF-8",
                )
            )
    if not sources and not faults:
        faults.append(Fault(message="no Turtle files", file=str(content.root)))
    if faults:
        raise DataError("the sources cannot be read", faults)
    return tuple(sources)


def hash_sources(content: Content, *, default_graph: str) -> str:
    """A hash of everything that a build reads, the version of gfmdkg included."""
    total = hashlib.sha256(f"{VERSION}\n{default_graph}\n".encode())
    for file in _files(content, _GRAPH_PATTERNS + _RULE_PATTERNS):
        data = file.read_bytes()
        total.update(f"{file.relative_to(content.root).as_posix()}\n{len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def source_paths(content: Content) -> list[Path]:
    """All files that a build reads, and the folders in which there may be more, sorted."""
    folders = {
        p
        for top in (content.ontology, content.data, content.queries)
        for p in (top, *top.rglob("*/"))
    }
    return sorted({*_files(content, _GRAPH_PATTERNS + _RULE_PATTERNS), *folders})


def _files(content: Content, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({file for pattern in patterns for file in content.root.glob(pattern)})


def data_scope(*, is_union: bool) -> "Scope":
    """What shapes are applied to: the sources, without the shapes and what the build adds."""
    from gfmdkg.validation.data_graph import Scope

    return Scope(is_data=_is_source, is_union=is_union)


def _is_source(graph: str) -> bool:
    return graph not in MADE_BY_BUILD and not graph.startswith(SHAPES_GRAPHS)
