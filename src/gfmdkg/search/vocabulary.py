"""The words of an index: which begin with some letters, which are near a misspelt one.

The full-text table knows stems only. Here stand the words as people write them, folded, so
that ``detentio*`` finds what is indexed as "detent", and a correction is a word.
"""

import re
import sqlite3
from collections.abc import Iterable

from gfmdkg.search.documents import Document
from gfmdkg.search.query import SearchQuery, parse_query
from gfmdkg.terms.folding import fold

__all__ = ["correct", "words_of_prefix", "write_words"]

_CORRECTED_FROM = 4  # letters; a shorter word is near too many others
_TWO_TYPOS_FROM = 8
_PREFIX_STEMS = 24


def write_words(connection: sqlite3.Connection, documents: Iterable[Document]) -> None:
    """Fill the tables ``word`` and ``form``. What has no language counts as English."""
    connection.create_function("fold", 1, fold, deterministic=True)
    # The tokenizer of the index, without its stemmer, says which words there are.
    connection.execute(
        "CREATE VIRTUAL TABLE temp.plain USING"
        " fts5(english, other, content = '', tokenize = 'unicode61 remove_diacritics 0')"
    )
    connection.execute("CREATE VIRTUAL TABLE temp.seen USING fts5vocab('temp', 'plain', 'col')")
    connection.executemany(
        "INSERT INTO temp.plain VALUES (?, ?)", map(_texts_by_language, documents)
    )
    connection.execute(
        "INSERT INTO word (word, raw, count, english)"
        " SELECT fold(term) AS word, min(term), sum(cnt), sum(iif(col = 'english', cnt, 0))"
        " FROM temp.seen GROUP BY word ORDER BY word"
    )
    connection.execute("INSERT INTO form (rowid, raw) SELECT id, raw FROM word")
    connection.execute(
        "CREATE VIRTUAL TABLE temp.stems USING fts5vocab('main', 'form', 'instance')"
    )
    connection.execute("UPDATE word SET stem = term FROM temp.stems WHERE doc = id")


def _texts_by_language(document: Document) -> tuple[str, str]:
    english = [text for texts in document.texts.values() for text in texts]
    other: list[str] = []
    for name in document.names:
        is_english = name.language is None or name.language.startswith("en")
        (english if is_english else other).append(name.text)
    return "\n".join(english), "\n".join(other)


def words_of_prefix(connection: sqlite3.Connection, prefix: str) -> tuple[str, ...]:
    """One word for each stem of the words that begin so; none if those are too many."""
    folded = fold(prefix)
    rows = connection.execute(
        "SELECT min(raw) FROM word WHERE word >= ? AND word < ? GROUP BY stem LIMIT ?",
        (folded, folded + "\U0010ffff", _PREFIX_STEMS + 1),
    ).fetchall()
    return tuple(raw for (raw,) in rows) if len(rows) <= _PREFIX_STEMS else ()


def _correction(connection: sqlite3.Connection, word: str, language: str | None) -> str | None:
    """The word most likely meant by one that does not exist; ``None`` where none is near.

    A word exists if a text has it, or has another form of it in the language asked for
    (English without). The stemmer is made for English and finds French "recrutement" in
    "recrutment", so a form known from other languages does not stop a correction.
    One typing error (a letter too many, too few, wrong, or two exchanged) is allowed in
    words of four letters, two from eight on if the first letter is right. Of equally near
    words, one of the language asked for (English without) wins, then the more frequent.
    """
    folded = fold(word)
    # Most words do, and need nothing else.
    known = connection.execute("SELECT 1 FROM word WHERE word = ?", (folded,)).fetchone()
    if known or len(folded) < _CORRECTED_FROM or not folded.isalpha():
        return None
    is_english = language in {None, "en"}
    wanted, others = connection.execute(
        "SELECT total(wanted), total(count - wanted) FROM"
        " (SELECT count, iif(?, english, count - english) AS wanted FROM word"
        "  WHERE id IN (SELECT rowid FROM form WHERE form MATCH ?))",
        (is_english, f'"{word}"'),
    ).fetchone()
    if wanted:
        return None
    # Loaded for misspelt words alone.
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    errors = 2 if len(folded) >= _TWO_TYPOS_FROM else 1
    rows = connection.execute(
        "SELECT word, raw, count, iif(?, english, count - english) FROM word"
        " WHERE length(word) BETWEEN ? AND ?",
        (is_english, len(folded) - errors, len(folded) + errors),
    ).fetchall()
    words = [row[0] for row in rows]
    near = process.extract(folded, words, scorer=OSA.distance, score_cutoff=errors, limit=None)
    ranked = []
    for found, distance, number in near:
        _, raw, count, suits = rows[number]
        is_near = distance <= 1 or found[0] == folded[0]
        if is_near and found.isalpha() and (suits or not others):
            ranked.append((distance, suits == 0, -count, found, raw))
    return str(min(ranked)[-1]) if ranked else None


def correct(
    connection: sqlite3.Connection, text: str, *, language: str | None
) -> tuple[SearchQuery, str | None]:
    """The query of a text with each word that no item has replaced by the one meant, if any.

    Also the text with those words replaced, or ``None`` where nothing was. A word that exists,
    in whatever form, is never touched; nor is one that is the beginning of others (``recr*``).
    """
    replaced: dict[str, str] = {}

    def mend(word: str) -> str:
        meant = _correction(connection, word, language)
        if meant is not None:
            replaced[word] = meant
        return meant or word

    query = parse_query(text, mend)
    corrected = text
    for word, meant in replaced.items():
        corrected = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", meant, corrected)
    return query, corrected if replaced else None
