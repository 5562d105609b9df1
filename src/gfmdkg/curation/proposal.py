"""What a curator's documents would change of a version, tried on a copy of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from gfmdkg.build.derivation import derive_links_about
from gfmdkg.namespaces import graph_iri
from gfmdkg.paths import Content
from gfmdkg.store.patches import Patch, normalise, statements_of, subjects_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_labelled
from gfmdkg.validation import SourceFile
from gfmdkg.validation.data_graph import ntriples
from gfmdkg.validation.positions import PositionedGraph

__all__ = ["Placed", "Proposal", "apply_proposal", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A document, the named graph that takes its triples, and those that it takes the place of.

    ``is_given`` says that it is what a curator asks about, and no part of the surroundings.
    """

    document: PositionedGraph
    graph: str
    replaced: frozenset[str]
    is_given: bool = True


def place(file: SourceFile, document: PositionedGraph, content: Content | None = None) -> Placed:
    """A file's document, at its place among the graphs of some content."""
    graph = file.graph
    if content is not None:
        path, root = Path(file.path).resolve(), content.root.resolve()
        if path.is_relative_to(root):
            graph = graph_iri(PurePosixPath(path.relative_to(root)).as_posix())
    return Placed(document=document, graph=graph, replaced=frozenset({graph, file.graph}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What documents change of a state, before links are derived.

    ``shown`` are the statements that count as added: all of what is given, new or not.
    """

    shown: tuple[str, ...]
    patch: Patch

    @classmethod
    def of(
        cls, before: OxigraphStore, placed: Sequence[Placed], *, removed: Collection[str] = ()
    ) -> Self:
        """What the documents, and the loss of the statements ``removed``, change of a state."""
        said: dict[bool, set[str]] = {True: set(), False: set()}
        for each in placed:
            quads = read_labelled(ntriples(each.document.graph), graph=each.graph)
            said[each.is_given].update(normalise(quads))
        wanted = said[True] | said[False]
        gone = {s for p in placed for graph in p.replaced for s in statements_of(before, graph)}
        patch = Patch.of(wanted, (gone | set(removed)) - wanted)
        new = set(patch.added) - set(patch.obstacles(before).added)
        return cls(shown=tuple(said[True] | new), patch=patch)

    def difference(self, derived: Patch) -> Patch:
        """All that changed, with the links that were derived anew."""
        return Patch.of((*self.shown, *derived.added), (*self.patch.removed, *derived.removed))

    def derive(self, before: OxigraphStore, after: OxigraphStore, *, is_union: bool) -> Patch:
        """Let derived links, and the union, follow in a state that holds the proposal already."""
        changed = subjects_of((*self.patch.added, *self.patch.removed))
        derived = derive_links_about(after, before, changed, is_union=is_union)
        derived.apply(after, is_union=is_union)
        return derived


def apply_proposal(
    before: OxigraphStore, after: OxigraphStore, placed: Sequence[Placed], *, is_union: bool = True
) -> None:
    """Change ``after``, which holds the same as ``before``, as the documents have it."""
    proposal = Proposal.of(before, placed)
    proposal.patch.apply(after, is_union=is_union)
    proposal.derive(before, after, is_union=is_union)
