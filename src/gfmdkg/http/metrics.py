"""Figures about the service for Prometheus.

While requests run, figures are plain numbers, because everything happens on one event loop;
only a scrape makes metric families of them. Each front counts for itself; the one that is
scraped asks the others (``front_group``), and every sample names its front by process id.
"""

import fcntl
import os
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from gfmdkg.engine.pool import PoolStats
from gfmdkg.http.cache import Cache, Flights
from gfmdkg.http.request_log import Entry, RequestLog
from gfmdkg.store.versions import Version, VersionStore

__all__ = ["Histogram", "Metrics", "Series", "is_being_written", "render_metrics"]

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_PREFIX = "gfmdkg_"


@dataclass(slots=True)
class Histogram:
    """Durations in seconds; ``counts`` by upper bound, the last one without."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    total_seconds: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(_BOUNDS, seconds)] += 1
        self.total_seconds += seconds

    def snapshot(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {"counts": self.counts, "seconds": self.total_seconds}


@dataclass(slots=True)
class Series:
    """The requests of one route, method and status; kept by whoever counts them often."""

    durations: Histogram = field(default_factory=Histogram)
    size_bytes: int = 0

    def observe(self, seconds: float, size_bytes: int) -> None:
        """Count one request."""
        self.durations.observe(seconds)
        self.size_bytes += size_bytes


class Metrics:
    """What one front counts."""

    def __init__(self) -> None:
        self.front = str(os.getpid())
        self.in_progress = 0
        self.queue = Histogram()
        self.engine = Histogram()
        self._requests: dict[tuple[str, str, int], Series] = {}
        self._outcomes: dict[str, int] = {}
        self._cache_hits = self._cache_misses = 0

    def note_cache(self, *, is_hit: bool) -> None:
        """Count a request for which the cache of finished answers was asked."""
        self._cache_hits += is_hit
        self._cache_misses += not is_hit

    def request(self, entry: Entry) -> None:
        """Count one request."""
        key = (entry.route, entry.method, entry.status)
        series = self._requests.get(key)
        if series is None:
            series = self._requests[key] = Series()
        series.observe(entry.seconds, entry.size_bytes)
        self._outcomes[entry.outcome] = self._outcomes.get(entry.outcome, 0) + 1
        if entry.work.calls:
            self.queue.observe(entry.work.queue_seconds)
            self.engine.observe(entry.work.engine_seconds)

    def snapshot(
        self, *, pool: PoolStats, cache: Cache, flights: Flights, log: RequestLog
    ) -> dict[str, Any]:
        """All figures of this front as JSON values, for ``render_metrics``."""
        return {
            "front": self.front,
            "requests": [
                [*key, series.durations.snapshot(), series.size_bytes]
                for key, series in self._requests.items()
            ],
            "outcomes": self._outcomes,
            "queue": self.queue.snapshot(),
            "engine": self.engine.snapshot(),
            "workers": {
                "idle": pool.idle,
                "running": sum(pool.running.values()),
                "starting": pool.starting,
            },
            "waiting": {str(lane): number for lane, number in pool.waiting.items()},
            "cache_entries": {"": len(cache)},
            "cache_bytes": {"": cache.size_bytes},
            "in_progress": {"": self.in_progress},
            "resident_bytes": {"": _resident_bytes()},
            "open_files": {"": _open_files()},
            "counters": {
                "engine_answered": pool.answered_total,
                "engine_timeouts": pool.timeouts_total,
                "engine_too_large": pool.too_large_total,
                "engine_busy": pool.busy_total,
                "engine_failures": pool.failures_total,
                "engine_cancelled": pool.cancelled_total,
                "workers_started": pool.started_total,
                "cache_hits": self._cache_hits,
                "cache_misses": self._cache_misses,
                "cache_evictions": cache.evictions_total,
                "answers_shared": flights.shared_total,
                "log_lines_dropped": log.dropped_total,
                "cpu_seconds": time.process_time(),
            },
        }


_COUNTERS: Mapping[str, str] = {
    "engine_answered": "Queries that the engine answered, rejected ones included",
    "engine_timeouts": "Queries stopped at their time limit",
    "engine_too_large": "Queries whose answer grew over its limit",
    "engine_busy": "Queries turned away because workers and queue were taken",
    "engine_failures": "Queries whose worker died",
    "engine_cancelled": "Queries stopped because nobody waited any more",
    "workers_started": "Worker processes started",
    "cache_hits": "Requests answered from the cache of finished answers",
    "cache_misses": "Requests that the cache had no answer for",
    "cache_evictions": "Finished answers dropped to make room",
    "answers_shared": "Requests answered with what another one in flight got",
    "log_lines_dropped": "Log lines that could not be written in time",
    "cpu_seconds": "Processor time of the front, without its workers",
}
_GAUGES: Mapping[str, tuple[str, str, str | None]] = {
    "workers": ("workers", "Worker processes by state", "state"),
    "waiting": ("engine_waiting", "Queries that wait for a worker, by lane", "lane"),
    "cache_entries": ("cache_entries", "Finished answers kept", None),
    "cache_bytes": ("cache_bytes", "Bytes of the finished answers kept", None),
    "in_progress": ("requests_in_progress", "Requests that are not answered yet", None),
    "resident_bytes": ("resident_memory_bytes", "Memory of the front, without its workers", None),
    "open_files": ("open_files", "Open files and connections of the front", None),
}


class _Snapshots(Collector):
    def __init__(
        self, snapshots: Sequence[Mapping[str, Any]], version: Version | None, *, is_written: bool
    ) -> None:
        self._snapshots, self._version, self._is_written = snapshots, version, is_written

    def collect(self) -> Iterator[Metric]:
        """The families of all fronts' figures."""
        yield from self._requests()
        for name, text in _COUNTERS.items():
            counter = CounterMetricFamily(_PREFIX + name, text, labels=["front"])
            for shot in self._snapshots:
                counter.add_metric([shot["front"]], shot["counters"][name])
            yield counter
        for name, (public, text, label) in _GAUGES.items():
            labels = ["front", label] if label else ["front"]
            gauge = GaugeMetricFamily(_PREFIX + public, text, labels=labels)
            for shot in self._snapshots:
                for state, value in shot[name].items():
                    gauge.add_metric([shot["front"], state] if label else [shot["front"]], value)
            yield gauge
        for name, text in (
            ("queue", "Wait for a worker, all queries of a request together"),
            ("engine", "Evaluation and serialisation, all queries of a request together"),
        ):
            family = HistogramMetricFamily(
                f"{_PREFIX}engine_{'queue' if name == 'queue' else 'run'}_seconds",
                text,
                labels=["front"],
            )
            for shot in self._snapshots:
                _add_histogram(family, [shot["front"]], [shot[name]])
            yield family
        yield from self._store()

    def _requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            _PREFIX + "requests", "Requests", labels=["front", "route", "method", "status"]
        )
        sent = CounterMetricFamily(
            _PREFIX + "sent_bytes", "Bytes of bodies sent", labels=["front", "route"]
        )
        durations = HistogramMetricFamily(
            _PREFIX + "request_seconds",
            "From a request's head to the end of its answer",
            labels=["front", "route"],
        )
        outcomes = CounterMetricFamily(
            _PREFIX + "outcomes",
            "Requests by outcome, as the log names it",
            labels=["front", "outcome"],
        )
        for shot in self._snapshots:
            front = shot["front"]
            by_route: dict[str, list[Any]] = {}
            for route, method, status, durations_of, size_bytes in shot["requests"]:
                labels = [front, route, method, str(status)]
                requests.add_metric([*map(str, labels)], sum(durations_of["counts"]))
                by_route.setdefault(route, []).append((durations_of, size_bytes))
            for route, parts in by_route.items():
                sent.add_metric([front, route], sum(size for _, size in parts))
                _add_histogram(durations, [front, route], [part for part, _ in parts])
            for outcome, number in shot["outcomes"].items():
                outcomes.add_metric([front, outcome], number)
        yield from (requests, sent, durations, outcomes)

    def _store(self) -> Iterator[Metric]:
        version = self._version
        number = 0 if version is None else version.number
        yield GaugeMetricFamily(_PREFIX + "version", "The current version, 0 for none", number)
        if version is not None:
            age = (datetime.now(UTC) - version.created).total_seconds()
            yield GaugeMetricFamily(
                _PREFIX + "version_age_seconds", "Time since the version was published", age
            )
            yield GaugeMetricFamily(
                _PREFIX + "version_quads", "Quads in the current version", version.quads
            )
        yield GaugeMetricFamily(
            _PREFIX + "writer_active", "1 while a writer holds the lock", int(self._is_written)
        )


def _add_histogram(
    family: HistogramMetricFamily, labels: list[str], parts: Iterable[Mapping[str, Any]]
) -> None:
    parts = list(parts)
    counts = [sum(column) for column in zip(*(part["counts"] for part in parts), strict=True)]
    bounds = [*map(str, _BOUNDS), "+Inf"]
    running, buckets = 0, []
    for bound, number in zip(bounds, counts, strict=True):
        running += number
        buckets.append((bound, running))
    family.add_metric(labels, buckets, sum(part["seconds"] for part in parts))


def render_metrics(
    snapshots: Sequence[Mapping[str, Any]], versions: VersionStore, accept: str
) -> tuple[str, bytes]:
    """Content type and body of ``/metrics``: Prometheus text, or OpenMetrics where asked for."""
    encode, content_type = choose_encoder(accept)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(
        _Snapshots(snapshots, versions.current(), is_written=is_being_written(versions.root))
    )
    return content_type, encode(registry)


def is_being_written(store: Path) -> bool:
    """Whether a writer, in any process, holds the store's lock at this moment."""
    try:
        with (store / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0  # a system without /proc


def _open_files() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are all it takes
    except OSError:
        return 0
