"""The way in: validate a change, by what it can affect or, where need be, as a whole."""

from gfmdkg.store.delta import Delta
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation.checks import check_findings
from gfmdkg.validation.collapse import collapse
from gfmdkg.validation.findings import Finding, Mode, Report
from gfmdkg.validation.incremental.examination import Examination, examine
from gfmdkg.validation.incremental.full import select_all, validate_store
from gfmdkg.validation.incremental.names import StoreNames
from gfmdkg.validation.incremental.occurrences import Unbounded
from gfmdkg.validation.incremental.rules import Rules, Scope

__all__ = ["validate_delta"]

_FOCUS_LIMIT = 5_000


def validate_delta(
    base: OxigraphStore,
    draft: OxigraphStore,
    delta: Delta,
    rules: Rules,
    *,
    scope: Scope | None = None,
    focus_limit: int = _FOCUS_LIMIT,
) -> Report:
    """Validate the change that made ``draft`` out of ``base``.

    The findings are those of the pairs of a rule and a node that the change can affect: all
    that a full run would find now and would not have found before are among them. Where that
    cannot be bounded, or where one rule has more than ``focus_limit`` such nodes, everything is
    validated, and the report's ``mode`` and ``reason`` say so. The default graph of both
    stores is the union of the others unless ``scope`` says otherwise. Raises
    ``OntologyError`` where the rules are at fault.
    """
    scope = Scope() if scope is None else scope
    if delta.is_empty:
        return Report.of((), mode=Mode.INCREMENTAL)
    try:
        examination = examine(
            base,
            draft,
            delta,
            rules,
            scope=scope,
            limit=focus_limit,
            select=lambda query: select_all(draft, scope=scope)(query),
        )
    except Unbounded as error:
        return validate_store(draft, rules, scope=scope, reason=error.reason)
    return Report.of(
        _findings(examination, rules, StoreNames(scope.data(draft))), mode=Mode.INCREMENTAL
    )


def _findings(examination: Examination, rules: Rules, names: StoreNames) -> list[Finding]:
    found: list[Finding] = []
    if examination.report is not None:
        found += rules.validator.findings(examination.report, names=names)
    found += check_findings(examination.rows, names=names)
    return collapse(found)
