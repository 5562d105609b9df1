"""Published versions of the graph, and the one writer that makes the next.

::

    store/
      CURRENT              the number of the version in use; replaced atomically
      signal               changed whenever CURRENT is, so that readers need not look at it
      lock                 held by the writer, across processes
      versions/12/db       a RocksDB folder that nobody writes to any more
      versions/12/version.json
      versions/12/patch.rdfp   what it has more and less than version 11; see store/patches.py
      versions/12/…        what was made from it: names.sqlite, search.sqlite, lists.sqlite, …
      staging/…            the writer's draft; what a crash left is removed by the next writer
      scratch/…            copies to try a change on, each gone with who uses it

A draft is a clone of a version, made in milliseconds. Everything is
written, flushed and renamed into place before CURRENT names it, hence a crash at any
moment leaves either the former version or the next one, and never a half.

A version that is pruned loses its database and what was made from it, such as its search
index; record and patch are its history and stay.
"""

import json
import mmap
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from gfmdkg.errors import Fault, NotFound, StoreError
from gfmdkg.rdf.values import write_json
from gfmdkg.store.files import locked, replace_durably, scratch_folder, sync_folder
from gfmdkg.store.rdf_store import OxigraphStore, clone_database

if TYPE_CHECKING:
    from gfmdkg.store.patches import Patch

__all__ = ["Draft", "Origin", "Version", "VersionStore"]

_HISTORY = ("version.json", "patch.rdfp")
_LOOK_SECONDS = 1.0
_SIGN_BYTES = 16
# What was made for a version and may hold for the next; its readers find out.
_CARRIED = "rules.json"
_LOCKED_OUT = "another writer held the lock"


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
    def is_union(self) -> bool:
        """Whether the default graph holds the union of all named ones."""
        return self.default_graph == "union"

    @property
    def database(self) -> Path:
        """The RocksDB folder."""
        return self.folder / "db"

    @contextmanager
    def scratch(self) -> Iterator[OxigraphStore]:
        """``with version.scratch() as store``: a copy to be changed at will, and forgotten."""
        with scratch_folder(self.folder.parents[1] / "scratch") as folder:
            clone_database(self.database, folder / "db")
            with closing(OxigraphStore.open(folder / "db")) as store:
                yield store


@dataclass(slots=True, kw_only=True)
class Draft:
    """The next version while it is made; only its writer sees it."""

    store: OxigraphStore
    base: Version | None
    folder: Path
    """Where to put what is published with the version; it becomes its folder."""
    published: Version | None = None
    _publish: "Callable[[Draft, Patch | None, str | None, Mapping[str, Any]], Version]"

    def publish(
        self, *, patch: "Patch | None" = None, content_hash: str | None = None, **record: Any
    ) -> Version:
        """Make the draft the current version. When this returns, it is safe on disk.

        ``record`` is what a ``Version`` says of its origin and its sources. ``patch`` is all that
        the draft has more and less than its base, where the caller knows; this then takes as long
        as the patch is large. Otherwise both are read as a whole, unless the caller knows the
        ``content_hash``, too.
        """
        self.published = self._publish(self, patch, content_hash, record)
        return self.published


class VersionStore:
    """The versions below one folder. Any number of processes may read, one at a time writes."""

    def __init__(self, root: Path, *, kept: int = 20) -> None:
        self.root = root
        self._kept = kept
        self._pointer = root / "CURRENT"
        self._versions = root / "versions"
        self._staging = root / "staging"
        self._signal = _Signal(root / "signal")
        self._sign: bytes | None = None
        self._next_look = 0.0
        self._stamp: tuple[int, int] | None = None
        self._seen: Version | None = None

    def current(self) -> Version | None:
        """The version in use, or ``None`` before the first; cheap enough for every request.

        CURRENT is looked at when the signal says so, and now and then in case that somebody
        replaced it by hand.
        """
        sign = self._signal.read()
        if sign is None or sign != self._sign or perf_counter() > self._next_look:
            self._sign = sign
            self._look()
        return self._seen

    def _look(self) -> None:
        try:
            status = os.stat(self._pointer)  # noqa: PTH116 - a tenth of Path's time, often asked
        except FileNotFoundError:
            self._stamp = self._seen = None
            return
        stamp = (status.st_ino, status.st_mtime_ns)
        if self._stamp != stamp:
            self._seen = self.get(self._current_number())
            self._stamp = stamp
            # It may be another store by now. What is published meanwhile is found at the next look.
            self._signal.seek()
            self._sign = None
        self._next_look = perf_counter() + _LOOK_SECONDS

    def _current_number(self) -> int:
        try:
            return int(self._pointer.read_text("utf-8"))
        except ValueError as error:
            fault = Fault(
                message="it holds no number",
                file=str(self._pointer),
                remedy=f"write the number of a folder of {self._versions} into it, as a rule the"
                " greatest",
            )
            raise StoreError("the store does not say which version is in use", [fault]) from error

    def require_current(self) -> Version:
        """The version in use; raises ``StoreError`` with the way out before the first."""
        version = self.current()
        if version is None:
            fault = Fault(
                message="nothing is published yet", file=str(self.root), remedy="run: gfmdkg build"
            )
            raise StoreError("the store is empty", [fault])
        return version

    def get(self, number: int) -> Version:
        """One version by its number. Raises ``NotFound``, also for one that was pruned."""
        version = self.record(number)
        if not version.is_available:
            raise NotFound("version", str(number))
        return version

    def record(self, number: int) -> Version:
        """What is known of a version, pruned or not. Raises ``NotFound``."""
        folder = self._versions / str(number)
        try:
            record = json.loads((folder / "version.json").read_bytes())
        except FileNotFoundError as error:
            latest = max((int(p.name) for p in self._versions.glob("[0-9]*")), default=None)
            hint = "there is none yet" if latest is None else f"the latest is {latest}"
            raise NotFound("version", str(number), hint=hint) from error
        except ValueError as error:
            fault = Fault(message=str(error), file=str(folder / "version.json"))
            raise StoreError("a version's record is damaged", [fault]) from error
        record["created"] = datetime.fromisoformat(record["created"])
        record["origin"] = Origin(record["origin"])
        return Version(folder=folder, **record)

    def history(self) -> tuple[Version, ...]:
        """The records of all versions up to the current one, oldest first."""
        current = self.current()
        numbers = sorted(int(p.name) for p in self._versions.glob("[0-9]*"))
        last = 0 if current is None else current.number
        return tuple(self.record(number) for number in numbers if number <= last)

    def patch(self, number: int) -> "Patch | None":
        """What a version has more and less than its parent; ``None`` where it is not recorded.

        Raises ``NotFound`` for a version that there never was, ``DataError`` for a damaged file.
        """
        from gfmdkg.store.patches import Patch

        file = self.record(number).folder / "patch.rdfp"
        try:
            return Patch.parse(file.read_text("utf-8"), file=str(file))
        except FileNotFoundError:
            return None

    def last_touch(self, resource: str, *, number: int) -> tuple[Version, bool]:
        """The last version up to ``number`` that added or removed a statement about a resource.

        The flag is false where no recorded patch has one; the version is then the oldest on
        record. Patches are searched as bytes, not read, so this takes milliseconds for hundreds.
        Raises ``NotFound`` for a version that there never was.
        """
        oldest = self.record(number)
        rows = [f"\n{mark} <{resource}> ".encode() for mark in "AD"]
        for version in reversed(self.history()):
            if version.number > number:
                continue
            oldest = version
            if _has_any(version.folder / "patch.rdfp", rows):
                return version, True
        return oldest, False

    @contextmanager
    def writing(self, *, from_nothing: bool = False, wait_seconds: float = 60) -> Iterator[Draft]:
        """Hold the writer's lock and a draft of the next version, until the block ends.

        The draft starts as the current version or, ``from_nothing``, empty. Without
        ``Draft.publish`` nothing of it remains. Raises ``Conflict`` where another writer
        keeps the lock for ``wait_seconds``.
        """
        self._staging.mkdir(parents=True, exist_ok=True)
        self._versions.mkdir(exist_ok=True)
        with locked(self.root / "lock", wait_seconds=wait_seconds, refusal=_LOCKED_OUT):
            self._remove_leftovers()
            base = self.current()
            folder = self._staging / uuid4().hex
            folder.mkdir()
            if base is not None and not from_nothing:
                clone_database(base.database, folder / "db")
            if base is not None:
                with suppress(FileNotFoundError):
                    shutil.copyfile(base.folder / _CARRIED, folder / _CARRIED)
            store = OxigraphStore.open(folder / "db")
            draft = Draft(store=store, base=base, folder=folder, _publish=self._publish)
            try:
                yield draft
            finally:
                if draft.published is None:
                    draft.store.close()
                    shutil.rmtree(folder, ignore_errors=True)

    def withdraw(self, version: Version) -> None:
        """Take a first version back, unless another followed; then the store is empty again."""
        with locked(self.root / "lock", wait_seconds=60, refusal=_LOCKED_OUT):
            if version.parent is None and self.current() == version:
                self._pointer.unlink()
                self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        """Remove what writers left that were killed before they acknowledged anything."""
        for leftover in self._staging.iterdir():
            shutil.rmtree(leftover, ignore_errors=True)
        for pointer in self.root.glob("CURRENT.*.part"):
            pointer.unlink(missing_ok=True)
        current = self.current()
        for folder in self._versions.glob("[0-9]*"):
            if current is None or int(folder.name) > current.number:
                shutil.rmtree(folder, ignore_errors=True)

    def _publish(
        self,
        draft: Draft,
        patch: "Patch | None",
        content_hash: str | None,
        record: Mapping[str, Any],
    ) -> Version:
        # Most processes only read, and start without what compares and hashes.
        from gfmdkg.store import comparison

        draft.store.flush()
        staged, base = draft.folder, draft.base
        number = 1 if base is None else base.number + 1
        has_union = record["default_graph"] == "union"
        if content_hash is not None:
            quads = len(draft.store)
        elif patch is not None and base is not None:
            with closing(_contents(base)) as before:
                quads = base.quads + comparison.count_growth(before, draft.store, patch)
            content_hash = comparison.hash_changed(base.content_hash, patch)
        else:
            # The files are the first build's history; other beginnings have no other.
            if base is not None or record["origin"] is not Origin.BUILD:
                with closing(_contents(base)) as before:
                    patch = comparison.compare_if_small(before, draft.store, has_union=has_union)
            content_hash = comparison.hash_content(draft.store, has_union=has_union)
            quads = len(draft.store)
        version = Version(
            number=number,
            created=datetime.now(UTC),
            content_hash=content_hash,
            parent=None if base is None else base.number,
            quads=quads,
            folder=self._versions / str(number),
            added=None if patch is None else len(patch.added),
            removed=None if patch is None else len(patch.removed),
            **record,
        )
        draft.store.close()
        if patch is not None:
            headers = {"version": number, "created": version.created.isoformat()}
            replace_durably(staged / "patch.rdfp", patch.to_text(headers))
        written = {name: value for name, value in asdict(version).items() if name != "folder"}
        replace_durably(staged / "version.json", write_json(written, indent=2))
        staged.rename(version.folder)
        sync_folder(self._versions)
        replace_durably(self._pointer, f"{number}\n")
        self._signal.give()
        self._prune(number)
        return version

    def _prune(self, current: int) -> None:
        for database in self._versions.glob("[0-9]*/db"):
            if int(database.parent.name) <= current - self._kept:
                leftover = self._staging / uuid4().hex
                database.rename(leftover)  # at once, so that nobody opens the half of one
                shutil.rmtree(leftover, ignore_errors=True)
                for file in database.parent.iterdir():
                    if file.name not in _HISTORY:
                        file.unlink(missing_ok=True)


def _contents(version: Version | None) -> OxigraphStore:
    if version is None:
        return OxigraphStore.in_memory()
    return OxigraphStore.open_read_only(version.database)


def _has_any(file: Path, rows: list[bytes]) -> bool:
    text = file.read_bytes() if file.is_file() else b""
    return any(row in text for row in rows)


class _Signal:
    """A sign that other processes see in their memory: that they should look at a file again.

    It is a file of a few bytes, which readers map into memory and a writer changes in place. Its
    bytes mean nothing but that they are others than before, so that a reader who sees them half
    written looks once too often and never too rarely.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._map: mmap.mmap | None = None

    def read(self) -> bytes | None:
        """The sign as it is now; ``None`` where it was not found when it was last sought."""
        return None if self._map is None else self._map[:]

    def seek(self) -> None:
        """Map the file as it is named now."""
        self._map = None
        with suppress(OSError, ValueError), self._path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), _SIGN_BYTES, access=mmap.ACCESS_READ)

    def give(self) -> None:
        """Change the sign, for every process that has it mapped."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(descriptor, uuid4().bytes, 0)
        finally:
            os.close(descriptor)
