"""Change sets on disk, beside the versions and never part of one.

::

    store/changes/
      lock                 held while a change set takes a step
      7/patch.rdfp         written once
      7/change.json        written last, hence a folder without it is rubble; replaced atomically

Numbers are taken by making the folder, so that nobody waits for a number and none is used
twice; one that was taken by a process which was killed stays unused.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from gfmdkg.curation.changes.change_set import ChangeSet, Event, State
from gfmdkg.errors import Fault, NotFound, StoreError
from gfmdkg.store.files import locked, replace_durably, sync_folder
from gfmdkg.store.patches import Patch
from gfmdkg.store.versions import VersionStore

__all__ = ["ChangeStore"]


class ChangeStore:
    """The change sets of a store. Any number of processes may read and submit."""

    def __init__(self, versions: VersionStore) -> None:
        self._versions = versions
        self._root = versions.root / "changes"

    def reserve(self) -> int:
        """A number that nobody else has."""
        self._root.mkdir(parents=True, exist_ok=True)
        number = max(self._numbers(), default=0)
        while True:
            number += 1
            try:
                (self._root / str(number)).mkdir()
            except FileExistsError:
                continue
            sync_folder(self._root)
            return number

    def add(self, change: ChangeSet, patch: Patch) -> None:
        """Store a new change set under its reserved number. When this returns, it is safe."""
        folder = self._root / str(change.number)
        headers = {"change": change.number, "author": change.author, "created": change.created}
        replace_durably(folder / "patch.rdfp", patch.to_text(headers))
        self.put(change)

    def put(self, change: ChangeSet) -> None:
        """Replace the record of a change set, wholly or not at all."""
        file = self._root / str(change.number) / "change.json"
        replace_durably(file, json.dumps(change.to_json(), ensure_ascii=False, indent=2))

    def get(self, number: int) -> ChangeSet:
        """One change set. Raises ``NotFound``, and ``StoreError`` for a damaged record."""
        file = self._root / str(number) / "change.json"
        try:
            change = ChangeSet.from_json(json.loads(file.read_bytes()))
        except FileNotFoundError as error:
            raise NotFound("change set", str(number)) from error
        except (ValueError, KeyError, TypeError) as error:
            fault = Fault(message=str(error), file=str(file))
            raise StoreError("a change set's record is damaged", [fault]) from error
        return self._settled(change)

    def patch(self, number: int) -> Patch:
        """What a change set adds and removes."""
        self.get(number)
        file = self._root / str(number) / "patch.rdfp"
        return Patch.parse(file.read_text("utf-8"), file=str(file))

    def all(self) -> tuple[ChangeSet, ...]:
        """All change sets, oldest first."""
        numbers = sorted(self._numbers())
        complete = (n for n in numbers if (self._root / str(n) / "change.json").is_file())
        return tuple(map(self.get, complete))

    @contextmanager
    def stepping(self, wait_seconds: float = 60) -> Iterator[None]:
        """Hold the lock under which change sets take steps. Raises ``Conflict``."""
        self._root.mkdir(parents=True, exist_ok=True)
        lock = self._root / "lock"
        with locked(lock, wait_seconds=wait_seconds, refusal="somebody else reviewed"):
            yield

    def _settled(self, change: ChangeSet) -> ChangeSet:
        """Published, if the version that was announced exists: a kill came before the record."""
        current = self._versions.current()
        announced = change.publishing
        if announced is None or change.version is not None:
            return change
        if current is None or announced > current.number:
            return change
        version = self._versions.record(announced)
        if version.change != change.number:
            return change
        at = version.created.isoformat(timespec="seconds")
        event = Event(state=State.PUBLISHED, by=version.author or "", at=at)
        return change.then(event, version=version.number)

    def _numbers(self) -> list[int]:
        return [int(path.name) for path in self._root.glob("[0-9]*")]
