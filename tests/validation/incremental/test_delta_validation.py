"""Validating a change: what is reported, and when everything is looked at instead."""

from dataclasses import replace

from gfmdkg.curation.rules import DraftRules
from gfmdkg.namespaces import CITO, GFMD, ID_BASE, SCHEME_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.store.comparison import compare_stores
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.validation.findings import Mode
from gfmdkg.validation.validate import validate

from .conftest import Setting

CMW = f"<{ID_BASE}instrument/cmw>"
GRAPH = "GRAPH <https://w3id.org/gfmdkg/graph/data/reference/instruments>"


def test_sound_change_has_no_findings(setting: Setting) -> None:
    report = setting.validate(f'INSERT DATA {{ {GRAPH} {{ {CMW} skos:altLabel "Made up"@en }} }}')
    assert report.mode is Mode.INCREMENTAL
    assert not report.findings


def test_fault_of_the_changed_record_is_found_in_the_same_words(setting: Setting) -> None:
    update = f'INSERT DATA {{ {GRAPH} {{ {CMW} skos:altLabel "untagged" }} }}'
    draft, _ = setting.change(update)
    known = set(setting.validate_all(setting.base).findings)
    now = set(setting.validate_all(draft).findings)
    assert set(setting.validate(update).findings) == now - known
    assert len(now - known) == 1


def test_change_of_a_date_is_found_at_the_citations(setting: Setting) -> None:
    report = setting.validate(
        f"DELETE {{ {GRAPH} {{ {CMW} gfmd:adoptionDate ?d }} }}"
        f' INSERT {{ {GRAPH} {{ {CMW} gfmd:adoptionDate "2019-01-01"^^xsd:date }} }}'
        f" WHERE {{ {GRAPH} {{ {CMW} gfmd:adoptionDate ?d }} }}"
    )
    assert report.mode is Mode.INCREMENTAL
    focus_nodes = {f.focus_node or "" for f in report.findings if f.code == "sparql"}
    assert focus_nodes
    assert all("/id/citation/" in node for node in focus_nodes)


def test_removed_record_is_missed_where_it_was_cited(setting: Setting) -> None:
    report = setting.validate(f"DELETE WHERE {{ {GRAPH} {{ {CMW} ?p ?o }} }}")
    codes = {f.code for f in report.findings}
    assert "reference-dangling" in codes
    assert report.mode is Mode.INCREMENTAL


def test_label_that_another_record_has_is_found(setting: Setting) -> None:
    report = setting.validate(
        f'INSERT DATA {{ {GRAPH} {{ <{ID_BASE}instrument/ilo-c097> skos:altLabel "cmw"@en }} }}'
    )
    assert "reference-label-shared" in {f.code for f in report.findings}


def test_change_of_the_class_tree_needs_a_full_run(setting: Setting) -> None:
    report = setting.validate(
        f"INSERT DATA {{ {GRAPH} {{ gfmd:Citation rdfs:subClassOf gfmd:Made }} }}"
    )
    assert report.mode is Mode.FULL
    assert report.reason == "rdfs:subClassOf changed"
    assert report.to_json()["reason"] == "rdfs:subClassOf changed"


def test_change_that_reaches_too_far_needs_a_full_run(setting: Setting) -> None:
    scheme = f"<{SCHEME_BASE}assertion/explicit> skos:inScheme <{SCHEME_BASE}assertion>"
    graph = "GRAPH <https://w3id.org/gfmdkg/graph/ontology/vocab/assertion>"
    draft, delta = setting.change(f"DELETE DATA {{ {graph} {{ {scheme} }} }}")
    request = setting.request(draft, delta)
    near = validate(request, setting.rules)
    far = validate(replace(request, focus_limit=3), setting.rules)
    assert near.mode is Mode.INCREMENTAL
    assert far.mode is Mode.FULL
    assert "3 nodes" in (far.reason or "")
    assert set(near.findings) <= set(far.findings)
    assert near.findings


def test_empty_change_is_not_looked_at(setting: Setting) -> None:
    report = validate(setting.request(setting.base, Patch()), setting.rules)
    assert (report.mode, report.findings) == (Mode.INCREMENTAL, ())


def test_difference_of_two_states_names_graphs_and_blank_nodes() -> None:
    before, after = OxigraphStore.in_memory(), OxigraphStore.in_memory()
    common = f'<x:s> <{GFMD}number> "a\\u2028b\\n" <x:g> .\n_:b <{CITO}cites> <x:o> .\n'
    before.load(f"{common}<x:s> <x:p> <x:o> <x:g> .".encode(), media_type="application/n-quads")
    after.extend(before.quads())
    assert not compare_stores(before, after, has_union=False)
    after.update("DELETE DATA { GRAPH <x:g> { <x:s> <x:p> <x:o> } }; INSERT DATA { <x:s> <x:p> 1 }")
    delta = compare_stores(before, after, has_union=False)
    assert delta.removed == ("<x:s> <x:p> <x:o> <x:g>",)
    assert delta.added == ('<x:s> <x:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer>',)
    assert compare_stores(before, after, has_union=True).added == ()


def test_rules_of_a_write_look_at_the_change_alone(setting: Setting) -> None:
    rules = DraftRules(shipped_content())
    sound, _ = setting.change(f'INSERT DATA {{ {GRAPH} {{ {CMW} skos:altLabel "Made up"@en }} }}')
    wrong, _ = setting.change(f'INSERT DATA {{ {GRAPH} {{ {CMW} skos:altLabel "untagged" }} }}')
    # This part of a graph has faults of its own, which a change elsewhere did not make.
    assert rules.report(sound, is_union=True).violations
    made = compare_stores(setting.base, sound, has_union=True)
    assert rules.report(sound, is_union=True, base=setting.base, patch=made).conforms
    broken = compare_stores(setting.base, wrong, has_union=True)
    (finding,) = rules.report(wrong, is_union=True, base=setting.base, patch=broken).findings
    assert "untagged" in finding.message
