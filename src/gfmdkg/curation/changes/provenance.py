"""What the graph itself says of a published change set: one prov:Activity, who and when."""

from collections.abc import Iterable
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.build.derivation import PROVENANCE_GRAPH
from gfmdkg.curation.changes.change_set import ChangeSet, State
from gfmdkg.namespaces import BASE, DCTERMS, ID_BASE, PROV, RDF, RDFS
from gfmdkg.store.patches import Patch, normalise
from gfmdkg.store.reading import read_labelled
from gfmdkg.terms.values import Term, typed

__all__ = ["activity_iri", "describe_publication", "describe_revert", "revert_iri"]

_Fact = tuple[ox.NamedNode, str, Term]


def activity_iri(number: int) -> str:
    """The IRI of the activity that published a change set."""
    return f"{ID_BASE}activity/change/{number}"


def revert_iri(number: int) -> str:
    """The IRI of the activity that made a version which undoes another."""
    return f"{ID_BASE}activity/revert/{number}"


def describe_publication(
    change: ChangeSet, *, publisher: str, at: str, graphs: Iterable[str]
) -> Patch:
    """What says in the provenance graph which graphs a change set changed, and who did what."""
    accepted = change.last(State.ACCEPTED)
    parts = [("submitter", change.author), ("publisher", publisher)]
    parts += [] if accepted is None else [("reviewer", accepted.by)]
    activity = ox.NamedNode(activity_iri(change.number))
    facts: list[_Fact] = [
        (activity, DCTERMS + "identifier", ox.Literal(str(change.number))),
        (activity, DCTERMS + "description", ox.Literal(change.message)),
        (activity, PROV + "startedAtTime", typed(change.created, "dateTime")),
        *_activity(activity, f"change set {change.number}: {change.message}", at, parts, graphs),
    ]
    return _patch(facts)


def describe_revert(number: int, *, undone: int, by: str, at: str, graphs: Iterable[str]) -> Patch:
    """What says in the provenance graph that version ``number`` undoes another, and by whom."""
    label = f"version {number} undoes version {undone}"
    return _patch(
        _activity(ox.NamedNode(revert_iri(number)), label, at, [("publisher", by)], graphs)
    )


def _activity(
    activity: ox.NamedNode,
    label: str,
    at: str,
    parts: Iterable[tuple[str, str]],
    graphs: Iterable[str],
) -> list[_Fact]:
    facts: list[_Fact] = [
        (activity, RDF + "type", ox.NamedNode(PROV + "Activity")),
        (activity, RDFS + "label", ox.Literal(label)),
        (activity, PROV + "endedAtTime", typed(at, "dateTime")),
    ]
    for role, name in parts:
        agent = ox.NamedNode(f"{ID_BASE}agent/{quote(name, safe='')}")
        association = ox.NamedNode(f"{activity.value}/{role}")
        facts += [
            (activity, PROV + "wasAssociatedWith", agent),
            (activity, PROV + "qualifiedAssociation", association),
            (association, RDF + "type", ox.NamedNode(PROV + "Association")),
            (association, PROV + "agent", agent),
            (association, PROV + "hadRole", ox.NamedNode(f"{BASE}id/role/{role}")),
            (agent, RDF + "type", ox.NamedNode(PROV + "Agent")),
            (agent, RDFS + "label", ox.Literal(name)),
            (ox.NamedNode(f"{BASE}id/role/{role}"), RDF + "type", ox.NamedNode(PROV + "Role")),
            (
                ox.NamedNode(f"{BASE}id/role/{role}"),
                RDFS + "label",
                ox.Literal(role, language="en"),
            ),
        ]
    facts += [
        (ox.NamedNode(graph), PROV + "wasInfluencedBy", activity) for graph in graphs if graph
    ]
    return facts


def _patch(facts: Iterable[_Fact]) -> Patch:
    lines = [f"{s} <{p}> {o} ." for s, p, o in facts]
    return Patch.of(normalise(read_labelled("\n".join(lines).encode(), graph=PROVENANCE_GRAPH)), ())
