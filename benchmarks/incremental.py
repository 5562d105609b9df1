"""Validating a small change against validating everything.

Fifty triples go into a generated graph, some go out again, and each change is validated by what
it can affect. The measure beside it is a plain pyshacl run over the whole graph, in the same
process and on the same data (above a size, on a smaller graph: it needs minutes at a million).
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pyshacl

from benchmarks.generator import Generated
from gfmdkg.curation.rules import data_scope
from gfmdkg.namespaces import (
    CITO,
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
from gfmdkg.store.delta import Delta
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore
from gfmdkg.validation.checks import load_checks
from gfmdkg.validation.findings import Mode
from gfmdkg.validation.incremental import Rules, Scope, validate_delta
from gfmdkg.validation.incremental.full import data_graph
from gfmdkg.validation.shapes import load_shapes
from gfmdkg.validation.validate import Validator

__all__ = ["IncrementalFigures", "measure_incremental"]

_GRAPH = GRAPH_BASE + "data/reports/benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncrementalFigures:
    """Seconds by the clock, but for ``median_cpu``; ``plain`` is one run over ``plain_triples``."""

    triples: int
    changes: int
    changed_triples: int
    median: float
    median_cpu: float
    p90: float
    worst: float
    by_kind: dict[str, float]
    plain_triples: int
    plain: float

    @property
    def ratio(self) -> float:
        """How many times as long the plain run takes, were it over a graph of the same size."""
        return self.plain / self.median * self.triples / self.plain_triples

    def table(self, number: Callable[[float], str]) -> Iterator[str]:
        """A section of the page."""
        yield "### Validation of a change"
        yield ""
        yield "| | ms |"
        yield "|---|---:|"
        what = f"{self.changed_triples} triples, median of {self.changes} changes"
        yield f"| {what} | {number(self.median * 1000)} |"
        yield f"| — CPU | {number(self.median_cpu * 1000)} |"
        yield f"| — nine of ten within | {number(self.p90 * 1000)} |"
        for kind, seconds in self.by_kind.items():
            yield f"| — {kind} | {number(seconds * 1000)} |"
        what = f"plain pyshacl over {self.plain_triples:,} triples"
        yield f"| {what} | {number(self.plain * 1000)} |"
        yield ""
        yield (
            f"Plain pyshacl takes {self.ratio:,.0f} times as long, taken in proportion to the size;"
            " and without the checks, which validation of a change has."
        )
        yield ""


def measure_incremental(
    generated: Generated,
    *,
    store: Path,
    plain: Generated,
    changes: int = 30,
    progress: Callable[[str], None] = lambda _: None,
) -> IncrementalFigures:
    """Validate changes to the graph that ``store`` holds as its current version.

    ``plain`` is the graph for the plain run, which needs minutes for a million triples.
    """
    content = shipped_content()
    shapes = load_shapes(content.ontology / "shapes").graph
    rules = Rules(Validator(shapes), load_checks(content.ontology / "checks"))
    scope = data_scope(is_union=True)
    seconds: list[tuple[str, float]] = []
    cpu: list[float] = []
    sizes: list[int] = []
    versions = VersionStore(store)
    progress(f"validating {changes} changes")
    with versions.writing() as draft:
        assert draft.base is not None
        before = OxigraphStore.open_read_only(draft.base.database)
        for kind, delta in _deltas(generated, before, changes):
            _apply(draft.store, delta)
            begun, begun_cpu = time.perf_counter(), time.process_time()
            report = validate_delta(before, draft.store, delta, rules, scope=scope)
            seconds.append((kind, time.perf_counter() - begun))
            cpu.append(time.process_time() - begun_cpu)
            sizes.append(len(delta.added) + len(delta.removed))
            assert report.mode is Mode.INCREMENTAL, report.reason
            assert report.conforms == (kind != "fault"), report.to_text()
            _apply(draft.store, Delta(added=delta.removed, removed=delta.added))
        before.close()
    progress("plain pyshacl run")
    times = sorted(s for _, s in seconds)
    return IncrementalFigures(
        triples=generated.triples,
        changes=changes,
        changed_triples=round(statistics.median(sizes)),
        median=statistics.median(times),
        median_cpu=statistics.median(cpu),
        p90=times[int(len(times) * 0.9)],
        worst=times[-1],
        by_kind={
            kind: statistics.median(s for k, s in seconds if k == kind)
            for kind in sorted({k for k, _ in seconds})
        },
        plain_triples=plain.triples,
        plain=_plain_run(plain, rules, scope),
    )


def _plain_run(generated: Generated, rules: Rules, scope: Scope) -> float:
    store = OxigraphStore.in_memory()
    store.bulk_load(generated.path, media_type="application/n-quads")
    data = data_graph(store, scope=scope)
    begun = time.perf_counter()
    conforms, _, _ = pyshacl.validate(data, shacl_graph=rules.validator.shapes, inplace=True)
    seconds = time.perf_counter() - begun
    assert conforms
    return seconds


def _apply(store: OxigraphStore, delta: Delta) -> None:
    store.apply(added=delta.added, removed=delta.removed)
    # The union has them as well.
    default = Delta.of(added=_lines(delta.added), removed=_lines(delta.removed))
    store.apply(added=default.added, removed=default.removed)


def _lines(quads: tuple[object, ...]) -> bytes:
    return "".join(f"{q.triple} .\n" for q in quads).encode()  # type: ignore[attr-defined]


def _deltas(generated: Generated, store: OxigraphStore, count: int) -> Iterator[tuple[str, Delta]]:
    """A new recommendation with what hangs on it, in turn with a fault, an edit, a removal."""
    random = Random(7)
    for number in range(count):
        kind = ("record", "fault", "record", "label", "removal")[number % 5]
        passage = random.choice(generated.recommendations)
        if kind in ("record", "fault"):
            text = _record(passage, number, random, generated, is_faulty=kind == "fault")
            yield kind, Delta.of(added=text.encode())
        elif kind == "label":
            yield kind, _relabel(store, passage)
        else:
            yield kind, _citation_away(store, passage)


def _record(
    passage: str, number: int, random: Random, generated: Generated, *, is_faulty: bool
) -> str:
    """About fifty triples: a nested recommendation below one, with classifications."""
    report = passage.split("/id/passage/")[1].split("/")[0]
    slug, kind = passage.rpartition("/")[2], "political" if "/pol-" in passage else "practical"
    new = f"{passage}.{1}"
    key = f"{kind}-{slug.partition('-')[2]}.1"
    facts: list[tuple[str, str, str]] = [
        (new, RDF + "type", f"<{GFMD}Recommendation>"),
        (new, SKOS + "prefLabel", f'"Made-up recommendation {number}"@en'),
        (new, GFMD + "inReport", f"<{ID_BASE}report/{report}>"),
        (new, DCTERMS + "isPartOf", f"<{passage}>"),
        (
            new,
            GFMD + "kind",
            f"<{SCHEME_BASE}recommendation-kind/{'nonsense' if is_faulty else kind}>",
        ),
        (new, GFMD + "order", f'"1"^^<{XSD}integer>'),
        (new, GFMD + "number", f'"{slug.partition("-")[2].lstrip("0")}.1"'),
        (new, GFMD + "locator", f'"{kind} recommendation, below"@en'),
        (new, GFMD + "sortKey", f'"{key}"'),
        (new, GFMD + "addressee", f"<{SCHEME_BASE}addressee-type/states>"),
        (new, DCTERMS + "subject", random.choice([f"<{t}>" for t in generated.topics])),
        (new, GFMD + "examinedFor", f"<{SCHEME_BASE}examination/sdg>"),
        (new, GFMD + "examinedFor", f"<{SCHEME_BASE}examination/citations>"),
    ]
    for target in random.sample(list(generated.targets), 4):
        link = f"{new.replace('/passage/', '/classification/')}/sdg-{target.rpartition('/')[2]}"
        facts += [
            (link, RDF + "type", f"<{GFMD}Classification>"),
            (link, CITO + "hasCitingEntity", f"<{new}>"),
            (link, CITO + "hasCitedEntity", f"<{target}>"),
            (link, GFMD + "assertion", f"<{SCHEME_BASE}assertion/inferred>"),
            (link, GFMD + "confidence", f'"0.5"^^<{XSD}decimal>'),
            (link, GFMD + "reviewStatus", f"<{SCHEME_BASE}review-status/accepted>"),
            (link, PROV + "wasAttributedTo", f"<{ID_BASE}actor/group-gfmdkg-curators>"),
            (link, SKOS + "note", '"Because it says so"@en'),
            (new, GFMD + "alignsWith", f"<{target}>"),
        ]
    return "".join(f"<{s}> <{p}> {o} <{_GRAPH}> .\n" for s, p, o in facts)


def _select_quads(store: OxigraphStore, query: str) -> list[ox.Quad]:
    return [ox.Quad(*row) for row in store.select_rows(query)[1]]  # type: ignore[arg-type]


def _relabel(store: OxigraphStore, passage: str) -> Delta:
    (old,) = _select_quads(
        store,
        f"SELECT ?s ?p ?o ?g {{ BIND(<{passage}> AS ?s) BIND(<{SKOS}prefLabel> AS ?p)"
        " GRAPH ?g { ?s ?p ?o } }",
    )
    new = f'<{passage}> <{SKOS}prefLabel> "Another title"@en {old.graph_name} .'
    return Delta(added=Delta.of(added=new.encode()).added, removed=(old,))


def _citation_away(store: OxigraphStore, passage: str) -> Delta:
    """All links of a passage go, and what was derived from them."""
    quads = _select_quads(
        store,
        "SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } "
        f"{{ ?s <{CITO}hasCitingEntity> <{passage}> }} UNION "
        f"{{ VALUES ?p {{ <{GFMD}cites> <{GFMD}alignsWith> }} BIND (<{passage}> AS ?s) }} }}",
    )
    return Delta(removed=tuple(quads))
