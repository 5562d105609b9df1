"""The role of the processes that work networks out, in a process and without one."""

import asyncio
import json
import pickle
import resource

import pytest
from tests.networks.conftest import HERE, edges_of
from tests.sites import publish

from gfmdkg.engine.frames import Frame
from gfmdkg.engine.workers import Workers
from gfmdkg.errors import NotFound
from gfmdkg.namespaces import graph_iri
from gfmdkg.networks.occurrences import NetworkRequest
from gfmdkg.networks.routes import network_role
from gfmdkg.networks.worker import create_handler
from gfmdkg.settings import Settings
from gfmdkg.store.versions import Origin, VersionStore

REQUEST = NetworkRequest(kind="cocitation")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> VersionStore:
    """The first version has the fictional Lagoon Dialogues, the others nothing that is cited."""
    versions = VersionStore(tmp_path_factory.mktemp("lagoon") / "store")
    files = {"data/lagoon.ttl": (HERE / "lagoon.ttl").read_bytes()}
    publish(versions, message="first", files=files)
    with versions.writing() as draft:
        draft.store.clear_graph(graph_iri("data/lagoon.ttl"))
        draft.store.clear_graph("")
        draft.publish(
            message="second", origin=Origin.BUILD, sources_hash="none", default_graph="union"
        )
    publish(versions, message="third", files={})
    return versions


def test_what_is_asked_arrives_as_it_was(versions: VersionStore) -> None:
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
                body = pickle.dumps((versions.get(1), asked))
                reply = await workers.request("network", b"", body, limit_seconds=30)
                documents.append(json.loads(reply.body))
            with pytest.raises(NotFound):
                body = pickle.dumps((versions.get(1), NetworkRequest(kind="friendship")))
                await workers.request("network", b"", body, limit_seconds=30)
        finally:
            await workers.close(limit_seconds=5)
        assert sorted(edges_of(documents[0]).values()) == [1, 1]
        assert documents[0]["version"] == "3"
        assert documents[1]["nodes"] == []

    asyncio.run(work())


def test_a_process_that_grew_beyond_a_quarter_of_its_limit_retires(versions: VersionStore) -> None:
    body = pickle.dumps((versions.get(1), REQUEST))
    taken_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for times, retires in ((3, True), (8, False)):
        handle = create_handler({"memory_limit_bytes": times * taken_bytes})
        assert handle(Frame(head=b"", body=body)).retires == retires


def test_a_process_answers_for_one_version_after_the_other(versions: VersionStore) -> None:
    handle = create_handler({"memory_limit_bytes": 1 << 40})
    for number, edges in ((1, 3), (2, 0), (3, 0), (1, 3)):
        body = pickle.dumps((versions.get(number), REQUEST))
        assert len(json.loads(handle(Frame(head=b"", body=body)).body)["edges"]) == edges
