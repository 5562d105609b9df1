"""The role of the processes that work networks out, in a process and without one."""

import asyncio
import json
import pickle
from pathlib import Path

import pytest
from tests.networks.conftest import HERE, edges_of

from gfmdkg.engine.frames import Frame
from gfmdkg.engine.workers import Workers
from gfmdkg.errors import NotFound
from gfmdkg.networks import worker as answering
from gfmdkg.networks.occurrences import NetworkRequest
from gfmdkg.networks.routes import network_role
from gfmdkg.settings import Settings
from gfmdkg.store.rdf_store import OxigraphStore

REQUEST = NetworkRequest(kind="cocitation")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lagoon")
    store = OxigraphStore.open(folder)
    store.load((HERE / "lagoon.ttl").read_bytes(), media_type="text/turtle", graph="")
    store.flush()
    store.close()
    return folder


def test_what_is_asked_arrives_as_it_was(database: Path) -> None:
    request = NetworkRequest(
        kind="session-instrument",
        items=frozenset({"https://w3id.org/gfmdkg/id/passage/lagoon-1/p1"}),
        limit=5,
        members={"version": "3"},
    )

    async def work() -> None:
        settings = Settings()
        workers = Workers(
            {"network": network_role(settings)},
            memory_limit_bytes=settings.worker_memory_limit_bytes,
        )
        documents = []
        try:
            for asked in (request, NetworkRequest(kind="cocitation", items=frozenset())):
                body = pickle.dumps((database, asked))
                reply = await workers.request("network", b"", body, limit_seconds=30)
                documents.append(json.loads(reply.body))
            with pytest.raises(NotFound):
                body = pickle.dumps((database, NetworkRequest(kind="friendship")))
                await workers.request("network", b"", body, limit_seconds=30)
        finally:
            await workers.close(limit_seconds=5)
        assert sorted(edges_of(documents[0]).values()) == [1, 1]
        assert documents[0]["version"] == "3"
        assert documents[1]["nodes"] == []

    asyncio.run(work())


def test_a_process_that_grew_too_large_retires(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "_largest_bytes", lambda: 300)
    options = {"memory_limit_bytes": 1000}
    body = pickle.dumps((database, REQUEST))
    reply = answering.create_handler(options)(Frame(head=b"", body=body))
    assert reply.retires
    monkeypatch.setattr(answering, "_largest_bytes", lambda: 200)
    assert not answering.create_handler(options)(Frame(head=b"", body=body)).retires


def test_a_process_keeps_the_stores_of_two_versions(database: Path, tmp_path: Path) -> None:
    others = [tmp_path / "one", tmp_path / "other"]
    for folder in others:
        OxigraphStore.open(folder).close()
    handle = answering.create_handler({"memory_limit_bytes": 1 << 40})
    for folder, edges in ((database, 3), (others[0], 0), (others[1], 0), (database, 3)):
        body = pickle.dumps((folder, REQUEST))
        assert len(json.loads(handle(Frame(head=b"", body=body)).body)["edges"]) == edges
