"""A small store of its own for each test, in which two curators work."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.curation.changes.samples import GRAPH, SHAPES, START, no_rules, turtle

from gfmdkg.build import ensure_empty
from gfmdkg.curation.changes.change_sets import ChangeSet
from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.store.versions import Version, VersionStore

Submit = Callable[..., ChangeSet]


@pytest.fixture
def review(tmp_path: Path) -> Review:
    """An almost empty store: version 1 has nothing, version 2 two harbours and their shapes."""
    versions = VersionStore(tmp_path / "store", kept=1000)
    ensure_empty(versions)
    review = Review(versions=versions, validate=no_rules, wait_seconds=30)
    shapes = SubmittedDocument(
        name="data/shapes.ttl", body=SHAPES.encode(), media_type="text/turtle"
    )
    begin = review.submit([turtle(START), shapes], message="begin", author="Ada")
    publish(review, begin)
    return review


def publish(review: Review, change: ChangeSet) -> Version:
    review.accept(change.number, by="Bo")
    return review.publish(change.number, by="Bo")


@pytest.fixture
def submit(review: Review) -> Submit:
    """Submit Turtle for the graph of the harbours."""

    def call(text: str, *, author: str = "Ada", message: str = "a change") -> ChangeSet:
        return review.submit([turtle(text)], message=message, author=author)

    assert GRAPH
    return call
