"""Whether the servers give the same answers."""

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from benchmarks.generator import Generated
from benchmarks.peers import Peer
from benchmarks.workloads import heavy, mix

__all__ = ["compare_answers"]

_COMPARED = 40
_PATIENCE_SECONDS = 5.0
_BUDGET_SECONDS = 20.0


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
