"""The two transports: what goes where, who may call, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.command import Run
from tests.conftest import Serve
from tests.http.server_process import descendants, wait_for_the_end
from tests.mcp.conftest import COMMAND, connected, environment, over_stdio, serving_http
from tests.sites import settings_for

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ANSWER_SECONDS = 30


def start_stdio(store: Path, **variables: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *COMMAND],
        env=environment(store, **variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def greet(process: "subprocess.Popen[str]") -> dict[str, object]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(HELLO) + "\n")
    process.stdin.flush()
    answer: dict[str, object] = json.loads(process.stdout.readline())
    return answer


def test_stdout_carries_the_protocol_alone_and_closed_input_ends_it(shipped_store: Path) -> None:
    with start_stdio(shipped_store, LOG_FORMAT="json") as process:
        assert greet(process)["id"] == 1
        workers = descendants(process.pid)
        assert workers
        out, err = process.communicate("not JSON\n", timeout=ANSWER_SECONDS)
        assert process.returncode == 0
        for line in out.splitlines():
            assert json.loads(line)["jsonrpc"] == "2.0"
        assert '"route":"/api/queries"' in err
    wait_for_the_end(workers)


def test_signal_ends_stdio_though_the_input_stays_open(shipped_store: Path) -> None:
    with start_stdio(shipped_store) as process:
        greet(process)
        workers = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(ANSWER_SECONDS) == 0
        assert process.stderr is not None
        # Nor does it say a word: a log is for those who ask for one.
        assert process.stderr.read() == ""
    wait_for_the_end(workers)


def test_signal_ends_http(shipped_store: Path) -> None:
    with serving_http(shipped_store) as (url, process):
        assert url.startswith("http://127.0.0.1:")
        workers = descendants(process.pid)
        assert workers
        process.send_signal(signal.SIGTERM)
        assert process.wait(ANSWER_SECONDS) == 0
    wait_for_the_end(workers)


def test_only_known_hosts_and_origins_may_call(shipped_store: Path, run: Run) -> None:
    headers = {"accept": "application/json, text/event-stream"}

    def status(url: str, **more: str) -> int:
        with httpx.Client(verify=False) as client:
            return client.post(url, json=HELLO, headers=headers | more).status_code

    with serving_http(shipped_store, "--name", "graph.example") as (url, _):
        assert status(url) == 200
        assert status(url, host="graph.example") == 200
        assert status(url, host="evil.example") == 421
        assert status(url, origin="https://graph.example") == 200
        assert status(url, origin="https://evil.example") == 403
        result = run("mcp", "--url", url)
        assert result.exit_code == 2
        assert "no gfmdkg service" in result.stderr


def test_running_service_is_asked_by_its_url(
    shipped_store: Path, tmp_path: Path, serve: Serve
) -> None:
    nowhere = tmp_path / "nowhere"
    with (
        serve(settings_for(shipped_store)) as url,
        connected(over_stdio(nowhere, "--url", url), mode="auto") as caller,
    ):
        document, _ = caller.run("recommendations-citing", instrument="CMW")
        assert document["total"] == 1
        big = caller.call("sparql", query="SELECT * { ?s ?p ?o }")
        assert big.structured_content["status"] == 413
    assert not nowhere.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9", "no service at http://127.0.0.1:9"),
        ("ftp://example.org", "must begin with http"),
        ("http://host:port", "is no URL"),
    ],
)
def test_url_that_leads_nowhere_is_said_to(run: Run, url: str, words: str) -> None:
    result = run("mcp", "--url", url)
    assert result.exit_code == 2
    assert words in result.stderr


def test_options_of_http_do_not_go_with_stdio(run: Run) -> None:
    result = run("mcp", "--port", "0")
    assert result.exit_code == 2
    assert "--http" in result.stderr


def test_without_the_sdk_it_says_what_to_install(shipped_store: Path) -> None:
    program = "import sys; sys.modules['mcp'] = None; from gfmdkg.cli import main; main(['mcp'])"
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(shipped_store),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=ANSWER_SECONDS,
    )
    assert result.returncode == 1
    assert "pip install 'gfmdkg[mcp]'" in result.stderr
    assert result.stdout == ""


def test_the_other_commands_do_not_load_the_sdk() -> None:
    program = "import sys, gfmdkg.cli; print(sorted({'mcp', 'httpx2'} & set(sys.modules)))"
    environment = dict(os.environ)
    assert subprocess.check_output([sys.executable, "-c", program], env=environment) == b"[]\n"
