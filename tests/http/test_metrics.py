import asyncio
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.http.server_process import parse_figures
from tests.sites import Site, running, settings_for

from gfmdkg.app import create_app
from gfmdkg.http.metrics import Histogram, is_being_written
from gfmdkg.http.process_group import ProcessGroup

QUERY = {"query": "SELECT * { ?s ?p ?o } LIMIT 2"}


def test_service_tells_its_figures(harbour_store: Path) -> None:
    async def scene() -> dict[str, float]:
        async with running(create_app(settings_for(harbour_store))) as client:
            for _ in range(3):
                await client.get("/sparql", params=QUERY)
            await client.get("/sparql", params={"query": "SELECT"})
            await client.get("/nowhere")
            answer = await client.get("/metrics")
            assert answer.headers["content-type"].startswith("text/plain")
            assert answer.headers["cache-control"] == "no-store"
            again = await client.get("/metrics")
            assert again.text != answer.text
            return parse_figures(answer.text)

    figures = asyncio.run(scene())
    route = 'route="/sparql"'
    expected = {
        f'gfmdkg_requests_total{{method="GET",{route},status="200"}}': 3,
        f'gfmdkg_requests_total{{method="GET",{route},status="400"}}': 1,
        'gfmdkg_requests_total{method="GET",route="unmatched",status="404"}': 1,
        f"gfmdkg_request_seconds_count{{{route}}}": 4,
        f'gfmdkg_request_seconds_bucket{{le="+Inf",{route}}}': 4,
        'gfmdkg_outcomes_total{outcome="cached"}': 2,
        'gfmdkg_outcomes_total{outcome="client_error"}': 2,
        "gfmdkg_cache_hits_total": 2,
        "gfmdkg_cache_entries": 1,
        "gfmdkg_engine_answered_total": 2,
        "gfmdkg_engine_run_seconds_count": 1,
        "gfmdkg_version": 2,
        "gfmdkg_writer_active": 0,
        "gfmdkg_engine_timeouts_total": 0,
        "gfmdkg_engine_too_large_total": 0,
        "gfmdkg_engine_busy_total": 0,
        'gfmdkg_engines{state="running"}': 0,
    }
    assert {name: figures.get(name) for name in expected} == expected
    assert figures["gfmdkg_resident_memory_bytes"] > 1e6
    assert figures['gfmdkg_engines{state="idle"}'] >= 1


def test_limits_are_counted(harbour_store: Path) -> None:
    async def scene() -> dict[str, float]:
        settings = settings_for(harbour_store, query_timeout_seconds=0.2, answer_limit_bytes=2000)
        async with running(create_app(settings)) as client:
            everything = "SELECT * { ?a ?b ?c }"
            assert (await client.get("/sparql", params={"query": everything})).status_code == 413
            runaway = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a LIMIT 1"
            assert (await client.get("/sparql", params={"query": runaway})).status_code == 504
            return parse_figures((await client.get("/metrics")).text)

    figures = asyncio.run(scene())
    assert figures["gfmdkg_engine_too_large_total"] == 1
    assert figures["gfmdkg_engine_timeouts_total"] == 1
    assert figures['gfmdkg_outcomes_total{outcome="timeout"}'] == 1
    assert figures['gfmdkg_outcomes_total{outcome="too_large"}'] == 1


def test_openmetrics_is_given_where_it_is_asked_for(site: Site) -> None:
    answer = site.get("/metrics", headers={"accept": "application/openmetrics-text"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_figures_are_read_only(site: Site) -> None:
    answer = site.request("POST", "/metrics")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_every_family_is_named_once_and_says_what_it_is(site: Site) -> None:
    families = list(text_string_to_metric_families(site.get("/metrics").text))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    assert all(name.startswith("gfmdkg_") for name in names)
    assert all(family.documentation for family in families)


def test_metrics_of_an_empty_store_have_version_0(empty_site: Site) -> None:
    assert parse_figures(empty_site.get("/metrics").text)["gfmdkg_version"] == 0


def test_histogram_counts_by_upper_bound() -> None:
    histogram = Histogram()
    for seconds in (0.0005, 0.001, 0.0011, 100.0):
        histogram.observe(seconds)
    assert histogram.counts[:2] == [2, 1]
    assert histogram.counts[-1] == 1
    assert histogram.total_seconds == pytest.approx(100.0026)


def test_writer_is_seen_by_its_lock(tmp_path: Path) -> None:
    assert not is_being_written(tmp_path)
    with (tmp_path / "lock").open("a") as file:
        assert not is_being_written(tmp_path)
        fcntl.flock(file, fcntl.LOCK_EX)
        assert is_being_written(tmp_path)
    assert not is_being_written(tmp_path)


def test_fronts_collect_each_others_figures_and_pass_over_dead_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "f"
    folder.mkdir(mode=0o700)
    (folder / "1.sock").touch()  # left by one that was killed

    async def scene() -> list[Any]:
        first = ProcessGroup(lambda: {"process": "a"}, folder=folder)
        monkeypatch.setattr(os, "getpid", lambda: 2)
        second = ProcessGroup(lambda: {"process": "b"}, folder=folder)
        await first.start()
        await second.start()
        found = await second.snapshots()
        await first.close()
        alone = await second.snapshots()
        await second.close()
        return [found, alone, folder.exists()]

    found, alone, is_left = asyncio.run(scene())
    assert found == [{"process": "b"}, {"process": "a"}]
    assert alone == [{"process": "b"}]
    assert not is_left


def test_folder_that_others_may_write_to_is_not_trusted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    folder.chmod(0o777)

    async def scene() -> list[Any]:
        group = ProcessGroup(lambda: {"process": "a"}, folder=folder)
        await group.start()
        found = await group.snapshots()
        await group.close()
        return found

    assert asyncio.run(scene()) == [{"process": "a"}]
    assert "cannot share" in caplog.text
