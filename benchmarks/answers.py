"""Whether the servers give the same answers, and how long our canned queries take."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.generator import Generated
from benchmarks.load_client import Job
from benchmarks.measuring import run_client
from benchmarks.peers import Peer
from benchmarks.workloads import canned_texts, heavy, mix

__all__ = ["CannedTime", "compare_answers", "time_canned"]

_COMPARED = 40
_PATIENCE_SECONDS = 5.0
_BUDGET_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedTime:
    """The median time of a canned query over HTTP, uncached; ``status`` where it failed."""

    milliseconds: float
    status: str


def compare_answers(
    peers: Sequence[Peer], generated: Generated, *, progress: Callable[[str], None]
) -> Mapping[str, str]:
    """By server: how many answers have as many rows as those of the first server."""
    texts = [
        *mix(generated, round_number=0).texts[:_COMPARED],
        *heavy(generated, round_number=50).texts[:8],
    ]
    counts: dict[str, list[int | None]] = {}
    for peer in peers:
        progress(f"comparing answers, {peer.name}")
        end = time.monotonic() + _BUDGET_SECONDS
        counts[peer.name] = [
            _count_rows(peer, text) if time.monotonic() < end else None for text in texts
        ]
        peer.calm_down()
    expected = counts[peers[0].name]
    found: dict[str, str] = {}
    for name, rows in counts.items():
        same = sum(a == b for a, b in zip(rows, expected, strict=True))
        late = sum(a is None for a in rows)
        found[name] = f"{same} of {len(texts)}" + (
            f" ({late} not answered in time)" if late else ""
        )
    return found


def _count_rows(peer: Peer, text: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=_PATIENCE_SECONDS)
    try:
        target = f"{peer.path}?query={quote(text, safe='')}"
        connection.request("GET", target, headers={"Accept": "application/sparql-results+json"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            return None
        return len(json.loads(body)["results"]["bindings"])
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def time_canned(
    peer: Peer, generated: Generated, *, progress: Callable[[str], None]
) -> Mapping[str, CannedTime]:
    """By name of the query. A comment makes each text a new one, so that none is cached."""
    found: dict[str, CannedTime] = {}
    for name, text in canned_texts(generated):
        progress(f"canned query {name}")
        outcome = run_client(
            Job(
                port=peer.port,
                path=peer.path,
                texts=[f"{text}\n# {number}" for number in range(9)],
                connections=1,
                seconds=1.5,
                grace_seconds=4,
            )
        )
        times = outcome.latencies_ms
        peer.calm_down()
        found[name] = CannedTime(
            milliseconds=statistics.median(times) if times else float("inf"),
            status=", ".join(outcome.failed) or ("" if times else "no answer"),
        )
    return found
