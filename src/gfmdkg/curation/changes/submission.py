"""Documents that are submitted, and the patch of the current version that they mean."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

import pyoxigraph as ox

from gfmdkg.build.sources import MADE_BY_BUILD
from gfmdkg.curation.changes.change_set import Input
from gfmdkg.curation.tables import (
    TABLE_EXTENSIONS,
    TABLE_MEDIA_TYPES,
    TableDocument,
    read_table,
    table_changes,
)
from gfmdkg.errors import Clash, Conflict, DataError, Fault, RequestError, UnsupportedMedia
from gfmdkg.formats.media import GRAPHS
from gfmdkg.namespaces import BASE, graph_iri
from gfmdkg.store.names import names_of
from gfmdkg.store.patches import (
    Patch,
    is_same_but_for_labels,
    locate,
    normalise,
    statements_of,
)
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_dataset, read_quads
from gfmdkg.validation import Report, Severity

if TYPE_CHECKING:
    from gfmdkg.validation.positions import PositionedGraph

__all__ = [
    "RDF_PATCH",
    "Document",
    "Effect",
    "compute_patch",
    "media_type_of",
    "place_in_documents",
]

RDF_PATCH = "application/rdf-patch"

_MEDIA_TYPES = {media.extension: media.media_type for media in GRAPHS} | {
    ".json": "application/ld+json",
    ".rdfp": RDF_PATCH,
    ".xml": "application/rdf+xml",
}
_MEDIA_TYPES |= {f".{name}": media_type for name, media_type in TABLE_EXTENSIONS.items()}
_QUADS = ("application/n-quads", "application/trig")
_CONTENT_FOLDERS = ("data", "ontology")


class Effect(StrEnum):
    """What a submitted document means for the graph."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"
    PATCH = "patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it was given. ``graph`` names the graph that it is about, if somebody said.

    Without ``effect`` the name and the format decide: RDF Patch is applied, N-Quads and TriG
    are added to the graphs that they name, the rows of a table (CSV, XLSX) take the place of
    what is said of their records, anything else becomes the content of its graph.
    """

    name: str
    body: bytes
    media_type: str
    graph: str | None = None
    effect: Effect | None = None


def media_type_of(name: str) -> str:
    """The media type by a file's extension. Raises ``UnsupportedMedia`` with those known."""
    extension = PurePath(name).suffix.lower()
    if extension not in _MEDIA_TYPES:
        raise UnsupportedMedia(f"a file “{extension or name}”", sorted(_MEDIA_TYPES))
    return _MEDIA_TYPES[extension]


def compute_patch(
    documents: Sequence[Document], store: OxigraphStore, *, number: int, has_union: bool
) -> tuple[Patch, tuple[Input, ...]]:
    """What change set ``number`` with these documents changes in a store, and what each did.

    Raises ``DataError`` with the faults of all documents, ``Conflict`` for statements to
    remove that are not there, and ``RequestError`` where nothing would change or a graph is
    one that the build makes.
    """
    placed = [_placed(document, number) for document in documents]
    _refuse_collisions(placed)
    patches: list[Patch] = []
    faults: list[Fault] = []
    for index, document in enumerate(placed):
        nodes = graph_iri(f"changes/{number}/{index}")
        try:
            patches.append(_patch(document, store, nodes))
        except DataError as error:
            faults += error.faults
    if faults:
        count = f"{len(faults)} fault" + ("" if len(faults) == 1 else "s")
        raise DataError(f"{count} in what was submitted", faults)
    patch = Patch.of(
        (s for patch in patches for s in patch.added),
        (s for patch in patches for s in patch.removed),
    )
    if not patch:
        raise RequestError("nothing would change: the graph says all of this already")
    _refuse_graphs(patch, has_union=has_union)
    return patch, tuple(map(_input, placed))


def _placed(document: Document, number: int) -> Document:
    """The document with its graph and its effect."""
    if document.media_type in TABLE_MEDIA_TYPES:
        if document.effect not in (None, Effect.ADD, Effect.PATCH):
            raise RequestError(f"a table cannot {document.effect}: it adds or corrects records")
        effect = document.effect or Effect.PATCH
        graph = document.graph or _own_graph(document, number)
        return replace(document, graph=graph, effect=effect)
    if document.effect is Effect.REMOVE or document.media_type == RDF_PATCH:
        return replace(document, effect=document.effect or Effect.PATCH)
    graph = document.graph or _graph_of_path(document.name) or _own_graph(document, number)
    default = Effect.ADD if document.media_type in _QUADS else Effect.REPLACE
    return replace(document, graph=graph, effect=document.effect or default)


def _own_graph(document: Document, number: int) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", PurePath(document.name).stem.lower()).strip("-")
    return graph_iri(f"data/changes/{number}/{stem or 'submitted'}.ttl")


def _graph_of_path(name: str) -> str | None:
    """The graph of a file below ``data/`` or ``ontology/``, as the build names it."""
    path = PurePath(name)
    for index in range(len(path.parts) - 2, -1, -1):
        if path.parts[index] in _CONTENT_FOLDERS:
            return graph_iri(PurePath(*path.parts[index:]).as_posix())
    return None


def _refuse_collisions(documents: Sequence[Document]) -> None:
    names = [d.graph for d in documents if d.effect is Effect.REPLACE]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"two documents would each be the whole content of <{name}>")


def _patch(document: Document, store: OxigraphStore, nodes: str) -> Patch:
    """``nodes`` names blank nodes that are added, so that none meets one of the graph."""
    if document.media_type in TABLE_MEDIA_TYPES:
        assert document.graph is not None  # noqa: S101 - it has been placed
        return _table_patch(document, store, document.graph)
    match document.effect:
        case Effect.PATCH:
            return _given_patch(document, store)
        case Effect.REMOVE:
            return _removal(document, store)
        case Effect.ADD:
            quads = read_dataset(
                document.body,
                media_type=document.media_type,
                graph=document.graph,
                nodes=nodes,
                file=document.name,
            )
            wanted = Patch.of(normalise(quads), ())
            return Patch.of(set(wanted.added) - set(wanted.obstacles(store).added), ())
        case _:
            return _replacement(document, store)


def _table_patch(document: Document, store: OxigraphStore, graph: str) -> Patch:
    """Raises ``DataError`` with every cell at fault."""
    terms = names_of(store)
    table = read_table(document.body, terms, file=document.name)
    faults = [
        Fault(
            message=f"{finding.cell}: {finding.message}" if finding.cell else finding.message,
            file=document.name,
            line=None if finding.cell else finding.line,
            remedy=finding.remedy,
        )
        for finding in table.findings
        if finding.severity is Severity.VIOLATION
    ]
    if faults:
        raise DataError("the table cannot be submitted", faults)
    patch = table_changes(table, store, graph=graph)
    return Patch(added=patch.added) if document.effect is Effect.ADD else patch


def _given_patch(document: Document, store: OxigraphStore) -> Patch:
    try:
        text = document.body.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault(message=f"byte {error.start} is not UTF-8", file=document.name)
        raise DataError("the patch cannot be read", [fault]) from error
    patch = Patch.parse(text, file=document.name)
    obstacles = patch.obstacles(store)
    _refuse_missing(obstacles.removed)
    return Patch.of(set(patch.added) - set(obstacles.added), patch.removed)


def _removal(document: Document, store: OxigraphStore) -> Patch:
    quads = read_dataset(
        document.body, media_type=document.media_type, graph=document.graph, file=document.name
    )
    terms = (term for quad in quads for term in (quad.subject, quad.object))
    if any(isinstance(term, ox.BlankNode) for term in terms):
        fault = Fault(
            message="a blank node has no name by which it could be found",
            file=document.name,
            remedy="submit the graph's file without these triples instead",
        )
        raise DataError("the triples to remove cannot be told", [fault])
    found, missing = locate(store, quads)
    _refuse_missing(missing)
    return Patch.of((), found).without_graphs(MADE_BY_BUILD)


def _refuse_missing(missing: Sequence[str]) -> None:
    if missing:
        clashes = [Clash(statement=s, reason="to be removed, but not there") for s in missing]
        raise Conflict(f"{len(missing)} statements to remove are not in the graph", clashes)


def _replacement(document: Document, store: OxigraphStore) -> Patch:
    assert document.graph is not None  # noqa: S101 - a document that replaces has been placed
    quads = read_quads(
        document.body,
        media_type=document.media_type,
        graph=document.graph,
        file=document.name,
    )
    wanted, present = set(normalise(quads)), statements_of(store, document.graph)
    if is_same_but_for_labels(wanted, present):
        return Patch()
    return Patch.of(wanted - present, present - wanted)


def _refuse_graphs(patch: Patch, *, has_union: bool) -> None:
    graphs = patch.graphs()
    made = sorted(graphs & MADE_BY_BUILD)
    if made:
        raise RequestError(f"<{made[0]}> follows from the other graphs; change those")
    if has_union and "" in graphs:
        raise RequestError("the default graph is the union of all graphs; name a graph in each row")


def _input(document: Document) -> Input:
    assert document.effect is not None  # noqa: S101 - it has been placed
    return Input(
        name=document.name,
        sha256=hashlib.sha256(document.body).hexdigest(),
        effect=document.effect.value,
        graph=document.graph,
    )


# Where the findings stand


def place_in_documents(
    report: Report, documents: Sequence[Document], inputs: Sequence[Input], store: OxigraphStore
) -> Report:
    """The report with file, line and column or cell, as far as the documents tell.

    ``inputs`` says for each document which graph it became; ``store`` has the names that
    tables are read by. The rows of a patch are statements, not records, and get no places.
    """
    if not report.findings:
        return report
    # rdflib takes 0.2 s to import, and what keeps the rules needs none of it.
    from gfmdkg.validation.locate import place_findings

    tables: list[TableDocument] = []
    placed: list[PositionedGraph] = []
    for document, given in zip(documents, inputs, strict=True):
        if document.media_type == RDF_PATCH:
            continue
        if document.media_type in TABLE_MEDIA_TYPES:
            terms = names_of(store)
            tables.append(read_table(document.body, terms, file=document.name))
            placed.append(tables[-1].positioned())
        else:
            text = document.body.decode("utf-8", errors="replace")
            placed += _read(text, document.media_type, given.graph or BASE, document.name)
    report = place_findings(report, placed)
    for table in tables:
        report = report.with_findings(table.relocated(report.findings))
    return report


def _read(text: str, media_type: str, base_iri: str, file: str) -> "list[PositionedGraph]":
    from gfmdkg.validation.documents import read_document

    try:
        return [read_document(text, media_type=media_type, base_iri=base_iri, file=file)]
    except DataError:
        # The engine has read it; what this reader makes of it decides nothing.
        return []
