"""Rounds: every server gets the same requests, in short turns, so that noise meets all alike."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from benchmarks.generator import Generated
from benchmarks.load_client import Job, Outcome, percentile
from benchmarks.peers import Peer
from benchmarks.workloads import Workload, heavy, mix, points

__all__ = ["SCENARIOS", "Client", "Figures", "measure", "run_client"]


_GRACE_SECONDS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A workload, and how many connections send it."""

    name: str
    workload: Callable[..., Workload]
    connections: int


SCENARIOS = (
    Scenario(name="mix with repeats", workload=mix, connections=8),
    Scenario(name="points, never repeated", workload=points, connections=8),
    Scenario(name="joins and aggregates", workload=heavy, connections=2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Medians over the rounds of one server in one scenario; times in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    peak_bytes: int
    failures: int
    first_failure: str
    answered: int
    repeated_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    outcome: Outcome
    cpu_seconds: float
    peak_bytes: int


def run_client(job: Job) -> Outcome:
    """Carry out a job in a process of its own."""
    with Client(job) as client:
        return client.outcome()


class Client:
    """A load client that runs beside this process."""

    def __init__(self, job: Job) -> None:
        self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - lives as long as this does
            "w", suffix=".json", encoding="utf-8"
        )
        json.dump(asdict(job), self._file)
        self._file.flush()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load_client", self._file.name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        self._file.close()

    def wait_until_begun(self) -> None:
        """Return when the first request is about to be sent, or the client has failed."""
        assert self._process.stdout is not None  # it is a pipe
        self._process.stdout.readline()

    def outcome(self) -> Outcome:
        """Wait for the end; raises ``RuntimeError`` where the client failed."""
        output, errors = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError(f"the load client failed: {errors.decode(errors='replace')[-800:]}")
        return Outcome(**json.loads(output))


def measure(
    peers: Sequence[Peer],
    generated: Generated,
    *,
    rounds: int,
    seconds: float,
    progress: Callable[[str], None],
) -> Mapping[str, Mapping[str, Figures]]:
    """Figures by scenario and server. The servers run already."""
    turns: dict[tuple[str, str], list[_Turn]] = {}
    for scenario in SCENARIOS:
        for number in range(-1, rounds):  # the first round warms up
            workload = scenario.workload(generated, round_number=number + 1)
            for turn in range(len(peers)):
                peer = peers[(turn + number) % len(peers)]
                progress(f"{scenario.name}, round {number + 1} of {rounds}, {peer.name}")
                taken = _take_turn(peer, scenario, workload, seconds)
                if number >= 0:
                    turns.setdefault((scenario.name, peer.name), []).append(taken)
    return {
        scenario.name: {peer.name: _figures(turns[scenario.name, peer.name]) for peer in peers}
        for scenario in SCENARIOS
    }


def _take_turn(peer: Peer, scenario: Scenario, workload: Workload, seconds: float) -> _Turn:
    before = peer.server.usage()
    job = Job(
        port=peer.port,
        path=peer.path,
        texts=workload.texts,
        order=workload.order,
        connections=scenario.connections,
        seconds=seconds,
        grace_seconds=_GRACE_SECONDS,
    )
    try:
        outcome = run_client(job)
    except RuntimeError as error:  # the server has gone
        outcome = Outcome.failure(str(error), seconds=seconds)
    after = peer.server.usage()
    # What goes on in a server after its turn would be in the way of the next.
    peer.calm_down()
    return _Turn(
        outcome=outcome,
        cpu_seconds=after.cpu_seconds - before.cpu_seconds,
        peak_bytes=after.peak_bytes,
    )


def _figures(turns: Sequence[_Turn]) -> Figures:
    outcomes = [turn.outcome for turn in turns]
    answered = sum(outcome.answered for outcome in outcomes)
    sent = answered + sum(sum(outcome.failed.values()) for outcome in outcomes)
    failures = sent - answered + sum(outcome.unanswered for outcome in outcomes)

    def median_of(share: float) -> float:
        values = [percentile(o.latencies_ms, share) for o in outcomes if o.latencies_ms]
        return statistics.median(values) if values else float("nan")

    return Figures(
        per_second=statistics.median(outcome.per_second for outcome in outcomes),
        p50_ms=median_of(0.5),
        p99_ms=median_of(0.99),
        cpu_ms=statistics.median(
            1000 * turn.cpu_seconds / max(1, turn.outcome.answered) for turn in turns
        ),
        peak_bytes=max(turn.peak_bytes for turn in turns),
        failures=failures,
        first_failure=next((o.first_failure for o in outcomes if o.first_failure), ""),
        answered=answered,
        repeated_share=1 - sum(o.distinct for o in outcomes) / max(1, sent),
    )
