"""What the graph itself says of a published change set: one prov:Activity, who and when."""

from collections.abc import Iterable
from urllib.parse import quote

from gfmdkg.build.derivation import PROVENANCE_GRAPH
from gfmdkg.curation.changes.change_set import ChangeSet, State
from gfmdkg.namespaces import BASE, DCTERMS, ID_BASE, PROV, RDF, RDFS, XSD
from gfmdkg.store.patches import Patch, normalise
from gfmdkg.store.reading import read_labelled
from gfmdkg.terms.values import Iri, Literal, Term, to_sparql

__all__ = ["activity_iri", "describe_publication", "describe_revert", "revert_iri"]

_Fact = tuple[Iri, str, Term]


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
    activity = Iri(activity_iri(change.number))
    facts: list[_Fact] = [
        (activity, DCTERMS + "identifier", Literal(str(change.number))),
        (activity, DCTERMS + "description", Literal(change.message)),
        (activity, PROV + "startedAtTime", Literal(change.created, XSD + "dateTime")),
        *_activity(activity, f"change set {change.number}: {change.message}", at, parts, graphs),
    ]
    return _patch(facts)


def describe_revert(number: int, *, undone: int, by: str, at: str, graphs: Iterable[str]) -> Patch:
    """What says in the provenance graph that version ``number`` undoes another, and by whom."""
    label = f"version {number} undoes version {undone}"
    return _patch(_activity(Iri(revert_iri(number)), label, at, [("publisher", by)], graphs))


def _activity(
    activity: Iri, label: str, at: str, parts: Iterable[tuple[str, str]], graphs: Iterable[str]
) -> list[_Fact]:
    facts: list[_Fact] = [
        (activity, RDF + "type", Iri(PROV + "Activity")),
        (activity, RDFS + "label", Literal(label)),
        (activity, PROV + "endedAtTime", Literal(at, XSD + "dateTime")),
    ]
    for role, name in parts:
        agent = Iri(f"{ID_BASE}agent/{quote(name, safe='')}")
        association = Iri(f"{activity.value}/{role}")
        facts += [
            (activity, PROV + "wasAssociatedWith", agent),
            (activity, PROV + "qualifiedAssociation", association),
            (association, RDF + "type", Iri(PROV + "Association")),
            (association, PROV + "agent", agent),
            (association, PROV + "hadRole", Iri(f"{BASE}id/role/{role}")),
            (agent, RDF + "type", Iri(PROV + "Agent")),
            (agent, RDFS + "label", Literal(name)),
            (Iri(f"{BASE}id/role/{role}"), RDF + "type", Iri(PROV + "Role")),
            (Iri(f"{BASE}id/role/{role}"), RDFS + "label", Literal(role, language="en")),
        ]
    facts += [(Iri(graph), PROV + "wasInfluencedBy", activity) for graph in graphs if graph]
    return facts


def _patch(facts: Iterable[_Fact]) -> Patch:
    lines = [f"{to_sparql(s)} <{p}> {to_sparql(o)} ." for s, p, o in facts]
    return Patch.of(normalise(read_labelled("\n".join(lines).encode(), graph=PROVENANCE_GRAPH)), ())
