"""One published version of the graph: what is on record of it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from gfmdkg.store.cloning import scratch_copy
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["Origin", "Version"]


class Origin(StrEnum):
    """How a version came to be."""

    BUILD = "build"
    EMPTY = "empty"
    UPDATE = "update"
    PUBLISH = "publish"
    REVERT = "revert"

    @property
    def is_change(self) -> bool:
        """Whether it holds something that a build from files would leave out."""
        return self not in (Origin.BUILD, Origin.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One published state of the graph.

    ``content_hash`` is the same for the same quads, whatever their order and history;
    ``sources_hash`` tells from which files it, or the version that it changes, was built;
    ``default_graph`` says whether the default graph holds the union of all named ones.
    ``author`` made it, ``change`` is the change set that it published, ``reverts`` the version
    that it undoes. ``added`` and ``removed`` count the statements of its patch; they are
    ``None`` where none is recorded: for a first build, and for stores too big to compare.
    """

    number: int
    created: datetime
    content_hash: str
    sources_hash: str
    origin: Origin
    parent: int | None
    quads: int
    default_graph: str
    message: str
    folder: Path
    author: str | None = None
    change: int | None = None
    reverts: int | None = None
    added: int | None = None
    removed: int | None = None

    @property
    def is_available(self) -> bool:
        """Whether it can be queried still; one that was pruned cannot."""
        return self.database.is_dir()

    @property
    def database(self) -> Path:
        """The RocksDB folder."""
        return self.folder / "db"

    def scratch(self) -> AbstractContextManager[OxigraphStore]:
        """``with version.scratch() as store``: a copy to be changed at will, and forgotten."""
        return scratch_copy(self.database, folder=self.folder.parents[1] / "scratch")
