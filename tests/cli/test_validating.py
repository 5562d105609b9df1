"""`gfmdkg validate`: formats, contexts, exit codes, and the hooks that run it."""

import json
from pathlib import Path

import pytest
import yaml
from tests.command import Run

from gfmdkg.validation.views import VIEWS

REPOSITORY = Path(__file__).parents[2]
RECORD = """@base <https://w3id.org/gfmdkg/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/process/x-small> a gfmd:Process ; skos:prefLabel "Smallish Talks of Xanadu"@en ;
  skos:related <id/process/gfmd> ; gfmd:processType <scheme/process-type/forum> .
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rules with hardly any data, which are applied faster."""
    root = tmp_path_factory.mktemp("content")
    for name in ("queries", "ontology"):
        (root / name).symlink_to(REPOSITORY / name)
    (root / "data").mkdir()
    (root / "data" / "few.ttl").write_text(
        RECORD.replace("x-small", "gfmd").replace("Smallish Talks of Xanadu", "GFMD")
    )
    return str(root)


def test_standard_input_is_read_in_the_given_syntax(run: Run, content: str) -> None:
    line = "<https://w3id.org/gfmdkg/id/process/x> <https://w3id.org/gfmdkg/ontology#kin> 1 .\n"
    result = run("validate", "-", "--syntax", "nt", "--content", content, stdin=line)
    assert result.exit_code == 1
    assert result.stdout.startswith("standard-input.nt:1:79: violation: a value")


def test_warnings_fail_where_asked(run: Run, content: str, tmp_path: Path) -> None:
    file = tmp_path / "ahead.ttl"
    file.write_text(
        RECORD.replace(
            "skos:related",
            '<https://schema.org/endDate> "2999"^^<http://www.w3.org/2001/XMLSchema#gYear> ;'
            " skos:related",
        )
    )
    assert run("validate", "--content", content, str(file)).exit_code == 0
    result = run("validate", "--content", content, "--fail-on", "warning", str(file))
    assert result.exit_code == 1
    assert "[date-ahead]" in result.stdout


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_format_is_written(run: Run, content: str, tmp_path: Path, name: str) -> None:
    file = tmp_path / "bad.ttl"
    file.write_text("<a> <b> .")
    result = run("validate", "--content", content, "--format", name, str(file))
    assert result.exit_code == 1
    assert "bad.ttl" in result.stdout


def test_a_published_version_is_the_context_where_asked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "clash.ttl"
    file.write_text(RECORD.replace("Smallish Talks of Xanadu", "CMW"))
    report = json.loads(run("validate", "--against", "1", "--format", "json", str(file)).stdout)
    codes = {f["code"] for f in report["findings"]}
    assert codes == {"label-of-another-kind", "reference-label-shared"}
    assert run("validate", "--against", "99", str(file)).exit_code == 2


def test_the_hook_and_the_action_call_the_command_as_it_is(run: Run) -> None:
    (hook,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
    script = action["runs"]["steps"][-1]["run"]
    shown = run("validate", "--help").stdout
    for text in (hook["entry"], script):
        options = [word for word in text.split() if word.startswith("--") and len(word) > 2]
        assert options
        assert all(option in shown for option in options)
    assert "--format github" in script
    assert "${{" not in script
