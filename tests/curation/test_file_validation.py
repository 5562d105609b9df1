"""Files validated as a change of a version: the same findings as when all is validated."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from tests.validation.faults import HEADER, TURTLE

from gfmdkg.build.sources import decode_file, syntax_of
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.paths import Content, shipped_content
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.validation import Finding, Mode, Report, Severity, SourceFile

TODAY = date(2026, 1, 1)
PREFIXES = """@base <https://w3id.org/gfmdkg/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PACT = f"""{PREFIXES}
<id/instrument/x-pact> a gfmd:Instrument ;
    skos:prefLabel "Pact of Nowhere in Particular"@en ;
    gfmd:instrumentType <scheme/instrument-type/framework> ;
    gfmd:legallyBinding false ;
    gfmd:adoptionDate "2011-05-04"^^xsd:date ;
    gfmd:adoptedBy <id/actor/org-ilo> .
"""


@pytest.fixture(scope="module")
def version(shipped_store: Path) -> Version:
    return VersionStore(shipped_store).require_current()


@pytest.fixture(scope="module")
def as_change(version: Version) -> FileValidator:
    return FileValidator(shipped_content(), against=version)


@pytest.fixture(scope="module")
def as_a_whole() -> FileValidator:
    return FileValidator(shipped_content())


def source(name: str, text: str) -> SourceFile:
    return decode_file(name, text.encode(), syntax_of(name))


def codes(report: Report) -> list[tuple[str, int | None]]:
    return [(f.code, f.line) for f in report.findings]


def test_a_new_file_is_looked_at_by_itself(as_change: FileValidator) -> None:
    report = as_change.validate([source("x.ttl", PACT.replace("false", '"no"'))], today=TODAY)
    assert (report.mode, report.reason) == (Mode.INCREMENTAL, None)
    assert ("datatype", 9) in codes(report)


def test_a_published_file_gets_all_its_findings_although_nothing_in_it_changed(
    as_change: FileValidator, as_a_whole: FileValidator
) -> None:
    path = shipped_content().data / "reference" / "instruments.ttl"
    given = [source(str(path), path.read_text("utf-8"))]
    report = as_change.validate(given, today=TODAY)
    assert report.mode is Mode.INCREMENTAL
    assert report.findings == as_a_whole.validate(given, today=TODAY).findings


def test_what_a_file_breaks_elsewhere_is_told_with_its_place_there(
    as_change: FileValidator,
) -> None:
    path = shipped_content().data / "reference" / "instruments.ttl"
    text = path.read_text("utf-8")
    start = text.index("<id/instrument/cmw> a")
    end = text.index("\n\n", start)
    report = as_change.validate([source(str(path), text[:start] + text[end:])], today=TODAY)
    elsewhere = [f for f in report.findings if f.file and f.file.startswith("data/reports/")]
    assert elsewhere
    assert all(f.line for f in elsewhere)


def test_literals_are_named_as_they_are_written(as_change: FileValidator) -> None:
    text = PACT.replace(
        'gfmd:adoptionDate "2011-05-04"^^xsd:date', 'gfmd:adoptionDate "+02011"^^xsd:integer'
    )
    (finding,) = [
        f for f in as_change.validate([source("x.ttl", text)], today=TODAY).findings if f.line == 10
    ]
    assert '"+02011"' in finding.message


def test_a_changed_class_hierarchy_makes_a_full_run_that_says_so(as_change: FileValidator) -> None:
    text = f"""{PACT}
    <ontology#Covenant> <http://www.w3.org/2000/01/rdf-schema#subClassOf> gfmd:Instrument ."""
    report = as_change.validate([source("x.ttl", text)], today=TODAY)
    assert report.mode is Mode.FULL
    assert report.reason == "rdfs:subClassOf changed"


def test_without_a_version_a_full_run_says_so(as_a_whole: FileValidator) -> None:
    report = as_a_whole.validate([source("x.ttl", PACT)], today=TODAY)
    assert report.mode is Mode.FULL
    assert report.reason == "there is no published version to compare with"


def test_nothing_remains_of_the_copy_that_is_tried(
    as_change: FileValidator, version: Version
) -> None:
    before = version.content_hash
    as_change.validate([source("x.ttl", PACT)], today=TODAY)
    root = version.folder.parents[1]
    assert [p.name for p in (root / "scratch").iterdir()] == ["lock"]
    assert VersionStore(root).require_current().content_hash == before


# Files of the content that were edited since the version was built


@pytest.fixture
def edited(tmp_path: Path) -> Content:
    """The shipped content, with data files that may be edited."""
    shipped = shipped_content()
    for name in ("ontology", "queries"):
        (tmp_path / name).symlink_to(shipped.root / name)
    shutil.copytree(shipped.data, tmp_path / "data")
    return Content(root=tmp_path)


def test_an_edited_file_of_the_content_counts_as_it_is_now(
    edited: Content, version: Version
) -> None:
    actors = edited.data / "reference" / "actors.ttl"
    text = actors.read_text("utf-8")
    actors.write_text(text.replace("<id/actor/org-ilo> a ", "<id/actor/org-ilo-2> a "), "utf-8")
    (edited.data / "sources.ttl").unlink()
    given = [source("x.ttl", PACT)]
    report = FileValidator(edited, against=version, follows_files=True).validate(given, today=TODAY)
    assert report.mode is Mode.INCREMENTAL
    own = [f for f in report.findings if f.file == "x.ttl"]
    assert [(f.code, f.line) for f in own if f.severity is Severity.VIOLATION] == [
        ("reference-dangling", 11)
    ]
    # What the edits broke in other files is told as well, and where.
    assert {f.file for f in report.violations} > {"x.ttl", "data/reference/instruments.ttl"}
    alone = FileValidator(edited, against=version).validate(given, today=TODAY)
    assert alone.conforms


def test_edited_shapes_are_applied_to_everything(edited: Content, version: Version) -> None:
    (edited.root / "ontology").unlink()
    shutil.copytree(shipped_content().ontology, edited.root / "ontology")
    with (edited.root / "ontology" / "shapes" / "actor.ttl").open("a") as file:
        file.write("\n# edited\n")
    validator = FileValidator(edited, against=version, follows_files=True)
    report = validator.validate([source("x.ttl", PACT)], today=TODAY)
    assert (report.mode, report.reason) == (
        Mode.FULL,
        "the shapes were edited since the version was built",
    )


# Fuzzing


class Editor:
    """Edits a file of the content, or a new file, at random; often it stays readable."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._texts = {
            path: path.read_text("utf-8") for path in sorted(shipped_content().data.rglob("*.ttl"))
        }

    def file(self) -> SourceFile:
        if self._random.random() < 0.5:
            bodies = self._random.sample(TURTLE, self._random.randrange(1, 6))
            fresh = [b.text for b in bodies if b.text.startswith(HEADER)]
            text = HEADER + "".join(text.removeprefix(HEADER) for text in fresh)
            return source("new.ttl", self._edit(text, self._random.randrange(0, 3)))
        path = self._random.choice(list(self._texts))
        return source(str(path), self._edit(self._texts[path], self._random.randrange(0, 6)))

    def _edit(self, text: str, count: int) -> str:
        lines = text.split("\n")
        for _ in range(count):
            number = self._random.randrange(len(lines))
            line = lines[number]
            choice = self._random.randrange(5)
            if choice == 0 and line.startswith("    ") and line.endswith(";"):
                lines.pop(number)
            elif choice == 1 and line.startswith("    ") and line.endswith(" ;"):
                lines.insert(number, line)
                lines[number] = re.sub('"[^"]', '"~', line, count=1)
            elif choice == 2:
                other = self._random.choice(lines)
                names = re.findall("<(?:id|scheme)/[^>]*>", other)
                if names:
                    name = self._random.choice(names)
                    lines[number] = re.sub("<(?:id|scheme)/[^>]*>", name, line, count=1)
            elif choice == 3:
                lines[number] = re.sub(r"\^\^xsd:\w+", "", line)
            else:
                lines[number] = re.sub("@(en|fr|es)", "@de", line, count=1)
        return "\n".join(lines)


def told(report: Report) -> set[Finding]:
    """The findings, without the names that unnamed nodes get anew in each run."""

    def plain(text: str | None) -> str | None:
        return "[]" if text is not None and text.startswith("_:") else text

    return {
        replace(f, focus_node=plain(f.focus_node), value=plain(f.value)) for f in report.findings
    }


def fuzz(seed: int, count: int, as_change: FileValidator, as_a_whole: FileValidator) -> int:
    incremental = 0
    for number in range(count):
        file = Editor(Random(f"{seed} {number}")).file()
        report = as_change.validate([file], today=TODAY)
        incremental += report.mode is Mode.INCREMENTAL
        whole = as_a_whole.validate([file], today=TODAY)
        assert told(report) ^ told(whole) == set(), (seed, number, file.path)
    return incremental


def test_random_files_are_told_the_same_as_by_a_full_run(
    as_change: FileValidator, as_a_whole: FileValidator
) -> None:
    assert fuzz(1, 4, as_change, as_a_whole) >= 2


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 7))
def test_many_random_files_are_told_the_same_as_by_a_full_run(
    seed: int, as_change: FileValidator, as_a_whole: FileValidator
) -> None:
    assert fuzz(seed, 25, as_change, as_a_whole) >= 15


ADVICE = f"""{PREFIXES}@prefix dcterms: <http://purl.org/dc/terms/> .
<id/passage/gfmd-dialogue-gcm-2017-04-06-c1/pol-12> a gfmd:Recommendation ;
    dcterms:isPartOf <id/passage/gfmd-dialogue-gcm-2017-04-06-c1/s8> ;
    dcterms:subject <scheme/topic/human-rights> ;
    gfmd:addressee <scheme/actor-type/state> ;
    gfmd:examinedFor <scheme/examination/citations> ;
    gfmd:number "12" ;
    gfmd:recommendationKind <scheme/recommendation-kind/political> ;
    skos:prefLabel "Example"@en ;
"""


def test_what_follows_for_a_passage_may_be_left_out_or_stated_the_same(
    as_change: FileValidator, as_a_whole: FileValidator
) -> None:
    report = "gfmd:inReport <id/report/gfmd-dialogue-gcm-2017-04-06-c1>"
    assert codes(as_change.validate([source("x.ttl", f"{ADVICE} {report} .")], today=TODAY)) == []
    same = f'{ADVICE}{report} ; gfmd:locator "recommandation politique 12"@fr ;\ngfmd:order 12 .'
    told = as_change.validate([source("x.ttl", same)], today=TODAY)
    assert codes(told) == [("triple-elsewhere", 15)]
    assert as_a_whole.validate([source("x.ttl", same)], today=TODAY).conforms


@pytest.mark.parametrize(
    "stated",
    [
        "gfmd:order 13",
        'gfmd:sortKey "political-12"',
        'gfmd:locator "paragraph 12"@en',
        "gfmd:inReport <id/report/x>",
    ],
)
def test_what_is_stated_otherwise_than_it_follows_is_told_with_its_place(
    as_change: FileValidator, as_a_whole: FileValidator, stated: str
) -> None:
    text = f"{ADVICE}    {stated} ."
    for validator in (as_change, as_a_whole):
        found = validator.validate([source("x.ttl", text)], today=TODAY).findings
        (finding,) = [f for f in found if f.code == "passage-states-otherwise"]
        assert (finding.file, finding.line) == ("x.ttl", 14)
        assert "leave it out" in (finding.remedy or "")
