"""Every fault of a curator's file is reported once, at its place, with its remedy."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.validation.faults import TURTLE, Fault

from gfmdkg.build.sources import decode_file
from gfmdkg.curation.file_validation import FileValidator
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation import Finding, Mode


@pytest.fixture(scope="module", params=Mode)
def found(request: pytest.FixtureRequest, shipped_store: Path) -> Mapping[str, list[Finding]]:
    """The findings of all files, validated in one run as a whole, and as a change."""
    is_change = request.param is Mode.INCREMENTAL
    version = VersionStore(shipped_store).require_current() if is_change else None
    files = [decode_file(f"{f.name}.ttl", f.text.encode(), "text/turtle") for f in TURTLE]
    validator = FileValidator(shipped_content(), against=version)
    report = validator.validate(files, today=date(2026, 1, 1))
    assert report.mode is request.param
    assert (report.reason is None) == is_change
    by_file: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_file.setdefault(str(finding.file), []).append(finding)
    return by_file


def test_there_are_enough_of_them() -> None:
    assert len({fault.name for fault in TURTLE}) == len(TURTLE) >= 60


@pytest.mark.parametrize("fault", TURTLE, ids=lambda fault: fault.name)
def test_it_is_reported_once_at_its_place_with_its_remedy(
    fault: Fault, found: Mapping[str, list[Finding]]
) -> None:
    findings = found.get(f"{fault.name}.ttl", [])
    assert [(f.code, f.line, f.column) for f in findings] == [(fault.code, *fault.place)]
    assert fault.words in f"{findings[0].message} {findings[0].remedy}"


def test_nothing_else_is_reported(found: Mapping[str, list[Finding]]) -> None:
    assert set(found) == {f"{fault.name}.ttl" for fault in TURTLE}
