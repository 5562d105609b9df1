"""The kinds of network: what their nodes are, and what an edge between two of them means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gfmdkg.errors import Candidate, NotFound
from gfmdkg.namespaces import FOAF, GFMD, ORG, SCHEME_BASE, SDGO
from gfmdkg.terms.nearest import NamePool

__all__ = [
    "ASSERTIONS",
    "KINDS",
    "MATRIX_KINDS",
    "NetworkKind",
    "Side",
    "describe_weight",
    "kind_named",
]

ASSERTIONS: Mapping[str, str] = {
    name: f"{SCHEME_BASE}assertion/{name}" for name in ("explicit", "inferred", "retrospective")
}
"""On what ground a link is asserted: short name to IRI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One sort of nodes; ``query`` is the file below ``rq/`` that finds where they occur.

    A node has one of the ``types`` or is in one of the ``schemes``; all are IRIs.
    """

    name: str
    query: str
    description: str
    types: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkKind:
    """A kind of network. With one side, its nodes are linked among themselves; with two, across.

    Two nodes are linked by what they share: ``weight`` says what an edge's weight counts,
    ``evidence`` what each piece of its evidence is, ``count`` what a node's count counts.
    """

    name: str
    title: str
    description: str
    sides: tuple[Side, ...]
    weight: str
    evidence: str = "passage"
    count: str = "Number of passages in which it occurs."

    @property
    def is_bipartite(self) -> bool:
        """Whether edges run between two sorts of nodes."""
        return len(self.sides) == 2

    @property
    def types(self) -> tuple[str, ...]:
        """The classes of its nodes, as IRIs."""
        return tuple(dict.fromkeys(iri for side in self.sides for iri in side.types))

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes of its nodes, as IRIs."""
        return tuple(dict.fromkeys(iri for side in self.sides for iri in side.schemes))

    @property
    def evidence_member(self) -> str:
        """The member of an occurrence, and variable of a query, that is its evidence."""
        return "passage" if self.evidence == "passage" else "unit"


_INSTRUMENTS = (GFMD + "Instrument", GFMD + "Process")
_GOALS = (SDGO + "Goal", SDGO + "Target")
_ACTORS = (FOAF + "Group", FOAF + "Person", ORG + "Organization", ORG + "Post")

_INSTRUMENT = Side(
    name="instrument",
    query="instruments",
    description="an instrument or process that a passage cites",
    types=_INSTRUMENTS,
)
_JACCARD = "Shared evidence divided by all that either node has, from 0 to 1."


def _across(name: str, title: str, description: str, *sides: Side, weight: str) -> NetworkKind:
    return NetworkKind(name=name, title=title, description=description, sides=sides, weight=weight)


_ALL = (
    NetworkKind(
        name="cocitation",
        title="Co-citation",
        description="Instruments, processes, goals and targets that the same passage cites.",
        sides=(
            Side(
                name="reference",
                query="references",
                description="an instrument, process, goal or target that a passage cites",
                types=(GFMD + "CitableEntity", *_INSTRUMENTS, *_GOALS),
            ),
        ),
        weight="Number of passages that cite both.",
    ),
    _across(
        "instrument-topic",
        "Instruments and topics",
        "Which instruments and processes are cited in passages about which topic.",
        _INSTRUMENT,
        Side(
            name="topic",
            query="topics",
            description="a topic or body of law that a passage is about",
            schemes=(SCHEME_BASE + "topic", SCHEME_BASE + "legal-concept"),
        ),
        weight="Number of passages that cite the instrument and are about the topic.",
    ),
    _across(
        "actor-instrument",
        "Actors and instruments",
        "Who cites what: the speaker of a statement, and what is cited in that statement.",
        Side(
            name="actor",
            query="speakers",
            description="a person, organization or group to whom a statement is attributed",
            types=_ACTORS,
        ),
        Side(
            name="instrument",
            query="spoken-instruments",
            description="an instrument or process that a statement cites",
            types=_INSTRUMENTS,
        ),
        weight="Number of passages in which a statement of the actor cites the instrument.",
    ),
    _across(
        "sdg-instrument",
        "SDGs and instruments",
        "Goals and targets with which passages are linked that cite an instrument or process. "
        "Most links with goals and targets are inferred: ask for them by assertions.",
        Side(
            name="sdg",
            query="sdgs",
            description="a Sustainable Development Goal or target that a passage is linked with",
            types=_GOALS,
        ),
        _INSTRUMENT,
        weight="Number of passages that are linked with the goal or target and cite the "
        "instrument.",
    ),
    _across(
        "session-instrument",
        "Sessions and instruments",
        "Which instruments and processes are cited in the report of which session.",
        Side(
            name="session",
            query="sessions",
            description="a session that has a report",
            types=(GFMD + "Session",),
        ),
        _INSTRUMENT,
        weight="Number of passages of the session's report that cite the instrument.",
    ),
    NetworkKind(
        name="similarity",
        title="Similar recommendations",
        description="Recommendations that cite the same instruments, processes, goals or targets.",
        sides=(
            Side(
                name="recommendation",
                query="recommendations",
                description="a recommendation that cites something",
                types=(GFMD + "Recommendation",),
            ),
        ),
        weight="Number of references that both recommendations cite.",
        evidence="reference",
        count="Number of references that it cites.",
    ),
)

KINDS: Mapping[str, NetworkKind] = {kind.name: kind for kind in _ALL}
"""Every kind by its name."""

MATRIX_KINDS: Mapping[str, NetworkKind] = {
    name: kind for name, kind in KINDS.items() if kind.is_bipartite
}
"""The kinds that are also a table: one side down, the other across."""


def kind_named(
    name: str, kinds: Mapping[str, NetworkKind] = KINDS, *, what: str = "network"
) -> NetworkKind:
    """The kind of this name, among ``kinds``. Raises ``NotFound`` with the nearest names.

    >>> kind_named("cocitation").is_bipartite
    False
    """
    found = kinds.get(name)
    if found is None:
        names = list(kinds)
        pool = NamePool(names, lambda n: (names[n], kinds[names[n]].title))
        nearest = pool.nearest(name.lower(), limit=3)
        offered = [Candidate(iri=near.iri, label=near.label) for near in nearest]
        raise NotFound(what, name, offered)
    return found


def describe_weight(kind: NetworkKind) -> dict[str, Any]:
    """What the weight of an edge counts."""
    described = {"meaning": kind.weight, "unit": kind.evidence}
    return described if kind.is_bipartite else {**described, "jaccard": _JACCARD}
