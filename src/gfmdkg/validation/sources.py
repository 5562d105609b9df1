"""Validation of files: those that a graph is built from, and those that a curator brings."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gfmdkg.errors import DataError
from gfmdkg.formats.solutions import Solutions
from gfmdkg.validation.findings import Finding, Report, Severity

if TYPE_CHECKING:
    from rdflib import Graph

    from gfmdkg.validation.checks import Check
    from gfmdkg.validation.positions import PositionedGraph
    from gfmdkg.validation.validate import Validator

__all__ = [
    "ReadSources",
    "Rules",
    "SourceFile",
    "engine_text",
    "load_rules",
    "read_sources",
    "validate_documents",
    "validate_sources",
]

_JSON_LD = "application/ld+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file: its path as findings show it, its text, its named graph, and its format.

    The graph's IRI is also the base of relative IRIs.
    """

    path: str
    text: str
    graph: str
    media_type: str = "text/turtle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The shapes and checks of two folders, ready for many runs."""

    validator: "Validator"
    checks: "tuple[Check, ...]"


@dataclass(slots=True, kw_only=True)
class ReadSources:
    """Files as one graph; ``documents`` know the places, ``unreadable`` what is no syntax."""

    graph: "Graph"
    documents: "list[PositionedGraph]" = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)


def load_rules(*, shapes: Path, checks: Path) -> Rules:
    """Read the rules. Raises ``OntologyError`` where they themselves are at fault."""
    # pyshacl and rdflib take 0.3 s to import, and most commands never validate.
    from gfmdkg.validation.checks import load_checks
    from gfmdkg.validation.shapes import load_shapes
    from gfmdkg.validation.validate import Validator

    return Rules(
        validator=Validator(load_shapes(shapes, label=_label(shapes)).graph),
        checks=load_checks(checks, label=_label(checks)),
    )


def read_sources(
    files: Sequence[SourceFile],
    *,
    around: bytes = b"",
    contexts: Mapping[str, str] | None = None,
) -> ReadSources:
    """Read files into one graph, beside the triples ``around`` them (N-Triples or N-Quads).

    ``contexts`` has the JSON-LD contexts known by address.
    """
    from gfmdkg.validation.data_graph import graph_from_nquads
    from gfmdkg.validation.positions import read_document

    graph = graph_from_nquads(around)
    read = ReadSources(graph=graph)
    for file in files:
        try:
            document = read_document(
                file.text,
                media_type=file.media_type,
                base_iri=file.graph,
                file=file.path,
                into=graph,
                contexts=contexts,
            )
        except DataError as error:
            read.unreadable += [Finding.from_fault(f, code="syntax") for f in error.faults]
        else:
            read.documents.append(document)
    return read


def engine_text(file: SourceFile, contexts: Mapping[str, str]) -> str:
    """The file's text for the engine, which fetches no JSON-LD context."""
    from gfmdkg.validation.json_ld import place_document

    if file.media_type != _JSON_LD:
        return file.text
    text = file.text.removeprefix("\ufeff")
    return place_document(text, base_iri=file.graph, contexts=contexts).text


def validate_sources(
    files: Sequence[SourceFile],
    *,
    shapes: Path,
    checks: Path,
    select: Callable[[str], Solutions],
) -> Report:
    """Validate the union of some files by the shapes and checks of two folders.

    ``select`` runs a SELECT on the store that the files have been loaded into. Files of the
    shapes folder are rules, not data, and are not validated by each other. Files that do not
    parse are findings of code "syntax", and then no rule is applied, for half of the data
    would break many. Raises ``OntologyError`` where the rules themselves are at fault.
    """
    rules = load_rules(shapes=shapes, checks=checks)
    read = read_sources([f for f in files if str(PurePosixPath(f.path).parent) != _label(shapes)])
    if read.unreadable:
        return Report.of(read.unreadable)
    return validate_documents(rules, read.graph, read.documents, select=select)


def validate_documents(
    rules: Rules,
    data: "Graph",
    documents: "Sequence[PositionedGraph]",
    *,
    select: Callable[[str], Solutions],
    given: Collection[str] | None = None,
    today: date | None = None,
) -> Report:
    """Validate a graph of which ``documents`` know the places.

    With ``given``, the names of the files that a curator brings, what is suspicious in them
    is found as well, and only findings about them are reported, beside violations elsewhere:
    the rest of the graph had none before. ``today`` is the day that no date may lie after.
    """
    from gfmdkg.validation.checks import run_checks
    from gfmdkg.validation.collapse import collapse
    from gfmdkg.validation.enrichment import enrich
    from gfmdkg.validation.lint import lint

    report = rules.validator.validate(data, documents=documents)
    found = run_checks(rules.checks, select, documents=documents, names=data, given=given or ())
    findings = [*report.findings, *enrich(found, data, documents)]
    if given is not None:
        brought = [d for d in documents if d.file in given]
        findings += lint(data, brought, today=today or date.today())  # noqa: DTZ011 - local day
    findings = collapse(findings)
    if given is not None:
        findings = [f for f in findings if f.file in given or f.severity is Severity.VIOLATION]
    sources = {d.file: d.text for d in documents if d.file is not None}
    if given is not None:
        sources = {name: text for name, text in sources.items() if name in given}
    return Report.of(findings).with_sources(sources)


def _label(folder: Path) -> str:
    """A folder of rules as the sources show it: the last two parts of its path."""
    return "/".join(folder.parts[-2:])
