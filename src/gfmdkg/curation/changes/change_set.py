"""A change set: a proposed patch, with its author, its report and what became of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

__all__ = ["ChangeSet", "Event", "Input", "State"]


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
    """A document that was submitted: its name, its SHA-256, and what it was taken for.

    ``effect`` is replace, add, remove or patch; ``graph`` is the named graph, if it is one.
    """

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

    def then_publishing(self, version: int) -> Self:
        """The same with the announcement of the version that will publish it."""
        return replace(self, publishing=version)

    def last(self, state: State) -> Event | None:
        """The latest event of this kind."""
        return next((e for e in reversed(self.events) if e.state is state), None)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON; ``from_json`` reads it."""
        return asdict(self)

    def summary(self) -> dict[str, Any]:
        """What lists show of it."""
        return {
            "number": self.number,
            "state": self.state.value,
            "author": self.author,
            "created": self.created,
            "message": self.message,
            "added": self.added,
            "removed": self.removed,
            "conforms": self.conforms,
            "base": self.base,
            "version": self.version,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Read ``to_json``. Raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        events = tuple(Event(**{**e, "state": State(e["state"])}) for e in record["events"])
        inputs = tuple(Input(**i) for i in record["inputs"])
        return cls(**{**record, "events": events, "inputs": inputs})
