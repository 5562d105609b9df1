"""Fixes: certain ones only, by bytes, and none the second time."""

import io
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from gfmdkg.build.sources import read_files
from gfmdkg.cli import main
from gfmdkg.cli.validating import expand, watch
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.errors import DataError
from gfmdkg.paths import Content
from gfmdkg.validation.findings import Edit, Finding, Fix, Report, Severity
from gfmdkg.validation.fixing import mend

BEFORE = (
    """\ufeff@base <https://w3id.org/gfmdkg/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
# ▶ "false" is not touched here, nor 日本語 𝒳.
<id/instrument/x-mended>\ta gfmd:Instrument ;
\tskos:prefLabel 'Mended 𝒳 Pact of Üç' , "Pacte réparé"@fr; skos:altLabel\t"XMEND" , "X-OTHER"@en ;
\tskos:notation 8.10 ;
\tgfmd:instrumentType "framework" ;
\tgfmd:legallyBinding "false"; gfmd:symbol "A/RES/1"@en ;
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
""".replace(" ;\n@prefix xsd", " .\n@prefix xsd")
    + """<id/instrument/x-mended> gfmd:adoptionDate "2011-05" , "2011-05-04T" ;
\tgfmd:adoptedBy "ILO" , <id/actor/org-ilo>.   # end
<id/instrument/x-mended-not> a gfmd:Instrument ; skos:prefLabel "Tagged Already"@en , "Beside" ;
  gfmd:instrumentType "no such type" ; gfmd:legallyBinding "maybe" ;
  gfmd:adoptionDate "4 May 2011" ;
  gfmd:adoptedBy <id/actor/org-ilo> .
"""
)
AFTER = (
    BEFORE.replace("'Mended 𝒳 Pact of Üç'", "'Mended 𝒳 Pact of Üç'@en")
    .replace('"XMEND"', '"XMEND"@en')
    .replace("8.10", '"8.10"')
    .replace('instrumentType "framework"', "instrumentType <scheme/instrument-type/framework>")
    .replace('legallyBinding "false"', "legallyBinding false")
    .replace('"A/RES/1"@en', '"A/RES/1"')
    .replace('adoptionDate "2011-05" ', 'adoptionDate "2011-05"^^xsd:gYearMonth ')
    .replace('adoptedBy "ILO"', "adoptedBy <id/actor/org-ilo>")
)


@pytest.fixture(params=["\n", "\r\n"], ids=["lf", "crlf"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "pact.ttl"
    path.write_bytes(BEFORE.replace("\n", request.param).encode())
    return path


def test_fixes_change_only_the_bytes_they_must_and_once(file: Path, small_content: Content) -> None:
    end = "\r\n" if b"\r\n" in file.read_bytes() else "\n"
    file.chmod(0o640)
    first = CliRunner().invoke(
        main, ["validate", "--fix", "--content", str(small_content.root), str(file)]
    )
    assert file.read_bytes().decode() == AFTER.replace("\n", end)
    assert file.stat().st_mode & 0o777 == 0o640
    assert "mended 8 findings" in first.stderr
    assert first.exit_code == 1
    assert '"maybe"' in first.stdout
    assert [p.name for p in file.parent.iterdir()] == [file.name]
    second = CliRunner().invoke(
        main, ["validate", "--fix", "--content", str(small_content.root), str(file)]
    )
    assert "mended 0 findings" in second.stderr
    assert file.read_bytes().decode() == AFTER.replace("\n", end)


def test_a_retired_term_is_replaced_by_its_successor(
    tmp_path: Path, small_content: Content
) -> None:
    file = tmp_path / "retired.ttl"
    head = "@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .\n"
    head += "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    head += "@prefix dcterms: <http://purl.org/dc/terms/> .\n"
    text = head + (
        "gfmd:adoptedOn owl:deprecated true ; a owl:Thing ;\n"
        "  dcterms:isReplacedBy gfmd:adoptionDate .\n"
        "<https://w3id.org/gfmdkg/id/tool/x>  gfmd:adoptedOn  'x' .\n"
    )
    file.write_text(text)
    validator = FileValidator(small_content)
    sources = read_files([file], standard_input=io.BytesIO())
    report = validator.validate(sources, today=date(2026, 1, 1))
    (finding,) = [f for f in report.findings if f.code == "term-deprecated-used"]
    assert (finding.line, finding.column, finding.fixable) == (6, 38, True)
    assert mend(file, report) >= 1
    assert file.read_text() == text.replace("x>  gfmd:adoptedOn ", "x>  gfmd:adoptionDate ")


def test_a_file_that_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_bytes(b"new")
    edit = Edit(line=1, column=1, end_line=1, end_column=4, text="mended")
    finding = Finding(
        severity=Severity.VIOLATION,
        code="datatype",
        message="wrong",
        file=file.as_posix(),
        fix=Fix(description="mend it", edits=(edit,)),
    )
    report = Report.of([finding]).with_sources({file.as_posix(): "old"})
    with pytest.raises(DataError, match="cannot be mended"):
        mend(file, report)
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_patterns_and_folders_are_expanded_once(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    files = [tmp_path / "a.ttl", tmp_path / "b" / "c.nt"]
    for file in (*files, tmp_path / "note.md"):
        file.write_text("")
    assert expand([f"{tmp_path}/*.ttl", str(tmp_path), str(files[1])]) == files
    with pytest.raises(DataError, match="no file"):
        expand([f"{tmp_path}/*.rdf"])


def test_watching_runs_again_after_a_change_only(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text("")
    runs: list[int] = []
    rounds = iter(range(9))

    def wait(_: float) -> None:
        if (waited := next(rounds)) == 2:
            file.write_text("changed")
        elif waited == 5:
            raise KeyboardInterrupt

    watch([file], lambda: runs.append(1), wait=wait)
    assert len(runs) == 2


def test_fix_and_watch_want_files() -> None:
    for option in ("--fix", "--watch"):
        result = CliRunner().invoke(main, ["validate", option, "-"])
        assert result.exit_code == 2
        assert "standard input" in result.stderr
