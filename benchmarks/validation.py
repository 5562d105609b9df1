"""Validating a submission in the context of the graph, against validating the whole graph.

Files of some fifty triples are sent to the service, some with a fault. The measure beside it is
a plain pyshacl run over a whole graph of at most so many triples: it needs minutes at a million.
"""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pyshacl
import rdflib

from benchmarks.generator import Generated
from benchmarks.peers import Peer
from benchmarks.results import Bar, Section, number
from gfmdkg.namespaces import (
    CITO,
    DCTERMS,
    GFMD,
    ID_BASE,
    PROV,
    RDF,
    SCHEME_BASE,
    SKOS,
    XSD,
)

__all__ = ["submission", "time_validation", "validate"]

_SHAPES = Path(__file__).parent.parent / "ontology" / "shapes"
_PATIENCE_SECONDS = 300.0
_SUBMISSIONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    seconds: float
    cpu_seconds: float
    is_faulty: bool
    conforms: bool


def time_validation(
    peer: Peer,
    generated: Generated,
    plain: Generated,
    *,
    graph: str,
    progress: Callable[[str], None],
) -> Section:
    """Send submissions to a running server of ours; ``plain`` is the graph of the plain run."""
    progress("validation: the first submission")
    first = _judge(peer, submission(generated, 0))
    progress(f"validation: {_SUBMISSIONS} submissions")
    verdicts = [
        _judge(peer, submission(generated, number, is_faulty=number % 3 == 2))
        for number in range(1, _SUBMISSIONS + 1)
    ]
    progress("validation: plain pyshacl run")
    plain_seconds = _plain_run(plain)
    took = statistics.median(verdict.seconds for verdict in verdicts)
    right = sum(verdict.conforms != verdict.is_faulty for verdict in verdicts)
    triples = len(submission(generated, 0).splitlines())
    ratio = plain_seconds / took * generated.triples / plain.triples
    lines = [
        "### Validation of a submission",
        "",
        "| | ms |",
        "|---|---:|",
        f"| {triples} triples, median of {len(verdicts)} over HTTP | {number(took * 1000)} |",
        f"| — CPU of the server | {number(_median_cpu(verdicts) * 1000)} |",
        f"| — nine of ten within | {number(_nine_of_ten(verdicts) * 1000)} |",
        f"| — the first after the start | {number(first.seconds * 1000)} |",
        f"| plain pyshacl over {plain.triples:,} triples | {number(plain_seconds * 1000)} |",
        "",
        f"{right} of {len(verdicts)} verdicts are right. In proportion to the size and without",
        f"the checks, plain pyshacl takes {ratio:,.0f} times as long.",
        "",
    ]
    bar = Bar(
        what=f"validation of {triples} triples: median ≤ 100 ms, each verdict right",
        measured=f"{number(took * 1000)} ms, {right} of {len(verdicts)}",
        is_met=took <= 0.1 and right == len(verdicts),
    )
    return Section(graph=graph, lines=lines, bars=[bar])


def validate(peer: Peer, text: str) -> bool:
    """Whether the service finds that the submission, as N-Triples, conforms."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=_PATIENCE_SECONDS)
    headers = {"Content-Type": "text/turtle", "Accept": "application/json"}
    connection.request("POST", "/api/validate", text.encode(), headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise RuntimeError(f"/api/validate answers {answer.status}: {body[:300]!r}")
    return bool(json.loads(body)["conforms"])


def _judge(peer: Peer, text: str) -> _Verdict:
    cpu, begun = peer.server.usage().cpu_seconds, time.perf_counter()
    conforms = validate(peer, text)
    return _Verdict(
        seconds=time.perf_counter() - begun,
        cpu_seconds=peer.server.usage().cpu_seconds - cpu,
        is_faulty="nonsense" in text,
        conforms=conforms,
    )


def _median_cpu(verdicts: Sequence[_Verdict]) -> float:
    return statistics.median(verdict.cpu_seconds for verdict in verdicts)


def _nine_of_ten(verdicts: Sequence[_Verdict]) -> float:
    return sorted(verdict.seconds for verdict in verdicts)[int(len(verdicts) * 0.9)]


def _plain_run(generated: Generated) -> float:
    shapes, data = rdflib.Graph(), rdflib.Graph()
    for file in sorted(_SHAPES.glob("*.ttl")):
        shapes.parse(file)
    quads = ox.parse(path=generated.path, format=ox.RdfFormat.N_QUADS)
    data.parse(data="".join(f"{quad.triple} .\n" for quad in quads), format="nt")
    begun = time.perf_counter()
    conforms, _, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    assert conforms
    return time.perf_counter() - begun


def submission(generated: Generated, number: int, *, is_faulty: bool = False) -> str:
    """About fifty triples: a recommendation below one that is there, with classifications."""
    random = Random(number)
    passage = random.choice(generated.recommendations)
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
        ]
    return "".join(f"<{s}> <{p}> {o} .\n" for s, p, o in facts)
