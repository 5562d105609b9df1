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
from benchmarks.results import Bar, Section, number
from benchmarks.workloads import CannedQueries, CannedQuery

__all__ = ["time_canned"]

_SCOPES = ("whole graph", "one session")

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
    peer: Peer, generated: Generated, *, graph: str, progress: Callable[[str], None]
) -> Section:
    """Each over the whole graph, and about one session where it takes one.

    Each request is for the first page, with the values that the query cannot do without, and
    tells caches to stay out of it.
    """
    found: dict[str, dict[str, CannedTime]] = {}
    for query in CannedQueries(peer.port, generated).queries:
        for scope, values in _scopes(query, generated):
            progress(f"canned query {query.name}, {scope}")
            target = f"/api/queries/{query.name}?{urlencode(values)}"
            ids = [f"bench-{query.name}-{scope[:3]}-{turn}" for turn in range(_TIMES)]
            failure = _ask(peer, target, ids)
            time.sleep(_LOG_SECONDS)
            timed = _from_log(_lines(peer, set(ids)), failure)
            found.setdefault(query.name, {})[scope] = timed
            peer.calm_down()
    is_small = generated.triples < 100_000
    return Section(
        graph=graph, lines=list(_table(found)), bars=list(_bars(found, is_small=is_small))
    )


def _scopes(query: CannedQuery, generated: Generated) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield _SCOPES[0], query.values
    if query.takes_session:
        session = generated.sessions[len(generated.sessions) // 2]
        yield _SCOPES[1], {**query.values, "session": session}


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


def _table(found: Mapping[str, Mapping[str, CannedTime]]) -> Iterator[str]:
    yield "### Canned queries, first page, uncached, over HTTP"
    yield ""
    yield "p50 by the service's own log, in ms: time in the engine, and of the whole request."
    yield ""
    yield "| query | " + " | ".join(f"{s}: engine | request" for s in _SCOPES) + " |"
    yield "|---|" + "---:|" * 2 * len(_SCOPES)
    slowest = sorted(found.items(), key=lambda item: -item[1][_SCOPES[0]].engine_ms)
    for name, scopes in slowest:
        cells = [_cell(scopes.get(scope)) for scope in _SCOPES]
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""


def _cell(timed: CannedTime | None) -> str:
    if timed is None:
        return "|"
    if timed.failure:
        return f"{timed.failure} |"
    return f"{number(timed.engine_ms)} | {number(timed.request_ms)}"


def _bars(found: Mapping[str, Mapping[str, CannedTime]], *, is_small: bool) -> Iterator[Bar]:
    for scope, most, exceptions in (
        (_SCOPES[0], 5 if is_small else 150, 3),
        (_SCOPES[1], 5 if is_small else 50, 0),
    ):
        took = [scopes[scope].engine_ms for scopes in found.values() if scope in scopes]
        within = sum(value <= most for value in took)
        least = len(took) - exceptions
        yield Bar(
            what=f"canned query, {scope}: engine p50 ≤ {most} ms for {least} of {len(took)}",
            measured=f"{within}; median {number(statistics.median(took))} ms",
            is_met=within >= least,
        )
