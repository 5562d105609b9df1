"""SPARQL text: its tokens, what may not be run, the operations of updates, queries of ours."""

from gfmdkg.sparql.guard import QueryFacts, check_query, check_update

__all__ = ["QueryFacts", "check_query", "check_update"]
