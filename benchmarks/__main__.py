"""``python -m benchmarks``: measure, print the tables, and write ``RESULTS.md``.

Without the name of a part all are measured.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs

from benchmarks.canned import time_canned
from benchmarks.commands import (
    Checkout,
    grown_reports,
    measure_build,
    measure_command,
    measure_load,
    measure_start,
)
from benchmarks.generator import Generated, generate
from benchmarks.grammar import FORMS, PointGrammar
from benchmarks.lists import time_lists
from benchmarks.load_client import Request
from benchmarks.measuring import Scenario, measure
from benchmarks.memory import measure_memory
from benchmarks.peers import BASE, OURS, Floor, Gfmdkg, Oxigraph, Peer
from benchmarks.results import Section, page
from benchmarks.runaways import measure_runaways
from benchmarks.stores import Stores, prepare_stores
from benchmarks.validation import measure_validation
from benchmarks.workloads import CannedQueries, Mix, Workload, aggregates, joins

_SCENARIOS = ("points", "joins", "aggregates", "mix")
_OF_SERVERS = (*_SCENARIOS, "canned", "lists", "validation")
_OF_GRAPHS = (*_OF_SERVERS, "memory", "load", "runaways")
_OF_CHECKOUTS = ("build", "start", "command")
_PARTS = (*_OF_GRAPHS, *_OF_CHECKOUTS)
_SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}
_RESULTS = Path(__file__).with_name("RESULTS.md")
# Enough that each process of a server gets some.
_REHEARSED = 16
# More than any server answers, so that no turn runs dry.
_MOST_PER_SECOND = 14_000
_MIX_PER_SECOND = 40_000
_HEAVY_PER_SECOND = 4_000
# The mix is measured with what it repeats in caches.
_WARMING = 5
# Plain pyshacl takes a minute and a half for a million.
_PLAIN_TRIPLES = 100_000
_GROWN_TRIPLES = 90_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What is measured, and how thoroughly."""

    parts: Sequence[str]
    is_brief: bool
    rounds: int
    seconds: float
    cache: Path
    work: Path
    begun: float

    def progress(self, text: str) -> None:
        took = time.monotonic() - self.begun
        print(f"{took:6.0f} s  {text}", file=sys.stderr, flush=True)


def main() -> None:
    options = _options()
    # So that servers are ended and folders removed when somebody ends the run.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun = time.monotonic()
    sizes = sorted({_size(text) for text in options.size or ("10k", "1M")})
    with tempfile.TemporaryDirectory(prefix="gfmdkg-bench-") as work:
        run = _Run(
            parts=options.parts or _PARTS,
            is_brief=options.brief,
            rounds=options.rounds or (3 if options.brief else 5),
            seconds=options.seconds or (1.0 if options.brief else 2.0),
            cache=options.cache,
            work=Path(work),
            begun=begun,
        )
        sections: list[Section] = []
        try:
            sections.extend(_measure(run, sizes))
        finally:
            # What was measured before something went wrong is there, and worth having.
            minutes = (time.monotonic() - begun) / 60
            text = page(sections, minutes=minutes, command=_command(options))
            print(text)
    output = options.output or (None if options.parts or options.brief else _RESULTS)
    if output:
        output.write_text(text, encoding="utf-8")
        run.progress(f"written: {output}")


def _measure(run: _Run, sizes: Sequence[int]) -> Iterator[Section]:
    if set(run.parts) & set(_OF_GRAPHS):
        for triples in sizes:
            yield from _measure_graph(run, triples, is_largest=triples == sizes[-1])
    if set(run.parts) & set(_OF_CHECKOUTS):
        yield from _measure_checkouts(run)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(_PARTS)}"
    )
    parser.add_argument(
        "--size",
        action="append",
        help="triples of the generated graph, such as 10k or 1M; may be given several times"
        " (10k and 1M)",
    )
    parser.add_argument(
        "--brief",
        action="store_true",
        help="fewer and shorter turns, one server process of ours, a smaller build",
    )
    parser.add_argument("--rounds", type=int, help="turns of each server (5; 3 if brief)")
    parser.add_argument("--seconds", type=float, help="length of a turn (2; 1 if brief)")
    parser.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("gfmdkg", appauthor=False) / "benchmarks",
        help="folder of generated graphs and of the databases made of them",
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="where the results go as well as to stdout (benchmarks/RESULTS.md, if everything was"
        " measured and not briefly)",
    )
    options = parser.parse_args()
    unknown = set(options.parts) - set(_PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    options.cache = options.cache.absolute()
    return options


def _command(options: argparse.Namespace) -> str:
    """How to measure the same again; where things lie is left out."""
    words = ["python -m benchmarks", *options.parts]
    words += [f"--size {size}" for size in options.size or ()]
    words += [
        f"--{name} {getattr(options, name)}"
        for name in ("rounds", "seconds")
        if getattr(options, name)
    ]
    return " ".join([*words, *(["--brief"] if options.brief else [])])


def _size(text: str) -> int:
    return _SIZES[text] if text in _SIZES else int(text.replace("_", ""))


def _measure_graph(run: _Run, triples: int, *, is_largest: bool) -> Iterator[Section]:
    run.progress(f"generating {triples} triples")
    generated = generate(run.cache, triples=triples)
    graph = f"{generated.triples:,} triples"
    run.progress("loading, where it was not before")
    stores = prepare_stores(generated, run.cache)
    work = run.work / str(triples)
    peers: list[Peer] = [
        Gfmdkg(work / "gfmdkg-1", database=stores.ours, processes=1),
        Floor(work / "floor", database=stores.published),
        Oxigraph(work / "oxigraph", database=stores.oxigraph),
    ]
    if not run.is_brief:
        peers.insert(1, Gfmdkg(work / "gfmdkg-2", database=stores.ours, processes=2))
    for peer in peers:
        peer.rehearsal = PointGrammar(generated, seed="rehearsal").take(_REHEARSED)
    if set(run.parts) & set(_OF_SERVERS):
        with _started(peers, run.progress):
            yield from _measure_servers(run, peers, stores, generated, graph=graph)
    if "memory" in run.parts:
        yield measure_memory(peers, generated, graph=graph, progress=run.progress)
    if "load" in run.parts:
        rounds = 1 if run.is_brief else 3
        yield measure_load(generated, work, graph=graph, rounds=rounds, progress=run.progress)
    if "runaways" in run.parts and is_largest:
        # The floor has no limit, and two processes have the same one as one.
        chosen = [peer for peer in peers if peer.name in (OURS, BASE)]
        yield measure_runaways(chosen, generated, graph=graph, progress=run.progress)


@contextmanager
def _started(peers: Sequence[Peer], progress: Callable[[str], None]) -> Iterator[None]:
    try:
        for peer in peers:
            progress(f"starting, {peer.name}")
            peer.start()
            progress(f"— at work for {peer.ready_seconds:.1f} s after its start")
        yield
    finally:
        for peer in peers:
            peer.end()


def _measure_servers(
    run: _Run, peers: Sequence[Peer], stores: Stores, generated: Generated, *, graph: str
) -> Iterator[Section]:
    for scenario in _scenarios(run, peers[0], generated):
        yield measure(
            scenario,
            peers,
            graph=graph,
            rounds=run.rounds,
            seconds=run.seconds,
            progress=run.progress,
        )
    ours = peers[0]
    if "canned" in run.parts:
        yield time_canned(ours, generated, graph=graph, progress=run.progress)
    if "lists" in run.parts:
        other = next(peer for peer in peers if isinstance(peer, Oxigraph))
        yield time_lists(ours, other, generated, graph=graph, progress=run.progress)
    if "validation" in run.parts:
        is_small = generated.triples < 2 * _PLAIN_TRIPLES
        plain = generated if is_small else generate(run.cache, triples=_PLAIN_TRIPLES)
        yield measure_validation(
            ours, generated, plain, store=stores.ours, graph=graph, progress=run.progress
        )


def _scenarios(run: _Run, ours: Peer, generated: Generated) -> Iterator[Scenario]:
    is_small = generated.triples < 100_000
    compared = 3 if run.is_brief else 10
    if "points" in run.parts:
        grammar = PointGrammar(generated, seed="points")
        count = int(_MOST_PER_SECOND * run.seconds)
        yield Scenario(
            name="points, never repeated",
            workload=lambda _: Workload(requests=grammar.take(count)),
            connections=4,
            sample=[grammar.of_form(form) for form in FORMS for _ in range(compared)],
            least_ratio=0.33,
            most_cpu=1.4,
        )
    heavy = int(_HEAVY_PER_SECOND * run.seconds)
    for part, make, least in (
        ("joins", joins, 0.45 if is_small else 1.0),
        ("aggregates", aggregates, 1.0),
    ):
        if part in run.parts:
            yield Scenario(
                name=f"{part}, never repeated",
                workload=partial(_heavy, make, generated, heavy),
                connections=2,
                sample=make(generated, seed="sample", count=9 * compared),
                least_ratio=least,
            )
    if "mix" in run.parts:
        run.progress("mix: reading the canned queries")
        mix = Mix(generated, CannedQueries(ours.port, generated))
        sent = int(_MIX_PER_SECOND * run.seconds * _WARMING)
        yield Scenario(
            name="mix with repeats",
            workload=lambda number: mix.workload(round_number=number, count=sent),
            connections=4,
            sample=mix.sample(12 * compared),
            warming=_WARMING,
            least_ratio=20,
        )


def _heavy(
    make: Callable[..., list[Request]], generated: Generated, count: int, round_number: int
) -> Workload:
    return Workload(requests=make(generated, seed=str(round_number), count=count))


def _measure_checkouts(run: _Run) -> Iterator[Section]:
    shipped = Checkout(run.work / "shipped", reports=0)
    if set(run.parts) & {"build", "start"}:
        more = _GROWN_TRIPLES // 4 if run.is_brief else _GROWN_TRIPLES
        grown = Checkout(run.work / "grown", reports=grown_reports(more))
        if "build" in run.parts:
            yield measure_build(shipped, grown, progress=run.progress)
        if "start" in run.parts:
            yield measure_start(shipped, grown, progress=run.progress)
    if "command" in run.parts:
        rounds = 5 if run.is_brief else 15
        yield measure_command(shipped, rounds=rounds, progress=run.progress)


if __name__ == "__main__":
    main()
