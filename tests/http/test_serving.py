"""The service behind a real server, in processes and sockets of its own."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from tests.sites import settings_for

from gfmdkg.app import app_from_environment, create_app
from gfmdkg.settings import Settings

CITING = "/api/queries/recommendations-citing"


@pytest.fixture(scope="module")
def address(harbour_store: Path) -> Iterator[str]:
    config = uvicorn.Config(
        create_app(settings_for(harbour_store)), host="127.0.0.1", port=0, log_level="warning"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_question_is_answered_over_a_socket(address: str) -> None:
    answer = httpx.get(address + CITING, params={"instrument": "PSS"})
    assert answer.json()["items"][0]["matched_text"] == "the Sea Pact"


def test_head_and_304_have_no_body_on_the_wire(address: str) -> None:
    with httpx.Client(base_url=address) as client:
        get = client.get("/id/instrument/sea-pact")
        head = client.head("/id/instrument/sea-pact")
        assert head.headers["content-length"] == get.headers["content-length"]
        fresh = client.get(
            "/id/instrument/sea-pact", headers={"if-none-match": get.headers["etag"]}
        )
        assert (fresh.status_code, fresh.content) == (304, b"")
        # The connection is still in step after both.
        assert client.get("/health").json()["status"] == "ok"


def test_client_that_goes_away_frees_its_worker(address: str) -> None:
    with pytest.raises(httpx.TimeoutException):
        httpx.get(address + "/api/topics?per_page=1000", timeout=0.001)
    assert httpx.get(address + "/ready").status_code == 200


def test_factory_reads_the_environment(
    harbour_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in settings_for(harbour_store).as_environment().items():
        monkeypatch.setenv(variable, value)
    assert callable(app_from_environment())
    monkeypatch.setenv("GFMDKG_PORT", "harbour")
    with pytest.raises(Exception, match="GFMDKG_PORT"):
        app_from_environment()
    assert Settings().port == 8000
