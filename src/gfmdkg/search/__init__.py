"""Full-text search and completion of names: one SQLite index for each published version."""

from gfmdkg.search.answers import (
    Completion,
    CompletionGroup,
    Expansion,
    Found,
    Hit,
    Marked,
    Reason,
    SearchAnswer,
    Suggestions,
    TypeCount,
    Why,
)
from gfmdkg.search.building import INDEX_NAME, build_index, ensure_index
from gfmdkg.search.index import SearchIndex

__all__ = [
    "INDEX_NAME",
    "Completion",
    "CompletionGroup",
    "Expansion",
    "Found",
    "Hit",
    "Marked",
    "Reason",
    "SearchAnswer",
    "SearchIndex",
    "Suggestions",
    "TypeCount",
    "Why",
    "build_index",
    "ensure_index",
]
