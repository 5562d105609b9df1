"""Queries that never end, one after another, and what another client notices meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.generator import Generated
from benchmarks.grammar import PointGrammar
from benchmarks.load_client import Job, Request, percentile
from benchmarks.measuring import Client
from benchmarks.peers import OURS, Peer
from benchmarks.results import Bar, Section, number

__all__ = ["measure_runaways"]

_LIMIT_SECONDS = 1.0
_PATIENCE_SECONDS = 2.0
_LONGEST_ADDRESS = 2000
_ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9"
_CANARY_INTERVAL_SECONDS = 0.01
_CANARY_TEXTS = 1000
_MEMORY_LIMIT_BYTES = 6 << 30

_CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
_NEVER = "FILTER (STRLEN(STR(?a)) + STRLEN(STR(?d)) + STRLEN(STR(?g)) + STRLEN(STR(?j)) < 0)"
_ANY_STEP = "(<http://example.org/x>|!<http://example.org/x>)*"
_NUMBERS = " ".join(map(str, range(200)))
_VALUES = " ".join(f"VALUES ?v{number} {{ {_NUMBERS} }}" for number in range(5))

_RUNAWAYS = {
    "cartesian ORDER BY": f"SELECT * {{ {_CROSS} }} ORDER BY ?a ?f",
    "cartesian COUNT": f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}",
    "cartesian stream": f"SELECT * {{ {_CROSS} }}",
    "ASK, impossible filter": f"ASK {{ {_CROSS} {_NEVER} }}",
    "CONSTRUCT, impossible filter": f"CONSTRUCT {{ ?a ?b ?c }} WHERE {{ {_CROSS} {_NEVER} }}",
    "(x|!x)*": f"SELECT (COUNT(*) AS ?n) {{ ?s {_ANY_STEP} ?o . ?o {_ANY_STEP} ?t }}",
    "VALUES 200^5, COUNT": f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} }}",
    "VALUES 200^5, FILTER": f"SELECT * {{ {_VALUES} FILTER (?v0 + ?v1 + ?v2 + ?v3 + ?v4 < 0) }}",
    "plan of 300 patterns": "SELECT * { "
    + " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(300))
    + " }",
}


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
        return self.is_idle and self.is_alive and self.seconds <= _LIMIT_SECONDS + 0.2


def measure_runaways(
    peers: Sequence[Peer], generated: Generated, *, graph: str, progress: Callable[[str], None]
) -> Section:
    """Each query at each server. The servers are started here, and anew where one is stuck."""
    found: dict[str, dict[str, Runaway]] = {}
    for peer in peers:
        # Texts of its own each time, for an answer from a cache would say nothing.
        points = PointGrammar(generated, seed=f"canary/{peer.name}")
        peer.start(limit_seconds=_LIMIT_SECONDS)
        try:
            for name, text in _RUNAWAYS.items():
                progress(f"runaway {name}, {peer.name}")
                outcome = _run_away(peer, text, points.take(_CANARY_TEXTS))
                found.setdefault(peer.name, {})[name] = outcome
                if not (outcome.is_idle and outcome.is_alive):
                    peer.end()
                    peer.start(limit_seconds=_LIMIT_SECONDS)
        finally:
            peer.end()
    return Section(graph=graph, lines=list(_table(found)), bars=list(_bars(found)))


def _run_away(peer: Peer, text: str, canary: Sequence[Request]) -> Runaway:
    peer.ask(canary[-1], limit_seconds=10)
    job = Job(
        port=peer.port,
        path=peer.path,
        requests=canary[:-2],
        connections=1,
        seconds=_LIMIT_SECONDS + _PATIENCE_SECONDS,
        grace_seconds=1.0,
        interval_seconds=_CANARY_INTERVAL_SECONDS,
    )
    with Client(job) as client, _MemoryGuard(peer) as guard:
        client.wait_until_begun()
        time.sleep(0.3)
        begun = time.perf_counter()
        end = _end_of(peer, text, limit_seconds=_LIMIT_SECONDS + _PATIENCE_SECONDS)
        seconds = time.perf_counter() - begun
        try:
            outcome = client.outcome()
            latencies = _corrected(outcome.latencies_ms, job.interval_seconds * 1000)
            unanswered = outcome.unanswered + sum(outcome.failed.values())
        except RuntimeError:  # no server to connect to
            latencies, unanswered = [], 1
        is_idle = peer.server.settles(limit_seconds=2)
        is_alive = peer.ask(canary[-2], limit_seconds=2)[0] == "200"
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


def _end_of(peer: Peer, text: str, *, limit_seconds: float) -> str:
    """The status of the answer, or how else it ended."""
    method = "GET" if len(text) < _LONGEST_ADDRESS else "form"
    request = Request(text=text, method=method, accept=_ACCEPT)
    return peer.ask(request, limit_seconds=limit_seconds)[0]


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


def _table(found: Mapping[str, Mapping[str, Runaway]]) -> Iterator[str]:
    yield f"### Runaway queries, limit {_LIMIT_SECONDS:g} s"
    yield ""
    yield (
        "Each cell: how it ended and after how long; p99 of the canary's point queries, of which"
        " no text is repeated. “Works on” means that the server was still busy 2 s later and was"
        " started anew."
    )
    yield ""
    yield "| query | " + " | ".join(found) + " |"
    yield "|---|" + "---|" * len(found)
    for query in _RUNAWAYS:
        cells = [_cell(outcomes[query]) for outcomes in found.values()]
        yield f"| {query.replace('|', chr(92) + '|')} | " + " | ".join(cells) + " |"
    totals = [
        (
            f"{sum(o.is_stopped for o in outcomes.values())} of {len(outcomes)},"
            f" peak {max(o.peak_bytes for o in outcomes.values()) / 1e6:,.0f} MB"
        )
        for outcomes in found.values()
    ]
    yield "| **stopped in time** | " + " | ".join(totals) + " |"
    yield ""


def _cell(outcome: Runaway) -> str:
    parts = [f"{outcome.end} after {outcome.seconds:.2f} s"]
    if not outcome.is_alive:
        parts.append("no answers afterwards")
    elif not outcome.is_idle:
        parts.append("works on")
    return ", ".join(parts) + f"; canary {number(outcome.canary_p99_ms)} ms"


def _bars(found: Mapping[str, Mapping[str, Runaway]]) -> Iterator[Bar]:
    ours = found.get(OURS)
    if ours is None:
        return
    stopped = sum(outcome.is_stopped for outcome in ours.values())
    slowest = max(outcome.seconds for outcome in ours.values())
    yield Bar(
        what=f"runaway queries stopped within {_LIMIT_SECONDS + 0.2:g} s",
        measured=f"{stopped} of {len(ours)}, slowest {slowest:.2f} s",
        is_met=stopped == len(ours),
    )
    worst = max(outcome.canary_p99_ms for outcome in ours.values())
    yield Bar(
        what="p99 of others meanwhile < 50 ms", measured=f"{number(worst)} ms", is_met=worst < 50
    )
