"""Writing the graph's named graphs back to the files that they came from.

A file is cut into its statements, each with the white space and the comments before it. A
statement about a record of which nothing changed stays byte by byte; a record that changed is
written anew in its place; what is new comes at the end. So the comments between records stay,
and the difference in git is the change.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from gfmdkg.errors import DataError
from gfmdkg.formats.turtle_writer import BlankNodes, TurtleBlocks, write_turtle
from gfmdkg.namespaces import GRAPH_BASE, PREFIXES
from gfmdkg.store.parsing import parse
from gfmdkg.store.patches import (
    is_same_but_for_labels,
    normalise,
    quads_of,
    statements_of,
    triples_of,
)
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import read_quads
from gfmdkg.store.versions import Version
from gfmdkg.terms.values import Term
from gfmdkg.validation.turtle_tokens import Kind, Token, names_before, tokenize

__all__ = ["Exported", "export_files", "revise_turtle"]

_PREFIX = GRAPH_BASE + "data/"
_DIRECTIVES = ("@prefix", "@base", "prefix", "base")
_TURTLE = "text/turtle"
_SUBJECT_NUMBER = "urn:chunk:"


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
    store = OxigraphStore.open_read_only(version.database)
    written: list[Path] = []
    names = [name for name in store.graph_names() if name.startswith(_PREFIX)]
    kept: set[Path] = set()
    for name in names:
        statements = statements_of(store, name)
        path = _path(name)
        if not statements or path is None:
            continue
        kept.add(path)
        if not _says(folder / path, name, statements):
            _write(folder / path, name, statements)
            written.append(path)
    store.close()
    present = (file.relative_to(folder) for file in folder.rglob("*.ttl"))
    emptied = sorted(path for path in present if path not in kept)
    return Exported(written=tuple(sorted(written)), emptied=tuple(emptied))


def _path(graph: str) -> Path | None:
    """The file of a graph below ``data/``; ``None`` for a name that would lead out of it."""
    path = Path(graph.removeprefix(_PREFIX) + ".ttl")
    return None if path.is_absolute() or ".." in path.parts else path


def _says(file: Path, graph: str, statements: set[str]) -> bool:
    if not file.is_file():
        return False
    with suppress(DataError):
        quads = read_quads(file.read_bytes(), media_type=_TURTLE, graph=graph)
        return is_same_but_for_labels(normalise(quads), statements)
    return False


def _write(file: Path, graph: str, statements: set[str]) -> None:
    former = file.read_bytes().decode("utf-8", errors="replace") if file.is_file() else ""
    text = revise_turtle(former, statements, graph=graph)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".ttl.next")
    draft.write_bytes(text.encode("utf-8"))
    draft.replace(file)


# One file


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    """A statement or directive, and the white space and comments before it."""

    before: str
    text: str
    first: Token
    is_directive: bool


def revise_turtle(text: str, statements: Iterable[str], *, graph: str) -> str:
    """The Turtle of a file, revised to say these statements of the graph.

    Comments inside a record that changed are lost. Where blank nodes have labels or stand
    for themselves no statement can be told from the others: the whole is then written
    canonically, in the order of the file, below the comments that it begins with.
    """
    wanted = sorted(statements)
    with suppress(DataError):  # of a file that cannot be read, in which nothing can stay
        revised = _revised(text, wanted, graph)
        if revised is not None and is_same_but_for_labels(_said(revised, graph), wanted):
            return revised
    return _opening(text) + write_turtle(
        triples_of(wanted), first=_order(text, graph), from_store=True
    )


def _revised(text: str, wanted: list[str], graph: str) -> str | None:
    chunks, rest = _cut(text)
    subjects = _subjects(chunks, graph) if chunks else None
    present, coming = _by_record(_said(text, graph)), _by_record(wanted)
    if subjects is None or present is None or coming is None:
        return None
    prefixes, base = names_before(text, len(text))
    blocks = _blocks(wanted, prefixes, base)
    parts: list[str] = []
    written: set[str] = set()
    last_directive = 0
    for number, chunk in enumerate(chunks):
        subject = subjects.get(number)
        if subject is None:
            parts.append(chunk.before + chunk.text)
            last_directive = len(parts)
        elif _is_same(present[subject], coming.get(subject, ())):
            parts.append(chunk.before + chunk.text)
        elif subject in coming and subject not in written:
            parts.append(chunk.before + _block(blocks, subject, coming[subject]).rstrip("\n"))
        elif "#" in chunk.before:
            parts.append(chunk.before.rstrip())
        written.add(subject or "")
    new = [
        f"\n{_block(blocks, subject, coming[subject])}"
        for subject in sorted(coming)
        if subject not in written
    ]
    parts.insert(last_directive, _missing_prefixes(blocks, prefixes))
    ended = "".join(parts) + (rest or "\n")
    return ended + "".join(new)


def _blocks(wanted: list[str], prefixes: Mapping[str, str], base: str | None) -> TurtleBlocks:
    """The writer of records for a file that declares these names."""
    return TurtleBlocks(
        # Relative IRIs are plain to write below a folder alone.
        base=base if base is not None and base.endswith("/") else "",
        # A file that declares nothing writes its IRIs in full, and so it stays.
        prefixes={**PREFIXES, **prefixes} if prefixes or base else {},
        from_store=True,
        nodes=BlankNodes(triples_of(wanted)),
    )


def _missing_prefixes(blocks: TurtleBlocks, declared: Mapping[str, str]) -> str:
    """The declarations that new blocks need and the file does not have, each after a line break."""
    known = tuple(f"@prefix {name}:" for name in declared)
    lines = (line for line in blocks.header().splitlines() if line.startswith("@prefix"))
    return "".join(f"\n{line}" for line in lines if not line.startswith(known or ("\n",)))


def _cut(text: str) -> tuple[list[_Chunk], str]:
    """The statements of a file, and what stands after the last."""
    chunks: list[_Chunk] = []
    end, depth = 0, 0
    first: Token | None = None
    for token in tokenize(text):
        first = first or token
        if token.kind is Kind.MARK:
            depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(token.text, 0)
        is_directive = first.text.lower() in _DIRECTIVES
        closes = token.kind is Kind.MARK and token.text == "." and depth == 0
        if is_directive and not first.text.startswith("@") and token.kind is Kind.IRI:
            # The SPARQL form has no full stop.
            closes = True
        if closes:
            chunks.append(
                _Chunk(
                    before=text[end : first.start],
                    text=text[first.start : token.end],
                    first=first,
                    is_directive=is_directive,
                )
            )
            end, first = token.end, None
    return chunks, text[end:]


def _subjects(chunks: list[_Chunk], graph: str) -> dict[int, str] | None:
    """The IRI that each statement is about; ``None`` where one is about a blank node."""
    lines: list[str] = []
    for number, chunk in enumerate(chunks):
        if chunk.is_directive:
            lines.append(chunk.text)
        elif chunk.first.kind in (Kind.IRI, Kind.WORD):
            lines.append(f"{chunk.first.text} <{_SUBJECT_NUMBER}{number}> 1 .")
        else:
            return None
    found = quads_of(_said("\n".join(lines), graph))
    return {
        int(s.predicate.value.removeprefix(_SUBJECT_NUMBER)): s.subject.value
        for s in found
        if isinstance(s.subject, ox.NamedNode)
    }


def _by_record(statements: Iterable[str]) -> Mapping[str, tuple[str, ...]] | None:
    """The statements about each IRI and the blank nodes below it.

    ``None`` where a blank node is below none, or below several.
    """
    texts = list(statements)
    pairs = list(zip(texts, quads_of(texts), strict=True))
    owners: dict[ox.BlankNode, Term] = {}
    for _, said in pairs:
        if isinstance(said.object, ox.BlankNode):
            if said.object in owners:
                return None
            owners[said.object] = said.subject
    records: dict[str, list[str]] = {}
    for text, said in pairs:
        owner: Term | None = said.subject
        for _ in range(len(owners) + 1):
            if not isinstance(owner, ox.BlankNode):
                break
            owner = owners.get(owner)
        if not isinstance(owner, ox.NamedNode):
            return None
        records.setdefault(owner.value, []).append(text)
    return {subject: tuple(found) for subject, found in records.items()}


def _block(blocks: TurtleBlocks, subject: str, statements: Iterable[str]) -> str:
    node = ox.NamedNode(subject)
    properties: dict[ox.NamedNode, list[Term]] = {}
    for said in quads_of(statements):
        if said.subject == node:
            properties.setdefault(said.predicate, []).append(said.object)
    return blocks.block(node, properties)


def _is_same(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    return set(left) == set(right) or is_same_but_for_labels(left, right)


def _said(text: str, graph: str) -> list[str]:
    return normalise(read_quads(text.encode(), media_type=_TURTLE, graph=graph))


def _order(text: str, graph: str) -> list[str]:
    """The subjects of a file in its own order, as far as it can be read."""
    parsed = parse(text.encode(), media_type=_TURTLE, base_iri=graph)
    nodes = dict.fromkeys(triple.subject for triple in parsed.triples)
    return [node.value for node in nodes if isinstance(node, ox.NamedNode)]


def _opening(text: str) -> str:
    """The comments that a file begins with, and the line after them."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line)
    return "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")
