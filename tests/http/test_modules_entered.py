"""How long a way a request goes: the modules of ours that it enters in the server process."""

import asyncio
import sys
from pathlib import Path
from types import FrameType

import httpx
import pytest
from tests.sites import running, settings_for

from gfmdkg.app import create_app
from gfmdkg.http.server import Server

SPARQL = (
    "/sparql?query=SELECT%20%3Fo%20%7B%20%3Fs%20a%20gfmd%3AInstrument%20%3B%20%3Fp%20%3Fo%20%7D"
)
CANNED = "/api/queries/recommendations-citing?instrument=PSS"


async def modules_entered(client: httpx.AsyncClient, path: str) -> set[str]:
    """The modules whose functions run while a request is answered anew."""
    entered: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            name = frame.f_globals.get("__name__", "")
            if name.startswith("gfmdkg."):
                entered.add(name)

    sys.setprofile(note)
    try:
        answer = await client.get(path, headers={"cache-control": "no-cache"})
    finally:
        sys.setprofile(None)
    assert answer.status_code == 200, answer.text
    return entered


@pytest.mark.parametrize(("path", "most"), [(SPARQL, 18), (CANNED, 22)], ids=["sparql", "canned"])
def test_request_enters_few_modules(harbour_store: Path, path: str, most: int) -> None:
    async def scenario() -> set[str]:
        settings = settings_for(harbour_store, warm_queries=False)
        app = create_app(settings)
        assert isinstance(app, Server)
        async with running(app) as client:
            await client.get(path)  # what is made once for a version is made
            async with asyncio.timeout(10):
                while app.service.pool.stats().idle < 2:  # the spare as well
                    await asyncio.sleep(0.01)
            return await modules_entered(client, path)

    entered = asyncio.run(scenario())
    assert len(entered) <= most, "\n".join(sorted(entered))
