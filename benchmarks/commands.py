"""What is paid once: to load, to build, to start, and for one answer on the command line."""

import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from benchmarks.generator import TRIPLES_PER_REPORT, Generated
from benchmarks.peers import gfmdkg
from benchmarks.processes import ServerProcess, free_port
from benchmarks.reference import MADE_UP_GRAPH, Reference
from benchmarks.reports import ReportWriter
from benchmarks.results import Bar, Section, number, times
from benchmarks.stores import load_command
from gfmdkg.namespaces import PREFIXES

__all__ = ["Checkout", "measure_build", "measure_command", "measure_load", "measure_start"]

_TOP = Path(__file__).parent.parent
_BULK_LOAD = """
import sys, pyoxigraph
store = pyoxigraph.Store(sys.argv[1])
store.bulk_load(path=sys.argv[2], format=pyoxigraph.RdfFormat.N_QUADS)
store.flush()
"""
_SHIPPED = "the shipped graph"
_STEP = 10_000
_START_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    seconds: float
    cpu_seconds: float


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> _Cost:
    """Run to its end, the CPU of all its processes counted; raises where it fails.

    Bytecode is kept, as where gfmdkg is installed, whatever the environment says.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**kept, **(environment or {})},
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return _Cost(seconds=seconds, cpu_seconds=usage.ru_utime + usage.ru_stime)


def measure_load(
    generated: Generated,
    folder: Path,
    *,
    graph: str,
    rounds: int,
    progress: Callable[[str], None],
) -> Section:
    """`gfmdkg load --unchecked` to a published version, against the engine's own bulk load."""
    raw: list[_Cost] = []
    ours: list[_Cost] = []
    for turn in range(rounds):
        progress(f"load, round {turn + 1} of {rounds}")
        target = folder / "load"
        shutil.rmtree(target, ignore_errors=True)
        raw.append(_run([sys.executable, "-c", _BULK_LOAD, str(target), str(generated.path)]))
        shutil.rmtree(target)
        ours.append(_run(load_command(generated, target)))
        shutil.rmtree(target)
    rows = {"raw bulk_load, a process of its own": raw, "gfmdkg load --unchecked": ours}
    lines = ["### Load", "", "| | seconds | CPU s | speed ÷ bulk_load |", "|---|---:|---:|---:|"]
    least = statistics.median(cost.seconds for cost in raw)
    for name, costs in rows.items():
        took = statistics.median(cost.seconds for cost in costs)
        cpu = statistics.median(cost.cpu_seconds for cost in costs)
        lines.append(f"| {name} | {number(took)} | {number(cpu)} | {times(least / took)} |")
    speed = least / statistics.median(cost.seconds for cost in ours)
    bar = Bar(
        what="load to a published version: ≥ 0.35× raw bulk_load",
        measured=times(speed),
        is_met=speed >= 0.35,
    )
    return Section(graph=graph, lines=[*lines, ""], bars=[bar])


class Checkout:
    """The code and content of this checkout, with made-up reports among the data.

    ``reports`` of them make the graph that is built about so much larger than the shipped one.
    """

    def __init__(self, folder: Path, *, reports: int) -> None:
        self._folder = folder
        self.store = folder / "store"
        self.triples = 0
        for name in ("src/gfmdkg", "ontology", "data", "queries"):
            shutil.copytree(
                _TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        if reports:
            self._add(reports)

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes Python run this checkout."""
        return {"PYTHONPATH": str(self._folder / "src")}

    def command(self, *arguments: str) -> list[str]:
        """A command line over the store of this checkout."""
        return gfmdkg("--store", str(self.store), *arguments)

    def _add(self, reports: int) -> None:
        reference = Reference(seed=1, reports=reports)
        end = f" <{MADE_UP_GRAPH}> ."
        made_up = [f"{line.removesuffix(end)} ." for line in reference if line.endswith(end)]
        self._write("reference/made-up", "\n".join(made_up))
        writer = ReportWriter(reference, seed=1)
        for place in range(reports):
            report = writer.write(place)
            self._write(f"reports/{report.slug}", " .\n".join([*report.lines, ""]))
            self.triples += len(report.derived)

    def _write(self, name: str, lines: str) -> None:
        triples = list(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
        self.triples += len(triples)
        ox.serialize(
            triples,
            self._folder / "data" / f"{name}.ttl",
            format=ox.RdfFormat.TURTLE,
            prefixes=dict(PREFIXES),
        )


def measure_build(
    shipped: Checkout, grown: Checkout, *, progress: Callable[[str], None]
) -> Section:
    """CPU of a build from nothing, and of each 10,000 triples more."""
    progress("build of the shipped graph")
    small = _run(shipped.command("build"), shipped.environment)
    more = f"with {grown.triples:,} triples more"
    progress(f"build {more}")
    large = _run(grown.command("build"), grown.environment)
    step = (large.cpu_seconds - small.cpu_seconds) * _STEP / grown.triples
    lines = [
        "### Build",
        "",
        "| | seconds | CPU s |",
        "|---|---:|---:|",
        f"| {_SHIPPED} | {number(small.seconds)} | {number(small.cpu_seconds)} |",
        f"| {more} | {number(large.seconds)} | {number(large.cpu_seconds)} |",
        f"| — for each 10,000 of these | | {number(step)} |",
        "",
    ]
    bars = [
        Bar(
            what="build: CPU ≤ 4 s",
            measured=f"{number(small.cpu_seconds)} s",
            is_met=small.cpu_seconds <= 4,
        ),
        Bar(
            what="build: CPU ≤ 2 s for each further 10,000 triples",
            measured=f"{number(step)} s",
            is_met=step <= 2,
        ),
    ]
    return Section(graph=_SHIPPED, lines=lines, bars=bars)


def measure_start(
    shipped: Checkout, grown: Checkout, *, progress: Callable[[str], None]
) -> Section:
    """Seconds from `gfmdkg serve` to the first answer: with nothing there, and once more."""
    lines = [
        "### Start",
        "",
        "| | first answer, s | after the second start, s |",
        "|---|---:|---:|",
    ]
    bars = []
    for name, checkout in (
        (_SHIPPED, shipped),
        (f"with {grown.triples:,} triples more", grown),
    ):
        progress(f"start, {name}")
        shutil.rmtree(checkout.store, ignore_errors=True)
        first, second = _first_answer(checkout), _first_answer(checkout)
        lines.append(f"| {name} | {number(first)} | {number(second)} |")
        bars = [
            Bar(
                what="first answer ≤ 90 s, after the second start ≤ 3 s",
                measured=f"{number(first)} s, {number(second)} s, {name}",
                is_met=first <= 90 and second <= 3,
            )
        ]
    return Section(graph=_SHIPPED, lines=[*lines, ""], bars=bars)


def _first_answer(checkout: Checkout) -> float:
    port = free_port()
    begun = time.perf_counter()
    server = ServerProcess(
        checkout.command("serve", "--port", str(port)),
        log=checkout.store.with_name("server.log"),
        environment=checkout.environment,
    )
    try:
        while time.perf_counter() - begun < _START_SECONDS and server.is_alive:
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D",
                    timeout=10,
                ) as answer:
                    answer.read()
                return time.perf_counter() - begun
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)
    finally:
        server.end()
    raise RuntimeError(f"no answer: {server.log.read_text(errors='replace')[-1000:]}")


def measure_command(shipped: Checkout, *, rounds: int, progress: Callable[[str], None]) -> Section:
    """CPU of one canned query on the command line, against the imports that it needs."""
    if not shipped.store.exists():
        _run(shipped.command("build"), shipped.environment)
    run = shipped.command("run", "recommendations-citing", "--instrument", "CMW")
    progress("command line")
    _run(run, shipped.environment)  # the first one reads cold files
    ours, imports = [], []
    for _ in range(rounds):
        ours.append(_run(run, shipped.environment))
        imports.append(_run([sys.executable, "-c", "import click, pyoxigraph"]))
    pairs = zip(ours, imports, strict=True)
    ratio = statistics.median(a.cpu_seconds / b.cpu_seconds for a, b in pairs)
    lines = ["### Command line", "", "| | seconds | CPU s |", "|---|---:|---:|"]
    for name, costs in (
        ("gfmdkg run recommendations-citing --instrument CMW", ours),
        ("python -c 'import click, pyoxigraph'", imports),
    ):
        took = number(statistics.median(cost.seconds for cost in costs))
        cpu = number(statistics.median(cost.cpu_seconds for cost in costs))
        lines.append(f"| `{name}` | {took} | {cpu} |")
    bar = Bar(
        what="gfmdkg run: CPU ≤ 4× the imports alone",
        measured=times(ratio),
        is_met=ratio <= 4,
    )
    return Section(graph=_SHIPPED, lines=[*lines, ""], bars=[bar])


def grown_reports(triples: int) -> int:
    """How many made-up reports have about so many triples."""
    return max(1, triples // TRIPLES_PER_REPORT)
