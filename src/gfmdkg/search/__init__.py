"""Full-text search and completion of names: one SQLite index for each published version."""

from gfmdkg.search.answers import Found, Hit, Reason, SearchAnswer, Why
from gfmdkg.search.building import INDEX_NAME, build_index, ensure_index
from gfmdkg.search.index import SearchIndex

__all__ = [
    "INDEX_NAME",
    "Found",
    "Hit",
    "Reason",
    "SearchAnswer",
    "SearchIndex",
    "Why",
    "build_index",
    "ensure_index",
]
