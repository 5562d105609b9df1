"""What the graph itself says of a published change set: one prov:Activity, who and when."""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.build.sources import PROVENANCE_GRAPH
from gfmdkg.curation.changes.change_sets import ChangeSet, Event, State
from gfmdkg.namespaces import DCTERMS, ID_BASE, PROV, RDF, RDFS
from gfmdkg.store.patches import Fact, Patch, facts_in, normalise
from gfmdkg.terms.values import typed

__all__ = ["activity_iri", "describe_publication", "describe_revert", "revert_iri"]

_ROLES = {State.SUBMITTED: "submitter", State.ACCEPTED: "reviewer", State.PUBLISHED: "publisher"}


def activity_iri(number: int) -> str:
    """The IRI of the activity that published a change set."""
    return f"{ID_BASE}activity/change/{number}"


def revert_iri(number: int) -> str:
    """The IRI of the activity that made a version which undoes another."""
    return f"{ID_BASE}activity/revert/{number}"


def describe_publication(change: ChangeSet, published: Event, *, graphs: Iterable[str]) -> Patch:
    """What says in the provenance graph which graphs a change set changed, and who did what."""
    activity = activity_iri(change.number)
    label = f"change set {change.number}: {change.message}"
    return _patch(
        (activity, DCTERMS + "identifier", ox.Literal(str(change.number))),
        (activity, DCTERMS + "description", ox.Literal(change.message)),
        (activity, PROV + "startedAtTime", typed(change.created, "dateTime")),
        *_activity(activity, label, (*change.events, published), graphs),
    )


def describe_revert(number: int, reverted: Event, *, undone: int, graphs: Iterable[str]) -> Patch:
    """What says in the provenance graph that version ``number`` undoes another, and by whom."""
    label = f"version {number} undoes version {undone}"
    return _patch(*_activity(revert_iri(number), label, (reverted,), graphs))


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


def _patch(*facts: Fact) -> Patch:
    return Patch.of(normalise(facts_in(PROVENANCE_GRAPH, facts)), ())
