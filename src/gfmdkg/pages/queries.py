"""The page of a canned query: its form and its answer."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from starlette.requests import Request

from gfmdkg.errors import Ambiguous, NotFound, ParameterError
from gfmdkg.http.answer import Answer
from gfmdkg.http.parameters import Parameters, link_header, page_links, sparql_link
from gfmdkg.http.problems import PROBLEM_TYPES, sentence
from gfmdkg.http.rendering import page, resource_path
from gfmdkg.http.service import Service
from gfmdkg.namespaces import ID_BASE
from gfmdkg.queries import CannedQuery, Catalog, Cell, Row
from gfmdkg.queries.models import RESERVED, QueryHint
from gfmdkg.queries.routes import BoundQuery, RowsOfPage, Values, bind_query
from gfmdkg.rdf.values import Resource
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import Parameter, ParameterType

__all__ = ["show_query"]


async def show_query(
    service: Service, catalog: Catalog, query: CannedQuery, request: Request
) -> Answer:
    """The page of a canned query, with its rows where it has all that it needs."""
    parameters = Parameters.of(request, {*query.parameters, *RESERVED})
    number = parameters.version()
    version = await service.version(number)
    paging = parameters.paging(service.settings)
    values = parameters.given(query.parameters)
    bound: BoundQuery | None = None
    found: RowsOfPage | None = None
    hint: QueryHint | None = None
    trouble: ParameterError | NotFound | Ambiguous | None = None
    if values or not any(p.required for p in query.parameters.values()):
        try:
            bound = await bind_query(service, query, values, version, request=request)
            found = await bound.page(paging)
            hint = None if found.total else await bound.hint(catalog)
        except (ParameterError, NotFound, Ambiguous) as error:
            trouble = error
    links = page_links(request, found.total, paging) if found else {}
    return page(
        "query.html",
        status=200 if trouble is None else PROBLEM_TYPES[trouble.problem].status,
        query=query,
        fields=_fields(query, values, await service.terms(version)),
        found=found,
        text=bound.text if bound else query.text,
        rows=_shown(found.rows) if found else (),
        first=paging.start + 1,
        links=links,
        downloads=_downloads(bound, number) if bound else (),
        hint=hint,
        hint_query=catalog[hint.query] if hint else None,
        hint_rows=_shown(hint.items) if hint else (),
        trouble=None if trouble is None else sentence(trouble),
        candidates=getattr(trouble, "candidates", ()),
        number=number,
        section="/queries",
        headers=link_header(links) if links else (),
        version=version,
        pinned=number is not None,
    )


def _fields(
    query: CannedQuery, values: Values, terms: TermIndex
) -> Iterator[tuple[Parameter, tuple[str, ...], tuple[tuple[str, str], ...]]]:
    """Each parameter, its values with one input more for a further one, and its choices."""
    for parameter in query.parameters.values():
        shown = tuple(values.get(parameter.name, parameter.default))
        blank = ("",) if parameter.many or not shown else ()
        yield parameter, (*shown, *blank), _choices(parameter, terms)


def _choices(parameter: Parameter, terms: TermIndex) -> tuple[tuple[str, str], ...]:
    """Value and text of each choice, where there is a list of them."""
    if parameter.type is ParameterType.BOOLEAN:
        return (("true", "yes"), ("false", "no"))
    if parameter.values:
        return tuple((value, value) for value in parameter.values)
    if parameter.schemes and not parameter.classes:
        return tuple(
            (iri.rpartition("/")[2], terms.label(iri) or iri)
            for iri in terms.members(parameter.schemes)
        )
    return ()


def _shown(rows: Iterable[Row]) -> list[list[tuple[str, str | None]]]:
    return [[_shown_cell(cell) for cell in row.values()] for row in rows]


def _shown_cell(cell: Cell) -> tuple[str, str | None]:
    """The text of a cell, and where it leads."""
    match cell:
        case None:
            return "", None
        case Resource(iri=iri, label=label) if not iri.startswith("_:"):
            return label or iri.removeprefix(ID_BASE), resource_path(iri)
        case bool():
            return "yes" if cell else "no", None
        case _:
            return str(cell), None


def _downloads(bound: BoundQuery, number: int | None) -> Iterator[tuple[str, str]]:
    """Name and path of the same answer in other forms."""
    pinned = {} if number is None else {"version": number}
    for name in ("json", "csv", "tsv"):
        query = urlencode({**bound.values, **pinned, "format": name}, doseq=True)
        yield name.upper(), f"/api/queries/{bound.query.name}?{query}"
    for link in sparql_link(bound.text).values():
        yield "SPARQL endpoint", link
