"""Differences, origins, rebuilding and export: history is complete and adds up."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.curation.changes.conftest import Submit, publish
from tests.curation.changes.samples import FILE, GRAPH, START, held, no_rules, put, turtle

from gfmdkg.build import build, ensure_empty
from gfmdkg.curation.changes.exporting import export_files
from gfmdkg.curation.changes.history import as_html, as_json, as_text, blame, difference
from gfmdkg.curation.changes.rebuilding import rebuild_all, rebuild_one
from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.writing import SparqlUpdate, write
from gfmdkg.errors import DataError, NotFound, RequestError
from gfmdkg.paths import Content
from gfmdkg.store.comparison import compare_stores, hash_content
from gfmdkg.store.names import open_names
from gfmdkg.store.patches import Patch, graph_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore

DEEPER = START.replace("7", "9")
UPDATES = (
    "INSERT DATA { GRAPH <http://g/a> { <http://e/x> <http://e/p> [ <http://e/q> 1.0, 01 ] } }",
    "INSERT DATA { <http://e/y> <http://e/p> 'é \"quoted\" \\n line'@EN }",
    "INSERT { GRAPH <http://g/b> { ?s ?p ?o } } WHERE { GRAPH <http://g/a> { ?s ?p ?o } }",
    "DELETE WHERE { GRAPH <http://g/a> { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(isBlank(?s)) }",
)


def update(versions: VersionStore, text: str) -> None:
    write(SparqlUpdate(text=text), versions, validate=no_rules, message="update")


@pytest.mark.parametrize("default_graph", ["union", "strict"])
def test_every_kind_of_write_can_be_rebuilt_bit_by_bit(tmp_path: Path, default_graph: str) -> None:
    versions = VersionStore(tmp_path, kept=2)
    ensure_empty(versions, default_graph=default_graph)
    for text in UPDATES:
        update(versions, text)
    body = b"<http://e/z> <http://e/p> [ <http://e/q> 2 ] ."
    merge = put("http://g/c", body)
    write(merge, versions, validate=no_rules, message="merge")
    found = list(rebuild_all(versions, Content(root=tmp_path)))
    assert [r.version.number for r in found] == [1, 2, 3, 4, 5, 6, 7]
    assert all(r.agrees for r in found), [r.reason for r in found]
    assert sum(v.is_available for v in versions.history()) == 2, (
        "the others are pruned, and rebuilt all the same"
    )


def test_a_pruned_version_can_be_written_again(tmp_path: Path) -> None:
    versions = VersionStore(tmp_path, kept=1)
    ensure_empty(versions)
    for text in UPDATES:
        update(versions, text)
    with pytest.raises(NotFound):
        versions.get(4)
    store = rebuild_one(versions, Content(root=tmp_path), 4)
    assert hash_content(store, has_union=True) == versions.record(4).content_hash


def test_a_version_that_was_tampered_with_is_found(review: Review, submit: Submit) -> None:
    version = publish(review, submit(DEEPER))
    record = version.folder / "version.json"
    record.write_text(record.read_text().replace(version.content_hash, "0" * 64))
    found = {r.version.number: r for r in rebuild_all(review.versions, Content(root=Path()))}
    assert found[version.number].agrees is False
    assert found[version.number - 1].agrees is True


def make_content(root: Path) -> Content:
    for folder in ("ontology/shapes", "ontology/checks", "queries", "data"):
        (root / folder).mkdir(parents=True)
    shape = "e:HarbourShape a sh:NodeShape ; sh:targetSubjectsOf e:depth ; sh:nodeKind sh:IRI ."
    (root / "ontology/shapes/harbour.ttl").write_bytes(turtle(shape).body)
    (root / FILE).write_bytes(turtle(START).body)
    return Content(root=root)


def test_versions_built_from_files_are_rebuilt_forwards_and_backwards(tmp_path: Path) -> None:
    content, versions = make_content(tmp_path / "files"), VersionStore(tmp_path / "store")
    build(content, versions)
    (content.root / FILE).write_bytes(turtle(DEEPER).body)
    build(content, versions)
    update(versions, UPDATES[0])
    found = list(rebuild_all(versions, content))
    assert [r.agrees for r in found] == [True, True, True]
    (content.root / FILE).write_bytes(turtle(START + "e:x e:y 1 .").body)
    assert [r.agrees for r in rebuild_all(versions, content)] == [None, None, None]


def test_the_difference_of_two_versions_is_the_net_effect(review: Review, submit: Submit) -> None:
    publish(review, submit(DEEPER))
    last = publish(review, submit(START.replace("7", "11"))).number
    patch = difference(review.versions, 2, last).without_graphs(
        {"https://w3id.org/gfmdkg/graph/provenance"}
    )
    assert [s.split('"')[1] for s in (*patch.removed, *patch.added)] == ["7", "11"]
    assert difference(review.versions, last, 2) == difference(review.versions, 2, last).inverse
    assert not difference(review.versions, 2, 2)
    with pytest.raises(NotFound):
        difference(review.versions, 1, 99)


def test_what_is_not_recorded_is_compared_while_it_can_be(review: Review, submit: Submit) -> None:
    version = publish(review, submit(DEEPER))
    expected = difference(review.versions, 2, version.number)
    (version.folder / "patch.rdfp").unlink()
    assert difference(review.versions, 2, version.number) == expected
    (version.folder / "db").rename(version.folder / "gone")
    with pytest.raises(RequestError, match="not recorded"):
        difference(review.versions, 2, version.number)


def test_views_show_labels_and_each_change_once(review: Review, submit: Submit) -> None:
    change = submit(DEEPER)
    patch = review.changes.patch(change.number)
    labels = open_names(review.versions.require_current()).label
    text = as_text(patch, labels)
    assert text.splitlines()[:3] == [
        "North Quay <http://e/north>",
        "  - http://e/depth: “7”  [data/harbours]",
        "  + http://e/depth: “9”  [data/harbours]",
    ]
    (resource,) = json.loads(json.dumps(as_json(patch, labels)))["resources"]
    assert (resource["label"], len(resource["changes"])) == ("North Quay", 2)
    html = as_html(patch, labels)
    assert "<del>" in html
    assert "<ins>" in html


def test_html_escapes_what_curators_wrote() -> None:
    patch = Patch(added=('<http://e/a> <http://e/b> "<script>alert(1)</script>" <http://g>',))
    assert "<script>" not in as_html(patch, {"http://e/a": "<b>"}.get)
    assert "<b>" not in as_html(patch, {"http://e/a": "<b>"}.get)


def test_blame_names_the_version_and_change_set_of_each_triple(
    review: Review, submit: Submit
) -> None:
    change = submit(DEEPER + "e:north e:berth [ e:length 20 ] .")
    version = publish(review, change)
    origins = blame(review.versions, "http://e/north")
    found = {said.predicate.value.rpartition("/")[2]: origin for said, origin in origins}
    assert found["depth"].change == change.number
    assert found["length"].number == version.number
    assert found["rdf-schema#label"].number == 2
    assert {graph_of(said) for said, _ in origins} == {GRAPH}


def test_export_and_build_give_the_same_graphs(review: Review, tmp_path: Path) -> None:
    text = DEEPER + 'e:north e:berth [ e:length 20.0 ; e:names ("a" "b"@fr) ] .\n'
    version = publish(review, review.submit([turtle(text)], message="x", author="Ada"))
    folder = tmp_path / "data"
    exported = export_files(version, folder)
    assert Path("harbours.ttl") in exported.written
    body = (folder / "harbours.ttl").read_bytes()
    again = SubmittedDocument(name=FILE, body=body, media_type="text/turtle")
    with pytest.raises(RequestError, match="nothing would change"):
        review.submit([again], message="the same", author="Ada")
    assert export_files(version, folder).written == ()


def test_export_leaves_files_alone_that_say_the_same(review: Review, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    odd = turtle("# by hand\n" + START).body
    (folder / "harbours.ttl").write_bytes(odd)
    (folder / "other.ttl").write_text("")
    exported = export_files(review.versions.require_current(), folder)
    assert exported.written == (Path("shapes.ttl"),)
    assert exported.emptied == (Path("other.ttl"),)
    assert (folder / "harbours.ttl").read_bytes() == odd


def test_a_patch_survives_its_text_form() -> None:
    store = OxigraphStore.in_memory()
    for text in UPDATES[:3]:
        store.update(text)
    patch = compare_stores(OxigraphStore.in_memory(), store, has_union=False)
    assert Patch.parse(patch.to_text({"note": 'a "quote"\n and a line'})) == patch
    copy = OxigraphStore.in_memory()
    patch.apply(copy)
    assert hash_content(copy, has_union=False) == hash_content(store, has_union=False)


def test_a_patch_that_cannot_be_read_names_each_line() -> None:
    text = 'TX .\nA <http://e/a> <http://e/b> .\nPA "x" "http://e/" .\nD <http://e/a> 1 2 .\n'
    with pytest.raises(DataError) as caught:
        Patch.parse(text, file="p.rdfp")
    assert [(f.file, f.line) for f in caught.value.faults] == [("p.rdfp", n) for n in (2, 3, 4)]


def test_the_later_row_of_a_patch_counts() -> None:
    row = "<http://e/a> <http://e/b> <http://e/c> <http://g>"
    assert Patch.parse(f"A {row} .\nD {row} .\n").removed == (row,)


def test_a_union_keeps_a_triple_that_another_graph_has(review: Review) -> None:
    other = replace(turtle('e:south rdfs:label "South Quay"@en .'), graph="http://g/other")
    publish(review, review.submit([other], message="twice", author="Ada"))
    gone = review.submit(
        [turtle('e:north rdfs:label "North Quay"@en ; e:depth 7 .')], message="once", author="Ada"
    )
    version = publish(review, gone)
    store = OxigraphStore.open_read_only(version.database)
    assert any("South Quay" in str(quad) for quad in store.quads(""))
    assert not any("South Quay" in statement for statement in held(version))
    assert all(r.agrees for r in rebuild_all(review.versions, Content(root=Path())))
