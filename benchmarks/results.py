"""``RESULTS.md``: the figures of a run, their ratios, and the bars, met or not."""

import math
import os
import platform
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.canned import CannedTime
from benchmarks.generator import Generated
from benchmarks.incremental import IncrementalFigures
from benchmarks.lists import ListTimes
from benchmarks.loading import LoadFigures
from benchmarks.measuring import SCENARIOS, Figures
from benchmarks.runaways import LIMIT_SECONDS, Runaway

__all__ = ["SizeResult", "write_results"]

_BASE = "oxigraph serve"
_SCOPES = ("whole graph", "one session")
_OURS = ("gfmdkg, 1 front", "gfmdkg, 2 fronts")
_MIX, _POINTS, _HEAVY = (scenario.name for scenario in SCENARIOS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeResult:
    """Everything that was measured on one generated graph."""

    generated: Generated
    versions: Mapping[str, str]
    missing: Mapping[str, str]
    raw_load_seconds: float
    load: LoadFigures
    peer_load_seconds: Mapping[str, float]
    ready_seconds: Mapping[str, float]
    answers: Mapping[str, str]
    canned: Mapping[str, Mapping[str, CannedTime]]
    lists: ListTimes | None
    incremental: IncrementalFigures | None
    figures: Mapping[str, Mapping[str, Figures]]
    runaways: Mapping[str, Mapping[str, Runaway]]

    @property
    def load_ratio(self) -> float:
        """Our speed of loading and publishing over the engine's own speed of loading."""
        return self.raw_load_seconds / self.load.total


def write_results(path: Path, results: Sequence[SizeResult], *, minutes: float) -> None:
    """Write the page."""
    lines = [*_head(results, minutes), *_bars(results)]
    for result in results:
        lines += _size(result)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _head(results: Sequence[SizeResult], minutes: float) -> Iterator[str]:
    versions = results[0].versions
    yield "# Results of the benchmarks"
    yield ""
    yield "Written by `make bench`; `benchmarks/README.md` says what is measured and how."
    yield ""
    yield f"- Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {minutes:.0f} minutes"
    yield f"- Commit: {_commit()}"
    yield (
        f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory_gib()} GiB;"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )
    yield f"- Engine: pyoxigraph {version('pyoxigraph')}"
    listed = {name.partition(",")[0]: number for name, number in versions.items()}
    yield "- Servers: " + ", ".join(f"{name} {number}" for name, number in listed.items())
    yield f"- Load average at the end: {os.getloadavg()[0]:.1f}"
    yield ""


def _bars(results: Sequence[SizeResult]) -> Iterator[str]:
    yield "## The bars"
    yield ""
    yield "| bar | graph | measured | |"
    yield "|---|---|---|---|"
    for result in results:
        size = f"{result.generated.triples:,} triples"
        for what, measured, is_met in _checks(result):
            yield f"| {what} | {size} | {measured} | {'met' if is_met else '**not met**'} |"
    yield ""


def _checks(result: SizeResult) -> Iterator[tuple[str, str, bool]]:
    for scenario, base, least in (
        (_MIX, _BASE, 1.5),
        (_POINTS, _BASE, 0.7),
        (_MIX, "rdflib-endpoint", 20.0),
        (_POINTS, "rdflib-endpoint", 20.0),
    ):
        figures = result.figures[scenario]
        if base not in figures or _OURS[0] not in figures:
            continue
        if not figures[base].per_second:
            yield f"{scenario}: ≥ {least:g}× {base}", "it answers none in time", True
            continue
        ratios = {
            name: figures[name].per_second / figures[base].per_second
            for name in _OURS
            if name in figures
        }
        measured = ", ".join(f"{_times(r)} ({n[8:]})" for n, r in ratios.items())
        yield f"{scenario}: ≥ {least:g}× {base}", measured, max(ratios.values()) >= least
    limit = 5 if result.generated.triples < 100_000 else 50
    for scope in _SCOPES if result.canned else ():
        times = [t[scope].engine_ms for t in result.canned.values() if scope in t]
        within = sum(value <= limit for value in times)
        measured = f"{within} of {len(times)}; median {_number(statistics.median(times))} ms"
        yield f"canned query, {scope}: engine p50 ≤ {limit} ms", measured, within == len(times)
    for what, took, most in result.lists.bars() if result.lists else ():
        yield what, _milliseconds(took), took <= most
    if changes := result.incremental:
        what = f"{changes.changed_triples} triples validated: median ≤ 100 ms"
        yield what, _milliseconds(changes.median * 1000), changes.median <= 0.1
    measured = f"{result.load_ratio:.2f}×"
    yield "load ≥ 0.85× of raw bulk_load", measured, result.load_ratio >= 0.85
    ours = result.runaways.get(_OURS[0], {})
    if ours:
        stopped = sum(outcome.is_stopped for outcome in ours.values())
        slowest = max(outcome.seconds for outcome in ours.values())
        yield (
            f"runaway queries stopped within {LIMIT_SECONDS + 0.2:g} s",
            f"{stopped} of {len(ours)}, slowest {slowest:.2f} s",
            stopped == len(ours),
        )
        worst = max(outcome.canary_p99_ms for outcome in ours.values())
        yield "p99 of others meanwhile < 50 ms", _milliseconds(worst), worst < 50


def _size(result: SizeResult) -> Iterator[str]:
    generated = result.generated
    yield f"## {generated.triples:,} triples"
    yield ""
    yield (
        f"{generated.reports:,} reports with {generated.recommendations_total:,} recommendations;"
        f" {generated.path.stat().st_size / 1e6:,.0f} MB of N-Quads, seed {generated.seed}."
    )
    yield ""
    for name, reason in result.missing.items():
        yield f"Not measured: {name}, {reason}."
        yield ""
    yield from _load_table(result)
    for scenario in result.figures:
        yield from _scenario_table(scenario, result)
    yield from _canned_table(result)
    if result.lists is not None:
        yield from result.lists.table(_number)
    if result.incremental is not None:
        yield from result.incremental.table(_number)
    yield from _runaway_table(result)


def _load_table(result: SizeResult) -> Iterator[str]:
    load, raw = result.load, result.raw_load_seconds
    triples = result.generated.triples
    yield "### Load"
    yield ""
    yield "| | seconds | triples/s | to raw bulk_load |"
    yield "|---|---:|---:|---:|"
    rows = {
        "raw bulk_load": raw,
        "gfmdkg, to a published version": load.total,
        "— of which bulk_load": load.bulk_load,
        "— of which the union of the graphs": load.union,
        "— of which hash and publish": load.publish,
        **result.peer_load_seconds,
    }
    for name, seconds in rows.items():
        yield f"| {name} | {seconds:.2f} | {triples / seconds:,.0f} | {raw / seconds:.2f}× |"
    yield ""
    work = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.ready_seconds.items())
    yield f"At work after the first start and a few look-ups, before anything is measured: {work}."
    yield ""


def _scenario_table(scenario: str, result: SizeResult) -> Iterator[str]:
    figures = result.figures[scenario]
    base = figures.get(_BASE)
    yield f"### {scenario[0].upper()}{scenario[1:]}"
    yield ""
    yield (
        "| server | requests/s | ratio | p50 ms | p99 ms | CPU ms/request | CPU ratio | peak MB |"
        " repeated | failed | same rows |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, row in figures.items():
        ratio = _times(row.per_second / base.per_second) if base and base.per_second else ""
        cpu = _times(row.cpu_ms / base.cpu_ms) if base and base.cpu_ms else ""
        yield (
            f"| {name} | {_number(row.per_second)} | {ratio} | {_number(row.p50_ms)}"
            f" | {_number(row.p99_ms)} | {_number(row.cpu_ms)} | {cpu}"
            f" | {row.peak_bytes / 1e6:,.0f} | {row.repeated_share:.0%} | {row.failures}"
            f" | {result.answers.get(name, '')} |"
        )
    yield ""
    for name, row in figures.items():
        if row.failures and row.first_failure:
            yield f"First failure of {name}: `{' '.join(row.first_failure.split())[:160]}`"
            yield ""


def _canned_table(result: SizeResult) -> Iterator[str]:
    if not result.canned:
        return
    yield "### Canned queries, first page, uncached, over HTTP"
    yield ""
    yield "p50 by the service's own log, in ms: time in the engine, and of the whole request."
    yield ""
    yield "| query | " + " | ".join(f"{s}: engine | request" for s in _SCOPES) + " |"
    yield "|---|" + "---:|" * 2 * len(_SCOPES)
    slowest = sorted(result.canned.items(), key=lambda i: -i[1][_SCOPES[0]].engine_ms)
    for name, scopes in slowest:
        cells = [_canned_cell(scopes.get(scope)) for scope in _SCOPES]
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""


def _canned_cell(timed: CannedTime | None) -> str:
    if timed is None:
        return "|"
    if timed.failure:
        return f"{timed.failure} |"
    return f"{_number(timed.engine_ms)} | {_number(timed.request_ms)}"


def _runaway_table(result: SizeResult) -> Iterator[str]:
    if not result.runaways:
        return
    servers = list(result.runaways)
    yield f"### Runaway queries, limit {LIMIT_SECONDS:g} s"
    yield ""
    yield (
        "Each cell: how it ended and after how long; p99 of the canary's point queries, of which"
        " no text is repeated. “Works on” means that the server was still busy 2 s later and was"
        " started anew. rdflib-endpoint has no time limit to set."
    )
    yield ""
    yield "| query | " + " | ".join(servers) + " |"
    yield "|---|" + "---|" * len(servers)
    for query in result.runaways[servers[0]]:
        cells = [_runaway_cell(result.runaways[server][query]) for server in servers]
        yield f"| {query.replace('|', chr(92) + '|')} | " + " | ".join(cells) + " |"
    totals = [
        (
            f"{sum(o.is_stopped for o in outcomes.values())} of {len(outcomes)},"
            f" peak {max(o.peak_bytes for o in outcomes.values()) / 1e6:,.0f} MB"
        )
        for outcomes in result.runaways.values()
    ]
    yield "| **stopped in time** | " + " | ".join(totals) + " |"
    yield ""


def _runaway_cell(outcome: Runaway) -> str:
    parts = [f"{outcome.end} after {outcome.seconds:.2f} s"]
    if not outcome.is_alive:
        parts.append("no answers afterwards")
    elif not outcome.is_idle:
        parts.append("works on")
    return ", ".join(parts) + f"; canary {_milliseconds(outcome.canary_p99_ms)}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "no answer"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f}"


def _milliseconds(value: float) -> str:
    return "none answered" if math.isinf(value) else f"{_number(value)} ms"


def _times(value: float) -> str:
    return "–" if math.isnan(value) else f"{_number(value)}×"


def _commit() -> str:
    done = _git("rev-parse", "--short=12", "HEAD")
    if not done:
        return "none"
    return done + (" with uncommitted changes" if _git("status", "--porcelain") else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    found = _first_value("/proc/cpuinfo", "model name")
    return found or platform.machine()


def _memory_gib() -> int:
    return round(int((_first_value("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / (1 << 20))


def _first_value(file: str, key: str) -> str:
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""
