"""What the HTTP service refuses to run, the command line and the Python interface refuse too."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from tests.command import Run
from tests.listener import Listener

from gfmdkg import Graph
from gfmdkg.errors import QueryRejected
from gfmdkg.settings import Settings

Serve = Callable[[Settings], AbstractContextManager[str]]

DEEP = "SELECT * " + "{" * 5000 + "}" * 5000
LONG = "ASK { } #" + "x" * 2_000_000


def service(listener: Listener) -> str:
    return f"SELECT * {{\n SERVICE <{listener.url}> {{}} }}"


def test_query_to_another_endpoint_is_refused_before_it_is_contacted(
    run: Run, listener: Listener
) -> None:
    result = run("query", service(listener))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "SERVICE is not allowed" in result.stderr
    assert "line 2" in result.stderr
    assert listener.count_callers() == 0


def test_python_interface_refuses_it_too(shipped_store: Path, listener: Listener) -> None:
    graph = Graph.open(shipped_store)
    with pytest.raises(QueryRejected, match="SERVICE is not allowed"):
        graph.query(service(listener))
    assert listener.count_callers() == 0


@pytest.mark.parametrize("text", [DEEP, LONG], ids=["deep", "long"])
def test_texts_over_the_limits_are_refused(run: Run, text: str) -> None:
    result = run("query", "-f", "-", stdin=text)
    assert result.exit_code == 2
    assert "limit" in result.stderr


def test_words_are_those_of_the_http_service(
    run: Run, shipped_store: Path, listener: Listener, serve: Serve
) -> None:
    with serve(Settings(store=shipped_store, engines=1, log_format="off")) as url:
        for text in (service(listener), DEEP):
            sent = httpx.post(f"{url}/sparql", data={"query": text}, verify=False)
            assert sent.status_code == 400
            assert sent.json()["detail"] in run("query", "-f", "-", stdin=text).stderr
