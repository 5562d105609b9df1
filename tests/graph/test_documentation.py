"""The documentation's SPARQL examples run and have answers."""

import re
from pathlib import Path

import pytest

from gfmdkg import Graph
from gfmdkg.rdf.solutions import Solutions

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = re.findall(r"```sparql\n(.*?)```", (DOCS / "sparql.md").read_text("utf-8"), re.DOTALL)
QUESTIONS = re.findall(
    r"```sparql question\n(.*?)```", (DOCS / "sparql.md").read_text("utf-8"), re.DOTALL
)


@pytest.mark.parametrize("query", EXAMPLES)
def test_an_example_of_the_guide_has_answers(query: str, shipped_store: Path) -> None:
    answer = Graph.open(shipped_store).query(query)
    assert isinstance(answer, Solutions)
    assert len(answer) > 0


@pytest.mark.parametrize("query", QUESTIONS)
def test_a_question_of_the_guide_is_one_line_that_runs(query: str, shipped_store: Path) -> None:
    # Whether there is anything to find depends on what the graph holds by then.
    assert query.count("\n") == 1
    assert isinstance(Graph.open(shipped_store).query(query), Solutions)


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *(DOCS.parent.glob("*.md"))]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_setting_is_described_in_the_settings_page() -> None:
    from gfmdkg.settings import Settings

    text = (DOCS / "settings.md").read_text("utf-8")
    assert [s.variable for s in Settings().describe() if s.variable not in text] == []
