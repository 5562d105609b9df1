"""The lists of versions: read together where they share patterns, and told where they cannot be."""

import asyncio
from pathlib import Path

import pytest
from tests.sites import publish

from gfmdkg.errors import StoreError
from gfmdkg.http.cache import VersionCache
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.search.index import SearchIndex
from gfmdkg.search.routes import search_indexes
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

TURTLE = """
@base <https://w3id.org/gfmdkg/id/> .
<instrument/1> a <https://w3id.org/gfmdkg/ontology#Instrument> .
"""


@pytest.fixture
def version(tmp_path: Path) -> Version:
    versions = VersionStore(tmp_path / "store")
    publish(versions, message="1", files={"data/1.ttl": TURTLE.encode()})
    return versions.get(1)


def searches_of(version: Version) -> VersionCache[SearchIndex]:
    return search_indexes(VersionStore(version.folder.parent.parent), wait_seconds=20)


def test_lists_that_share_patterns_are_read_together(version: Version) -> None:
    async def work() -> None:
        lists = ListIndexes(searches_of(version), wait_seconds=20)
        names = ["passages", "recommendations", "passages", "topics"]
        one, other, again, alone = await asyncio.gather(
            *(lists[name].exactly(version) for name in names)
        )
        assert one is other is again
        assert {"passages", "recommendations"} <= set(one)
        assert set(alone) == {"topics"}
        await lists.close()

    asyncio.run(work())


def test_store_that_cannot_be_opened_is_told_and_tried_again(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise StoreError("no", [])

    async def work() -> int:
        lists = ListIndexes(searches_of(version), wait_seconds=20)
        with monkeypatch.context() as patch:
            patch.setattr(OxigraphStore, "open_read_only", refuse)
            with pytest.raises(StoreError):
                await lists["topics"].exactly(version)
        items = (await lists["instruments"].exactly(version))["instruments"].items
        await lists.close()
        return len(items)

    assert asyncio.run(work()) == 1
