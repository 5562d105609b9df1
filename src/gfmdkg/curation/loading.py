"""Publishing files of any size as a version: with the rules, or as fast as the engine writes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from gfmdkg.build.derivation import derive_passages
from gfmdkg.build.sources import read_all
from gfmdkg.curation.documents import media_type_of
from gfmdkg.curation.writing import Successor, Validate, refuse_violations, succeeding
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import graph_iri
from gfmdkg.store.comparison import hash_changed, hash_extended
from gfmdkg.store.loading import Loaded, Progress, RdfFile, load_files
from gfmdkg.store.patches import Patch
from gfmdkg.store.versions import Origin, Version, VersionStore

__all__ = ["load", "place_files"]

# Above so many statements it takes less to look at the whole store than at each of them.
_FEW = 5_000
_MEND = "nothing was loaded; mend this file or leave it out, and load again"
_SYNTAXES = (".nt", ".nq", ".ttl", ".trig")


def place_files(paths: Sequence[Path], *, graph: str | None = None) -> list[RdfFile]:
    """Files with the syntaxes that their names tell, and the graphs of their triples.

    That is ``graph`` or one named after the file. Raises ``DataError`` with all files that
    cannot be loaded, and ``ParameterError`` for a graph that is no IRI.
    """

    def place(path: Path) -> RdfFile:
        name = path.with_suffix("") if path.suffix == ".gz" else path
        fault = None
        if not path.is_file():
            reason = "it is a folder" if path.is_dir() else "there is no such file"
            fault = Fault(message=reason, file=str(path))
        elif name.suffix.lower() not in _SYNTAXES:
            fault = Fault(
                message="the name does not tell in which syntax the file is",
                file=str(path),
                remedy=f"name it {', '.join(_SYNTAXES)}, or one of these with .gz",
            )
        if fault is not None:
            raise DataError("the file cannot be loaded", [fault])
        home = graph or graph_iri(f"loaded/{quote(name.stem)}.nt")
        return RdfFile(path=path, media_type=media_type_of(name.name), graph=home)

    return read_all(place, paths, refusal="{count} of {all} files cannot be loaded")


def load(
    files: Sequence[RdfFile],
    versions: VersionStore,
    *,
    validate: Validate | None,
    message: str,
    progress: Progress = lambda *_: None,
) -> Version:
    """Publish the current version with the triples of some files as the next version.

    Without ``validate`` no rule is asked. Raises ``DataError`` with the place of what cannot be
    read, ``DataRejected`` with the violations, and ``Conflict`` where another writer keeps the
    lock. After any of these, and after a kill at any moment, the former version is in use.
    """
    with succeeding(versions) as successor:
        store, is_union = successor.store, successor.base.is_union
        nodes = f"loaded-{successor.base.number + 1}"
        try:
            loaded = load_files(store, files, nodes=nodes, is_union=is_union, progress=progress)
        except DataError as error:
            raise DataError(
                error.summary, [replace(fault, remedy=_MEND) for fault in error.faults]
            ) from error
        progress("deriving", 0, 1)
        if loaded.count <= _FEW:
            patch: Patch | None = successor.settle(loaded.statements, leaves_out=False).patch
            content_hash: str | None = None
        else:
            patch, content_hash = _settle_many(successor, loaded)
        if validate is not None:
            progress("applying the rules", 0, 1)
            refuse_violations(validate(store, patch))
        progress("publishing", 0, 1)
        return successor.publish(
            message=message, origin=Origin.UPDATE, patch=patch, content_hash=content_hash
        )


def _settle_many(successor: Successor, loaded: Loaded) -> tuple[Patch | None, str | None]:
    """Let what is derived follow; the patch and the content hash, as far as they can be told.

    They follow from what was read, where no triple of it was there before or was read twice.
    """
    store, base, is_union = successor.store, successor.base, successor.base.is_union
    is_all_new = len(store) == base.quads + loaded.count * (1 + is_union)
    derived = derive_passages(store, is_union=is_union)
    derived.apply(store, is_union=is_union)
    if not is_all_new:
        return None, None
    content_hash = hash_changed(hash_extended(base.content_hash, loaded.hash_sum), derived)
    if not loaded.is_recorded:
        return None, content_hash
    added = Patch(added=tuple(loaded.statements))
    return Patch.compose((added, derived)), content_hash
