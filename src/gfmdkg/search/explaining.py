"""Why an item was found, and the words around what matched."""

import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence

from gfmdkg.rdf.values import Resource
from gfmdkg.search.answers import Hit, Marked, Reason, Why, kind_of
from gfmdkg.search.matching import Matches
from gfmdkg.search.schema import SEPARATOR

__all__ = ["explain", "read_marks"]

_START, _END = "\x02", "\x03"
_MARK = re.compile(f"[{_START}{_END}]")
_SNIPPET_LENGTH = 240
_LEAD = 80
_TEXTS = ((Reason.TEXT, 4), (Reason.EVIDENCE, 3), (Reason.NOTE, 2))
_LINKS_SHOWN = 6
_NAMES_SHOWN = 4
_COLUMNS = ", ".join(f"highlight(text, {n}, '{_START}', '{_END}')" for n in range(5))


def read_marks(text: str) -> Marked:
    r"""The plain text and the places between the marks that FTS5 set.

    >>> read_marks("an \x02end\x03 to it")
    Marked(text='an end to it', marks=((3, 6),))
    """
    parts = _MARK.split(text)
    marks: list[tuple[int, int]] = []
    length = 0
    for number, part in enumerate(parts):
        if number % 2:
            marks.append((length, length + len(part)))
        length += len(part)
    return Marked(text="".join(parts), marks=tuple(marks))


def explain(
    connection: sqlite3.Connection,
    page: Sequence[tuple[int, float]],
    *,
    matches: Matches,
    language: str | None,
) -> tuple[Hit, ...]:
    """The hits for rows that match, given with their scores: label, snippet and reasons."""
    if not page:
        return ()
    rowids = [rowid for rowid, _ in page]
    # A unary plus makes one run of the search serve all rows, and bounds keep that short.
    columns = connection.execute(
        f"SELECT rowid, {_COLUMNS} FROM text WHERE text MATCH ? AND rowid BETWEEN ? AND ?"  # noqa: S608
        f" AND +rowid IN ({', '.join(map(str, rowids))})",
        (matches.match, min(rowids), max(rowids)),
    )
    marked = {rowid: texts for rowid, *texts in columns}
    return tuple(
        _hit(connection, rowid, marked[rowid], score=score, matches=matches, language=language)
        for rowid, score in page
    )


def _hit(
    connection: sqlite3.Connection,
    rowid: int,
    columns: Sequence[str],
    *,
    score: float,
    matches: Matches,
    language: str | None,
) -> Hit:
    iri, type_iri, scheme, code = connection.execute(
        "SELECT doc.iri, type.iri, scheme, code FROM doc JOIN type ON type.id = doc.type"
        " WHERE doc.id = ?",
        (rowid,),
    ).fetchone()
    names = [columns[0], *(columns[1].split(SEPARATOR) if columns[1] else ())]
    kinds = connection.execute(
        "SELECT kind, language, key FROM name WHERE doc = ? ORDER BY position", (rowid,)
    ).fetchall()
    # The preferred name in the language asked for; else the first.
    shown = next((n for n, kind in enumerate(kinds) if kind[:2] == ("pref", language)), 0)
    texts = [
        (reason, read_marks(text))
        for reason, column in _TEXTS
        for text in columns[column].split(SEPARATOR)
        if _START in text
    ]
    matching = [position for position, name in enumerate(names) if _START in name]
    # The name that was typed first, then the label; the others may be its synonyms only.
    matching.sort(
        key=lambda position: (kinds[position][2] != matches.key, position != shown, position)
    )
    why = [
        Why(
            reason=Reason.LABEL if position == shown else Reason.NAME,
            text=_MARK.sub("", names[position]),
            language=kinds[position][1],
        )
        for position in matching[:_NAMES_SHOWN]
    ]
    why += [Why(reason=reason, text=_clip(marked).text) for reason, marked in texts]
    why += _links(connection, rowid, matches.targets, language)
    label = read_marks(names[shown])
    snippet = texts[0][1] if texts else read_marks(columns[2].split(SEPARATOR)[0])
    return Hit(
        resource=Resource(iri=iri, label=label.text, code=code),
        type=kind_of(type_iri),
        scheme=scheme,
        label=label,
        language=kinds[shown][1],
        snippet=_clip(snippet) if snippet.text else None,
        score=round(score, 4),
        why=tuple(why),
    )


def _clip(marked: Marked) -> Marked:
    """The part of a long text around its first mark, cut between words."""
    if len(marked.text) <= _SNIPPET_LENGTH:
        return marked
    first = marked.marks[0][0] if marked.marks else 0
    start = max(0, first - _LEAD)
    if start:
        start = marked.text.find(" ", start, first) + 1 or start
    end = min(len(marked.text), start + _SNIPPET_LENGTH)
    if end < len(marked.text):
        last = marked.text.rfind(" ", start, end)
        end = last if last > start else end
    before = "… " if start else ""
    after = " …" if end < len(marked.text) else ""
    shift = len(before) - start
    return Marked(
        text=f"{before}{marked.text[start:end]}{after}",
        marks=tuple((a + shift, min(b, end) + shift) for a, b in marked.marks if start <= a < end),
    )


def _links(
    connection: sqlite3.Connection, rowid: int, targets: Collection[int], language: str | None
) -> Iterator[Why]:
    # What the item says itself comes before what follows from a broader concept.
    rows = connection.execute(
        "SELECT property.iri, target, through FROM link JOIN property ON property.id = property"
        " WHERE doc = ? AND target IN (SELECT value FROM json_each(?))"
        " ORDER BY target <> through, property, target, through LIMIT ?",
        (rowid, json.dumps([*targets]), _LINKS_SHOWN),
    )
    for property_iri, *ends in rows.fetchall():
        target, through = (_named(connection, end, language) for end in ends)
        yield Why(
            reason=Reason.LINK,
            text=target.text,
            property=property_iri,
            target=target,
            through=through,
        )


def _named(connection: sqlite3.Connection, rowid: int, language: str | None) -> Resource:
    iri, label, code = connection.execute(
        "SELECT doc.iri, name.text, code FROM doc JOIN name ON name.doc = doc.id WHERE doc.id = ?"
        " ORDER BY (kind = 'pref' AND language IS ?) DESC, position LIMIT 1",
        (rowid, language),
    ).fetchone()
    return Resource(iri=iri, label=label, code=code)
