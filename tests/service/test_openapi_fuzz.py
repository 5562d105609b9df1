"""Whatever the OpenAPI document allows or forbids may be sent, and no answer departs from it.

Schemathesis makes the requests: some keep to the document, some break it on purpose. Each
answer must have a status, a media type, headers and a body that the document describes; what
breaks the document must be refused, and no failure is a fault of the service.
"""

import gc
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.pages.operations import parameters_of
from gfmdkg.settings import Settings

Serve = Callable[[Settings], AbstractContextManager[str]]

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LIMITS = {503, 504}  # the service protects itself; documented wherever an engine works
WRITES = {"put", "post", "delete"}

QUERIES = [
    "ASK {}",
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "SELECT (<http://e/f>(1) AS ?x) {}",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3",
    "DESCRIBE <http://e/s>",
    "SELECT * { GRAPH <http://e/g> { ?s ?p \u0000 } }",
    "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
]
UPDATES = ["INSERT DATA { <http://e/s> <http://e/p> 1 }", "LOAD <http://e/>", "DELETE WHERE {"]
TURTLE = ["<http://e/s> a <http://e/C> .", "<a", "\u0000", ""]
IRIS = ["http://e/g", "urn:x-arq:DefaultGraph", "no iri", "http://e/{", ""]

for media_type in ("application/sparql-query", "application/sparql-update", "application/rdf+xml"):
    schemathesis.serializer.alias(media_type, "text/plain")
for media_type in (
    "text/turtle",
    "application/turtle",
    "application/x-turtle",
    "text/n3",
    "application/n-triples",
    "application/n-quads",
    "application/trig",
    "application/rdf-patch",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
):
    schemathesis.serializer.alias(media_type, "text/plain")


@pytest.fixture(scope="module")
def address(
    shipped_store: Path, tmp_path_factory: pytest.TempPathFactory, serve: Serve
) -> Iterator[tuple[str, str]]:
    """The address of a service over a copy of the shipped graph, and a reviewer's token."""
    store = tmp_path_factory.mktemp("fuzz") / "store"
    shutil.copytree(shipped_store, store)
    token, _ = TokenStore(store).create(name="fuzz", role=Role.REVIEWER)
    fuzzed = Settings(
        store=store,
        engines=1,
        engines_reserved=0,
        versions_kept=3,
        write_rules="none",
        log_format="off",
    )
    with serve(fuzzed) as url:
        yield url, token


@pytest.fixture(scope="module")
def document(address: tuple[str, str]) -> dict[str, Any]:
    """The document; texts that would hardly ever be made by chance may be these as well."""
    found: dict[str, Any] = httpx.get(f"{address[0]}/openapi.json", verify=False).json()
    known = {"query": QUERIES, "graph": IRIS, "iri": ["CMW", *IRIS], "default-graph-uri": IRIS}
    for item in found["paths"].values():
        for operation in item.values():
            for parameter in parameters_of(found, operation):
                if parameter["name"] in known and parameter["schema"].get("type") == "string":
                    parameter["schema"] = _or_any(known[parameter["name"]], parameter["schema"])
            for name, media in operation.get("requestBody", {}).get("content", {}).items():
                texts = QUERIES if name.endswith("query") else UPDATES
                if media["schema"] == {"type": "string"}:
                    texts = texts if "sparql" in name else TURTLE
                    media["schema"] = _or_any(texts, media["schema"])
    return found


def _or_any(texts: list[str], schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "enum": texts}, schema]}


def can_be_broken(operation: dict[str, Any]) -> bool:
    """Whether a request can break the description by what stands behind the path."""
    parameters = operation.get("parameters", ())
    return "requestBody" in operation or any(p.get("in") != "path" for p in parameters)


class Fuzzer:
    """Sends requests to every operation, and keeps what is wrong with the answers."""

    def __init__(self, address: tuple[str, str], document: dict[str, Any]) -> None:
        self.url, self.token = address
        self.schema: Any = schemathesis.openapi.from_dict(document)
        self.faults: dict[str, None] = {}
        self.sent = 0
        self.operations: set[str] = set()

    def run(self, *, reads: int, writes: int, is_repeatable: bool) -> None:
        with warnings.catch_warnings():
            # Schemathesis and its dependencies warn of their own matters.
            warnings.simplefilter("ignore")
            for result in self.schema.get_all_operations():
                operation = result.ok()
                count = writes if operation.method.lower() in WRITES else reads
                self.operations.add(operation.label)
                self._send(operation, GenerationMode.POSITIVE, count, is_repeatable)
                if can_be_broken(operation.definition.raw):
                    self._send(operation, GenerationMode.NEGATIVE, count, is_repeatable)
            # Sessions that it left open are to be found while nobody minds.
            gc.collect()

    def _send(self, operation: Any, mode: GenerationMode, count: int, is_repeatable: bool) -> None:
        @settings(
            max_examples=count,
            derandomize=is_repeatable,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            self.sent += 1
            answer = case.call(
                base_url=self.url,
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=60,
            )
            self._judge(case, answer, mode)

        try:
            send()
        except Unsatisfiable:  # hardly anything breaks its description
            assert mode is GenerationMode.NEGATIVE

    def _judge(self, case: Any, answer: Any, mode: GenerationMode) -> None:
        name = f"{case.method} {case.operation.path}"
        kind = (answer.headers.get("content-type") or [""])[0]
        if answer.status_code >= 500 and answer.status_code not in LIMITS:
            self._add(name, f"{answer.status_code}: {answer.text[:300]}", case)
        if answer.status_code >= 400 and not kind.startswith(
            ("application/problem+json", "text/html")
        ):
            self._add(name, f"{answer.status_code} is no problem document but {kind}", case)
        checks = [*CHECKS]
        if mode is GenerationMode.NEGATIVE and must_be_refused(case, answer.request.url):
            checks.append(negative_data_rejection)
        try:
            case.validate_response(answer, checks=checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._add(name, str(failure)[:500], case)
        except Failure as failure:
            self._add(name, str(failure)[:500], case)

    def _add(self, name: str, text: str, case: Any) -> None:
        self.faults[f"{name}: {text}\n    {case.as_curl_command()[:400]}"] = None


def must_be_refused(case: Any, address: str) -> bool:
    """Whether our contract promises to refuse what breaks the document in this way.

    An empty value, as HTML forms send it, is as good as none; and of a document that is sent
    only its reading tells whether it is good.
    """
    sent = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return case.body is NOT_SET and all(value.strip() for _, value in sent)


def test_no_answer_departs_from_the_document(
    address: tuple[str, str], document: dict[str, Any]
) -> None:
    fuzzer = Fuzzer(address, document)
    fuzzer.run(reads=2, writes=1, is_repeatable=True)
    assert not fuzzer.faults, "\n\n".join(fuzzer.faults)
    described = {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
    }
    assert fuzzer.operations == described
    assert fuzzer.sent > 250


@pytest.mark.soak
def test_no_answer_departs_from_the_document_in_a_long_run(
    address: tuple[str, str], document: dict[str, Any]
) -> None:
    fuzzer = Fuzzer(address, document)
    fuzzer.run(reads=60, writes=40, is_repeatable=False)
    assert not fuzzer.faults, "\n\n".join(fuzzer.faults)
    assert fuzzer.sent > 5_000
