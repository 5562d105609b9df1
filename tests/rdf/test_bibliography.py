"""References for reference managers: what needs care in each format."""

import json

from gfmdkg.resources.bibliography import (
    Reference,
    ReferenceType,
    write_bibtex,
    write_csl,
    write_ris,
)

PACT = Reference(
    key="Sea Pact!",
    type=ReferenceType.TREATY,
    title="Pact on 100 % {Safety} & Care_",
    url="https://example.org/sea_pact",
    date="2029-03",
    authors=("Assembly & Co", "Council"),
    number="A/1#2",
    note="PSS\nSea Pact",
)
REPORT = Reference(
    key="r",
    type=ReferenceType.REPORT,
    title="Report",
    url="https://example.org/r",
    date="2031-05-04",
    publisher="Harbour Process",
    place="Old Customs House",
    language="en",
)


def test_bibtex_escapes_what_tex_reads_otherwise() -> None:
    text = write_bibtex([PACT])
    assert text.startswith("@misc{sea-pact,\n")
    assert r"title = {{Pact on 100 \% \{Safety\} \& Care\_}}" in text
    assert r"author = {{Assembly \& Co} and {Council}}" in text
    assert "year = {2029},\n  month = {3}" in text
    assert "day" not in text
    assert r"howpublished = {\url{https://example.org/sea_pact}}" in text


def test_report_has_its_institution_and_a_key_is_given_once() -> None:
    text = write_bibtex([REPORT, REPORT])
    assert "@techreport{r,\n" in text
    assert "@techreport{r-2,\n" in text
    assert "institution = {{Harbour Process}}" in text


def test_ris_has_its_line_ends_and_one_line_a_field() -> None:
    text = write_ris([PACT, REPORT])
    assert text.count("\r\n") == text.count("\n")
    assert "DA  - 2029/03//\r\n" in text
    assert "DA  - 2031/05/04/\r\n" in text
    assert "N1  - PSS Sea Pact\r\n" in text
    assert text.count("ER  - \r\n") == 2
    assert write_ris([]) == ""


def test_csl_has_dates_as_far_as_they_are_known() -> None:
    pact, report = json.loads(write_csl([PACT, REPORT]))
    assert pact["issued"] == {"date-parts": [[2029, 3]]}
    assert pact["author"] == [{"literal": "Assembly & Co"}, {"literal": "Council"}]
    assert report["publisher-place"] == "Old Customs House"
    assert "author" not in report
    undated = Reference(key="", type=ReferenceType.DOCUMENT, title="T", url="u:x")
    (item,) = json.loads(write_csl([undated]))
    assert item == {"id": "item", "type": "document", "title": "T", "URL": "u:x"}
