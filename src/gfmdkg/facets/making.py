"""Short ways to write the definitions of lists down."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from gfmdkg.facets.definitions import Bound, Facet, Field, Include, Order
from gfmdkg.facets.patterns import read_pattern
from gfmdkg.namespaces import SCHEME_BASE, expand
from gfmdkg.terms.parameters import Column, ColumnType, Parameter, ParameterType

__all__ = [
    "bounds",
    "facets",
    "fields",
    "include",
    "includes",
    "iris",
    "orders",
    "resource",
    "value",
]


def iris(*curies: str) -> tuple[str, ...]:
    """The IRIs of CURIEs with prefixes of ours."""
    found = [expand(curie) for curie in curies]
    assert all(found), curies  # noqa: S101 - written down here, and tested
    return tuple(iri for iri in found if iri)


def resource(
    name: str,
    label: str,
    description: str,
    example: str,
    *,
    classes: Iterable[str] = (),
    schemes: Iterable[str] = (),
    **more: Any,
) -> dict[str, Any]:
    """A facet whose values are resources; ``classes`` are CURIEs, ``schemes`` slugs."""
    parameter = Parameter(
        name=name,
        type=ParameterType.RESOURCE,
        description=description,
        example=example,
        classes=iris(*classes),
        schemes=tuple(SCHEME_BASE + slug for slug in schemes),
        many=True,
    )
    return {"parameter": parameter, "label": label, **more}


def value(
    name: str,
    label: str,
    description: str,
    example: str,
    *,
    type: ParameterType,  # noqa: A002 - it is one
    values: tuple[str, ...] = (),
    many: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """A facet or bound whose values are literals."""
    parameter = Parameter(
        name=name, type=type, description=description, example=example, values=values, many=many
    )
    return {"parameter": parameter, "label": label, **more}


def facets(folder: str, *made: Mapping[str, Any]) -> Mapping[str, Facet]:
    """Facets by name, each with the pattern of its name in the folder."""
    found = [
        Facet(pattern=read_pattern(f"{folder}/facets/{parts['parameter'].name}"), **parts)
        for parts in made
    ]
    return MappingProxyType({facet.name: facet for facet in found})


def bounds(folder: str, pattern: str, *made: Mapping[str, Any]) -> Mapping[str, Bound]:
    """Bounds of one value, by name."""
    found = [
        Bound(
            parameter=parts["parameter"],
            pattern=read_pattern(f"{folder}/facets/{pattern}"),
            is_least=parts["is_least"],
        )
        for parts in made
    ]
    return MappingProxyType({bound.name: bound for bound in found})


def fields(item: str, folder: str, text: str) -> Mapping[str, Field]:
    """Fields by name, the item itself first.

    Each line of ``text`` is a name, a type (``*`` after it: many values) and a description.
    """
    description, *lines = text.strip().splitlines()
    own = Column(name=item, type=ColumnType.RESOURCE, description=description.strip())
    found = {item: Field(column=own)}
    for line in lines:
        name, kind, meaning = line.strip().split(maxsplit=2)
        found[name] = Field(
            column=Column(name=name, type=ColumnType(kind.rstrip("*")), description=meaning),
            pattern=read_pattern(f"{folder}/fields/{name}"),
            many=kind.endswith("*"),
        )
    return MappingProxyType(found)


def orders(folder: str, **described: str) -> Mapping[str, Order]:
    """Orders by name with what they sort by, the usual one first."""
    return MappingProxyType(
        {
            name: Order(
                name=name, description=text, pattern=read_pattern(f"{folder}/orders/{name}")
            )
            for name, text in described.items()
        }
    )


def include(folder: str, name: str, description: str, text: str) -> Include:
    """What items may bring along; each line of ``text`` is a column, as for ``fields``."""
    columns = []
    for line in text.strip().splitlines():
        column, kind, meaning = line.strip().split(maxsplit=2)
        columns.append(Column(name=column, type=ColumnType(kind), description=meaning))
    return Include(
        name=name,
        description=description,
        columns=tuple(columns),
        pattern=read_pattern(f"{folder}/includes/{name}"),
    )


def includes(*made: Include) -> Mapping[str, Include]:
    """What items may bring along, by name."""
    return MappingProxyType({each.name: each for each in made})
