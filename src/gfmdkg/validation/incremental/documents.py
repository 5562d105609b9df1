"""Validation of a change that documents make, with the places in them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from rdflib import Literal
from rdflib.term import Node

from gfmdkg.store.delta import Delta
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.walking import to_stored
from gfmdkg.terms.values import Term
from gfmdkg.validation.data_graph import our_term, stored_forms
from gfmdkg.validation.findings import Mode, Report
from gfmdkg.validation.incremental.coverage import Coverage
from gfmdkg.validation.incremental.examination import examine
from gfmdkg.validation.incremental.full import select_all
from gfmdkg.validation.incremental.names import StoreNames
from gfmdkg.validation.incremental.rules import Rules, Scope
from gfmdkg.validation.namesakes import Namesakes
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.sources import Conclusion, FindAround

__all__ = ["validate_brought"]

_FOCUS_LIMIT = 5_000


def validate_brought(
    before: OxigraphStore,
    after: OxigraphStore,
    delta: Delta,
    rules: Rules,
    documents: Sequence[PositionedGraph],
    *,
    scope: Scope,
    given: Collection[str],
    find_around: FindAround | None = None,
    today: date | None = None,
    focus_limit: int = _FOCUS_LIMIT,
    coverage: Coverage | None = None,
    namesakes: Namesakes | None = None,
) -> Report:
    """Validate the change that made ``after`` out of ``before``, which the documents bring.

    What the ``given`` ones say is looked at whether it is new or not, so a document of which a
    part was published gets the findings of a full run; ``delta.added`` must have all of that.
    The other arguments are those of ``validate_documents``. A change in batches has one
    ``coverage`` and the ``namesakes`` in all that it brings. Raises ``Unbounded`` where it
    cannot be told what the change affects, and ``OntologyError`` where the rules are at fault.
    """
    brought = (document for document in documents if document.file in given)
    subjects = {subject for document in brought for subject in document.subjects}
    terms: Iterable[Term] = map(our_term, subjects)
    if coverage is not None:
        terms = (term for term in terms if coverage.batch(term) == coverage.number)
    select = select_all(after, scope=scope)
    examination = examine(
        before,
        after,
        delta,
        rules,
        scope=scope,
        limit=focus_limit,
        select=select,
        also=map(to_stored, terms),
        written=_written(documents),
        coverage=coverage,
    )
    conclusion = Conclusion(
        names=StoreNames(scope.data(after)),
        documents=documents,
        select=select,
        given=given,
        find_around=find_around,
        namesakes=namesakes,
    )
    return conclusion.report(
        rules, examination.report, examination.rows, today=today, mode=Mode.INCREMENTAL
    )


def _written(
    documents: Sequence[PositionedGraph],
) -> dict[tuple[Node, Node, Node], Collection[Node]]:
    """The triples with literals as the store has them, each with all that was written for it."""
    literals = {o for d in documents for o in d.graph.objects() if isinstance(o, Literal)}
    forms = stored_forms(literals)
    changed = {stored for written, stored in forms.items() if written != stored}
    found: dict[tuple[Node, Node, Node], set[Node]] = {}
    for document in documents if changed else ():
        for subject, predicate, value in document.graph:
            if isinstance(value, Literal) and forms[value] in changed:
                found.setdefault((subject, predicate, forms[value]), set()).add(value)
    return dict(found)
