"""A table that is validated a few records at a time gets the findings of all at once."""

from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef

from gfmdkg.curation.batches import FindingTally
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.curation.tables.columns import record_type
from gfmdkg.curation.tables.exporting import export_table, write_csv_table
from gfmdkg.curation.tables.triples import read_chunks, read_table, table_changes
from gfmdkg.namespaces import GFMD, GRAPH_BASE, RDF, SKOS
from gfmdkg.paths import shipped_content
from gfmdkg.rdf.solutions import Select, Solutions
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.terms.index import TermIndex
from gfmdkg.validation import Finding, Report, Severity, SourceFile
from gfmdkg.validation.findings import Mode
from gfmdkg.validation.known import Known
from gfmdkg.validation.lint import Namesakes, Suspicion

INSTRUMENTS = """key,title (en),other names (en),type,legally binding,adopted,related to,note (en)
a-one,An act of harmony,AAH,treaty,yes,1990-12-18,a-six,
a-two,A statute of concord,ASC,treaty,no,1990-12-18,,binding is wrong
a-three,A charter of repose,ACR,traety,yes,1990-12-18,,type is wrong
a-four,An act of harmony,AOH,treaty,yes,1990-12-18,,the title of a-one
a-five,A code of quiet,AAH,treaty,yes,2999-01-01,,a name of a-one; ahead
a-six,A pact of silence,APS,treaty,yes,1990-12-18,,
a-seven,A convention on calm seas,CCS,,no,1990-12-18,,no type
cmw,International Convention on Calm,CMW,treaty,yes,1990-12-18,,one that exists
a-eight,A convention on calm lakes,CCL,treaty,yes,1990-12-18,a-two,
a-nine,Code of Conduct for Recruiters,GFMD,treaty,yes,1990-12-18,,name of a process
"""
CITATIONS = """passage,cites,matched text,intents,assertion,confidence,review status,asserted by
gfmd-dialogue-gcm-2017-04-06-c1/p01,CMW,words,comply,explicit,1.0,accepted,group-gfmdkg-curators
gfmd-dialogue-gcm-2017-04-06-c1/p01,a-one,words,comply,explicit,1.0,accepted,group-gfmdkg-curators
gfmd-dialogue-gcm-2017-04-06-c1/p01,CEDAW,words,comply,explicit,2.0,accepted,group-gfmdkg-curators
gfmd-dialogue-gcm-2017-04-06-c1/p02,CMW,,comply,explicit,1.0,proposed,group-gfmdkg-curators
"""
TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/gfmdkg/id/process/x-talks> a <https://w3id.org/gfmdkg/ontology#Process> ;
    skos:prefLabel "Talks of Xanadu" .
"""


@pytest.fixture(scope="module")
def version(shipped_store: Path) -> Version:
    return VersionStore(shipped_store).require_current()


def report(
    version: Version, *tables: tuple[str, str], at_once: int, files: list[SourceFile] | None = None
) -> Report:
    validator = FileValidator(shipped_content(), against=version, records_at_once=at_once)
    given = [(name, text.encode()) for name, text in tables]
    return validator.validate(files or [], given)


@pytest.mark.parametrize("at_once", [1, 3])
def test_pieces_give_the_findings_of_the_whole(version: Version, at_once: int) -> None:
    whole = report(version, ("i.csv", INSTRUMENTS), at_once=1_000)
    found = {(f.cell, f.code) for f in whole.findings}
    assert {
        ("E3", "or"),
        ("D4", "unknown-name"),
        ("F6", "date-ahead"),
        ("D8", "min-count"),
    } <= found
    assert "reference-label-shared" in {f.code for f in whole.findings}
    chunks = report(version, ("i.csv", INSTRUMENTS), at_once=at_once)
    assert chunks.findings == whole.findings
    assert (chunks.mode, chunks.conforms) == (Mode.INCREMENTAL, whole.conforms)


def test_tables_and_files_are_seen_together_in_pieces(version: Version) -> None:
    tables = (("i.csv", INSTRUMENTS), ("c.csv", CITATIONS.replace("a-one", "CRC")))
    file = SourceFile(path="x.ttl", text=TURTLE, graph="https://example.org/x")
    whole = report(version, *tables, at_once=1_000, files=[file])
    assert {"x.ttl", "i.csv", "c.csv"} <= {f.file for f in whole.findings}
    chunks = report(version, *tables, at_once=2, files=[file])
    assert chunks.findings == whole.findings
    assert chunks.sources == whole.sources == {"x.ttl": TURTLE}


def test_a_published_table_has_no_fault_in_pieces_either(
    version: Version, select: Select, terms: TermIndex, tmp_path: Path
) -> None:
    kind = record_type("citations")
    exported = export_table(kind, select, terms)
    path = tmp_path / "citations.csv"
    path.write_bytes(write_csv_table(exported))
    validator = FileValidator(shipped_content(), against=version, records_at_once=20)
    assert validator.validate([], [(path.name, path)]).violations == []


def test_small_tables_share_a_batch(version: Version) -> None:
    told: list[tuple[str, int, int | None]] = []
    validator = FileValidator(shipped_content(), against=version, records_at_once=4)
    header, *rows = INSTRUMENTS.splitlines()
    given = [(f"{size}.csv", "\n".join([header, *rows[:size]]).encode()) for size in (3, 1, 4)]
    validator.validate([], given, progress=lambda *heard: told.append(heard))
    assert [heard for heard in told if heard[0] == "checking"] == [
        ("checking", 0, 2),
        ("checking", 1, 2),
    ]


def test_each_piece_has_the_faults_of_its_own_rows(terms: TermIndex) -> None:
    chunks = list(read_chunks(INSTRUMENTS.encode(), terms, size=2, file="i.csv"))
    assert [[f.cell for f in chunk.findings] for chunk in chunks] == [[], ["D4"], [], [], []]
    assert sum(len(chunk.records) for chunk in chunks) == 10


def test_what_a_table_changes_is_what_its_pieces_change(
    published: OxigraphStore, terms: TermIndex
) -> None:
    graph = GRAPH_BASE + "new"
    document = read_table(INSTRUMENTS.encode(), terms, file="i.csv")
    whole = table_changes(document, published, graph=graph)
    assert whole.removed
    chunks = [
        table_changes(chunk, published, graph=graph)
        for chunk in read_chunks(INSTRUMENTS.encode(), terms, size=3, file="i.csv")
    ]
    assert Patch.compose(chunks) == whole


def test_of_too_many_findings_the_worst_are_kept_and_the_others_counted() -> None:
    info = Finding(severity=Severity.INFO, code="orphan", message="alone", focus_node="x:1")
    fault = Finding(severity=Severity.VIOLATION, code="or", message="wrong", focus_node="x:1")
    tally = FindingTally(most=4)
    for n in range(3):
        tally.add([replace(info, focus_node=f"x:{n}"), replace(fault, focus_node=f"x:{n}")])
    tally.add([fault, replace(fault, focus_node="x:7"), replace(fault, focus_node="x:8")])
    found = Report.of(tally.findings())
    kept = [f.focus_node for f in found.findings if f.code == "or"]
    assert len(kept) == 3  # one of the four was there twice
    told = {f.severity: f.message for f in found.findings if f.code == "not-listed"}
    assert told[Severity.INFO].endswith("counted here alone: orphan 3")
    assert told[Severity.VIOLATION].endswith("counted here alone: or 2")
    assert not found.conforms


def test_a_change_that_needs_a_look_at_everything_is_refused_in_pieces(version: Version) -> None:
    below = """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/gfmdkg/ontology#Odd> rdfs:subClassOf <https://w3id.org/gfmdkg/ontology#Link> ."""
    file = SourceFile(path="x.ttl", text=below, graph="https://example.org/x")
    found = report(version, ("i.csv", INSTRUMENTS), at_once=3, files=[file])
    (refusal,) = (f for f in found.findings if f.code == "too-large")
    assert "rdfs:subClassOf changed" in refusal.message
    assert "D4" in {f.cell for f in found.findings}


def test_names_are_not_missed_where_no_record_goes_by_one() -> None:
    labels = ("subject", "property", "label", "class")
    count = Solutions(variables=("count",), rows=((ox.Literal("1"),),))
    name = (
        ox.NamedNode("x:a"),
        ox.NamedNode(SKOS + "prefLabel"),
        ox.Literal("A", language="en"),
        ox.NamedNode(GFMD + "Instrument"),
    )

    def select(query: str) -> Solutions:
        return count if "COUNT" in query else Solutions(variables=labels, rows=(name,))

    data = Graph().add((URIRef("x:a"), URIRef(RDF + "type"), URIRef(GFMD + "Instrument")))
    view = Suspicion(data, [])
    of_advice = Namesakes(Known(select), asked=10_000_000)
    assert not list(of_advice.findings(view, [URIRef("x:other")]))
    assert of_advice.compared_all
    assert not list(of_advice.findings(view, [URIRef("x:a")]))
    assert not of_advice.compared_all
