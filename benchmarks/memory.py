"""How much memory a server and its processes take after everything was asked once."""

from collections.abc import Callable, Iterator, Sequence

from benchmarks.generator import Generated
from benchmarks.grammar import PointGrammar
from benchmarks.lists import wait_until_ready
from benchmarks.peers import OURS, Gfmdkg, Peer
from benchmarks.results import Bar, Section
from benchmarks.validation import submission, validate_over_http

__all__ = ["measure_memory"]

_CALLS = (
    "/api/recommendations",
    "/api/search?q=children",
    "/api/network/cocitation",
)
_PATIENCE_SECONDS = 300.0
_POINTS = 500
_MOST_BYTES = 350 << 20
_BOUNDED_TRIPLES = 1_500_000


def measure_memory(
    peers: Sequence[Peer], generated: Generated, *, graph: str, progress: Callable[[str], None]
) -> Section:
    """Proportional set sizes; each server is started here, asked, and ended."""
    sizes: dict[str, tuple[int, int]] = {}
    for peer in peers:
        progress(f"memory, {peer.name}")
        peer.start()
        try:
            started = peer.server.proportional_bytes()
            _warm(peer, generated)
            sizes[peer.name] = started, peer.server.proportional_bytes()
        finally:
            peer.end()
    what = (
        "Proportional set size of all processes, in MiB: after the start and sixteen points, and"
        f" after {_POINTS} points and, of ours, a list, a search, a network and a validation."
    )
    lines = [
        "### Memory",
        "",
        what,
        "",
        "| server | after the start | warm |",
        "|---|---:|---:|",
        *(f"| {name} | {a / 2**20:,.0f} | {b / 2**20:,.0f} |" for name, (a, b) in sizes.items()),
        "",
    ]
    return Section(graph=graph, lines=lines, bars=list(_bars(sizes, generated)))


def _warm(peer: Peer, generated: Generated) -> None:
    if isinstance(peer, Gfmdkg):
        for path in _CALLS:
            wait_until_ready(peer, path)
        validate_over_http(peer, submission(generated, 0))
    for request in PointGrammar(generated, seed="memory").take(_POINTS):
        peer.ask(request, limit_seconds=_PATIENCE_SECONDS)
    peer.server.settles(limit_seconds=_PATIENCE_SECONDS, idle_seconds=1)


def _bars(sizes: dict[str, tuple[int, int]], generated: Generated) -> Iterator[Bar]:
    if OURS in sizes and generated.triples < _BOUNDED_TRIPLES:
        warm = sizes[OURS][1]
        yield Bar(
            what=f"{OURS}, warm: ≤ {_MOST_BYTES >> 20} MiB of proportional set size",
            measured=f"{warm / 2**20:,.0f} MiB",
            is_met=warm <= _MOST_BYTES,
        )
