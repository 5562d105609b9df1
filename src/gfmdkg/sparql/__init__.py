"""Reading SPARQL text without running it: tokens, what may not be run, prologue and form."""

from gfmdkg.sparql.guard import QueryFacts, check_query, check_update
from gfmdkg.sparql.prologue import (
    Form,
    Prologue,
    declared_prefixes,
    form,
    split_prologue,
    used_prefixes,
)
from gfmdkg.sparql.tokens import Place, Token, TokenKind, locate, tokenize

__all__ = [
    "Form",
    "Place",
    "Prologue",
    "QueryFacts",
    "Token",
    "TokenKind",
    "check_query",
    "check_update",
    "declared_prefixes",
    "form",
    "locate",
    "split_prologue",
    "tokenize",
    "used_prefixes",
]
