"""Validating a small change against validating everything, and validating a file over HTTP.

Fifty triples go into a generated graph, some go out again, and each change is validated by what
it can affect; files with such changes are also sent to the service. The measure beside it is a
plain pyshacl run over the whole graph, in the same process and on the same data (above a size, on
a smaller graph: it needs minutes at a million).
"""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pyshacl

from benchmarks.generator import Generated
from benchmarks.peers import Peer
from benchmarks.results import Bar, Section, number
from gfmdkg.build.sources import data_scope
from gfmdkg.namespaces import (
    DCTERMS,
    GFMD,
    GRAPH_BASE,
    ID_BASE,
    PROV,
    RDF,
    SCHEME_BASE,
    SKOS,
    XSD,
)
from gfmdkg.paths import shipped_content
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation.data_graph import Scope, data_graph
from gfmdkg.validation.findings import Mode
from gfmdkg.validation.incremental.rules import Rules, load_rules
from gfmdkg.validation.validate import Request, validate

__all__ = ["measure_validation", "submission", "validate_over_http"]

_GRAPH = GRAPH_BASE + "data/reports/benchmark"
_CHANGES = 30
_SUBMISSIONS = 15
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """Seconds that the validation of one change took, and how many triples it has."""

    kind: str
    triples: int
    seconds: float
    cpu_seconds: float


def measure_validation(
    peer: Peer,
    generated: Generated,
    plain: Generated,
    *,
    store: Path,
    graph: str,
    progress: Callable[[str], None],
) -> Section:
    """Validate changes to the graph that ``store`` holds and ``peer`` serves.

    ``plain`` is the graph for the plain run, which needs minutes for a million triples.
    """
    rules = load_rules(shipped_content().ontology)
    scope = data_scope(is_union=True)
    progress(f"validating {_CHANGES} changes")
    changes = list(_validated(generated, store, rules, scope))
    progress(f"validating {_SUBMISSIONS + 1} files over HTTP")
    first, *files = (_timed(peer, generated, turn) for turn in range(_SUBMISSIONS + 1))
    progress("plain pyshacl run")
    plain_seconds = _plain_run(plain, rules, scope)
    took = sorted(change.seconds for change in changes)
    median = statistics.median(took)
    rows = {
        f"{statistics.median(c.triples for c in changes):.0f} triples, median of {len(changes)}"
        " changes": median,
        "— CPU": statistics.median(change.cpu_seconds for change in changes),
        "— nine of ten within": took[int(len(took) * 0.9)],
        **{
            f"— {kind}": statistics.median(c.seconds for c in changes if c.kind == kind)
            for kind in sorted({change.kind for change in changes})
        },
        "a file of 45 triples over HTTP": statistics.median(seconds for seconds, _ in files),
        "— CPU of the server": statistics.median(cpu_seconds for _, cpu_seconds in files),
        "— the first one after the start": first[0],
        f"plain pyshacl over {plain.triples:,} triples": plain_seconds,
    }
    ratio = plain_seconds / median * generated.triples / plain.triples
    lines = [
        "### Validation of a change",
        "",
        "| | ms |",
        "|---|---:|",
        *(f"| {what} | {number(seconds * 1000)} |" for what, seconds in rows.items()),
        "",
        f"In proportion to the size, plain pyshacl takes {ratio:,.0f} times as long as a change,",
        "and that without the checks. Each change and each file got the right verdict.",
        "",
    ]
    bar = Bar(
        what="validation of a change of fifty triples: median ≤ 100 ms",
        measured=f"{number(median * 1000)} ms",
        is_met=median <= 0.1,
    )
    return Section(graph=graph, lines=lines, bars=[bar])


def _validated(generated: Generated, store: Path, rules: Rules, scope: Scope) -> Iterator[_Change]:
    with VersionStore(store).writing() as draft:
        assert draft.base is not None
        before = OxigraphStore.open_read_only(draft.base.database)
        for kind, delta in _deltas(generated, before, _CHANGES):
            delta.apply(draft.store, is_union=True)
            begun, begun_cpu = time.perf_counter(), time.process_time()
            request = Request(state=draft.store, before=before, delta=delta, scope=scope)
            report = validate(request, rules)
            yield _Change(
                kind=kind,
                triples=len(delta.added) + len(delta.removed),
                seconds=time.perf_counter() - begun,
                cpu_seconds=time.process_time() - begun_cpu,
            )
            assert report.mode is Mode.INCREMENTAL, report.reason
            assert report.conforms == (kind != "fault"), report.findings
            delta.inverse.apply(draft.store, is_union=True)
        before.close()


def submission(generated: Generated, place: int, *, is_faulty: bool = False) -> str:
    """A file as a curator sends it: a new recommendation with its links, as N-Triples."""
    random = Random(place)
    passage = random.choice(generated.recommendations)
    quads = _record(passage, place, random, generated, is_faulty=is_faulty)
    # What is derived is not submitted.
    lines = [line for line in quads.splitlines() if "#alignsWith>" not in line]
    return "".join(f"{line.removesuffix(f' <{_GRAPH}>')} .\n" for line in lines)


def validate_over_http(peer: Peer, text: str) -> bool:
    """Whether the service finds that a file, as N-Triples, conforms in the context of the graph."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=_PATIENCE_SECONDS)
    headers = {"Content-Type": "text/turtle", "Accept": "application/json"}
    connection.request("POST", "/api/validate", text.encode(), headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"/api/validate answers {answer.status}: {body[:300]!r}")
    return bool(json.loads(body)["conforms"])


def _timed(peer: Peer, generated: Generated, place: int) -> tuple[float, float]:
    """Seconds by the clock and of the server's CPU."""
    is_faulty = place % 3 == 2
    text = submission(generated, place, is_faulty=is_faulty)
    cpu_seconds, begun = peer.server.usage().cpu_seconds, time.perf_counter()
    assert validate_over_http(peer, text) != is_faulty
    seconds = time.perf_counter() - begun
    return seconds, peer.server.usage().cpu_seconds - cpu_seconds


def _plain_run(generated: Generated, rules: Rules, scope: Scope) -> float:
    store = OxigraphStore.in_memory()
    store.load(generated.path.read_bytes(), media_type="application/n-quads")
    data = data_graph(store, scope=scope)
    begun = time.perf_counter()
    conforms, _, _ = pyshacl.validate(data, shacl_graph=rules.graph, inplace=True)
    seconds = time.perf_counter() - begun
    assert conforms
    return seconds


def _deltas(generated: Generated, store: OxigraphStore, count: int) -> Iterator[tuple[str, Patch]]:
    """A new recommendation with what hangs on it, in turn with a fault, an edit, a removal."""
    random = Random(7)
    for place in range(count):
        kind = ("record", "fault", "record", "label", "removal")[place % 5]
        passage = random.choice(generated.recommendations)
        if kind in ("record", "fault"):
            text = _record(passage, place, random, generated, is_faulty=kind == "fault")
            yield kind, Patch.of(text.splitlines(), ())
        elif kind == "label":
            yield kind, _relabel(store, passage)
        else:
            yield kind, _citation_away(store, passage)


def _record(
    passage: str, place: int, random: Random, generated: Generated, *, is_faulty: bool
) -> str:
    """About fifty triples: a nested recommendation below one, with classifications."""
    slug, kind = passage.rpartition("/")[2], "political" if "/pol-" in passage else "practical"
    new = f"{passage}.{1}"
    facts: list[tuple[str, str, str]] = [
        (new, RDF + "type", f"<{GFMD}Recommendation>"),
        (new, SKOS + "prefLabel", f'"Made-up recommendation {place}"@en'),
        (new, DCTERMS + "isPartOf", f"<{passage}>"),
        (
            new,
            GFMD + "recommendationKind",
            f"<{SCHEME_BASE}recommendation-kind/{'nonsense' if is_faulty else kind}>",
        ),
        (new, GFMD + "number", f'"{slug.partition("-")[2].lstrip("0")}.1"'),
        (new, GFMD + "addressee", f"<{SCHEME_BASE}actor-type/state>"),
        (new, DCTERMS + "subject", random.choice([f"<{t}>" for t in generated.topics])),
        (new, GFMD + "examinedFor", f"<{SCHEME_BASE}examination/sdg>"),
        (new, GFMD + "examinedFor", f"<{SCHEME_BASE}examination/citations>"),
    ]
    for target in random.sample(list(generated.targets), 4):
        link = f"{new.replace('/passage/', '/classification/')}/sdg-{target.rpartition('/')[2]}"
        facts += [
            (link, RDF + "type", f"<{GFMD}Classification>"),
            (link, GFMD + "passage", f"<{new}>"),
            (link, GFMD + "target", f"<{target}>"),
            (link, GFMD + "assertion", f"<{SCHEME_BASE}assertion/inferred>"),
            (link, GFMD + "confidence", f'"0.5"^^<{XSD}decimal>'),
            (link, GFMD + "reviewStatus", f"<{SCHEME_BASE}review-status/accepted>"),
            (link, PROV + "wasAttributedTo", f"<{ID_BASE}actor/group-gfmdkg-curators>"),
            (link, SKOS + "note", '"Because it says so"@en'),
            (new, GFMD + "alignsWith", f"<{target}>"),
        ]
    return "".join(f"<{s}> <{p}> {o} <{_GRAPH}>\n" for s, p, o in facts)


def _select_quads(store: OxigraphStore, query: str) -> list[ox.Quad]:
    return [ox.Quad(*row) for row in store.select(query)]  # type: ignore[arg-type]


def _relabel(store: OxigraphStore, passage: str) -> Patch:
    (old,) = _select_quads(
        store,
        f"SELECT ?s ?p ?o ?g {{ BIND(<{passage}> AS ?s) BIND(<{SKOS}prefLabel> AS ?p)"
        " GRAPH ?g { ?s ?p ?o } }",
    )
    new = f'<{passage}> <{SKOS}prefLabel> "Another title"@en {old.graph_name}'
    return Patch.of([new], [str(old)])


def _citation_away(store: OxigraphStore, passage: str) -> Patch:
    """All links of a passage go, and what was derived from them."""
    quads = _select_quads(
        store,
        "SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } "
        f"{{ ?s <{GFMD}passage> <{passage}> }} UNION "
        f"{{ VALUES ?p {{ <{GFMD}cites> <{GFMD}alignsWith> }} BIND (<{passage}> AS ?s) }} }}",
    )
    return Patch.of((), map(str, quads))
