"""Rules are prepared once, and anew when they are other rules."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from gfmdkg.errors import OntologyError
from gfmdkg.paths import shipped_content
from gfmdkg.validation.incremental import rules as module
from gfmdkg.validation.incremental.rules import PREPARED_NAME, Rules, compile_rules, load_rules


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    folder = tmp_path / "ontology"
    for name in ("shapes", "checks"):
        copytree(shipped_content().ontology / name, folder / name)
    return folder


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Rules]:
    """The rules that were made anew."""
    found: list[Rules] = []

    def count(*arguments: Any) -> Rules:
        found.append(compile_rules(*arguments))
        return found[-1]

    monkeypatch.setattr(module, "compile_rules", count)
    return found


def test_rules_that_are_kept_are_those_that_were_made(
    ontology: Path, tmp_path: Path, compiled: list[Rules]
) -> None:
    load_rules(ontology, kept=tmp_path)
    kept = load_rules(ontology, kept=tmp_path)
    (made,) = compiled
    assert {str(s.node): s.occurrences for s in kept.shapes} == {
        str(s.node): s.occurrences for s in made.shapes
    }
    assert kept.bounded == made.bounded
    assert len(kept.graph) == len(made.graph)


@pytest.mark.parametrize("name", ["shapes/instrument.ttl", "checks/broader-cycle.rq"])
def test_rules_that_were_edited_are_prepared_anew(
    name: str, ontology: Path, tmp_path: Path, compiled: list[Rules]
) -> None:
    load_rules(ontology, kept=tmp_path)
    with (ontology / name).open("a") as file:
        file.write("\n# edited\n")
    load_rules(ontology, kept=tmp_path)
    load_rules(ontology, kept=tmp_path)
    assert len(compiled) == 2


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"digest": "0"}', b'{"kind": "Step"}', b'{"kind": "?"}']
)
def test_a_damaged_file_is_made_anew(
    damage: bytes, ontology: Path, tmp_path: Path, compiled: list[Rules]
) -> None:
    (tmp_path / PREPARED_NAME).write_bytes(damage)
    assert load_rules(ontology, kept=tmp_path).shapes
    assert load_rules(ontology, kept=tmp_path).shapes
    assert len(compiled) == 1


def test_rules_are_used_where_they_cannot_be_kept(
    ontology: Path, tmp_path: Path, compiled: list[Rules]
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert load_rules(ontology, kept=tmp_path / "file").shapes
    assert len(compiled) == 1


def test_faulty_rules_are_refused_each_time(ontology: Path, tmp_path: Path) -> None:
    (ontology / "shapes" / "bad.ttl").write_text("<s> a <http://www.w3.org/ns/shacl#NodeShape> .")
    for _ in range(2):
        with pytest.raises(OntologyError):
            load_rules(ontology, kept=tmp_path)
