"""The golden set of queries: what is expected, what is found, and how well that agrees.

``queries.tsv`` lists for each query the items that a reader of the report would want first.
With R of them, precision is their share in the first R hits and recall their share in the
first ten. A query for which nothing is expected has to find nothing.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gfmdkg.namespaces import BASE, SDG, expand
from gfmdkg.search.index import SearchIndex

QUERIES = Path(__file__).with_name("queries.tsv")
RESULTS = Path(__file__).with_name("RESULTS.md")
_PASSAGES = BASE + "id/passage/gfmd-dialogue-gcm-2017-04-06-c1/"
_FIRST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    kind: str
    query: str
    types: tuple[str, ...]
    language: str | None
    expected: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    golden: Golden
    precision: float
    recall: float
    total: int
    missing: tuple[str, ...]


def read_golden() -> list[Golden]:
    with QUERIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Golden(
            kind=row["kind"],
            query=row["query"],
            types=tuple(expand(t) or t for t in row["types"].split()),
            language=row["language"] or None,
            expected=frozenset(map(_iri, row["expected"].split())),
        )
        for row in rows
    ]


def _iri(short: str) -> str:
    if short.startswith("sdg/"):
        return SDG + short.removeprefix("sdg/")
    return (BASE if "/" in short else _PASSAGES) + short


def judge(index: SearchIndex, golden: Golden) -> Judged:
    answer = index.search(golden.query, types=golden.types, language=golden.language, limit=_FIRST)
    found = [hit.resource.iri for hit in answer.items]
    if not golden.expected:
        agrees = float(answer.total == 0)
        return Judged(
            golden=golden, precision=agrees, recall=agrees, total=answer.total, missing=()
        )
    first = found[: len(golden.expected)]
    return Judged(
        golden=golden,
        precision=len(golden.expected & set(first)) / len(golden.expected),
        recall=len(golden.expected & set(found)) / len(golden.expected),
        total=answer.total,
        missing=tuple(sorted(golden.expected - set(first))),
    )


def mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers)


def write_results(judged: list[Judged]) -> str:
    """The table that is committed."""
    about = (
        "Generated from `queries.tsv` over the shipped data; `UPDATE_RESULTS=1 pytest tests/search`"
        " writes it anew. Precision: the share of the R expected items among the first R hits;"
        f" recall: their share among the first {_FIRST}."
    )
    lines = [
        "# What the search finds",
        "",
        about,
        "",
        "| kind | queries | precision | recall |",
        "|---|---|---|---|",
    ]
    kinds = list(dict.fromkeys(j.golden.kind for j in judged))
    for kind in [*kinds, "all"]:
        group = [j for j in judged if kind in {j.golden.kind, "all"}]
        precision, recall = mean(j.precision for j in group), mean(j.recall for j in group)
        lines.append(f"| {kind} | {len(group)} | {precision:.2f} | {recall:.2f} |")
    lines += [
        "",
        "| query | in | found | expected | precision | recall |",
        "|---|---|---|---|---|---|",
    ]
    for j in judged:
        query = j.golden.query.replace("|", "\\|")
        types = " ".join(t.rpartition("#")[2].rpartition("/")[2] for t in j.golden.types)
        lines.append(
            f"| `{query}` | {types} | {j.total} | {len(j.golden.expected)}"
            f" | {j.precision:.2f} | {j.recall:.2f} |"
        )
    return "\n".join(lines) + "\n"
