"""Writing the graph's named graphs back to the files that they came from."""

from dataclasses import dataclass
from pathlib import Path

from gfmdkg.curation.changes.revising import revise_turtle
from gfmdkg.errors import DataError
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.store.patches import is_same_but_for_labels, normalise, statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_quads
from gfmdkg.store.versions import Version

__all__ = ["Exported", "export_files"]

_PREFIX = GRAPH_BASE + "data/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Files below the folder, as paths relative to it: those written, and those now empty."""

    written: tuple[Path, ...]
    emptied: tuple[Path, ...]


def export_files(version: Version, folder: Path) -> Exported:
    """Make the Turtle files below a ``data/`` folder say what the version's graphs say.

    A file that says it already is left as it is, byte by byte. A file whose graph is gone is
    reported, not removed. Building from the files gives the same graphs again.
    """
    store = OxigraphStore.open_read_only(version.database)
    written: list[Path] = []
    names = [name for name in store.graph_names() if name.startswith(_PREFIX)]
    kept: set[Path] = set()
    for name in names:
        statements = statements_of(store, name)
        path = _path(name)
        if not statements or path is None:
            continue
        kept.add(path)
        if not _says(folder / path, name, statements):
            _write(folder / path, name, statements)
            written.append(path)
    store.close()
    present = (file.relative_to(folder) for file in folder.rglob("*.ttl"))
    emptied = sorted(path for path in present if path not in kept)
    return Exported(written=tuple(sorted(written)), emptied=tuple(emptied))


def _path(graph: str) -> Path | None:
    """The file of a graph below ``data/``; ``None`` for a name that would lead out of it."""
    path = Path(graph.removeprefix(_PREFIX) + ".ttl")
    return None if path.is_absolute() or ".." in path.parts else path


def _says(file: Path, graph: str, statements: set[str]) -> bool:
    if not file.is_file():
        return False
    try:
        quads = read_quads(file.read_bytes(), media_type="text/turtle", graph=graph)
    except DataError:
        return False
    return is_same_but_for_labels(normalise(quads), statements)


def _write(file: Path, graph: str, statements: set[str]) -> None:
    former = file.read_bytes().decode("utf-8", errors="replace") if file.is_file() else ""
    text = revise_turtle(former, statements, graph=graph)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".ttl.next")
    draft.write_bytes(text.encode("utf-8"))
    draft.replace(file)
