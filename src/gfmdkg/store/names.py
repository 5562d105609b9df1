"""The names of a version, in a file beside its database that is made once for every process."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox

from gfmdkg.store.files import derive_once, replacing, told_as_store_error
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version
from gfmdkg.terms.index import NameFact, TermIndex, is_current, labels_query, write_tables

__all__ = ["NAMES_NAME", "names_of", "open_names", "write_names"]

NAMES_NAME = "names.sqlite"
"""The file's name inside the folder of a version."""

_WHAT = "the index of names"


def open_names(version: Version) -> TermIndex:
    """The names of a version; their file is made first where it is missing or of other software.

    Any number of processes may ask at once: one makes it, the others wait. Raises
    ``StoreError`` where it cannot be written.
    """
    target = version.folder / NAMES_NAME

    def make() -> None:
        with closing(OxigraphStore.open_read_only(version.database)) as store:
            write_names(target, store)

    with told_as_store_error(target, what=_WHAT):
        derive_once(target, make, is_current=is_current)
        return TermIndex.open(target)


def write_names(target: Path, store: OxigraphStore) -> None:
    """Write the names of what is in a store to a file, which appears whole or not at all.

    Raises ``StoreError`` where it cannot be written.
    """
    with told_as_store_error(target, what=_WHAT), replacing(target) as draft:
        write_tables(draft, _facts(store))


def names_of(store: OxigraphStore) -> TermIndex:
    """The names of what is in a store now, for one who changes it."""
    return TermIndex.from_facts(_facts(store))


def _facts(store: OxigraphStore) -> Iterator[NameFact]:
    # A million triples have some hundred thousand of these, so they pass one by one.
    for resource, kind, value in store.engine.query(labels_query()):  # type: ignore[union-attr]
        if kind.value not in ("type", "scheme"):
            if isinstance(value, ox.Literal):  # a blank node or an IRI names nothing
                yield resource.value, kind.value, value.value, value.language
        elif isinstance(value, ox.NamedNode):
            yield resource.value, kind.value, value.value, None
