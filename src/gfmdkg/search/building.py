"""Building an index file: beside its place first, then moved there in one step."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import partial
from itertools import groupby
from pathlib import Path

from gfmdkg.rdf.solutions import Select
from gfmdkg.search.completions import write_completions
from gfmdkg.search.documents import Document, read_above, read_documents
from gfmdkg.search.query import name_key
from gfmdkg.search.schema import BROADER, DIRECT, FORMAT, SEPARATOR, TABLES
from gfmdkg.search.vocabulary import write_words
from gfmdkg.store.files import derive_once, replacing, told_as_store_error
from gfmdkg.terms.folding import fold
from gfmdkg.terms.index import is_current as is_file_current

__all__ = ["INDEX_NAME", "build_index", "ensure_index", "is_current"]

INDEX_NAME = "search.sqlite"
"""The index's file name inside the folder of a version."""

is_current = partial(is_file_current, made_by=FORMAT)
"""Whether a file is an index that this software can read."""

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


def _fill(connection: sqlite3.Connection, select: Select) -> None:
    above = read_above(select)
    documents = read_documents(select, above)
    properties: dict[str, int] = {}
    fill = connection.executemany
    _write_types(connection, documents, above)
    fill(
        "INSERT INTO doc VALUES (?, ?, ?, ?, ?)",
        ((d.rowid, d.iri, d.type_id, d.scheme, d.code) for d in documents),
    )
    fill(
        "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (d.rowid, position, n.kind, n.text, n.language, fold(n.text), name_key(n.text))
            for d in documents
            for position, n in enumerate(d.names)
        ),
    )
    connection.execute("CREATE INDEX name_key ON name (key)")
    fill(
        "INSERT INTO text (rowid, label, names, notes, evidence, body, context)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        map(_text_row, documents),
    )
    connection.execute("INSERT INTO text (text) VALUES ('optimize')")
    fill(
        "INSERT INTO link VALUES (?, ?, ?, ?)",
        (
            (
                document.rowid,
                properties.setdefault(link.property, len(properties)),
                link.target.rowid,
                link.through.rowid,
            )
            for document in documents
            for link in document.links
        ),
    )
    fill("INSERT INTO property VALUES (?, ?)", [(n, iri) for iri, n in properties.items()])
    connection.execute(
        "INSERT INTO narrower SELECT DISTINCT target, through FROM link WHERE target <> through"
    )
    connection.execute(
        "INSERT INTO target (rowid, names) SELECT doc, group_concat(text, ?) FROM (SELECT doc, text"
        " FROM name WHERE doc IN (SELECT target FROM link) ORDER BY doc, position) GROUP BY doc",
        (SEPARATOR,),
    )
    write_words(connection, documents)
    write_completions(connection, documents)


def _write_types(
    connection: sqlite3.Connection, documents: Iterable[Document], above: Mapping[str, set[str]]
) -> None:
    for type_id, (type_iri, group) in enumerate(groupby(documents, key=lambda d: d.type)):
        members = list(group)
        for document in members:
            document.type_id = type_id
        values = (type_id, type_iri, members[0].rowid, members[-1].rowid)
        connection.execute("INSERT INTO type VALUES (?, ?, ?, ?)", values)
        connection.executemany(
            "INSERT INTO above VALUES (?, ?)",
            [(upper, type_id) for upper in {type_iri, *above.get(type_iri, ())}],
        )


def _text_row(document: Document) -> tuple[int | str, ...]:
    label, *names = (name.text for name in document.names)
    texts = (sorted(document.texts.get(kind, ())) for kind in ("note", "evidence", "text"))
    tokens = {
        (DIRECT if link.target is link.through else BROADER) + str(link.target.rowid)
        for link in document.links
    }
    columns = map(SEPARATOR.join, (names, *texts))
    return document.rowid, label, *columns, " ".join(sorted(tokens))
