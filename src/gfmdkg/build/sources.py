"""Files as text: those that the graph is built from, whether they changed, and those given."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from urllib.parse import quote

from gfmdkg.about import VERSION
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import GRAPH_BASE, graph_iri
from gfmdkg.paths import Content
from gfmdkg.rdf.media import GRAPHS
from gfmdkg.store.versions import Version

if TYPE_CHECKING:
    from gfmdkg.validation import SourceFile
    from gfmdkg.validation.data_graph import Scope

__all__ = [
    "DERIVED_GRAPH",
    "EXTENSIONS",
    "MADE_BY_BUILD",
    "PROVENANCE_GRAPH",
    "QUERIES_GRAPH",
    "SHAPES_GRAPHS",
    "SYNTAXES",
    "bytes_of",
    "collect_sources",
    "data_scope",
    "decode_file",
    "digest_of",
    "hash_sources",
    "is_built_from",
    "read_all",
    "read_files",
    "syntax_of",
]

_Given = TypeVar("_Given")
_Read = TypeVar("_Read")

_STANDARD_INPUT = Path("-")
DERIVED_GRAPH = GRAPH_BASE + "derived/passages"
PROVENANCE_GRAPH = GRAPH_BASE + "provenance"
QUERIES_GRAPH = GRAPH_BASE + "queries"
SHAPES_GRAPHS = GRAPH_BASE + "ontology/shapes/"
MADE_BY_BUILD = frozenset({DERIVED_GRAPH, PROVENANCE_GRAPH, QUERIES_GRAPH})
"""The graphs that come from no file."""

_NAMED = {known.name: known.media_type for known in GRAPHS}
SYNTAXES = {name: _NAMED[name] for name in ("ttl", "trig", "nt", "nq", "jsonld", "rdf")}
"""Media type by the name of the syntax, as ``--syntax`` takes it."""

EXTENSIONS = SYNTAXES | {
    "turtle": "text/turtle",
    "json": "application/ld+json",
    "xml": "application/rdf+xml",
    "owl": "application/rdf+xml",
}
"""Media type by the extension of a file's name."""

_ONTOLOGY = ("ontology/*.ttl", "ontology/vocab/*.ttl", "ontology/shapes/*.ttl")
_TRIPLES = (*_ONTOLOGY, "data/**/*.ttl")
_RULES = ("ontology/checks/*.rq", "queries/**/*.rq")


def collect_sources(content: Content) -> "tuple[SourceFile, ...]":
    """The Turtle files below ``ontology/`` and ``data/``, sorted by path.

    Raises ``DataError`` that names every file which is not UTF-8, and one where there is
    nothing to build from.
    """

    def read(file: Path) -> "SourceFile":
        path = file.relative_to(content.root).as_posix()
        return decode_file(path, file.read_bytes(), SYNTAXES["ttl"])

    found = _files(content, _TRIPLES)
    if not found:
        fault = Fault(message="no Turtle files", file=str(content.root))
        raise DataError("there is nothing to build from", [fault])
    return tuple(read_all(read, found))


def digest_of(source: "SourceFile") -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    return hashlib.sha256(source.text.encode()).hexdigest()


def data_scope(*, is_union: bool) -> "Scope":
    """What shapes are applied to: the sources and what follows from them, without the shapes."""
    from gfmdkg.validation.data_graph import Scope

    return Scope(is_data=_is_data, is_union=is_union)


def _is_data(graph: str) -> bool:
    is_told = graph not in (PROVENANCE_GRAPH, QUERIES_GRAPH)
    return is_told and not graph.startswith(SHAPES_GRAPHS)


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


# Files as text, with the syntax that their names tell


def read_all(
    read: Callable[[_Given], _Read],
    given: Sequence[_Given],
    *,
    refusal: str = "{count} of {all} files cannot be read",
) -> list[_Read]:
    """What is read of each; raises one ``DataError`` with the faults of all.

    ``refusal`` is what that says, with the places ``count``, ``faults`` (“2 faults”) and ``all``.
    """
    done: list[_Read] = []
    faults: list[Fault] = []
    for each in given:
        try:
            done.append(read(each))
        except DataError as error:
            faults += error.faults
    if faults:
        told = f"{len(faults)} fault" + ("" if len(faults) == 1 else "s")
        raise DataError(refusal.format(count=len(faults), faults=told, all=len(given)), faults)
    return done


def read_files(
    files: Sequence[Path], *, standard_input: BinaryIO, syntax: str | None = None
) -> "list[SourceFile]":
    """The files as text. Raises ``DataError`` with all that cannot be opened or are not UTF-8."""

    def read(path: Path) -> "SourceFile":
        is_input = path == _STANDARD_INPUT
        name = f"standard-input.{syntax or 'ttl'}" if is_input else path.as_posix()
        media_type = syntax_of(name, syntax)
        data = standard_input.read() if is_input else bytes_of(path)
        return decode_file(name, data, media_type)

    return read_all(read, files)


def bytes_of(file: Path) -> bytes:
    """What is in a file. Raises ``DataError``."""
    try:
        return file.read_bytes()
    except OSError as error:
        fault = Fault(message=error.strerror or str(error), file=file.as_posix())
        raise DataError("the file cannot be read", [fault]) from error


def decode_file(name: str, data: bytes, media_type: str) -> "SourceFile":
    """A file's bytes as text; raises ``DataError`` with the place of what is not UTF-8."""
    # Most who ask for the graph find it built, and wait for nothing that reads its files.
    from gfmdkg.validation import SourceFile

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError("the file cannot be read", [_not_utf_8(data, error, name)]) from error
    graph = graph_iri(quote(name.lstrip("/")))
    return SourceFile(path=name, text=text, graph=graph, media_type=media_type)


def syntax_of(name: str, syntax: str | None = None) -> str:
    """The media type of a file by ``syntax``, else by its name. Raises ``DataError``."""
    found = SYNTAXES.get(syntax or "") or EXTENSIONS.get(name.rpartition(".")[2].lower())
    if found is None:
        fault = Fault(
            message="the name does not tell in which syntax the file is",
            file=name,
            remedy=f"name it with --syntax: {', '.join(SYNTAXES)}",
        )
        raise DataError("the file cannot be read", [fault])
    return found


def _not_utf_8(data: bytes, error: UnicodeDecodeError, name: str) -> Fault:
    before = data[: error.start]
    return Fault(
        message=f"byte {error.start} is not UTF-8",
        file=name,
        line=before.count(b"\n") + 1,
        column=len(before.rpartition(b"\n")[2].decode("utf-8")) + 1,
        remedy="save the file as UTF-8",
    )
