"""Which files the graph is built from, and whether a version was built from them as they are."""

import hashlib
from pathlib import Path

from gfmdkg.about import VERSION
from gfmdkg.paths import Content
from gfmdkg.store.version import Version

__all__ = ["graph_files", "hash_sources", "is_built_from"]

_GRAPH_PATTERNS = (
    "ontology/*.ttl",
    "ontology/vocab/*.ttl",
    "ontology/shapes/*.ttl",
    "data/**/*.ttl",
)
_RULE_PATTERNS = ("ontology/checks/*.rq", "queries/**/*.rq")


def graph_files(content: Content) -> list[Path]:
    """The files whose triples the graph has, sorted."""
    return _files(content, _GRAPH_PATTERNS)


def is_built_from(version: Version, content: Content, *, default_graph: str) -> bool:
    """Whether the sources of a version are those of the content, with this very software."""
    return version.sources_hash == hash_sources(content, default_graph=default_graph)


def hash_sources(content: Content, *, default_graph: str) -> str:
    """A hash of everything that a build reads, the version of gfmdkg included."""
    total = hashlib.sha256(f"{VERSION}\n{default_graph}\n".encode())
    for file in _files(content, _GRAPH_PATTERNS + _RULE_PATTERNS):
        data = file.read_bytes()
        total.update(f"{file.relative_to(content.root).as_posix()}\n{len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def _files(content: Content, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({file for pattern in patterns for file in content.root.glob(pattern)})
