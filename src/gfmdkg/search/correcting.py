"""Putting right what was misspelt, and nothing else."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from gfmdkg.search.query import And, Node, Not, Or, Term
from gfmdkg.search.vocabulary import Vocabulary
from gfmdkg.terms.folding import fold

__all__ = ["correct"]


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
        if word not in replaced and not _is_written(connection, word):
            meant = vocabulary(connection).correction(word, language=language)
            if meant is not None:
                replaced[word] = meant
        return replaced.get(word, word)

    mended = visit(root)
    corrected = text
    for word, meant in replaced.items():
        corrected = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", meant, corrected)
    return mended, corrected if replaced else None


def _is_written(connection: sqlite3.Connection, word: str) -> bool:
    """Whether a text has this very word; saves loading the vocabulary in the common case."""
    found = connection.execute("SELECT 1 FROM word WHERE word = ?", (fold(word),))
    return found.fetchone() is not None
