"""What the parts of one big change have looked at, so that each pair is looked at once."""

from collections.abc import Mapping

from gfmdkg.store.walking import StoredTerm, to_value
from gfmdkg.terms.values import BlankNode, Iri
from gfmdkg.validation.checks import Check
from gfmdkg.validation.incremental.reach import Nodes

__all__ = ["Coverage"]

_MOST_AROUND = 200_000


class Coverage:
    """Shared by the parts of a change, all of which are in the new state from the first on.

    Every rule looks at what a part brings with that part, and at any other node that the
    change affects once. Checks that must run as a whole are put off until all parts are done.
    """

    def __init__(self, part_of: Mapping[str, int]) -> None:
        """``part_of`` has the number of the part that brings a node, by IRI or ``_:label``."""
        self._part_of = part_of
        self.number = 0
        """The part that is looked at."""
        self._seen: dict[object, set[StoredTerm]] = {}
        self.put_off: dict[str, Check] = {}

    @property
    def most_around(self) -> int:
        """How many nodes the shapes may read at one step.

        They follow few paths, but one of these may lead to all that a table lists.
        """
        return _MOST_AROUND

    def part(self, term: object) -> int | None:
        """The number of the part that brings a term of ours."""
        match term:
            case Iri(value=value):
                return self._part_of.get(value)
            case BlankNode(label=label):
                return self._part_of.get(f"_:{label}")
        return None

    def left(self, rule: object, nodes: Nodes, brought: Nodes) -> Nodes:
        """Of the nodes that the part affects, those that a rule is to look at with it."""
        seen = self._seen.setdefault(rule, set())
        new = {n for n in nodes - brought if n not in seen and self.part(to_value(n)) is None}
        seen |= new
        return (nodes & brought) | new
