"""Validating a curator's files in the context of the content or of a published version."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from gfmdkg.build.assembly import QUERIES_GRAPH, assemble
from gfmdkg.build.derivation import DERIVED_GRAPH, PROVENANCE_GRAPH, derive_links
from gfmdkg.build.sources import collect_sources
from gfmdkg.catalog import Catalog
from gfmdkg.errors import DataError, Fault
from gfmdkg.formats.solutions import Solutions
from gfmdkg.namespaces import graph_iri
from gfmdkg.paths import Content
from gfmdkg.store.rdf_store import AnswerFormats, OxigraphStore
from gfmdkg.store.reading import read_quads
from gfmdkg.store.union import materialise_union
from gfmdkg.store.versions import Version
from gfmdkg.validation import Finding, Report, SourceFile
from gfmdkg.validation.sources import (
    Rules,
    engine_text,
    load_rules,
    read_sources,
    validate_documents,
)

__all__ = ["SYNTAXES", "FileValidator", "decode_file", "read_files", "syntax_of", "validate_files"]

STANDARD_INPUT = Path("-")
SYNTAXES = {
    "ttl": "text/turtle",
    "trig": "application/trig",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
"""Media type by the name of the syntax, as ``--syntax`` takes it."""

_EXTENSIONS = SYNTAXES | {
    "turtle": "text/turtle",
    "json": "application/ld+json",
    "xml": "application/rdf+xml",
    "owl": "application/rdf+xml",
}
_SHAPES_GRAPHS = graph_iri("ontology/shapes/") + "/"
_NOT_CURATED = frozenset({DERIVED_GRAPH, PROVENANCE_GRAPH, QUERIES_GRAPH, ""})
_N_TRIPLES = "application/n-triples"


def validate_files(
    files: Sequence[Path],
    content: Content,
    *,
    standard_input: BinaryIO,
    syntax: str | None = None,
    against: Version | None = None,
    today: date | None = None,
) -> Report:
    """What the rules say of files, with the content or a version of the graph around them.

    A file that is part of the content takes the place of the copy there; “-” is
    ``standard_input``. Without files the content itself is validated. Only findings about
    the files are reported, and violations that they cause elsewhere. ``syntax`` is one of
    ``SYNTAXES``, for files whose name does not tell. Raises ``DataError`` for a file that
    cannot be opened; one that cannot be parsed is a finding.
    """
    given = read_files(files, standard_input=standard_input, syntax=syntax)
    validator = FileValidator(content, against=against)
    return validator.validate(given, today=today)


class FileValidator:
    """Validates files, again and again, in the same context.

    The rules are those of ``content``; the context is its data or, with ``against``, a
    published version. What of it does not change is read once.
    """

    def __init__(self, content: Content, *, against: Version | None = None) -> None:
        self._content, self._against = content, against

    def validate(self, given: Sequence[SourceFile], *, today: date | None = None) -> Report:
        """The report on these files; of the content itself where there are none."""
        read = read_sources(given, contexts=self._contexts)
        texts = {file.path: file.text for file in given}
        if read.unreadable:
            return Report.of(read.unreadable).with_sources(texts)
        if self._against is None:
            return self._in_content(given, today)
        return self._in_version(self._against, given, today)

    @cached_property
    def rules(self) -> Rules:
        """The shapes and checks; raises ``OntologyError`` where they are at fault."""
        ontology = self._content.ontology
        return load_rules(shapes=ontology / "shapes", checks=ontology / "checks")

    @cached_property
    def _contexts(self) -> dict[str, str]:
        from gfmdkg.validation.json_ld import CONTEXT_IRIS

        file = self._content.context
        if not file.is_file():
            return {}
        return dict.fromkeys(CONTEXT_IRIS, file.read_text("utf-8"))

    def _in_content(self, given: Sequence[SourceFile], today: date | None) -> Report:
        shown = {Path(file.path).resolve() for file in given}
        kept = [
            source
            for source in collect_sources(self._content)
            if (self._content.root / source.path).resolve() not in shown
        ]
        store = OxigraphStore.in_memory()
        try:
            assemble(store, kept, Catalog.load(self._content.queries))
        except DataError as error:
            return Report.of(_syntax_findings(error))
        self._add(store, given)
        around = [
            SourceFile(path=s.path, text=s.text, graph=s.graph)
            for s in kept
            if not _is_shapes(s.path)
        ]
        read = read_sources([*around, *given], contexts=self._contexts)
        names = {file.path for file in given} or {file.path for file in around}
        return validate_documents(
            self.rules, read.graph, read.documents, select=_select(store), given=names, today=today
        )

    def _in_version(
        self, version: Version, given: Sequence[SourceFile], today: date | None
    ) -> Report:
        published = OxigraphStore.open_read_only(version.database)
        replaced = {graph for file in given for graph in self._graphs_of(file)}
        store = OxigraphStore.in_memory()
        for graph in published.graph_names():
            if graph not in replaced:
                store.load(_dump(published, graph), media_type=_N_TRIPLES, graph=graph)
        published.close()
        around = _curated(store)
        self._add(store, given)
        read = read_sources(given, around=around, contexts=self._contexts)
        names = {file.path for file in given}
        return validate_documents(
            self.rules, read.graph, read.documents, select=_select(store), given=names, today=today
        )

    def _graphs_of(self, file: SourceFile) -> Iterator[str]:
        yield file.graph
        path = Path(file.path).resolve()
        if path.is_relative_to(self._content.root.resolve()):
            relative = path.relative_to(self._content.root.resolve())
            yield graph_iri(PurePosixPath(relative).as_posix())

    def _add(self, store: OxigraphStore, given: Sequence[SourceFile]) -> None:
        for file in given:
            text = engine_text(file, self._contexts)
            quads = read_quads(
                text.removeprefix("\ufeff").encode(),
                media_type=file.media_type,
                graph=file.graph,
                file=file.path,
            )
            store.extend(quads)
        derive_links(store)
        store.clear_graph("")
        materialise_union(store)


def read_files(
    files: Sequence[Path], *, standard_input: BinaryIO, syntax: str | None = None
) -> list[SourceFile]:
    """The files as text. Raises ``DataError`` with all that cannot be opened or are not UTF-8."""
    sources: list[SourceFile] = []
    faults: list[Fault] = []
    for path in files:
        is_input = path == STANDARD_INPUT
        name = f"standard-input.{syntax or 'ttl'}" if is_input else path.as_posix()
        try:
            media_type = syntax_of(name, syntax)
            data = standard_input.read() if is_input else path.read_bytes()
            sources.append(decode_file(name, data, media_type))
        except OSError as error:
            faults.append(Fault(message=error.strerror or str(error), file=name))
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(f"{len(faults)} of {len(files)} files cannot be read", faults)
    return sources


def decode_file(name: str, data: bytes, media_type: str) -> SourceFile:
    """A file's bytes as text; raises ``DataError`` with the place of what is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError("the file cannot be read", [_not_utf_8(data, error, name)]) from error
    graph = graph_iri(quote(name.lstrip("/")))
    return SourceFile(path=name, text=text, graph=graph, media_type=media_type)


def syntax_of(name: str, syntax: str | None = None) -> str:
    """The media type of a file by ``syntax``, else by its name. Raises ``DataError``."""
    found = SYNTAXES.get(syntax or "") or _EXTENSIONS.get(name.rpartition(".")[2].lower())
    if found is None:
        fault = Fault(
            message="the name does not tell in which syntax the file is",
            file=name,
            remedy=f"name it with --syntax: {', '.join(SYNTAXES)}",
        )
        raise DataError("the file cannot be read", [fault])
    return found


def _not_utf_8(data: bytes, error: UnicodeDecodeError, name: str) -> Fault:
    before = data[: error.start]
    return Fault(
        message=f"byte {error.start} is not UTF-8",
        file=name,
        line=before.count(b"\n") + 1,
        column=len(before.rpartition(b"\n")[2].decode("utf-8")) + 1,
        remedy="save the file as UTF-8",
    )


def _syntax_findings(error: DataError) -> Iterator[Finding]:
    for fault in error.faults:
        yield Finding.from_fault(fault, code="syntax")


def _select(store: OxigraphStore) -> "_Select":
    return _Select(store=store)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Select:
    store: OxigraphStore

    def __call__(self, query: str) -> Solutions:
        output = io.BytesIO()
        self.store.query(query, formats=AnswerFormats(), output=output)
        return Solutions.from_json(output.getvalue())


def _curated(store: OxigraphStore) -> bytes:
    """What people have written of a store's graphs, as N-Triples: no rules, nothing derived."""
    return b"".join(
        _dump(store, graph)
        for graph in store.graph_names()
        if graph not in _NOT_CURATED and not graph.startswith(_SHAPES_GRAPHS)
    )


def _is_shapes(path: str) -> bool:
    return path.startswith("ontology/shapes/")


def _dump(store: OxigraphStore, graph: str) -> bytes:
    output = io.BytesIO()
    store.dump(output, media_type=_N_TRIPLES, graph=graph)
    return output.getvalue()
