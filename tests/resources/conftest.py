"""Descriptions of what a small graph says, without a service."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gfmdkg.resources import Description, describe, identify
from gfmdkg.store.names import names_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.store.versions import Origin, Version

PREFIXES = """
@base <https://w3id.org/gfmdkg/id/> .
@prefix cito: <http://purl.org/spar/cito/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

Describe = Callable[..., Description]


def version_of(number: int = 7) -> Version:
    return Version(
        folder=Path("/nowhere"),
        number=number,
        created=datetime(2031, 5, 6, tzinfo=UTC),
        message="m",
        origin=Origin.BUILD,
        parent=None,
        sources_hash="",
        content_hash="",
        quads=0,
        default_graph="union",
    )


@pytest.fixture
def described() -> Describe:
    """``described(turtle, name)``: what a graph of this Turtle says of a resource."""

    def run(turtle: str, name: str, *, file: str = "data/reports/harbour") -> Description:
        store = OxigraphStore.in_memory()
        graph = f"https://w3id.org/gfmdkg/graph/{file}"
        store.load((PREFIXES + turtle).encode(), media_type="text/turtle", graph=graph)
        store.extend(with_union(store.quads()))
        terms, version = names_of(store), version_of()
        touched = version, False
        return describe(identify(name, terms), terms, version, touched, select=store.select)

    return run
