"""A write's version, patch and hash are what the whole store says, though only a part was read."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from tests.curation.changes.samples import no_rules, put

from gfmdkg.build.sources import DERIVED_GRAPH
from gfmdkg.curation.changes.rebuilding import rebuild_all
from gfmdkg.curation.writing import (
    Change,
    DeleteGraph,
    PutGraph,
    SparqlUpdate,
    write,
)
from gfmdkg.paths import Content
from gfmdkg.store.comparison import compare_stores, hash_content
from gfmdkg.store.patches import Patch, statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Origin, Version, VersionStore
from gfmdkg.validation import Report

REPORT = "http://g/report"
PREFIXES = """
PREFIX gfmd: <https://w3id.org/gfmdkg/ontology#>
PREFIX assertion: <https://w3id.org/gfmdkg/scheme/assertion/>
PREFIX status: <https://w3id.org/gfmdkg/scheme/review-status/>
"""
LINK = """<x:link> a gfmd:Citation ;
  gfmd:passage <x:passage> ; gfmd:target <x:pact> ;
  gfmd:assertion assertion:explicit ; gfmd:reviewStatus status:accepted ."""
CITES = f"<x:passage> <https://w3id.org/gfmdkg/ontology#cites> <x:pact> <{DERIVED_GRAPH}>"


def update(text: str) -> SparqlUpdate:
    return SparqlUpdate(text=PREFIXES + text)


def document(text: str, *, replaces: bool = False) -> PutGraph:
    return put(REPORT, (PREFIXES + text).encode(), replaces=replaces)


CHANGES: Sequence[Change] = (
    update(f"INSERT DATA {{ GRAPH <{REPORT}> {{ {LINK} }} }}"),
    update("INSERT DATA { <x:a> <x:p> 1.50 , [ <x:q> 'nested' ] }"),
    update(f"DELETE DATA {{ {CITES.rsplit(' ', 1)[0]} }}"),
    update(
        "DELETE { ?l gfmd:reviewStatus ?old } INSERT { ?l gfmd:reviewStatus status:rejected }"
        " WHERE { ?l gfmd:reviewStatus ?old }"
    ),
    update(
        "DELETE WHERE { ?s gfmd:reviewStatus ?o } ;"
        "INSERT DATA { <x:link> gfmd:reviewStatus status:accepted }"
    ),
    document(LINK + "<x:other> <x:p> 'in the report', [] ."),
    document(LINK.replace("x:pact", "x:treaty").replace("x:link", "x:second"), replaces=True),
    update(f"COPY <{REPORT}> TO <http://g/copy>"),
    update("DELETE WHERE { <x:second> ?p ?o }"),
    DeleteGraph(graph="http://g/copy"),
)


def begin(root: Path, *, default_graph: str) -> VersionStore:
    versions = VersionStore(root, kept=100)
    with versions.writing() as draft:
        draft.publish(message="", origin=Origin.EMPTY, sources_hash="", default_graph=default_graph)
    return versions


def make(versions: VersionStore, change: Change) -> Version:
    return write(change, versions, validate=no_rules, message="m").version


@pytest.mark.parametrize("default_graph", ["union", "strict"])
def test_patch_hash_and_count_of_a_write_are_those_of_the_whole_store(
    tmp_path: Path, default_graph: str
) -> None:
    versions, has_union = begin(tmp_path, default_graph=default_graph), default_graph == "union"
    for change in CHANGES:
        base, made = versions.require_current(), make(versions, change)
        with (
            closing(OxigraphStore.open_read_only(base.database)) as before,
            closing(OxigraphStore.open_read_only(made.database)) as after,
        ):
            assert made.quads == len(after)
            assert made.content_hash == hash_content(after, has_union=has_union)
            patch = versions.patch(made.number)
            assert patch == compare_stores(before, after, has_union=has_union)
            if has_union:
                named = {
                    s.rsplit(" <", 1)[0]
                    for g in after.graph_names()
                    for s in statements_of(after, g)
                }
                assert statements_of(after, "") == named
    assert all(r.agrees for r in rebuild_all(versions, Content(root=tmp_path)))


def test_derived_links_follow_a_write_and_outlive_their_own_deletion(tmp_path: Path) -> None:
    versions = begin(tmp_path, default_graph="union")
    states = []
    for change in (CHANGES[0], CHANGES[2], CHANGES[3]):
        with closing(OxigraphStore.open_read_only(make(versions, change).database)) as store:
            states.append(statements_of(store, DERIVED_GRAPH))
    # An accepted link is still there when the shortcut is deleted by itself.
    assert states == [{CITES}, {CITES}, set()]


def test_rules_are_told_what_a_write_changes(tmp_path: Path) -> None:
    versions = begin(tmp_path, default_graph="union")
    told: list[Patch] = []

    def validate(draft: OxigraphStore, patch: Patch | None) -> Report:
        assert patch is not None
        told.append(patch)
        return Report.of(())

    write(CHANGES[0], versions, validate=validate, message="m")
    (patch,) = told
    assert CITES in patch.added
    assert len(patch.added) == 6
    assert not patch.removed


def test_a_database_that_differs_from_its_record_is_found(tmp_path: Path) -> None:
    versions = begin(tmp_path, default_graph="union")
    made = make(versions, CHANGES[1])
    with closing(OxigraphStore.open(made.database)) as store:
        store.update("DELETE WHERE { <x:a> ?p ?o }")
        store.update("DELETE WHERE { GRAPH ?g { <x:a> ?p ?o } }")
    first, second = rebuild_all(versions, Content(root=tmp_path))
    assert (first.agrees, second.agrees) == (True, False)
    assert "its database holds" in second.reason
