"""Queries that never end, one after another, and what another client notices meanwhile."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.asking import ask
from benchmarks.generator import Generated
from benchmarks.load_client import Job, percentile
from benchmarks.measuring import Client
from benchmarks.peers import Peer
from benchmarks.workloads import RUNAWAYS, points

__all__ = ["Runaway", "measure_runaways"]

LIMIT_SECONDS = 1.0
"""The time limit that the servers are given."""

_PATIENCE_SECONDS = 2.0
_CANARY_INTERVAL_SECONDS = 0.01
_CANARY_TEXTS = 1000
_MEMORY_LIMIT_BYTES = 6 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Runaway:
    """What one server did with one runaway query.

    ``end`` is the status of its answer, or what else ended it; ``is_idle`` says that the
    server stopped working on it, ``is_alive`` that it answered others afterwards.
    """

    end: str
    seconds: float
    is_idle: bool
    is_alive: bool
    canary_p99_ms: float
    peak_bytes: int

    @property
    def is_stopped(self) -> bool:
        """Whether it ended within the limit and 0.2 s, nothing left running."""
        return self.is_idle and self.is_alive and self.seconds <= LIMIT_SECONDS + 0.2


def measure_runaways(
    peers: Sequence[Peer], generated: Generated, *, progress: Callable[[str], None]
) -> Mapping[str, Mapping[str, Runaway]]:
    """By server and query. The servers are started here, and anew where one is stuck."""
    texts = points(generated, round_number=99).texts
    found: dict[str, dict[str, Runaway]] = {}
    for peer in peers:
        peer.start(limit_seconds=LIMIT_SECONDS)
        try:
            for number, (name, text) in enumerate(RUNAWAYS.items()):
                progress(f"runaway {name}, {peer.name}")
                # Texts of its own each time, for an answer from a cache would say nothing.
                own = texts[number * _CANARY_TEXTS : (number + 1) * _CANARY_TEXTS]
                outcome = _run_away(peer, text, own)
                found.setdefault(peer.name, {})[name] = outcome
                if not (outcome.is_idle and outcome.is_alive):
                    peer.end()
                    peer.start(limit_seconds=LIMIT_SECONDS)
        finally:
            peer.end()
    return found


def _run_away(peer: Peer, text: str, canary_texts: Sequence[str]) -> Runaway:
    ask(peer.port, peer.path, canary_texts[-1], limit_seconds=10)
    job = Job(
        port=peer.port,
        path=peer.path,
        texts=canary_texts[:-2],
        connections=1,
        seconds=LIMIT_SECONDS + _PATIENCE_SECONDS,
        grace_seconds=1.0,
        interval_seconds=_CANARY_INTERVAL_SECONDS,
    )
    with Client(job) as canary, _MemoryGuard(peer) as guard:
        canary.wait_until_begun()
        time.sleep(0.3)
        begun = time.perf_counter()
        end = ask(peer.port, peer.path, text, limit_seconds=LIMIT_SECONDS + _PATIENCE_SECONDS)
        seconds = time.perf_counter() - begun
        try:
            outcome = canary.outcome()
            latencies = _corrected(outcome.latencies_ms, job.interval_seconds * 1000)
            unanswered = outcome.unanswered + sum(outcome.failed.values())
        except RuntimeError:  # no server to connect to
            latencies, unanswered = [], 1
        is_idle = peer.server.settles(limit_seconds=2)
        is_alive = ask(peer.port, peer.path, canary_texts[-2], limit_seconds=2) == "200"
        peak = max(guard.peak_bytes, peer.server.usage().peak_bytes)
        if guard.has_fired:
            end = f"ended by us at {_MEMORY_LIMIT_BYTES >> 30} GiB"
    p99 = float("inf") if unanswered > len(latencies) / 100 else percentile(latencies, 0.99)
    return Runaway(
        end=end,
        seconds=seconds,
        is_idle=is_idle,
        is_alive=is_alive,
        canary_p99_ms=p99,
        peak_bytes=peak,
    )


def _corrected(latencies_ms: Sequence[float], interval_ms: float) -> list[float]:
    """With what requests would have met that a long answer kept from being sent.

    The correction for coordinated omission of Gil Tene's HdrHistogram.
    """
    found: list[float] = []
    for latency in latencies_ms:
        rest = latency
        while rest > 0 and (rest == latency or rest > interval_ms):
            found.append(rest)
            rest -= interval_ms
    return found


class _MemoryGuard:
    """Ends a server before it takes the machine's memory."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_bytes = 0
        self.has_fired = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.peak_bytes = max(self.peak_bytes, self._peer.server.usage().peak_bytes)
            if self.peak_bytes > _MEMORY_LIMIT_BYTES and not self.has_fired:
                self.has_fired = True
                self._peer.server.end()
