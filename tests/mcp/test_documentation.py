"""`docs/language-models.md` agrees with the code."""

import json
import re

import pytest
from tests.conftest import REPOSITORY
from tests.mcp.conftest import Caller

from gfmdkg.mcp.api import ANSWER_LIMIT_BYTES
from gfmdkg.mcp.serving import PATH


@pytest.fixture(scope="module")
def page() -> str:
    return (REPOSITORY / "docs" / "language-models.md").read_text(encoding="utf-8")


def test_every_tool_is_in_the_page(page: str, caller: Caller) -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == caller.tools().keys()


def test_the_answer_shown_is_the_answer_given(page: str, caller: Caller) -> None:
    shown = page.partition("```text\n")[2].partition("```")[0].split("…")
    _, text = caller.run("recommendations-citing", instrument="CMW")
    for part in shown:
        assert part.strip() in text


def test_limits_and_the_path_are_those_of_the_code(page: str, caller: Caller) -> None:
    items = caller.tools()["search"].input_schema["properties"]["per_page"]
    for words in (
        f"has {items['default']} items on a page, {items['maximum']} at most",
        f"over {ANSWER_LIMIT_BYTES:,}",
        f":8001{PATH}",
    ):
        assert words in page


def test_the_configurations_are_json(page: str) -> None:
    blocks = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert json.loads(block)["mcpServers"]["gfmdkg"]
