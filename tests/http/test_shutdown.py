"""The service as a process: its end, and several server processes."""

import os
import re
import signal
import threading
from pathlib import Path
from time import monotonic

import httpx
import pytest
from tests.http.server_process import (
    ServerProcess,
    descendants,
    is_running,
    publish_triples,
    serving,
    wait_for_the_end,
    wait_until_busy,
)
from tests.waiting import wait_until

RUNAWAY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?a ?d LIMIT 1"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    publish_triples(tmp_path / "store", 500)
    return tmp_path / "store"


def in_background(server: ServerProcess, query: str) -> tuple[threading.Thread, list[object]]:
    """Ask in a thread, and return when a worker is at it."""
    outcome: list[object] = []

    def ask() -> None:
        try:
            answer = server.get("/sparql", params={"query": query})
            outcome.append((answer.status_code, answer.json()["type"].rpartition("/")[2]))
        except httpx.HTTPError as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    wait_until_busy(server, 1)
    return thread, outcome


def fronts_of(server: ServerProcess) -> set[int]:
    pattern = r'gfmdkg_requests_total\{.*process="(\d+)"'
    return {int(pid) for pid in re.findall(pattern, server.get("/metrics").text)}


def test_running_request_is_finished_before_the_end_and_new_ones_are_refused(
    store: Path,
) -> None:
    with serving(store, QUERY_TIMEOUT_SECONDS=1.5) as server:
        family = descendants(server.process.pid)
        assert family
        thread, outcome = in_background(server, RUNAWAY)
        server.process.send_signal(signal.SIGTERM)

        def is_refused() -> bool:
            try:
                server.connect().close()
            except ConnectionRefusedError:
                return True
            return False

        wait_until(is_refused, "a new connection is refused", within_seconds=1.2)
        assert not outcome  # it is still at it
        server.process.wait(10)
        thread.join()
        assert outcome == [(504, "query-timeout")]
        wait_for_the_end(family)


def test_what_is_not_done_in_time_is_told_so(store: Path) -> None:
    with serving(store, QUERY_TIMEOUT_SECONDS=60, SHUTDOWN_SECONDS=1) as server:
        family = descendants(server.process.pid)
        thread, outcome = in_background(server, RUNAWAY)
        began = monotonic()
        server.end()
        assert monotonic() - began < 5
        thread.join()
        assert outcome == [(503, "engine-failure")]
        wait_for_the_end(family)


def test_idle_connections_do_not_delay_the_end(store: Path) -> None:
    with serving(store) as server:
        idle = [server.connect() for _ in range(20)]
        with httpx.Client(base_url=server.url, verify=False) as client:
            client.get("/health")
            began = monotonic()
            server.end()
            assert monotonic() - began < 4
        for connection in idle:
            connection.close()


def test_last_lines_of_the_log_are_written_before_the_end(store: Path) -> None:
    with serving(store) as server:
        server.get("/health", headers={"x-request-id": "the-last-one"})
        server.end()
        assert any('"the-last-one"' in line for line in server.lines)


def test_two_fronts_share_the_port_the_versions_and_the_figures(store: Path) -> None:
    with serving(store, SERVER_PROCESSES=2) as server:
        count = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}

        def ask(rounds: int) -> set[tuple[str, str]]:
            answers = [server.get("/sparql", params=count) for _ in range(rounds)]
            return {(a.headers["content-version"], a.text) for a in answers}

        wait_until(
            lambda: bool(ask(5)) and len(fronts_of(server)) == 2, "both processes have answered"
        )
        (before,) = ask(20)
        publish_triples(store, 1)
        (after,) = ask(20)
        assert (before[0], after[0]) == ("2", "3")
        assert int(after[1].split()[1]) == int(before[1].split()[1]) + 1

        killed, other = fronts_of(server)
        family = set(descendants(server.process.pid))
        os.kill(killed, signal.SIGKILL)

        def is_replaced() -> bool:
            try:
                return len(fronts_of(server) - {killed}) == 2
            except httpx.HTTPError:  # a connection that waited for the dead one
                return False

        wait_until(is_replaced, "the killed process is replaced", within_seconds=20)
        assert killed not in fronts_of(server)
        assert is_running(other)
        assert ask(20) == {after}
        family |= set(descendants(server.process.pid))
        assert server.end() == 0
        wait_for_the_end(family)


def test_fronts_end_when_the_process_that_started_them_is_killed(store: Path) -> None:
    with serving(store, SERVER_PROCESSES=2) as server:
        family = descendants(server.process.pid)
        server.end(signal.SIGKILL)
        wait_for_the_end(family)
