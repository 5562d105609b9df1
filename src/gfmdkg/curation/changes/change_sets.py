"""Change sets: proposed patches, each with its author, its report and what became of it.

They are on disk beside the versions and never part of one::

    store/changes/
      7/patch.rdfp         written once
      7/change.json        written last, so a folder without it is unfinished; replaced atomically

Numbers are taken by making the folder, so that nobody waits for a number and none is used
twice; one that was taken by a process which was killed stays unused. Whoever takes a step of a
change set holds the writer's lock of the store.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from gfmdkg.errors import Fault, NotFound, StoreError
from gfmdkg.store.files import replace_durably, sync_folder
from gfmdkg.store.patches import Patch
from gfmdkg.store.versions import VersionStore

__all__ = ["ChangeSet", "ChangeStore", "Event", "Input", "State"]


class State(StrEnum):
    """Where a change set stands; a rejected or published one does not change any more."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A step in a change set's life: who did it, when (ISO 8601, UTC), and what they said."""

    state: State
    by: str
    at: str
    note: str | None = None

    @classmethod
    def now(cls, state: State, by: str, note: str | None = None) -> Self:
        """The step that is taken at this moment."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(state=state, by=by, at=at, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A document that was submitted; `effect` is replace, add, remove or patch."""

    name: str
    sha256: str
    effect: str
    graph: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """The record of a change set; its patch is stored beside it.

    ``base`` is the version that the patch was computed against; ``report`` the validation of
    that version with the patch applied, as ``Report.to_json`` gives it; ``version`` the one
    that published it. ``publishing`` announces a version while it is made.
    """

    number: int
    message: str
    base: int
    inputs: tuple[Input, ...]
    added: int
    removed: int
    report: Mapping[str, Any]
    events: tuple[Event, ...]
    publishing: int | None = None
    version: int | None = None

    @property
    def state(self) -> State:
        """Where it stands now."""
        return self.events[-1].state

    @property
    def author(self) -> str:
        """Who submitted it."""
        return self.events[0].by

    @property
    def created(self) -> str:
        """When it was submitted."""
        return self.events[0].at

    @property
    def conforms(self) -> bool:
        """Whether the graph kept all rules when it was validated last."""
        return bool(self.report["conforms"])

    def then(self, event: Event, **changes: Any) -> Self:
        """The same after one more event."""
        return replace(self, events=(*self.events, event), **changes)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Read what ``asdict`` gives. Raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        events = tuple(Event(**{**e, "state": State(e["state"])}) for e in record["events"])
        inputs = tuple(Input(**i) for i in record["inputs"])
        return cls(**{**record, "events": events, "inputs": inputs})


class ChangeStore:
    """The change sets of a store. Any number of processes may read and submit."""

    def __init__(self, versions: VersionStore) -> None:
        self._versions = versions
        self._root = versions.root / "changes"

    def reserve(self) -> int:
        """A number that nobody else has."""
        self._root.mkdir(parents=True, exist_ok=True)
        number = max((int(path.name) for path in self._root.glob("[0-9]*")), default=0)
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
        replace_durably(file, json.dumps(asdict(change), ensure_ascii=False, indent=2))

    def get(self, number: int) -> ChangeSet:
        """One change set. Raises ``NotFound``, and ``StoreError`` for a damaged record."""
        file = self._root / str(number) / "change.json"
        try:
            change = ChangeSet.from_json(json.loads(file.read_bytes()))
        except FileNotFoundError as error:
            numbers = self._numbers()
            hint = f"the latest is {numbers[-1]}" if numbers else "there is none yet"
            raise NotFound("change set", str(number), hint=hint) from error
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
        return tuple(map(self.get, self._numbers()))

    def _numbers(self) -> list[int]:
        return sorted(int(record.parent.name) for record in self._root.glob("[0-9]*/change.json"))

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
