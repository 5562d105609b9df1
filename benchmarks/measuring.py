"""Rounds: every server gets the same requests, in short turns, so that noise meets all alike."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from benchmarks.answers import Agreement, compare_answers
from benchmarks.load_client import Job, Outcome, Request, percentile
from benchmarks.peers import BASE, FLOOR, OURS, Peer
from benchmarks.results import Bar, Section, number, times
from benchmarks.workloads import Workload

__all__ = ["Client", "Scenario", "measure"]

_GRACE_SECONDS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A workload by round, how many connections send it, and which of its answers are compared.

    The first round is longer by ``warming`` and does not count. ``least_ratio`` is the bar for
    requests a second as a ratio to `oxigraph serve`, ``most_cpu`` that for CPU a request as a
    ratio to the floor, each if there is one.
    """

    name: str
    workload: Callable[[int], Workload]
    connections: int
    sample: Sequence[Request]
    warming: float = 1.0
    least_ratio: float | None = None
    most_cpu: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    outcome: Outcome
    cpu_seconds: float
    repeated: float

    @property
    def per_second(self) -> float:
        return self.outcome.per_second

    @property
    def cpu_us(self) -> float:
        answered = self.outcome.answered
        return 1e6 * self.cpu_seconds / answered if answered else float("nan")


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
    scenario: Scenario,
    peers: Sequence[Peer],
    *,
    graph: str,
    rounds: int,
    seconds: float,
    progress: Callable[[str], None],
) -> Section:
    """Compare the answers, then take turns. The servers run already."""
    progress(f"{scenario.name}: comparing answers")
    agreements = compare_answers(peers, scenario.sample)
    turns: dict[str, list[_Turn]] = {peer.name: [] for peer in peers}
    sent: dict[str, set[str]] = {peer.name: set() for peer in peers}
    for round_number in range(rounds + 1):
        progress(f"{scenario.name}, round {round_number} of {rounds}")
        workload = scenario.workload(round_number)
        for place in range(len(peers)):
            peer = peers[(place + round_number) % len(peers)]
            length = seconds if round_number else seconds * scenario.warming
            turn = _take_turn(peer, scenario, workload, length, sent[peer.name])
            if round_number:
                turns[peer.name].append(turn)
    return Section(
        graph=graph,
        lines=list(_table(scenario, turns, agreements)),
        bars=list(_bars(scenario, turns, agreements)),
    )


def _take_turn(
    peer: Peer, scenario: Scenario, workload: Workload, seconds: float, sent: set[str]
) -> _Turn:
    """One turn; ``sent`` has the texts that this server was sent before, and gets the new ones."""
    job = Job(
        port=peer.port,
        path=peer.path,
        requests=workload.requests,
        order=workload.order,
        connections=scenario.connections,
        seconds=seconds,
        grace_seconds=_GRACE_SECONDS,
    )
    before = peer.server.usage().cpu_seconds
    try:
        with Client(job) as client:
            outcome = client.outcome()
    except RuntimeError as error:  # the server has gone
        outcome = Outcome.failure(str(error), seconds=seconds)
    cpu_seconds = peer.server.usage().cpu_seconds - before
    # What goes on in a server after its turn would be in the way of the next.
    peer.calm_down()
    numbers = (workload.order or range(len(workload.requests)))[: outcome.sent]
    texts = [workload.requests[place].text for place in numbers]
    repeated = 1 - len(set(texts) - sent) / max(1, len(texts))
    sent.update(texts)
    return _Turn(outcome=outcome, cpu_seconds=cpu_seconds, repeated=repeated)


def _ratio(
    turns: Mapping[str, Sequence[_Turn]], name: str, base: str, of: Callable[[_Turn], float]
) -> float:
    """The median over the rounds of the ratio within a round."""
    if base not in turns:
        return float("nan")
    pairs = [(of(ours), of(theirs)) for ours, theirs in zip(turns[name], turns[base], strict=True)]
    return statistics.median(a / b if b else float("nan") for a, b in pairs)


def _per_second(turn: _Turn) -> float:
    return turn.per_second


def _cpu(turn: _Turn) -> float:
    return turn.cpu_us


def _table(
    scenario: Scenario,
    turns: Mapping[str, Sequence[_Turn]],
    agreements: Mapping[str, Agreement],
) -> Iterator[str]:
    yield f"### {scenario.name[0].upper()}{scenario.name[1:]}"
    yield ""
    yield (
        "| server | CPU µs/request | ÷ floor | ÷ oxigraph | requests/s | ÷ floor | ÷ oxigraph |"
        " p50 ms | p99 ms | failed | repeated | same solutions |"
    )
    yield "|---|" + "---:|" * 11
    for name, own in turns.items():
        outcomes = [turn.outcome for turn in own]
        cells = [
            name,
            number(statistics.median(turn.cpu_us for turn in own)),
            times(_ratio(turns, name, FLOOR, _cpu)),
            times(_ratio(turns, name, BASE, _cpu)),
            number(statistics.median(turn.per_second for turn in own)),
            times(_ratio(turns, name, FLOOR, _per_second)),
            times(_ratio(turns, name, BASE, _per_second)),
            number(_latency(outcomes, 0.5)),
            number(_latency(outcomes, 0.99)),
            f"{sum(_failures(outcome) for outcome in outcomes)}",
            f"{statistics.median(turn.repeated for turn in own):.0%}",
            str(agreements[name]),
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""
    some = agreements[BASE]
    yield f"{some.not_empty} of the {some.compared} answers that were compared are not empty."
    yield ""
    for name, own in turns.items():
        failures = [turn.outcome.first_failure for turn in own if turn.outcome.first_failure]
        if failures:
            yield f"First failure of {name}: `{' '.join(failures[0].split())[:200]}`"
            yield ""
        if agreements[name].differences:
            first = " ".join(agreements[name].differences[0].split())
            yield f"First other answer of {name}: `{first[:400]}`"
            yield ""


def _latency(outcomes: Sequence[Outcome], share: float) -> float:
    values = [percentile(o.latencies_ms, share) for o in outcomes if o.latencies_ms]
    return statistics.median(values) if values else float("nan")


def _failures(outcome: Outcome) -> int:
    return sum(outcome.failed.values()) + outcome.unanswered


def _bars(
    scenario: Scenario,
    turns: Mapping[str, Sequence[_Turn]],
    agreements: Mapping[str, Agreement],
) -> Iterator[Bar]:
    if OURS not in turns:
        return
    if scenario.least_ratio is not None and BASE in turns:
        ratio = _ratio(turns, OURS, BASE, _per_second)
        yield Bar(
            what=f"{scenario.name}: ≥ {scenario.least_ratio:g}× {BASE}",
            measured=times(ratio),
            is_met=ratio >= scenario.least_ratio,
        )
    if scenario.most_cpu is not None and FLOOR in turns:
        ratio = _ratio(turns, OURS, FLOOR, _cpu)
        yield Bar(
            what=f"{scenario.name}: CPU ≤ {scenario.most_cpu:g}× the floor",
            measured=times(ratio),
            is_met=ratio <= scenario.most_cpu,
        )
    agreement = agreements[OURS]
    yield Bar(
        what=f"{scenario.name}: the same solutions as {BASE}",
        measured=str(agreement),
        is_met=agreement.same == agreement.compared,
    )
