"""Documents that are submitted, and the patch of the current version that they mean."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

import pyoxigraph as ox

from gfmdkg.build.sources import MADE_BY_BUILD, read_all
from gfmdkg.curation.changes.change_sets import Input
from gfmdkg.curation.documents import RDF_PATCH, Effect, SubmittedDocument
from gfmdkg.curation.tables.triples import read_table, table_changes
from gfmdkg.errors import Conflict, ConflictingStatement, DataError, Fault, RequestError
from gfmdkg.namespaces import BASE, graph_iri
from gfmdkg.store.names import names_of
from gfmdkg.store.patches import Patch, is_same_but_for_labels, locate, normalise, statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_dataset, read_quads
from gfmdkg.validation import Report, SourceFile

__all__ = ["compute_patch", "place_in_documents"]

_QUADS = ("application/n-quads", "application/trig")
_CONTENT_FOLDERS = ("data", "ontology")


def compute_patch(
    documents: Sequence[SubmittedDocument], store: OxigraphStore, *, number: int, has_union: bool
) -> tuple[Patch, tuple[Input, ...]]:
    """What change set ``number`` with these documents changes in a store, and what each did.

    Raises ``DataError`` with the faults of all documents, ``Conflict`` for statements to
    remove that are not there, and ``RequestError`` where nothing would change or a graph is
    one that the build makes.
    """
    placed = [_placed(document, number) for document in documents]
    _refuse_collisions(placed)
    patches = read_all(
        lambda index: _patch(placed[index], store, graph_iri(f"changes/{number}/{index}")),
        range(len(placed)),
        refusal="{faults} in what was submitted",
    )
    patch = Patch.of(
        (s for patch in patches for s in patch.added),
        (s for patch in patches for s in patch.removed),
    )
    if not patch:
        raise RequestError("nothing would change: the graph says all of this already")
    _refuse_graphs(patch, has_union=has_union)
    return patch, tuple(map(_input, placed))


def _placed(document: SubmittedDocument, number: int) -> SubmittedDocument:
    """The document with its graph and its effect."""
    effect, graph = document.effect, document.graph
    if document.is_table:
        if effect not in (None, Effect.ADD, Effect.PATCH):
            raise RequestError(f"a table cannot {effect}: it adds or corrects records")
        return replace(
            document, graph=graph or _own_graph(document, number), effect=effect or Effect.PATCH
        )
    if effect is Effect.REMOVE or document.media_type == RDF_PATCH:
        return replace(document, effect=effect or Effect.PATCH)
    return replace(
        document,
        graph=graph or _graph_of_path(document.name) or _own_graph(document, number),
        effect=effect or (Effect.ADD if document.media_type in _QUADS else Effect.REPLACE),
    )


def _own_graph(document: SubmittedDocument, number: int) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", PurePath(document.name).stem.lower()).strip("-")
    return graph_iri(f"data/changes/{number}/{stem or 'submitted'}.ttl")


def _graph_of_path(name: str) -> str | None:
    """The graph of a file below ``data/`` or ``ontology/``, as the build names it."""
    path = PurePath(name)
    for index in range(len(path.parts) - 2, -1, -1):
        if path.parts[index] in _CONTENT_FOLDERS:
            return graph_iri(PurePath(*path.parts[index:]).as_posix())
    return None


def _refuse_collisions(documents: Sequence[SubmittedDocument]) -> None:
    names = [d.graph for d in documents if d.effect is Effect.REPLACE]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"two documents would each be the whole content of <{name}>")


def _patch(document: SubmittedDocument, store: OxigraphStore, nodes: str) -> Patch:
    """``nodes`` names blank nodes that are added, so that none meets one of the graph."""
    if document.is_table:
        return _table_patch(document, store)
    match document.effect:
        case Effect.PATCH:
            patch = Patch.parse(document.decode().text, file=document.name)
            _refuse_missing(patch.obstacles(store).removed)
        case Effect.REMOVE:
            patch = _removal(document, store)
        case Effect.ADD:
            patch = Patch.of(normalise(_quads(document, nodes)), ())
        case _:
            patch = _replacement(document, store)
    return Patch.of(set(patch.added) - set(patch.obstacles(store).added), patch.removed)


def _quads(document: SubmittedDocument, nodes: str = BASE) -> list[ox.Quad]:
    return read_dataset(
        document.body,
        media_type=document.media_type,
        graph=document.graph,
        nodes=nodes,
        file=document.name,
    )


def _table_patch(document: SubmittedDocument, store: OxigraphStore) -> Patch:
    """Raises ``DataError`` with every cell at fault."""
    table = read_table(document.body, names_of(store), file=document.name)
    faults = Report.of(table.findings).faults
    if faults:
        raise DataError("the table cannot be submitted", faults)
    patch = table_changes(table, store, graph=document.graph or table.graph)
    return Patch(added=patch.added) if document.effect is Effect.ADD else patch


def _removal(document: SubmittedDocument, store: OxigraphStore) -> Patch:
    quads = _quads(document)
    if any(isinstance(term, ox.BlankNode) for q in quads for term in (q.subject, q.object)):
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
        reason = "to be removed, but not there"
        conflicts = [ConflictingStatement(statement=s, reason=reason) for s in missing]
        raise Conflict(f"{len(missing)} statements to remove are not in the graph", conflicts)


def _replacement(document: SubmittedDocument, store: OxigraphStore) -> Patch:
    graph = document.graph or ""
    quads = read_quads(
        document.body, media_type=document.media_type, graph=graph, file=document.name
    )
    wanted, present = set(normalise(quads)), statements_of(store, graph)
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


def _input(document: SubmittedDocument) -> Input:
    return Input(
        name=document.name,
        sha256=hashlib.sha256(document.body).hexdigest(),
        effect=str(document.effect),
        graph=document.graph,
    )


# Where the findings stand


def place_in_documents(
    report: Report,
    documents: Sequence[SubmittedDocument],
    inputs: Sequence[Input],
    store: OxigraphStore,
) -> Report:
    """The report with file, line and column or cell, as far as the documents tell.

    ``inputs`` says for each document which graph it became; ``store`` has the names that
    tables are read by. The rows of a patch are statements, not records, and get no places.
    """
    if not report.findings:
        return report
    # rdflib takes 0.2 s to import, and what keeps the rules needs none of it.
    from gfmdkg.validation.documents import read_documents
    from gfmdkg.validation.locate import place_findings

    files = [
        SourceFile(
            path=document.name,
            text=document.body.decode("utf-8", errors="replace"),
            graph=given.graph or BASE,
            media_type=document.media_type,
        )
        for document, given in zip(documents, inputs, strict=True)
        if not document.is_table and document.media_type != RDF_PATCH
    ]
    tables = [
        read_table(document.body, names_of(store), file=document.name)
        for document in documents
        if document.is_table
    ]
    # The engine has read all files; those that this reader makes nothing of decide nothing.
    placed = [*read_documents(files)[0], *(table.positioned() for table in tables)]
    report = place_findings(report, placed)
    for table in tables:
        report = report.with_findings(table.relocated(report.findings))
    return report
