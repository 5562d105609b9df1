"""Writing the graph's named graphs back to the files that they came from.

A file is cut into its statements, each with the white space and the comments before it. A
statement about a record of which nothing changed stays byte by byte; a record that changed is
written anew in its place; what is new comes at the end. So the comments between records stay,
and the difference in git is the change.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path

import pyoxigraph as ox

from gfmdkg.errors import DataError
from gfmdkg.namespaces import GRAPH_BASE, PREFIXES
from gfmdkg.rdf.sparql_tokens import Token, TokenKind
from gfmdkg.rdf.turtle import BlankNodes, TurtleBlocks, write_turtle
from gfmdkg.rdf.turtle_tokens import names_before, tokenize
from gfmdkg.rdf.values import Term
from gfmdkg.store.files import replace_durably
from gfmdkg.store.patches import (
    is_same_but_for_labels,
    normalise,
    quads_of,
    statements_about,
    statements_of,
    subjects_of,
    triples_of,
)
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import parse, read_quads
from gfmdkg.store.versions import Version

__all__ = ["Exported", "export_files", "revise_turtle"]

_PREFIX = GRAPH_BASE + "data/"
_DIRECTIVE = re.compile(r"@(?:prefix|base)|(?:prefix|base)(?=[\s<])", re.IGNORECASE)
_TURTLE = "text/turtle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Files below the folder, as paths relative to it: those written, and those now empty."""

    written: tuple[Path, ...]
    emptied: tuple[Path, ...]


def export_files(version: Version, folder: Path) -> Exported:
    """Make the Turtle files below a ``data/`` folder say what the version's graphs say.

    A file that says it already is left as it is, byte by byte. A file whose graph is gone is
    reported, not removed. Building from the files gives the same graphs again.
    """
    written: list[Path] = []
    kept: set[Path] = set()
    with closing(OxigraphStore.open_read_only(version.database)) as store:
        for name in store.graph_names():
            path = _path(name)
            if path is None or not (statements := statements_of(store, name)):
                continue
            kept.add(path)
            file = folder / path
            former = file.read_bytes().decode(errors="replace") if file.is_file() else ""
            text = revise_turtle(former, statements, graph=name)
            if text != former:
                file.parent.mkdir(parents=True, exist_ok=True)
                replace_durably(file, text)
                written.append(path)
    present = (file.relative_to(folder) for file in folder.rglob("*.ttl"))
    emptied = sorted(path for path in present if path not in kept)
    return Exported(written=tuple(sorted(written)), emptied=tuple(emptied))


def _path(graph: str) -> Path | None:
    """The file of a graph below ``data/``; ``None`` for others, and names that lead out of it."""
    path = Path(graph.removeprefix(_PREFIX) + ".ttl")
    is_below = graph.startswith(_PREFIX) and not path.is_absolute() and ".." not in path.parts
    return path if is_below else None


# One file


def revise_turtle(text: str, statements: Iterable[str], *, graph: str) -> str:
    """The Turtle of a file, revised to say these statements of the graph; as it is if it does.

    Comments inside a record that changed are lost. Where a statement is about a blank node or
    records share one, they cannot be told apart: the whole is then written canonically,
    in the order of the file, below the comments that it begins with.
    """
    wanted = sorted(statements)
    with suppress(DataError):  # of a file that cannot be read, in which nothing can stay
        if is_same_but_for_labels(_said(text, graph), wanted):
            return text
        revised = _revised(text, wanted, graph)
        if revised is not None and is_same_but_for_labels(_said(revised, graph), wanted):
            return revised
    opening = "".join(takewhile(lambda line: line.startswith("#"), f"{text}\n".splitlines(True)))
    written = write_turtle(triples_of(wanted), first=_order(text, graph))
    return f"{opening}\n{written}" if opening else written


def _revised(text: str, wanted: list[str], graph: str) -> str | None:
    present, coming = _records(_said(text, graph)), _records(wanted)
    if present is None or coming is None:
        return None
    prefixes, base = names_before(text, len(text))
    blocks = _blocks(wanted, prefixes, base)
    parts: list[str] = []
    written: set[str] = set()
    directives, last_directive = "", 0
    for before, piece in _cut(text):
        if not piece or _DIRECTIVE.match(piece):
            parts.append(before + piece)
            if piece:
                directives, last_directive = f"{directives}\n{piece}", len(parts)
            continue
        about = {s for s in subjects_of(_said(f"{directives}\n{piece}", graph)) if s[:2] != "_:"}
        if len(about) != 1:
            return None
        (subject,) = about
        if is_same_but_for_labels(present[subject], coming.get(subject, [])):
            parts.append(before + piece)
        elif subject in coming and subject not in written:
            parts.append(before + _block(blocks, subject, coming[subject]).rstrip("\n"))
        elif "#" in before:
            parts.append(before.rstrip())
        written.add(subject)
    new = sorted(coming.keys() - written)
    parts += (f"\n{_block(blocks, subject, coming[subject])}" for subject in new)
    parts.insert(last_directive, _missing_prefixes(blocks, prefixes))
    return "".join(parts)


def _cut(text: str) -> Iterator[tuple[str, str]]:
    """The statements and directives of a file, each after what stands before it.

    Last comes what stands after all of them, before an empty one.
    """
    end, depth = 0, 0
    first: Token | None = None
    for token in tokenize(text):
        first = first or token
        if token.kind is TokenKind.OPERATOR:
            depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(token.text, 0)
        # The SPARQL form of a directive has no full stop.
        is_bare = first.text.lower() in ("prefix", "base") and token.kind is TokenKind.IRI
        if is_bare or (token.kind is TokenKind.OPERATOR and token.text == "." and depth == 0):
            yield text[end : first.start], text[first.start : token.end]
            end, first = token.end, None
    yield text[end:] or "\n", ""


def _records(statements: Collection[str]) -> Mapping[str, list[str]] | None:
    """The statements about each IRI and the blank nodes below it.

    ``None`` where a blank node is below none, or below several.
    """
    store = OxigraphStore.in_memory()
    store.extend(quads_of(statements))
    iris = (subject for subject in subjects_of(statements) if not subject.startswith("_:"))
    records = {iri: statements_about(store, iri) for iri in iris}
    return records if sorted(chain(*records.values())) == sorted(statements) else None


def _said(text: str, graph: str) -> list[str]:
    return normalise(read_quads(text.encode(), media_type=_TURTLE, graph=graph))


def _order(text: str, graph: str) -> list[str]:
    """The subjects of a file in its own order, as far as it can be read."""
    parsed = parse(text.encode(), media_type=_TURTLE, base_iri=graph)
    nodes = dict.fromkeys(triple.subject for triple in parsed.triples)
    return [node.value for node in nodes if isinstance(node, ox.NamedNode)]


# Writing records anew


def _blocks(wanted: list[str], prefixes: Mapping[str, str], base: str | None) -> TurtleBlocks:
    """The writer of records for a file that declares these names."""
    return TurtleBlocks(
        # Relative IRIs are plain to write below a folder alone.
        base=base if base is not None and base.endswith("/") else "",
        # A file that declares nothing writes its IRIs in full, and so it stays.
        prefixes={**PREFIXES, **prefixes} if prefixes or base else {},
        nodes=BlankNodes(triples_of(wanted)),
    )


def _block(blocks: TurtleBlocks, subject: str, statements: Iterable[str]) -> str:
    node = ox.NamedNode(subject)
    properties: dict[ox.NamedNode, list[Term]] = {}
    for quad in quads_of(statements):
        if quad.subject == node:
            properties.setdefault(quad.predicate, []).append(quad.object)
    return blocks.block(node, properties)


def _missing_prefixes(blocks: TurtleBlocks, declared: Mapping[str, str]) -> str:
    """The declarations that new blocks need and the file does not have, each after a line break."""
    known = tuple(f"@prefix {name}:" for name in declared)
    lines = (line for line in blocks.header().splitlines() if line.startswith("@prefix"))
    return "".join(f"\n{line}" for line in lines if not line.startswith(known or ("\n",)))
