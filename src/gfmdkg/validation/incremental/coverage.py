"""What the batches of one big change have looked at, so that each pair is looked at once."""

from collections.abc import Mapping

import pyoxigraph as ox

from gfmdkg.formats.solutions import Select, Solutions
from gfmdkg.terms.values import Term
from gfmdkg.validation.checks import Check
from gfmdkg.validation.incremental.reach import Nodes

__all__ = ["Coverage"]

_MOST_AROUND = 200_000


class Coverage:
    """Shared by the batches of a change, all of which are in the new state from the first on.

    Every rule looks at what a batch brings with that batch, and at any other node that the
    change affects once. A check that must run as a whole runs once, and each batch from then on
    has its rows.
    """

    def __init__(self, batch_of: Mapping[str, int]) -> None:
        """``batch_of`` has the number of the batch that brings a node, by IRI or ``_:label``."""
        self._batch_of = batch_of
        self.number = 0
        """The batch that is looked at."""
        self._seen: dict[object, set[Term]] = {}
        self._rows: dict[str, Solutions] = {}
        self._told: set[str] = set()

    @property
    def most_around(self) -> int:
        """How many nodes the shapes may read at one step.

        They follow few paths, but one of these may lead to all that a table lists.
        """
        return _MOST_AROUND

    def batch(self, term: object) -> int | None:
        """The number of the batch that brings a term of ours."""
        match term:
            case ox.NamedNode(value=value):
                return self._batch_of.get(value)
            case ox.BlankNode(value=label):
                return self._batch_of.get(f"_:{label}")
        return None

    def left(self, rule: object, nodes: Nodes, brought: Nodes) -> Nodes:
        """Of the nodes that the batch affects, those that a rule is to look at with it."""
        seen = self._seen.setdefault(rule, set())
        new = {n for n in nodes - brought if n not in seen and self.batch(n) is None}
        seen |= new
        return (nodes & brought) | new

    def has_run(self, check: str) -> bool:
        """Whether a check, by its name, has run as a whole."""
        return check in self._rows

    def rows(self, check: Check, select: Select, *, is_affected: bool = True) -> Solutions:
        """The rows of a check as a whole that go with this batch.

        They are those about the records that it brings, or else that clash with these; and, with
        the first batch by which the check ``is_affected``, those about no record of any.
        """
        if check.name not in self._rows:
            self._rows[check.name] = select(check.query)
        found = self._rows[check.name]
        names = [name for name in ("focus", "other") if name in found.variables]
        positions = [found.variables.index(name) for name in names]
        is_first = is_affected and check.name not in self._told
        self._told |= {check.name} if is_affected else set()
        rows = []
        for row in found.rows:
            numbers = (self.batch(row[position]) for position in positions)
            number = next((n for n in numbers if n is not None), None)
            if number == self.number or (number is None and is_first):
                rows.append(row)
        return Solutions(variables=found.variables, rows=tuple(rows))
