"""What the HTTP service refuses to run, the command line and the Python interface refuse too."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from tests.command import Run

from gfmdkg import Graph
from gfmdkg.errors import QueryRejected
from gfmdkg.settings import Settings

Serve = Callable[[Settings], AbstractContextManager[str]]

DEEP = "SELECT * " + "{" * 5000 + "}" * 5000
LONG = "ASK { } #" + "x" * 2_000_000


class Elsewhere:
    """Another endpoint: it hangs up on whoever comes, and counts them."""

    def __init__(self, listener: socket.socket) -> None:
        self.knocks = 0
        self.listener = listener
        self.query = (
            f"SELECT * {{\n SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/> {{}} }}"
        )

    def hang_up(self) -> None:
        while True:
            try:
                self.listener.accept()[0].close()
            except OSError:  # the test is over
                return
            self.knocks += 1


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = Elsewhere(listener)
        thread = threading.Thread(target=endpoint.hang_up)
        thread.start()
        yield endpoint
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_query_to_another_endpoint_is_refused_before_it_is_contacted(
    run: Run, elsewhere: Elsewhere
) -> None:
    result = run("query", elsewhere.query)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "SERVICE is not allowed" in result.stderr
    assert "line 2" in result.stderr
    assert elsewhere.knocks == 0


def test_python_interface_refuses_it_too(shipped_store: Path, elsewhere: Elsewhere) -> None:
    graph = Graph.open(shipped_store)
    with pytest.raises(QueryRejected, match="SERVICE is not allowed"):
        graph.query(elsewhere.query)
    assert elsewhere.knocks == 0


@pytest.mark.parametrize("text", [DEEP, LONG], ids=["deep", "long"])
def test_texts_over_the_limits_are_refused(run: Run, text: str) -> None:
    result = run("query", "-f", "-", stdin=text)
    assert result.exit_code == 2
    assert "limit" in result.stderr


def test_words_are_those_of_the_http_service(
    run: Run, shipped_store: Path, elsewhere: Elsewhere, serve: Serve
) -> None:
    with serve(Settings(store=shipped_store, engines=1, log_format="off")) as url:
        for text in (elsewhere.query, DEEP):
            sent = httpx.post(f"{url}/sparql", data={"query": text}, verify=False)
            assert sent.status_code == 400
            assert sent.json()["detail"] in run("query", "-f", "-", stdin=text).stderr
