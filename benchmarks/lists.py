"""Faceted lists, completions and searches over HTTP, and the same facets by plain SPARQL."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from benchmarks.facet_queries import facet_query
from benchmarks.generator import Generated
from benchmarks.peers import Peer
from benchmarks.results import Bar, Section, number
from gfmdkg.lists.definitions import ASSERTION, LISTS
from gfmdkg.lists.selection import Choice, Selection, selection_query
from gfmdkg.namespaces import SCHEME_BASE

__all__ = ["time_lists", "wait_until_ready"]

_LIST = LISTS["recommendations"]
_REQUESTS = 40
_REPEATS = 200
_COMPARED = 4
_READY_SECONDS = 600.0
_PATIENCE_SECONDS = 120.0
_WORDS = ("children", "detention", "labour rights", "recrutment", "migra*", "framework 3", "data")
_BEGINNINGS = ("mig", "made", "hum", "con", "dialogue", "un", "gl", "rep", "cedaw", "int")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTimes:
    """Median times in milliseconds, each over one connection.

    ``faceted_ms`` is a page of 50 recommendations with all facets, never asked before;
    ``cached_ms`` the same asked again. ``sparql_ms`` is the same items and facets by one query
    each, sent to ``sparql_server`` one after the other. ``same`` says how many of the facets
    that were compared have the same counts. ``ready_seconds`` is how long they were waited for.
    """

    ready_seconds: float
    faceted_ms: float
    cached_ms: float
    suggest_ms: float
    search_ms: float
    sparql_server: str = ""
    sparql_ms: float = 0.0
    same: str = ""

    def bars(self) -> Iterator[Bar]:
        """How long each may take."""
        for what, took, most in (
            ("list with all facets, uncached", self.faceted_ms, 15),
            ("suggest", self.suggest_ms, 5),
            ("search", self.search_ms, 10),
        ):
            yield Bar(
                what=f"{what}: p50 ≤ {most} ms",
                measured=f"{number(took)} ms",
                is_met=took <= most,
            )

    def table(self) -> Iterator[str]:
        """The lines of the section."""
        yield "### Lists, completions and searches"
        yield ""
        yield "| | p50 ms |"
        yield "|---|---:|"
        yield f"| recommendations, all facets, never asked before | {number(self.faceted_ms)} |"
        yield f"| the same, asked again | {number(self.cached_ms)} |"
        yield f"| suggest | {number(self.suggest_ms)} |"
        yield f"| search | {number(self.search_ms)} |"
        if self.sparql_server:
            what = f"the same items and facets by SPARQL, {self.sparql_server}"
            yield f"| {what} | {number(self.sparql_ms)} |"
        yield ""
        if self.sparql_server:
            yield f"By SPARQL {self.same} answers (items; the counts of each facet) are the same."
        yield f"The search index was there {self.ready_seconds:.0f} s after being asked for."
        yield ""


def time_lists(
    ours: Peer,
    other: Peer | None,
    generated: Generated,
    *,
    graph: str,
    progress: Callable[[str], None],
) -> Section:
    """Time them, our server first; ``other`` is asked for the same by SPARQL."""
    progress("lists: waiting for them")
    begun = time.monotonic()
    for path in ("/api/recommendations?per_page=1", "/api/search?q=a", "/api/suggest?q=a"):
        wait_until_ready(ours, path)
    ready_seconds = time.monotonic() - begun
    progress("lists: faceted, cached, suggest, search")
    selections = list(_selections(generated))
    paths = [_path(values) for values in selections]
    faceted = _times(ours, paths)
    cached = _times(ours, [paths[0]] * _REPEATS)
    suggest = _times(ours, [f"/api/suggest?q={quote(text)}" for text in _BEGINNINGS])
    search = _times(
        ours,
        [f"/api/search?q={quote(word)}&per_page={n}" for word in _WORDS for n in (20, 21, 22)],
    )
    sparql_ms, same = 0.0, ""
    if other is not None:
        progress(f"lists: by SPARQL, {other.name}")
        sparql_ms, same = _compare(ours, other, selections[:_COMPARED])
    found = ListTimes(
        ready_seconds=ready_seconds,
        faceted_ms=statistics.median(faceted),
        cached_ms=statistics.median(cached),
        suggest_ms=statistics.median(suggest),
        search_ms=statistics.median(search),
        sparql_server=other.name if other else "",
        sparql_ms=sparql_ms,
        same=same,
    )
    return Section(graph=graph, lines=list(found.table()), bars=list(found.bars()))


def _path(values: Mapping[str, Sequence[str]]) -> str:
    """The path of the list with all facets."""
    return f"/api/{_LIST.name}?{urlencode({**values, 'facets': 'all'}, doseq=True)}"


def _selections(generated: Generated) -> Iterator[Mapping[str, Sequence[str]]]:
    """Filters as a reader sets them: none, one, two or three; all different."""
    random = Random(5)
    kind = SCHEME_BASE + "recommendation-kind/"
    makers: Mapping[str, Callable[[], str]] = {
        "topics": lambda: random.choice(generated.topics),
        "instruments": lambda: random.choice(generated.cited[:40]),
        "kind": lambda: kind + random.choice(("political", "practical")),
        "sdg_targets": lambda: random.choice([t for t in generated.targets if "." in t[28:]]),
        "session": lambda: "-" + random.choice(generated.sessions),
    }
    seen: set[str] = set()
    while len(seen) < _REQUESTS:
        names = random.sample([*makers], random.choice((0, 1, 1, 2, 2, 3)))
        values = {name: [makers[name]()] for name in sorted(names)}
        if (key := json.dumps(values)) not in seen:
            seen.add(key)
            yield values


def wait_until_ready(peer: Peer, path: str) -> None:
    """Ask until the answer is there, which needs an index or so that is being made."""
    end = time.monotonic() + _READY_SECONDS
    while True:
        status, _, _ = _get(_connect(peer), path)
        if status == http.client.OK:
            return
        if time.monotonic() > end:
            raise RuntimeError(f"{peer.name} does not answer {path}: status {status}")
        time.sleep(0.5)


def _times(peer: Peer, paths: Sequence[str]) -> list[float]:
    connection = _connect(peer)
    times = []
    for path in paths:
        status, seconds, body = _get(connection, path)
        if status != http.client.OK:
            raise RuntimeError(f"{peer.name} answers {path} with {status}: {body[:200]!r}")
        times.append(seconds * 1000)
    connection.close()
    return times


def _connect(peer: Peer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", peer.port, timeout=_PATIENCE_SECONDS)


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, float, bytes]:
    begun = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, time.perf_counter() - begun, body


def _compare(
    ours: Peer, other: Peer, selections: Sequence[Mapping[str, Sequence[str]]]
) -> tuple[float, str]:
    """The median time by SPARQL, and how many facets have the same counts as ours."""
    times: list[float] = []
    same = compared = 0
    for values in selections:
        _, _, body = _get(_connect(ours), _path({**values, "facet_limit": ["1000"]}))
        facets = json.loads(body)["facets"]
        selection = Selection(choices={name: _choice(texts) for name, texts in values.items()})
        begun = time.perf_counter()
        items = _ask(other, selection_query(_LIST, selection, _LIST.first_order))
        counted = {
            facet.name: _ask(other, facet_query(_LIST, selection, facet))
            for facet in _LIST.facets.values()
        }
        times.append((time.perf_counter() - begun) * 1000)
        same += len(items) == json.loads(body)["total"]
        compared += 1
        for name, rows in counted.items():
            if name != ASSERTION:
                same += _table(rows) == _counts(facets[name])
                compared += 1
    return statistics.median(times), f"{same} of {compared}"


def _choice(texts: Sequence[str]) -> Choice:
    return Choice(
        included=tuple(ox.NamedNode(text) for text in texts if not text.startswith("-")),
        excluded=tuple(ox.NamedNode(text[1:]) for text in texts if text.startswith("-")),
    )


def _ask(peer: Peer, query: str) -> list[Mapping[str, Mapping[str, str]]]:
    connection = _connect(peer)
    headers = {
        "Accept": "application/sparql-results+json",
        "Content-Type": "application/sparql-query",
    }
    connection.request("POST", peer.path, body=query.encode(), headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{peer.name} answers {answer.status}: {body[:300]!r}")
    rows: list[Mapping[str, Mapping[str, str]]] = json.loads(body)["results"]["bindings"]
    return rows


def _table(rows: Sequence[Mapping[str, Mapping[str, str]]]) -> dict[str, int]:
    counts = {row["value"]["value"]: int(row["count"]["value"]) for row in rows if "value" in row}
    return dict(sorted((value, count) for value, count in counts.items() if count))


def _counts(facet: Mapping[str, Sequence[Mapping[str, object]]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in facet["values"]:
        named = value["value"]
        text = named["iri"] if isinstance(named, dict) else json.dumps(named).strip('"')
        count = value["count"]
        if isinstance(count, int) and count and not value["excluded"]:
            counts[text] = count
    return dict(sorted(counts.items()))
