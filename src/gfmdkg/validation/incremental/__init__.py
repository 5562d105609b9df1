"""Validation of a change by what it can affect, with the same result as a full run.

``docs/decisions/0006-incremental-validation.md`` has the reasoning and the measurements.
"""

from gfmdkg.validation.incremental.analysis import Analysis
from gfmdkg.validation.incremental.coverage import Coverage
from gfmdkg.validation.incremental.delta_validation import validate_delta
from gfmdkg.validation.incremental.documents import validate_brought
from gfmdkg.validation.incremental.full import select_all, validate_store
from gfmdkg.validation.incremental.occurrences import Unbounded
from gfmdkg.validation.incremental.rules import Rules, Scope

__all__ = [
    "Analysis",
    "Coverage",
    "Rules",
    "Scope",
    "Unbounded",
    "select_all",
    "validate_brought",
    "validate_delta",
    "validate_store",
]
