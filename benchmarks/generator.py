"""Generated graphs: the shape of the real one at any size, the same for the same seed.

A graph is one N-Quads file with a named graph per report, as the build would make it, its
derived links included, and beside it a small record of what is in it, from which the
workloads take what they ask for.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.reference import Reference
from benchmarks.reports import ReportWriter

__all__ = ["TRIPLES_PER_REPORT", "Generated", "generate"]

TRIPLES_PER_REPORT = 3_900
"""About so many triples a report has; the real one has 3,755, and 40 derived links."""

_FORMAT = 2  # of the files; a change makes old ones in a cache be written anew
_LISTED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A generated graph on disk and what queries may ask for. All lists are of IRIs."""

    path: Path
    seed: int
    triples: int
    reports: int
    recommendations_total: int
    sessions: tuple[str, ...]
    passages: tuple[str, ...]
    recommendations: tuple[str, ...]
    persons: tuple[str, ...]
    cited: tuple[str, ...]
    topics: tuple[str, ...]
    targets: tuple[str, ...]


def generate(folder: Path, *, triples: int, seed: int = 1) -> Generated:
    """Write a graph of at least ``triples`` triples below ``folder``, or find it there."""
    name = f"graph-{_FORMAT}-{triples}-{seed}"
    path, record = folder / f"{name}.nq", folder / f"{name}.json"
    if record.exists() and path.exists():
        values = json.loads(record.read_bytes())
        lists = {key: tuple(v) for key, v in values.items() if isinstance(v, list)}
        return Generated(path=path, **(values | lists))
    folder.mkdir(parents=True, exist_ok=True)
    generated = _write(path, triples=triples, seed=seed)
    values = asdict(generated)
    del values["path"]
    record.write_text(json.dumps(values), encoding="utf-8")
    return generated


def _write(path: Path, *, triples: int, seed: int) -> Generated:
    reference = Reference(seed=seed, reports=triples // TRIPLES_PER_REPORT)
    writer = ReportWriter(reference, seed=seed)
    sessions: list[str] = []
    passages: list[str] = []
    recommendations: list[str] = []
    total, recommendations_total, number = len(reference.lines), 0, 0
    with path.open("w", encoding="utf-8") as file:
        file.write("\n".join(reference.lines) + "\n")
        while total < triples or number == 0:
            report = writer.write(number)
            file.write(report.text())
            total += len(report.lines) + len(report.derived)
            recommendations_total += len(report.recommendations)
            number += 1
            if len(passages) < _LISTED:
                passages += report.passages
            if len(recommendations) < _LISTED:
                recommendations += report.recommendations
            sessions.append(report.session)
    return Generated(
        path=path,
        seed=seed,
        triples=total,
        reports=number,
        recommendations_total=recommendations_total,
        sessions=tuple(sessions[:_LISTED]),
        passages=tuple(passages),
        recommendations=tuple(recommendations),
        persons=tuple(reference.persons[:_LISTED]),
        cited=tuple(cited.iri for cited in reference.cited),
        topics=tuple(term[1:-1] for term in reference.scheme("topic")),
        targets=tuple(reference.targets),
    )
