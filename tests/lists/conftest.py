"""A generated graph of a few sessions, and the lists of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from benchmarks.generator import generate

from gfmdkg.lists.definitions import GROUPS
from gfmdkg.lists.index import ListIndex, build_indexes
from gfmdkg.lists.reading import read_term, rows_of, select_from
from gfmdkg.rdf.values import Term
from gfmdkg.store.names import names_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.terms.index import TermIndex

# The generator's links are explicit or inferred and sure to a tenth; these are the odd ones.
ODD = b"""
@base <https://w3id.org/gfmdkg/id/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix a: <https://w3id.org/gfmdkg/scheme/assertion/> .
@prefix status: <https://w3id.org/gfmdkg/scheme/review-status/> .

<passage/odd/1> a gfmd:Recommendation , gfmd:Paragraph ;
  gfmd:recommendationKind <https://w3id.org/gfmdkg/scheme/recommendation-kind/political> .
<passage/odd/2> a gfmd:Recommendation ; skos:prefLabel "Zero"@en , "Alpha"@en ;
  gfmd:inReport <report/odd> .
<passage/odd/3> a gfmd:Paragraph ; skos:prefLabel "tab\\t, \\"quote\\" and\\nline"@en .
[] a gfmd:Recommendation .
<report/odd> a gfmd:Report ; skos:prefLabel "Odd report"@en ;
  gfmd:outcomeOf <session/made-up-dialogue-0> , <session/odd> .
<session/odd> a gfmd:Session ; skos:prefLabel "Undated"@en .
<citation/odd/1> a gfmd:Citation ; gfmd:passage <passage/odd/1> ;
  gfmd:target <instrument/cmw> ; gfmd:assertion a:inferred ;
  gfmd:reviewStatus status:accepted .
<citation/odd/2> a gfmd:Citation ; gfmd:passage <passage/odd/2> ;
  gfmd:target <instrument/cmw> ; gfmd:assertion a:explicit , a:inferred ;
  gfmd:confidence 0.70000000000000000001 , 0.2 ; gfmd:reviewStatus status:accepted .
<citation/odd/3> a gfmd:Citation ; gfmd:passage <passage/odd/3> ;
  gfmd:target <instrument/cmw> ; gfmd:assertion a:explicit ; gfmd:confidence 1 ;
  gfmd:reviewStatus status:proposed .
"""


@dataclass(frozen=True, kw_only=True)
class Library:
    """A store, its names, and all its lists."""

    store: OxigraphStore
    terms: TermIndex
    lists: Mapping[str, ListIndex]

    def ask(self, query: str) -> list[tuple[Term, ...]]:
        read = cache(read_term)
        return [tuple(map(read, row)) for row in rows_of(select_from(self.store)(query))]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder: Path = tmp_path_factory.mktemp("generated")
    store = OxigraphStore.in_memory()
    store.load(generate(folder, triples=25_000).path.read_bytes(), media_type="application/n-quads")
    store.load(ODD, media_type="text/turtle", graph="https://w3id.org/gfmdkg/graph/odd")
    store.extend(with_union(store.quads()))
    lists = {
        faceted.name: index
        for group in GROUPS
        for faceted, index in build_indexes(group, select_from(store))
    }
    return Library(store=store, terms=names_of(store), lists=lists)
