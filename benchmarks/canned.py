"""How long the canned queries take, by the service's own log."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.generator import Generated
from benchmarks.peers import Peer
from benchmarks.workloads import canned_values

__all__ = ["CannedTime", "time_canned"]

_PATIENCE_SECONDS = 20.0
_SLOW_SECONDS = 1.0
_TIMES = 7
# The log gathers its lines for 0.2 s.
_LOG_SECONDS = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedTime:
    """Medians of a first page over HTTP, uncached: its queries in the engine, and all of it.

    ``failure`` is the status, or what else was wrong, of requests without an answer.
    """

    engine_ms: float
    request_ms: float
    failure: str = ""


def time_canned(
    peer: Peer, generated: Generated, *, progress: Callable[[str], None]
) -> Mapping[str, Mapping[str, CannedTime]]:
    """By name of the query and scope: “whole graph”, and “one session” where it takes one.

    Each request is for the first page, with the values that the query cannot do without, and
    tells caches to stay out of it.
    """
    found: dict[str, dict[str, CannedTime]] = {}
    for name, scope, values in canned_values(generated):
        progress(f"canned query {name}, {scope}")
        target = f"/api/queries/{name}?{urlencode(values)}"
        ids = [f"bench-{name}-{scope[:3]}-{number}" for number in range(_TIMES)]
        failure = _ask(peer, target, ids)
        time.sleep(_LOG_SECONDS)
        found.setdefault(name, {})[scope] = _from_log(_lines(peer, set(ids)), failure)
        peer.calm_down()
    return found


def _ask(peer: Peer, target: str, ids: Sequence[str]) -> str:
    """Send the request under these ids, a slow one fewer times; what went wrong, if anything."""
    begun = time.monotonic()
    for request_id in ids:
        connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=_PATIENCE_SECONDS)
        try:
            headers = {"X-Request-Id": request_id, "Cache-Control": "no-cache"}
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            return str(error)
        finally:
            connection.close()
        if answer.status != http.client.OK:
            return f"status {answer.status}"
        if time.monotonic() - begun > _SLOW_SECONDS:
            break
    return ""


def _lines(peer: Peer, ids: set[str]) -> Iterator[Mapping[str, float]]:
    for line in peer.server.log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            record = json.loads(line)
            if record.get("id") in ids:
                yield record


def _from_log(lines: Iterator[Mapping[str, float]], failure: str) -> CannedTime:
    records = list(lines)
    if failure or not records:
        reason = failure or "no line in the log"
        return CannedTime(engine_ms=float("inf"), request_ms=float("inf"), failure=reason)
    return CannedTime(
        engine_ms=statistics.median(record.get("engine_ms", 0.0) for record in records),
        request_ms=statistics.median(record["ms"] for record in records),
    )
