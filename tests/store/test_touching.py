"""Which version last changed what is said of a resource."""

from pathlib import Path

import pytest

from gfmdkg.errors import NotFound
from gfmdkg.store.versions import Origin, VersionStore


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> VersionStore:
    """Four versions: a build; one that adds `b`; one that changes `a`; one that removes `b`."""
    store = VersionStore(tmp_path_factory.mktemp("touch") / "store")
    for text, graph in (
        (b"<http://e/a> <http://e/p> 1 .", "http://g/1"),
        (b"<http://e/b> <http://e/p> <http://e/a> .", "http://g/2"),
        (b"<http://e/a> <http://e/p> 2 .", "http://g/1"),
        (b"", "http://g/2"),
    ):
        with store.writing() as draft:
            draft.store.clear_graph(graph)
            draft.store.load(text, media_type="text/turtle", graph=graph)
            draft.publish(
                message="m", origin=Origin.UPDATE, sources_hash="", default_graph="strict"
            )
    return store


@pytest.mark.parametrize(
    ("resource", "number", "touched", "is_recorded"),
    [
        ("http://e/a", 4, 3, True),
        ("http://e/a", 2, 1, True),
        ("http://e/b", 4, 4, True),
        ("http://e/b", 3, 2, True),
        ("http://e/", 4, 1, False),
    ],
)
def test_the_last_patch_with_a_statement_about_it_tells(
    versions: VersionStore, resource: str, number: int, touched: int, is_recorded: bool
) -> None:
    version, recorded = versions.last_touch(resource, number=number)
    assert (version.number, recorded) == (touched, is_recorded)


def test_a_version_that_never_was_is_not_found(versions: VersionStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        versions.last_touch("http://e/a", number=9)
