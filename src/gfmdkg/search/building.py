"""Building an index file: beside its place first, then moved there in one step."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path

from gfmdkg.formats.solutions import Select
from gfmdkg.search.completions import write_completions
from gfmdkg.search.documents import Document, read_classes, read_documents
from gfmdkg.search.query import name_key
from gfmdkg.search.schema import BROADER, DIRECT, FORMAT, SEPARATOR, TABLES
from gfmdkg.search.vocabulary import WordCounter
from gfmdkg.store.files import derive_once, replacing, told_as_store_error
from gfmdkg.terms.folding import fold

__all__ = ["INDEX_NAME", "build_index", "ensure_index", "is_current"]

INDEX_NAME = "search.sqlite"
"""The index's file name inside the folder of a version."""

_WHAT = "the search index"


def build_index(target: Path, select: Select) -> None:
    """Write the index of a version to the file ``target``, which appears whole or not at all.

    It is on disk when this returns. Raises ``StoreError`` where it cannot be written.
    """
    with (
        told_as_store_error(target, what=_WHAT),
        replacing(target) as draft,
        closing(sqlite3.connect(draft, isolation_level=None)) as connection,
    ):
        connection.executescript(TABLES)
        connection.execute("BEGIN")
        _fill(connection, select)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute(f"PRAGMA user_version = {FORMAT}")


def ensure_index(folder: Path, select: Select) -> Path:
    """The index in the folder of a version, built first where it is missing or of another format.

    Any number of processes may ask at once: one builds, the others wait for it. Raises
    ``StoreError`` where it cannot be written.
    """
    target = folder / INDEX_NAME
    with told_as_store_error(target, what=_WHAT):
        derive_once(target, lambda: build_index(target, select), is_current=is_current)
    return target


def is_current(path: Path) -> bool:
    """Whether this is an index that this software can read."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        return False
    return bool(found == FORMAT)


def _fill(connection: sqlite3.Connection, select: Select) -> None:
    documents = read_documents(select)
    type_ids = _write_types(connection, documents, select)
    rowids = {document.iri: rowid for rowid, document in enumerate(documents, 1)}
    words = WordCounter()
    connection.executemany(
        "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (rowid, position, n.kind, n.text, n.language, fold(n.text), name_key(n.text))
            for rowid, document in enumerate(documents, 1)
            for position, n in enumerate(document.names)
        ),
    )
    connection.execute("CREATE INDEX name_key ON name (key)")
    connection.executemany(
        "INSERT INTO text (rowid, label, names, notes, evidence, body, context)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (_text_row(rowid, document, rowids, words) for rowid, document in enumerate(documents, 1)),
    )
    connection.execute("INSERT INTO text (text) VALUES ('optimize')")
    _write_links(connection, documents, type_ids, rowids)
    words.write(connection)
    write_completions(connection, documents, type_ids)


def _write_types(
    connection: sqlite3.Connection, documents: Sequence[Document], select: Select
) -> list[int]:
    above = read_classes(select)
    type_ids: list[int] = []
    for type_id, (type_iri, group) in enumerate(groupby(documents, key=lambda d: d.type)):
        first = len(type_ids) + 1
        type_ids += [type_id for _ in group]
        values = (type_id, type_iri, first, len(type_ids))
        connection.execute("INSERT INTO type VALUES (?, ?, ?, ?)", values)
        connection.executemany(
            "INSERT INTO above VALUES (?, ?)",
            [(upper, type_id) for upper in sorted({type_iri, *above.get(type_iri, ())})],
        )
    return type_ids


def _text_row(
    rowid: int, document: Document, rowids: dict[str, int], words: WordCounter
) -> tuple[int, str, str, str, str, str, str]:
    for name in document.names:
        words.add(name.text, language=name.language)
    for text in (*document.notes, *document.evidence, *document.texts):
        words.add(text, language=None)
    label, *names = (name.text for name in document.names)
    tokens = {
        (DIRECT if link.target == link.through else BROADER) + str(rowids[link.target])
        for link in document.links
    }
    return (
        rowid,
        label,
        SEPARATOR.join(names),
        SEPARATOR.join(document.notes),
        SEPARATOR.join(document.evidence),
        SEPARATOR.join(document.texts),
        " ".join(sorted(tokens)),
    )


def _write_links(
    connection: sqlite3.Connection,
    documents: Sequence[Document],
    type_ids: Sequence[int],
    rowids: dict[str, int],
) -> None:
    properties: dict[str, int] = {}
    targets: dict[int, None] = {}
    narrower: set[tuple[int, int]] = set()

    def row(rowid: int, document: Document, type_id: int) -> tuple[int, str, int, str | None, str]:
        numbers: list[int] = []
        for link in document.links:
            target, through = rowids[link.target], rowids[link.through]
            targets[target] = None
            if target != through:
                narrower.add((target, through))
            numbers += [properties.setdefault(link.property, len(properties)), target, through]
        return rowid, document.iri, type_id, document.scheme, ",".join(map(str, numbers))

    connection.executemany(
        "INSERT INTO doc VALUES (?, ?, ?, ?, ?)",
        (
            row(rowid, document, type_id)
            for rowid, (document, type_id) in enumerate(zip(documents, type_ids, strict=True), 1)
        ),
    )
    connection.executemany(
        "INSERT INTO property VALUES (?, ?)", [(n, iri) for iri, n in properties.items()]
    )
    connection.executemany("INSERT INTO narrower VALUES (?, ?)", sorted(narrower))
    connection.executemany(
        "INSERT INTO target (rowid, names) VALUES (?, ?)",
        (
            (rowid, SEPARATOR.join(name.text for name in documents[rowid - 1].names))
            for rowid in sorted(targets)
        ),
    )
