"""The steps of a change set: submit, accept, reject, publish; and undoing a version.

Each step holds the writer's lock, so that what was checked is what is published. A change is
acknowledged when the function returns, and not lost from then on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from gfmdkg.build.derivation import DERIVED_GRAPH, PROVENANCE_GRAPH
from gfmdkg.build.doubles import double_findings
from gfmdkg.curation.changes.change_set import ChangeSet, Event, State
from gfmdkg.curation.changes.change_store import ChangeStore
from gfmdkg.curation.changes.clashes import find_clashes
from gfmdkg.curation.changes.provenance import describe_publication, describe_revert
from gfmdkg.curation.changes.submission import Document, compute_patch, place_in_documents
from gfmdkg.curation.writing import Settled, Validate, settle
from gfmdkg.errors import Conflict, DataRejected, Forbidden, RequestError
from gfmdkg.store.patches import Patch
from gfmdkg.store.versions import Draft, Origin, Version, VersionStore
from gfmdkg.validation import Report

__all__ = ["Review"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The curation of one store. ``wait_seconds`` is the longest wait for other writers."""

    versions: VersionStore
    validate: Validate
    wait_seconds: float = 60

    @property
    def changes(self) -> ChangeStore:
        """The change sets of the store."""
        return ChangeStore(self.versions)

    def submit(self, documents: Sequence[Document], *, message: str, author: str) -> ChangeSet:
        """Store what documents would change as a change set, with its validation.

        One that breaks rules is stored too, for others to see, but cannot be accepted.
        Raises what ``compute_patch`` raises.
        """
        if not message.strip():
            raise RequestError("a change set needs a message that says what it is for")
        with self._drafting() as (draft, base):
            number = self.changes.reserve()
            patch, inputs = compute_patch(
                documents, draft.store, number=number, has_union=base.default_graph == "union"
            )
            report, settled = self._try(draft, base, patch)
            patch = Patch.of(set(patch.added) - settled.left_out.keys(), patch.removed)
            if not patch:
                raise RequestError("nothing would change: other graphs say all of this already")
            report = place_in_documents(report, documents, inputs, draft.store)
        change = ChangeSet(
            number=number,
            message=message.strip(),
            base=base.number,
            inputs=inputs,
            added=len(patch.added),
            removed=len(patch.removed),
            report=report.to_json(),
            events=(Event.now(State.SUBMITTED, author),),
        )
        self.changes.add(change, patch)
        return change

    def accept(
        self, number: int, *, by: str, note: str | None = None, self_review: bool = False
    ) -> ChangeSet:
        """Approve a change set, after validating it against the current version.

        Raises ``Forbidden`` for one's own unless ``self_review``, ``DataRejected`` with the
        violations, and ``Conflict`` for one that has been decided on or clashes with what
        changed since.
        """
        with self._drafting() as (draft, base), self.changes.stepping(self.wait_seconds):
            change = self._standing(number, State.SUBMITTED)
            if change.author == by and not self_review:
                raise Forbidden(f"change set {number} is {by}'s own; somebody else must accept it")
            patch = self.changes.patch(number)
            self._refuse_clashes(change, patch, draft, base)
            report, _ = self._try(draft, base, patch)
            if not report.conforms:
                raise DataRejected(report.faults)
            change = change.then(Event.now(State.ACCEPTED, by, note), report=report.to_json())
            self.changes.put(change)
        return change

    def reject(self, number: int, *, by: str, note: str) -> ChangeSet:
        """Turn a change set down, with a reason. Raises ``Conflict`` once it is published."""
        if not note.strip():
            raise RequestError("a rejection needs a message that says why")
        with self.changes.stepping(self.wait_seconds):
            change = self._standing(number, State.SUBMITTED, State.ACCEPTED)
            change = change.then(Event.now(State.REJECTED, by, note.strip()))
            self.changes.put(change)
        return change

    def publish(self, number: int, *, by: str) -> tuple[ChangeSet, Version]:
        """Make an accepted change set part of the graph, as a version of its own.

        Raises ``Conflict`` with the statements that changed since, and ``DataRejected`` with
        the rules that the graph of today would break; then nothing changes.
        """
        with self._drafting() as (draft, base), self.changes.stepping(self.wait_seconds):
            change = self._standing(number, State.ACCEPTED)
            patch = self.changes.patch(number)
            self._refuse_clashes(change, patch, draft, base)
            at = _now()
            told = describe_publication(change, publisher=by, at=at, graphs=sorted(patch.graphs()))
            made = self._apply(draft, base, patch, told)
            change = change.then_publishing(base.number + 1)
            self.changes.put(change)
            version = draft.publish(
                message=change.message,
                origin=Origin.PUBLISH,
                sources_hash=base.sources_hash,
                default_graph=base.default_graph,
                author=by,
                change=number,
                patch=made,
            )
            event = Event(state=State.PUBLISHED, by=by, at=at)
            change = change.then(event, version=version.number)
            self.changes.put(change)
        return change, version

    def revert(self, number: int, *, by: str, message: str | None = None) -> Version:
        """Undo exactly what a version did, as a new version; only its provenance stays.

        Raises ``Conflict`` with the statements that changed again since, ``RequestError``
        for a version without a recorded patch, and ``DataRejected``.
        """
        undone = self.versions.record(number)
        patch = self.versions.patch(number)
        if patch is None:
            raise RequestError(
                f"what version {number} changed is not recorded, so it cannot be undone"
            )
        if not patch:
            raise RequestError(f"version {number} changed nothing")
        # That something was published stays on record, for it happened; files are another matter.
        is_build = undone.origin is Origin.BUILD
        kept = {DERIVED_GRAPH} if is_build else {DERIVED_GRAPH, PROVENANCE_GRAPH}
        inverse = patch.inverse.without_graphs(kept)
        with self._drafting() as (draft, base):
            clashes = find_clashes(
                inverse, draft.store, versions=self.versions, base=number, current=base
            )
            if clashes:
                raise Conflict(f"version {number} cannot be undone as it is", clashes)
            told = describe_revert(
                base.number + 1,
                undone=number,
                by=by,
                at=_now(),
                graphs=sorted(inverse.graphs() - {PROVENANCE_GRAPH}),
            )
            made = self._apply(draft, base, inverse, told)
            return draft.publish(
                message=message or f"undoes version {number}: {undone.message}",
                origin=Origin.REVERT,
                sources_hash=base.sources_hash,
                default_graph=base.default_graph,
                author=by,
                reverts=number,
                patch=made,
            )

    # Parts of the steps

    @contextmanager
    def _drafting(self) -> Iterator[tuple[Draft, Version]]:
        self.versions.require_current()
        with self.versions.writing(wait_seconds=self.wait_seconds) as draft:
            yield draft, draft.base or self.versions.require_current()

    def _standing(self, number: int, *states: State) -> ChangeSet:
        change = self.changes.get(number)
        if change.state not in states:
            event = change.events[-1]
            hint = f", as version {change.version}" if change.version else ""
            verb = "not accepted yet" if change.state is State.SUBMITTED else change.state.value
            raise Conflict(f"change set {number} is {verb}, by {event.by} on {event.at}{hint}")
        return change

    def _refuse_clashes(self, change: ChangeSet, patch: Patch, draft: Draft, base: Version) -> None:
        clashes = find_clashes(
            patch, draft.store, versions=self.versions, base=change.base, current=base
        )
        if clashes:
            raise Conflict(
                f"the graph changed since change set {change.number} was submitted; submit it"
                f" again, made from version {base.number}",
                clashes,
            )

    def _try(self, draft: Draft, base: Version, *patches: Patch) -> tuple[Report, Settled]:
        """Apply patches to a draft: what validation says, and what came of them."""
        for patch in patches:
            patch.apply(draft.store)
        settled = settle(draft, base, [s for p in patches for s in (*p.added, *p.removed)])
        report = self.validate(draft.store, settled.patch)
        left_out = double_findings(settled.left_out.items())
        return report.with_findings((*report.findings, *left_out)), settled

    def _apply(self, draft: Draft, base: Version, *patches: Patch) -> Patch:
        report, settled = self._try(draft, base, *patches)
        if not report.conforms:
            raise DataRejected(report.faults)
        return settled.patch


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
