"""The words of an index: which begin with some letters, which are near a misspelt one.

The full-text table knows stems only. Here stand the words as people write them, folded, so
that ``detentio*`` finds what is indexed as "detent", and a correction is a word.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from gfmdkg.search.query import And, Node, Not, Or, Term, words_of
from gfmdkg.search.schema import TOKENIZER
from gfmdkg.terms.folding import fold

__all__ = ["Vocabulary", "WordCounter", "correct", "stems_of_prefix"]

_CORRECTED_FROM = 4  # letters; a shorter word is near too many others
_TWO_TYPOS_FROM = 8
_PREFIX_STEMS = 24


class WordCounter:
    """Counts the words of all texts while an index is built."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._english: Counter[str] = Counter()

    def add(self, text: str, *, language: str | None) -> None:
        """Count the words of a text; without a language it counts as English."""
        words = words_of(text)
        self._count.update(words)
        if language is None or language.startswith("en"):
            self._english.update(words)

    def write(self, connection: sqlite3.Connection) -> None:
        """Fill the table ``word``, stems included."""
        folded: dict[str, tuple[str, int, int]] = {}
        for word, count in sorted(self._count.items()):
            key = fold(word)
            raw, total, english = folded.get(key, (word, 0, 0))
            folded[key] = raw, total + count, english + self._english[word]
        words = sorted(folded)
        # The tokenizer itself says what it makes of each word.
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.speller USING fts5(word, tokenize = '{TOKENIZER}')"
        )
        connection.execute(
            "CREATE VIRTUAL TABLE temp.stems USING fts5vocab('temp', 'speller', 'instance')"
        )
        connection.executemany(
            "INSERT INTO temp.speller(rowid, word) VALUES (?, ?)",
            ((number, folded[word][0]) for number, word in enumerate(words)),
        )
        stems = dict(connection.execute("SELECT doc, term FROM temp.stems"))
        connection.executemany(
            "INSERT INTO word VALUES (?, ?, ?, ?, ?)",
            (
                (word, folded[word][0], stems.get(number, word), *folded[word][1:])
                for number, word in enumerate(words)
            ),
        )
        connection.execute("DROP TABLE temp.stems")
        connection.execute("DROP TABLE temp.speller")


def stems_of_prefix(connection: sqlite3.Connection, prefix: str) -> tuple[str, ...]:
    """One word for each stem of the words that begin so; none if those are too many."""
    folded = fold(prefix)
    rows = connection.execute(
        "SELECT min(raw) FROM word WHERE word >= ? AND word < ? GROUP BY stem LIMIT ?",
        (folded, folded + "\U0010ffff", _PREFIX_STEMS + 1),
    ).fetchall()
    return tuple(raw for (raw,) in rows) if len(rows) <= _PREFIX_STEMS else ()


def _stem(word: str) -> str:
    """What the tokenizer of the index makes of a word."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE text USING fts5(word, tokenize = '{TOKENIZER}')")
        connection.execute("CREATE VIRTUAL TABLE stem USING fts5vocab(text, 'row')")
        connection.execute("INSERT INTO text VALUES (?)", (word,))
        row = connection.execute("SELECT term FROM stem").fetchone()
    return word if row is None else str(row[0])


class Vocabulary:
    """The words in memory, for corrections; immutable."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._by_length: dict[int, list[str]] = {}
        self._known: dict[str, tuple[str, int, int]] = {}
        self._english_stems: set[str] = set()
        self._other_stems: set[str] = set()
        rows = connection.execute("SELECT word, raw, stem, count, english FROM word")
        for word, raw, stem, count, english in rows:
            self._known[word] = raw, count, english
            if english:
                self._english_stems.add(stem)
            if count > english:
                self._other_stems.add(stem)
            if word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)

    def correction(self, word: str, *, language: str | None = None) -> str | None:
        """The word most likely meant by one that does not exist; ``None`` where none is near.

        A word exists if a text has it, or has another form of it in the language asked for
        (English without). The stemmer is made for English and finds French "recrutement" in
        "recrutment", so a form known from other languages does not stop a correction.
        One typing error (a letter too many, too few, wrong, or two exchanged) is allowed in
        words of four letters, two from eight on if the first letter is right. Of equally near
        words, one of the language asked for (English without) wins, then the more frequent.
        """
        folded = fold(word)
        if len(folded) < _CORRECTED_FROM or not folded.isalpha() or folded in self._known:
            return None
        is_english = language in {None, "en"}
        stem = _stem(word)
        if stem in (self._english_stems if is_english else self._other_stems):
            return None
        is_foreign = stem in self._english_stems or stem in self._other_stems
        # Most words are spelled right.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        errors = 2 if len(folded) >= _TWO_TYPOS_FROM else 1
        best: tuple[int, bool, int, str] | None = None
        for length in range(len(folded) - errors, len(folded) + errors + 1):
            near = process.extract(
                folded,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=errors,
                limit=None,
            )
            for found, distance, _ in near:
                if distance > 1 and found[0] != folded[0]:
                    continue
                _, count, english = self._known[found]
                wanted = english if is_english else count - english
                if is_foreign and not wanted:
                    continue
                rank = (int(distance), wanted == 0, -count, found)
                best = rank if best is None else min(best, rank)
        return None if best is None else self._known[best[3]][0].lower()


def correct(
    connection: sqlite3.Connection,
    root: Node,
    text: str,
    *,
    vocabulary: Callable[[sqlite3.Connection], Vocabulary],
    language: str | None,
) -> tuple[Node, str | None]:
    """The query with each word that no item has replaced by the one that is meant, if any.

    Also the text with those words replaced, or ``None`` where nothing was. A word that exists,
    in whatever form, is never touched; nor is one that is the beginning of others (``recr*``).
    """
    replaced: dict[str, str] = {}

    def visit(node: Node) -> Node:
        match node:
            case Not(part=part):
                return Not(visit(part))
            case And(parts=parts):
                return And(tuple(map(visit, parts)))
            case Or(parts=parts):
                return Or(tuple(map(visit, parts)))
            case Term(words=words, is_prefix=is_prefix):
                checked = words[:-1] if is_prefix else words
                return replace(node, words=(*map(mend, checked), *words[len(checked) :]))

    def mend(word: str) -> str:
        known = connection.execute("SELECT 1 FROM word WHERE word = ?", (fold(word),))
        # Most words are, and save loading the vocabulary.
        if word not in replaced and known.fetchone() is None:
            meant = vocabulary(connection).correction(word, language=language)
            if meant is not None:
                replaced[word] = meant
        return replaced.get(word, word)

    mended = visit(root)
    corrected = text
    for word, meant in replaced.items():
        corrected = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", meant, corrected)
    return mended, corrected if replaced else None
