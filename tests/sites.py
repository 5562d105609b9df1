"""A service over a small fictional graph: the Harbour Dialogue of 2031, in two versions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from starlette.types import ASGIApp
from tests.waiting import give_way

from gfmdkg.app import create_app
from gfmdkg.namespaces import graph_iri
from gfmdkg.paths import shipped_content
from gfmdkg.settings import Settings
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.union import with_union
from gfmdkg.store.versions import Origin, VersionStore

HERE = Path(__file__).parent
LATER = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/gfmdkg/id/instrument/tide-table> a <https://w3id.org/gfmdkg/ontology#Instrument> ;
  skos:prefLabel "Tide Table"@en .
"""

Result = TypeVar("Result")


def load_turtle(store: OxigraphStore, source: bytes, file: str) -> None:
    store.load(source, media_type="text/turtle", graph=graph_iri(file))


def publish(versions: VersionStore, *, message: str, files: dict[str, bytes]) -> None:
    with versions.writing() as draft:
        for file, source in files.items():
            load_turtle(draft.store, source, file)
        draft.store.clear_graph("")
        draft.store.extend(with_union(draft.store.quads()))
        draft.publish(
            message=message, origin=Origin.BUILD, sources_hash="fictional", default_graph="union"
        )


@pytest.fixture(scope="session")
def harbour_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two versions; the second has one instrument more. Read it only."""
    root = tmp_path_factory.mktemp("harbour") / "store"
    content = shipped_content()
    ontology = [content.ontology / "gfmd.ttl", *sorted(content.ontology.glob("vocab/*.ttl"))]
    files = {p.relative_to(content.root).as_posix(): p.read_bytes() for p in ontology}
    files["data/reports/harbour.ttl"] = (HERE / "harbour.ttl").read_bytes()
    versions = VersionStore(root)
    publish(versions, message="first", files=files)
    publish(versions, message="second", files={"data/reference/later.ttl": LATER.encode()})
    return root


def settings_for(store: Path, **changes: Any) -> Settings:
    return Settings(
        **{
            "store": store,
            "engines": 1,
            "engines_reserved": 0,
            "log_format": "off",
            **changes,
        }
    )


@asynccontextmanager
async def running(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose lifespan has begun, and is ended after."""
    begun, over = asyncio.Event(), asyncio.Event()
    problems: list[str] = []
    steps = iter(("lifespan.startup", "lifespan.shutdown"))

    async def receive() -> dict[str, Any]:
        step = next(steps)
        if step == "lifespan.shutdown":
            await over.wait()
        return {"type": step}

    async def send(message: Any) -> None:
        if message["type"].endswith("failed"):
            problems.append(message.get("message", ""))
        begun.set()

    async def live() -> None:
        await app({"type": "lifespan", "state": {}}, receive, send)

    state = asyncio.create_task(live())
    await begun.wait()
    assert not problems, problems
    try:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gfmdkg.test") as client:
            yield client
    finally:
        over.set()
        await state


class Site:
    """A running service, asked from ordinary functions."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: httpx.AsyncClient) -> None:
        self._loop, self._client = loop, client

    def do(self, work: Awaitable[Result]) -> Result:
        async def wait() -> Result:
            # The loop stood still since the last request: an engine that closed its connection
            # meanwhile is noticed first, as by a service that runs.
            await give_way(turns=2)
            return await work

        return self._loop.run_until_complete(wait())

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.do(self._client.request(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def get_at_once(self, *paths: str) -> list[httpx.Response]:
        """Ask for all of them before any is answered."""

        async def gather() -> list[httpx.Response]:
            return await asyncio.gather(*map(self._client.get, paths))

        return self.do(gather())


def open_site(app: ASGIApp) -> Iterator[Site]:
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        context = running(app)
        client = loop.run_until_complete(context.__aenter__())
        yield Site(loop, client)
        loop.run_until_complete(context.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def site(harbour_store: Path) -> Iterator[Site]:
    """The service over the fictional graph."""
    yield from open_site(create_app(settings_for(harbour_store)))


@pytest.fixture(scope="session")
def shipped_site(shipped_store: Path) -> Iterator[Site]:
    """The service over the shipped graph."""
    yield from open_site(create_app(settings_for(shipped_store)))


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """The service before anything is published."""
    yield from open_site(create_app(settings_for(tmp_path / "store")))
