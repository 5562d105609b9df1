"""Figures about the service for Prometheus.

While requests run, figures are plain numbers, because everything happens on one event loop;
only a scrape makes metric families of them. Each server process counts for itself; the one that
is scraped asks the others (``process_group``), and every sample has its process id.
"""

import fcntl
import os
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from prometheus_client.core import CounterMetricFamily as _Counter
from prometheus_client.core import GaugeMetricFamily as _Gauge
from prometheus_client.core import HistogramMetricFamily as _Durations
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from gfmdkg.engine.pool import PoolStats
from gfmdkg.http.cache import Cache, SingleFlight
from gfmdkg.http.log import Entry, RequestLog
from gfmdkg.store.versions import VersionStore

__all__ = ["Histogram", "Metrics", "is_being_written", "render_metrics"]

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_PREFIX = "gfmdkg_"
_FAMILIES: tuple[tuple[Any, ...], ...] = (
    (_Counter, "requests", "Requests", "route", "method", "status"),
    (_Counter, "sent_bytes", "Bytes of bodies sent", "route"),
    (_Durations, "request_seconds", "From a request's head to the end of its answer", "route"),
    (_Counter, "outcomes", "Requests by outcome, as the log names it", "outcome"),
    (_Counter, "engine_answered", "Queries that the engine answered, rejected ones included"),
    (_Counter, "engine_timeouts", "Queries stopped at their time limit"),
    (_Counter, "engine_too_large", "Queries whose answer grew over its limit"),
    (_Counter, "engine_busy", "Queries turned away because engines and queue were taken"),
    (_Counter, "engine_failures", "Queries whose engine died"),
    (_Counter, "engine_cancelled", "Queries stopped because nobody waited any more"),
    (_Counter, "engines_started", "Engines started"),
    (_Counter, "cache_hits", "Requests answered from the cache"),
    (_Counter, "cache_misses", "Requests that the cache had no answer for"),
    (_Counter, "cache_evictions", "Cached answers dropped to make room"),
    (_Counter, "answers_shared", "Requests answered with what another one in flight got"),
    (_Counter, "log_lines_dropped", "Log lines that could not be written in time"),
    (_Counter, "cpu_seconds", "Processor time of the server process, without its child processes"),
    (_Gauge, "engines", "Engines by state", "state"),
    (_Gauge, "engine_waiting", "Queries that wait for an engine, by lane", "lane"),
    (_Gauge, "cache_entries", "Answers in the cache"),
    (_Gauge, "cache_bytes", "Bytes of the answers in the cache"),
    (_Gauge, "requests_in_progress", "Requests that are not answered yet"),
    (_Gauge, "resident_memory_bytes", "Memory of the server process, without its child processes"),
    (_Gauge, "open_files", "Open files and connections of the server process"),
    (_Durations, "engine_queue_seconds", "Wait for an engine, all queries of a request together"),
    (
        _Durations,
        "engine_run_seconds",
        "Evaluation and serialisation, all queries of a request together",
    ),
)
"""What makes each family, its name, its text and the names of its labels beside the process."""


@dataclass(slots=True)
class Histogram:
    """Durations in seconds; ``counts`` by upper bound, the last one without."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    total_seconds: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(_BOUNDS, seconds)] += 1
        self.total_seconds += seconds


class Metrics:
    """What one server process counts."""

    def __init__(self) -> None:
        self.in_progress = 0
        self._queue, self._engine = Histogram(), Histogram()
        self._requests: Counter[tuple[str, str, str]] = Counter()
        self._sent_bytes: Counter[str] = Counter()
        self._durations: defaultdict[str, Histogram] = defaultdict(Histogram)
        self._outcomes: Counter[str] = Counter()
        self.cache_hits = self.cache_misses = 0

    def count(self, entries: Iterable[Entry]) -> None:
        """Count requests."""
        for entry in entries:
            route = entry.route
            self._requests[route, entry.method, str(entry.status)] += 1
            self._sent_bytes[route] += entry.size_bytes
            self._durations[route].observe(entry.seconds)
            self._outcomes[entry.outcome] += 1
            if entry.work.calls:
                self._queue.observe(entry.work.queue_seconds)
                self._engine.observe(entry.work.engine_seconds)

    def snapshot(
        self, *, pool: PoolStats, cache: Cache, single_flight: SingleFlight, log: RequestLog
    ) -> dict[str, Any]:
        """All figures of this server process as JSON values, for ``render_metrics``."""
        engines = {
            "idle": pool.idle,
            "running": sum(pool.running.values()),
            "starting": pool.starting,
        }
        figures = {
            "requests": self._requests,
            "sent_bytes": self._sent_bytes,
            "request_seconds": self._durations,
            "outcomes": self._outcomes,
            **{f"engine_{end}": count for end, count in pool.ended.items()},
            "engines_started": pool.started_total,
            "cache_hits": self.cache_hits,
            "cache_misses": self.cache_misses,
            "cache_evictions": cache.evictions_total,
            "answers_shared": single_flight.shared_total,
            "log_lines_dropped": log.dropped_total,
            "cpu_seconds": time.process_time(),
            "engines": engines,
            "engine_waiting": pool.waiting,
            "cache_entries": len(cache),
            "cache_bytes": cache.size_bytes,
            "requests_in_progress": self.in_progress,
            "resident_memory_bytes": _resident_bytes(),
            "open_files": _open_files(),
            "engine_queue_seconds": self._queue,
            "engine_run_seconds": self._engine,
        }
        samples = {name: _samples(figure) for name, figure in figures.items()}
        return {"process": str(os.getpid()), "samples": samples}


def _samples(figures: object) -> list[object]:
    """Figures by the values of their labels, or the only figure of a family without any."""
    by_labels = figures if isinstance(figures, Mapping) else {(): figures}
    return [
        [[key] if isinstance(key, str) else key, _sample(figure)]
        for key, figure in by_labels.items()
    ]


def _sample(figure: object) -> list[object]:
    """What a metric family takes for a figure."""
    if isinstance(figure, Histogram):
        bounds = [*map(str, _BOUNDS), "+Inf"]
        return [list(zip(bounds, accumulate(figure.counts), strict=True)), figure.total_seconds]
    return [figure]


@dataclass(frozen=True, slots=True)
class _Figures(Collector):
    snapshots: Sequence[Mapping[str, Any]]
    versions: VersionStore

    def collect(self) -> Iterator[Metric]:
        """The families of all server processes' figures, then those of the store."""
        for make, name, text, *labels in _FAMILIES:
            family = make(_PREFIX + name, text, labels=["process", *labels])
            for shot in self.snapshots:
                for values, sample in shot["samples"][name]:
                    family.add_metric([shot["process"], *values], *sample)
            yield family
        yield from self._store()

    def _store(self) -> Iterator[Metric]:
        version = self.versions.current()
        figures: list[tuple[str, str, float]]
        figures = [("version", "The current version, 0 for none", version.number if version else 0)]
        if version is not None:
            age = (datetime.now(UTC) - version.created).total_seconds()
            figures += [
                ("version_age_seconds", "Time since the version was published", age),
                ("version_quads", "Quads in the current version", version.quads),
            ]
        is_written = is_being_written(self.versions.root)
        figures.append(("writer_active", "1 while a writer holds the lock", is_written))
        yield from (_Gauge(_PREFIX + name, text, figure) for name, text, figure in figures)


def render_metrics(
    snapshots: Sequence[Mapping[str, Any]], versions: VersionStore, accept: str
) -> tuple[str, bytes]:
    """Content type and body of ``/metrics``: Prometheus text, or OpenMetrics where asked for."""
    encode, content_type = choose_encoder(accept)
    return content_type, encode(_Figures(snapshots, versions))


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
