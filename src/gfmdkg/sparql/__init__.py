"""SPARQL text: its tokens, what may not be run, the operations of updates, queries of ours."""

from gfmdkg.sparql.guard import check_query, check_update

__all__ = ["check_query", "check_update"]
