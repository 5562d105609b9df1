"""The page of results: sections with their tables, and the bars, met or not."""

import math
import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

__all__ = ["Bar", "Section", "number", "page", "times"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What has to be reached, and what was measured."""

    what: str
    measured: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one part of a run found about one graph (or about none: the shipped one)."""

    graph: str
    lines: Sequence[str]
    bars: Sequence[Bar] = ()


def page(sections: Sequence[Section], *, minutes: float, command: str) -> str:
    """The page, in Markdown."""
    lines = [*_head(minutes, command), *_bars(sections)]
    graph = ""
    for section in sections:
        if section.graph != graph:
            graph = section.graph
            lines += [f"## {graph[0].upper()}{graph[1:]}", ""]
        lines += section.lines
    return "\n".join(lines).rstrip() + "\n"


def _head(minutes: float, command: str) -> Iterator[str]:
    yield "# Results of the benchmarks"
    yield ""
    yield f"Written by `{command}`; `benchmarks/README.md` says what is measured and how."
    yield ""
    yield f"- Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {minutes:.0f} minutes"
    yield f"- Commit: {_commit()}"
    yield (
        f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory_gib()} GiB;"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )
    packages = ("gfmdkg", "pyoxigraph", "oxigraph", "uvicorn")
    yield "- Packages: " + ", ".join(f"{name} {version(name)}" for name in packages)
    yield f"- Load average at the end: {os.getloadavg()[0]:.1f}"
    yield ""


def _bars(sections: Sequence[Section]) -> Iterator[str]:
    if not any(section.bars for section in sections):
        return
    yield "## The bars"
    yield ""
    yield "| bar | graph | measured | |"
    yield "|---|---|---|---|"
    for section in sections:
        for bar in section.bars:
            verdict = "met" if bar.is_met else "**not met**"
            yield f"| {bar.what} | {section.graph} | {bar.measured} | {verdict} |"
    yield ""


def number(value: float) -> str:
    """A figure with three digits or so."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "no answer"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f}"


def times(value: float) -> str:
    """A ratio."""
    return "–" if math.isnan(value) else f"{number(value)}×"


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
