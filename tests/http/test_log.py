import asyncio
import io
import json
import logging
import logging.config
import threading
import time
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import httpx
import pytest
from tests.sites import running, settings_for

from gfmdkg.app import create_app
from gfmdkg.engine.pool import EngineWork
from gfmdkg.http.log import Entry, JsonFormatter, RequestLog, logging_config
from gfmdkg.http.metrics import Metrics
from gfmdkg.http.request import RequestIds

Line = dict[str, object]


def note(log: RequestLog, *, work: EngineWork | None = None, version: int | None = 2) -> None:
    work = work or EngineWork()
    entry = Entry(
        moment=time.time(),
        request_id="id-1",
        method="GET",
        route="/sparql",
        status=200,
        version=version,
        seconds=0.0125,
        size_bytes=321,
        outcome="ok",
        rows=work.rows,
        work=work,
    )
    log.request(entry)


def written(log_format: str, act: Callable[[RequestLog], None]) -> str:
    stream = io.StringIO()

    async def scene() -> None:
        log = RequestLog(log_format, stream, count=Metrics().count)
        act(log)
        await asyncio.to_thread(log.close)

    asyncio.run(scene())
    return stream.getvalue()


def test_json_line_has_every_field() -> None:
    work = EngineWork(calls=2, queue_seconds=0.001, engine_seconds=0.01, rows=7)
    (text,) = written("json", lambda log: note(log, work=work)).splitlines()
    line = json.loads(text)
    assert line.pop("time").endswith("Z")
    assert line == {
        "id": "id-1",
        "method": "GET",
        "route": "/sparql",
        "status": 200,
        "version": 2,
        "ms": 12.5,
        "queue_ms": 1.0,
        "engine_ms": 10.0,
        "server_ms": 1.5,
        "rows": 7,
        "bytes": 321,
        "outcome": "ok",
    }


def test_text_line_is_for_people() -> None:
    text = written("text", note)
    assert "GET /sparql 200 ok 12.50ms 321B id=id-1\n" in text


def test_off_writes_nothing() -> None:
    assert written("off", note) == ""


def test_line_of_a_request_without_a_version_is_json_too() -> None:
    line = json.loads(written("json", lambda log: note(log, version=None)))
    assert (line["version"], line["rows"]) == (None, None)
    assert "engine_ms" not in line


def test_reader_that_stands_still_holds_up_nothing_and_lost_lines_are_counted() -> None:
    gate = threading.Event()

    class Stuck(io.StringIO):
        def write(self, text: str) -> int:
            gate.wait(10)
            return super().write(text)

    stream = Stuck()

    async def scene() -> int:
        log = RequestLog("json", stream, count=Metrics().count)
        began = perf_counter()
        for _ in range(300):
            for _ in range(100):
                note(log)
            log.hand_on()
        assert perf_counter() - began < 2
        dropped = log.dropped_total
        gate.set()
        await asyncio.to_thread(log.close)
        return dropped

    assert asyncio.run(scene()) > 0


def test_lines_are_written_in_pieces_that_a_pipe_takes_whole() -> None:
    writes: list[str] = []

    class Watched(io.StringIO):
        def write(self, text: str) -> int:
            writes.append(text)
            return len(text)

    async def scene() -> None:
        log = RequestLog("json", Watched(), count=Metrics().count)
        for _ in range(100):
            note(log)
        await asyncio.to_thread(log.close)

    asyncio.run(scene())
    assert len(writes) > 1
    assert all(len(text) <= 4096 and text.endswith("\n") for text in writes)
    assert sum(text.count("\n") for text in writes) == 100


def test_stream_that_is_closed_loses_lines_and_nothing_else() -> None:
    stream = io.StringIO()
    stream.close()

    async def scene() -> int:
        log = RequestLog("json", stream, count=Metrics().count)
        note(log)
        await asyncio.to_thread(log.close)
        return log.dropped_total

    assert asyncio.run(scene()) == 1


def test_ids_are_unique_and_sane_ones_are_kept() -> None:
    ids = RequestIds()
    assert len({ids.name(None) for _ in range(100)}) == 100
    assert ids.name(b"trace-7.a_b") == "trace-7.a_b"
    for bad in (b"", b'a"b', b"a\nb", b"x" * 65, "é".encode()):
        assert ids.name(bad) != bad.decode()


def test_other_log_records_are_json_lines_with_their_traceback() -> None:
    error = ValueError("no")
    record = logging.LogRecord(
        "gfmdkg.http", logging.ERROR, "f", 1, "at %s", ("x",), (ValueError, error, None)
    )
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["logger"], line["message"]) == ("error", "gfmdkg.http", "at x")
    assert "ValueError: no" in line["traceback"]
    assert "\n" not in JsonFormatter().format(record)


@pytest.mark.parametrize("log_format", ["json", "text", "off"])
def test_logging_configuration_is_valid(log_format: str) -> None:
    logging.config.DictConfigurator(logging_config(log_format))
    for formatter in logging_config(log_format)["formatters"].values():
        configurator = logging.config.DictConfigurator({"version": 1})
        assert isinstance(configurator.configure_formatter(formatter), logging.Formatter)


def test_service_logs_a_line_a_request_without_query_path_or_token(
    harbour_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "http://secret.example/"

    async def scene() -> None:
        async with running(create_app(settings_for(harbour_store, log_format="json"))) as client:
            query = f"SELECT * {{ ?s ?p ?o FILTER(?s != <{secret}>) }} LIMIT 3"
            await client.get("/sparql", params={"query": query})
            await client.get("/sparql", params={"query": query})
            await client.get("/id/instrument/sea-pact", headers={"accept": "text/turtle"})
            await client.get(f"/no/such/{secret}")
            await client.get("/sparql", params={"query": "SELECT"})
            token = {"authorization": "Bearer gfmdkg_hidden"}
            refused: httpx.Response = await client.post(
                "/sparql", data={"update": "CLEAR ALL"}, headers=token
            )
            assert refused.status_code == 401

    asyncio.run(scene())
    text = capsys.readouterr().err
    assert "secret" not in text
    assert "hidden" not in text
    assert "sea-pact" not in text
    lines: list[Line] = [json.loads(line) for line in text.splitlines()]
    assert [(line["route"], line["status"], line["outcome"]) for line in lines] == [
        ("/sparql", 200, "ok"),
        ("/sparql", 200, "cached"),
        ("/id/{path:path}", 200, "ok"),
        ("unmatched", 404, "client_error"),
        ("/sparql", 400, "client_error"),
        ("/sparql", 401, "client_error"),
    ]
    assert [line["rows"] for line in lines[:2]] == [3, 3]
    assert lines[0]["version"] == 2
    assert float(str(lines[0]["engine_ms"])) > 0
    assert "engine_ms" not in lines[1]
