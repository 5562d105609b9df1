"""The golden set: what the search finds in the shipped data, and how well."""

import os

import pytest
from tests.search.golden import RESULTS, Judged, judge, mean, read_golden, write_results

from gfmdkg.search.index import SearchIndex


@pytest.fixture(scope="module")
def judged(shipped_index: SearchIndex) -> list[Judged]:
    return [judge(shipped_index, golden) for golden in read_golden()]


def test_the_golden_set_covers_each_kind_of_query(judged: list[Judged]) -> None:
    kinds = {j.golden.kind for j in judged}
    assert len(judged) >= 60
    assert kinds >= {"acronym", "typo", "prefix", "phrase", "language", "synonym", "nonsense"}


def test_what_is_expected_is_found_first(judged: list[Judged]) -> None:
    asked_plainly = [j for j in judged if j.golden.kind != "paraphrase"]
    assert mean(j.precision for j in asked_plainly) >= 0.95
    assert mean(j.recall for j in asked_plainly) >= 0.95


def test_questions_in_other_words_find_more_than_half(judged: list[Judged]) -> None:
    in_other_words = [j for j in judged if j.golden.kind == "paraphrase"]
    assert mean(j.recall for j in in_other_words) >= 0.55


def test_nonsense_finds_nothing(judged: list[Judged]) -> None:
    assert {j.total for j in judged if j.golden.kind == "nonsense"} == {0}


def test_the_committed_table_is_what_is_measured(judged: list[Judged]) -> None:
    table = write_results(judged)
    if os.environ.get("UPDATE_RESULTS"):
        RESULTS.write_text(table, encoding="utf-8")
    assert RESULTS.read_text(encoding="utf-8") == table, "run: UPDATE_RESULTS=1 pytest tests/search"
