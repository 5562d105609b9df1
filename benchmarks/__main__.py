"""``python -m benchmarks``: measure, and write ``RESULTS.md``."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs

from benchmarks.answers import compare_answers
from benchmarks.canned import time_canned
from benchmarks.generator import generate
from benchmarks.incremental import measure_incremental
from benchmarks.lists import time_lists
from benchmarks.loading import publish, raw_bulk_load
from benchmarks.measuring import measure
from benchmarks.peers import Gfmdkg, Oxigraph, Peer, RdflibEndpoint
from benchmarks.results import SizeResult, write_results
from benchmarks.runaways import measure_runaways
from benchmarks.virtuoso import Virtuoso
from benchmarks.workloads import points

# Enough that each front of a server gets some.
_REHEARSED = 16
# Plain pyshacl takes a minute and a half for a million.
_PLAIN_TRIPLES = 100_000


def main() -> None:
    options = _options()
    # So that servers are ended and folders removed when somebody ends the run.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    cache: Path = options.cache
    sizes: Sequence[int] = options.triples or (10_000, 1_000_000)
    begun = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {text}", file=sys.stderr, flush=True)

    results = []
    for triples in sorted(sizes):
        work = Path(tempfile.mkdtemp(prefix="gfmdkg-bench-"))
        try:
            results.append(
                _measure_size(
                    triples,
                    cache=cache,
                    work=work,
                    options=options,
                    with_runaways=triples == max(sizes) and not options.brief,
                    progress=progress,
                )
            )
        finally:
            shutil.rmtree(work, ignore_errors=True)
    write_results(options.output, results, minutes=(time.monotonic() - begun) / 60)
    progress(f"written: {options.output}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--triples",
        type=int,
        action="append",
        help="size of the generated graph; may be given several times (10000 and 1000000)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="turns of each server (3)")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a turn (1.5)")
    parser.add_argument("--only", action="append", help="only servers whose name contains this")
    parser.add_argument(
        "--brief",
        action="store_true",
        help="loads, mix, points and joins alone: no canned queries, lists, changes and runaways",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("gfmdkg", appauthor=False) / "benchmarks",
        help="folder of generated graphs and of rdflib-endpoint's environment",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(__file__).with_name("RESULTS.md"),
        help="where the results go (benchmarks/RESULTS.md)",
    )
    return parser.parse_args()


def _measure_size(
    triples: int,
    *,
    cache: Path,
    work: Path,
    options: argparse.Namespace,
    with_runaways: bool,
    progress: Callable[[str], None],
) -> SizeResult:
    progress(f"generating {triples} triples")
    generated = generate(cache, triples=triples)
    everybody: list[Peer] = [
        Gfmdkg(work / "gfmdkg-1", fronts=1, store=work / "store"),
        Gfmdkg(work / "gfmdkg-2", fronts=2, store=work / "store"),
        Oxigraph(work / "oxigraph"),
        RdflibEndpoint(
            work / "rdflib-endpoint",
            environment=cache / "rdflib-endpoint",
            raw_store=work / "raw",
        ),
        Virtuoso(work / "virtuoso"),
    ]
    if options.only:
        everybody = [p for p in everybody if any(word in p.name for word in options.only)]
    for peer in everybody:
        peer.rehearsal = points(generated, round_number=98).texts[:_REHEARSED]
    missing = {peer.name: peer.missing for peer in everybody if peer.missing}
    peers = [peer for peer in everybody if peer.name not in missing]
    progress("loading with the engine alone")
    raw_seconds = raw_bulk_load(generated, work / "raw")
    progress("loading and publishing a version")
    load = publish(generated, work / "store")
    loads: dict[str, float] = {}
    for peer in peers:
        progress(f"loading, {peer.name}")
        seconds = peer.load(generated)
        if seconds is not None:
            loads[peer.name] = seconds
    try:
        for peer in list(peers):
            progress(f"starting, {peer.name}")
            try:
                peer.start()
            except RuntimeError as error:
                missing[peer.name] = str(error)
                peers.remove(peer)
        ready = {peer.name: peer.ready_seconds for peer in peers}
        answers = compare_answers(peers, generated, progress=progress)
        ours = peers[0] if isinstance(peers[0], Gfmdkg) and not options.brief else None
        canned = time_canned(ours, generated, progress=progress) if ours else {}
        other = next((peer for peer in peers if isinstance(peer, Oxigraph)), None)
        lists = time_lists(ours, other, generated, progress=progress) if ours else None
        figures = measure(
            peers,
            generated,
            rounds=options.rounds,
            seconds=options.seconds,
            progress=progress,
        )
    finally:
        for peer in peers:
            peer.end()
    incremental = None
    if ours is not None:
        plain = generate(cache, triples=min(triples, _PLAIN_TRIPLES))
        incremental = measure_incremental(
            generated, store=work / "store", plain=plain, progress=progress
        )
    chosen = [peer for peer in peers if not peer.name.endswith("2 fronts")]
    return SizeResult(
        generated=generated,
        versions={peer.name: peer.version for peer in everybody},
        missing=missing,
        raw_load_seconds=raw_seconds,
        load=load,
        peer_load_seconds=loads,
        ready_seconds=ready,
        answers=answers,
        canned=canned,
        lists=lists,
        incremental=incremental,
        figures=figures,
        runaways=measure_runaways(chosen, generated, progress=progress) if with_runaways else {},
    )


if __name__ == "__main__":
    main()
