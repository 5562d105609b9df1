"""The steps of a change set: submit, accept, reject, publish; and undoing a version.

Each step holds the writer's lock, so that what was checked is what is published. A change is
acknowledged when the function returns, and not lost from then on.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.build.assembly import double_findings
from gfmdkg.build.sources import DERIVED_GRAPH, PROVENANCE_GRAPH
from gfmdkg.curation.changes.change_sets import ChangeSet, ChangeStore, Event, State
from gfmdkg.curation.changes.history import find_conflicts
from gfmdkg.curation.changes.submission import compute_patch, place_in_documents
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.writing import Settled, Successor, Validate, refuse_violations, succeeding
from gfmdkg.errors import Conflict, Forbidden, RequestError
from gfmdkg.namespaces import DCTERMS, ID_BASE, PROV, RDF, RDFS
from gfmdkg.rdf.values import typed
from gfmdkg.store.patches import Fact, Patch, facts_in, normalise
from gfmdkg.store.versions import Origin, Version, VersionStore
from gfmdkg.validation import Report

__all__ = ["Review", "activity_iri"]

_ROLES = {State.SUBMITTED: "submitter", State.ACCEPTED: "reviewer", State.PUBLISHED: "publisher"}


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

    def submit(
        self, documents: Sequence[SubmittedDocument], *, message: str, author: str
    ) -> ChangeSet:
        """Store what documents would change as a change set, with its validation.

        One that breaks rules is stored too, for others to see, but cannot be accepted.
        Raises what ``compute_patch`` raises.
        """
        if not message.strip():
            raise RequestError("a change set needs a message that says what it is for")
        with succeeding(self.versions, wait_seconds=self.wait_seconds) as successor:
            number = self.changes.reserve()
            patch, inputs = compute_patch(
                documents, successor.store, number=number, has_union=successor.base.is_union
            )
            report, settled = self._try(successor, patch)
            patch = Patch.of(set(patch.added) - settled.left_out.keys(), patch.removed)
            if not patch:
                raise RequestError("nothing would change: other graphs say all of this already")
            report = place_in_documents(report, documents, inputs, successor.store)
        change = ChangeSet(
            number=number,
            message=message.strip(),
            base=successor.base.number,
            inputs=inputs,
            added=len(patch.added),
            removed=len(patch.removed),
            report=report.to_json(),
            events=(Event.now(State.SUBMITTED, author),),
        )
        self.changes.add(change, patch)
        return change

    def accept(
        self, number: int, *, by: str, message: str = "", self_review: bool = False
    ) -> ChangeSet:
        """Approve a change set, after validating it against the current version.

        Raises ``Forbidden`` for one's own unless ``self_review``, ``DataRejected`` with the
        violations, and ``Conflict`` for one that has been decided on or conflicts with what
        changed since.
        """
        with self._stepping(number, State.SUBMITTED) as (successor, change, patch):
            if change.author == by and not self_review:
                raise Forbidden(f"change set {number} is {by}'s own; somebody else must accept it")
            self._refuse_conflicts(patch, successor, change.base, _outdated(change, successor))
            report, _ = self._try(successor, patch)
            refuse_violations(report)
            event = Event.now(State.ACCEPTED, by, message or None)
            change = change.then(event, report=report.to_json())
            self.changes.put(change)
        return change

    def reject(self, number: int, *, by: str, message: str) -> ChangeSet:
        """Turn a change set down, with a reason. Raises ``Conflict`` once it is published."""
        if not message.strip():
            raise RequestError("a rejection needs a message that says why")
        with self._stepping(number, State.SUBMITTED, State.ACCEPTED) as (_, change, _):
            change = change.then(Event.now(State.REJECTED, by, message.strip()))
            self.changes.put(change)
        return change

    def publish(self, number: int, *, by: str, message: str = "") -> Version:
        """Make an accepted change set part of the graph, as a version of its own.

        Raises ``Conflict`` with the statements that changed since, and ``DataRejected`` with
        the rules that the graph of today would break; then nothing changes.
        """
        with self._stepping(number, State.ACCEPTED) as (successor, change, patch):
            self._refuse_conflicts(patch, successor, change.base, _outdated(change, successor))
            event = Event.now(State.PUBLISHED, by, message or None)
            told = _describe_publication(change, event, graphs=sorted(patch.graphs()))
            made = self._apply(successor, patch, told)
            change = replace(change, publishing=successor.base.number + 1)
            self.changes.put(change)
            version = successor.publish(
                message=change.message, origin=Origin.PUBLISH, author=by, change=number, patch=made
            )
            self.changes.put(change.then(event, version=version.number))
        return version

    def revert(self, number: int, *, by: str, message: str = "") -> Version:
        """Undo exactly what a version did, as a new version; only its provenance stays.

        Raises ``Conflict`` with the statements that changed again since, ``RequestError``
        for a version without a recorded patch, and ``DataRejected``.
        """
        with succeeding(self.versions, wait_seconds=self.wait_seconds) as successor:
            undone, patch = self.versions.record(number), self.versions.patch(number)
            if patch is None:
                raise RequestError(
                    f"what version {number} changed is not recorded, so it cannot be undone"
                )
            if not patch:
                raise RequestError(f"version {number} changed nothing")
            # That something was published stays on record, for it happened; files are another
            # matter.
            is_build = undone.origin is Origin.BUILD
            kept = {DERIVED_GRAPH} if is_build else {DERIVED_GRAPH, PROVENANCE_GRAPH}
            inverse = patch.inverse.without_graphs(kept)
            self._refuse_conflicts(
                inverse, successor, number, f"version {number} cannot be undone as it is"
            )
            following = successor.base.number + 1
            told = _activity(
                activity_iri(following, is_revert=True),
                f"version {following} undoes version {number}",
                [Event.now(State.PUBLISHED, by)],
                sorted(inverse.graphs() - {PROVENANCE_GRAPH}),
            )
            made = self._apply(successor, inverse, _stated(*told))
            return successor.publish(
                message=message or f"undoes version {number}: {undone.message}",
                origin=Origin.REVERT,
                author=by,
                reverts=number,
                patch=made,
            )

    # Parts of the steps

    @contextmanager
    def _stepping(
        self, number: int, *states: State
    ) -> Iterator[tuple[Successor, ChangeSet, Patch]]:
        """What becomes the next version, and a change set that stands in one of these states."""
        with succeeding(self.versions, wait_seconds=self.wait_seconds) as successor:
            change = self.changes.get(number)
            if change.state not in states:
                event = change.events[-1]
                hint = f", as version {change.version}" if change.version else ""
                verb = "not accepted yet" if change.state is State.SUBMITTED else change.state.value
                raise Conflict(f"change set {number} is {verb}, by {event.by} on {event.at}{hint}")
            yield successor, change, self.changes.patch(number)

    def _refuse_conflicts(
        self, patch: Patch, successor: Successor, base: int, message: str
    ) -> None:
        conflicts = find_conflicts(
            patch, successor.store, versions=self.versions, base=base, current=successor.base
        )
        if conflicts:
            raise Conflict(message, conflicts)

    def _try(self, successor: Successor, *patches: Patch) -> tuple[Report, Settled]:
        """Apply patches: what validation says, and what came of them."""
        for patch in patches:
            patch.apply(successor.store)
        settled = successor.settle([s for p in patches for s in (*p.added, *p.removed)])
        report = self.validate(successor.store, settled.patch)
        left_out = double_findings(settled.left_out.items())
        return report.with_findings((*report.findings, *left_out)), settled

    def _apply(self, successor: Successor, *patches: Patch) -> Patch:
        report, settled = self._try(successor, *patches)
        refuse_violations(report)
        return settled.patch


def _outdated(change: ChangeSet, successor: Successor) -> str:
    return (
        f"the graph changed since change set {change.number} was submitted; submit it again,"
        f" made from version {successor.base.number}"
    )


# What the graph itself says of it: one prov:Activity, who and when


def activity_iri(number: int, *, is_revert: bool = False) -> str:
    """The IRI of what published a change set, or of what made a version that undoes another."""
    return f"{ID_BASE}activity/{'revert' if is_revert else 'change'}/{number}"


def _describe_publication(change: ChangeSet, published: Event, *, graphs: Iterable[str]) -> Patch:
    """What says in the provenance graph which graphs a change set changed, and who did what."""
    activity = activity_iri(change.number)
    label = f"change set {change.number}: {change.message}"
    return _stated(
        (activity, DCTERMS + "identifier", ox.Literal(str(change.number))),
        (activity, DCTERMS + "description", ox.Literal(change.message)),
        (activity, PROV + "startedAtTime", typed(change.created, "dateTime")),
        *_activity(activity, label, (*change.events, published), graphs),
    )


def _activity(
    activity: str, label: str, events: Sequence[Event], graphs: Iterable[str]
) -> Iterator[Fact]:
    yield activity, RDF + "type", ox.NamedNode(PROV + "Activity")
    yield activity, RDFS + "label", ox.Literal(label)
    yield activity, PROV + "endedAtTime", typed(events[-1].at, "dateTime")
    for event in events:
        name = _ROLES[event.state]
        agent = f"{ID_BASE}agent/{quote(event.by, safe='')}"
        association = f"{activity}/{name}"
        role = f"{ID_BASE}role/{name}"
        yield activity, PROV + "wasAssociatedWith", ox.NamedNode(agent)
        yield activity, PROV + "qualifiedAssociation", ox.NamedNode(association)
        yield association, RDF + "type", ox.NamedNode(PROV + "Association")
        yield association, PROV + "agent", ox.NamedNode(agent)
        yield association, PROV + "hadRole", ox.NamedNode(role)
        yield agent, RDF + "type", ox.NamedNode(PROV + "Agent")
        yield agent, RDFS + "label", ox.Literal(event.by)
        yield role, RDF + "type", ox.NamedNode(PROV + "Role")
        yield role, RDFS + "label", ox.Literal(name, language="en")
    for graph in graphs:
        if graph:
            yield graph, PROV + "wasInfluencedBy", ox.NamedNode(activity)


def _stated(*facts: Fact) -> Patch:
    return Patch.of(normalise(facts_in(PROVENANCE_GRAPH, facts)), ())
