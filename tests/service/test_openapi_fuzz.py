"""Whatever the OpenAPI document allows or forbids may be sent, and no request is a fault of ours.

Schemathesis makes the requests: some keep to the document, some break it on purpose.
"""

import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.settings import Settings

Serve = Callable[[Settings], AbstractContextManager[str]]

UNKNOWN = {"type": "string"}
IRI = {
    "type": "string",
    "enum": ["", "http://e/g", "no iri", "http://e/{", "urn:x-arq:DefaultGraph"],
}
TEXTS = [
    "ASK {}",
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "SELECT (<http://e/f>(1) AS ?x) {}",
    "CONSTRUCT WHERE { ?s ?p ?o }",
    "DESCRIBE <http://e/s>",
    "SELECT * { GRAPH <http://e/g> { ?s ?p \u0000 } }",
]

schemathesis.serializer.alias(
    ["application/sparql-query", "application/sparql-update", "text/turtle"], "text/plain"
)


def _operation(*names: str, **bodies: dict[str, Any]) -> dict[str, Any]:
    known = {
        "query": {"type": "string", "enum": TEXTS},
        "format": {"type": "string", "enum": ["json", "xml", "csv", "ttl", "jsonld", "rdf"]},
        "version": {"type": "integer"},
        "timeout": {"type": "number"},
        "explain": {"type": "boolean"},
    }
    content = {
        name.replace("__", "/").replace("_", "-"): {"schema": s} for name, s in bodies.items()
    }
    return {
        "parameters": [
            {"name": name, "in": "query", "schema": known.get(name, IRI)} for name in names
        ],
        "responses": {"default": {"description": "Any."}},
        **({"requestBody": {"content": content}} if bodies else {}),
    }


_DATASET = ("default-graph-uri", "named-graph-uri", "version", "timeout", "format")
_TURTLE = {"type": "string", "enum": ["<http://e/s> a <http://e/C> .", "<a", "\u0000"]}
# The protocols of the W3C, which have descriptions of their own and none in OpenAPI.
PROTOCOLS = {
    "openapi": "3.1.0",
    "info": {"title": "protocols", "version": "1"},
    "paths": {
        "/sparql": {
            "get": _operation("query", *_DATASET, "explain"),
            "post": _operation(
                *_DATASET,
                "using-graph-uri",
                application__sparql_query={"type": "string", "enum": TEXTS},
                application__sparql_update=UNKNOWN,
            ),
        },
        "/graphs": {
            "get": _operation("graph", "default", "version", "format"),
            "put": _operation("graph", "default", text__turtle=_TURTLE),
            "post": _operation("graph", "default", text__turtle=_TURTLE),
            "delete": _operation("graph", "default"),
        },
        "/dataset": {"get": _operation("format")},
        "/metrics": {"get": _operation("format")},
    },
}

LIMITS = {503, 504}  # the service protects itself; documented wherever an engine works


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
        query_workers=1,
        query_workers_reserved=0,
        versions_kept=3,
        log_format="off",
    )
    with serve(fuzzed) as url:
        yield url, token


def has_more_than_a_path(operation: dict[str, Any]) -> bool:
    """Whether a request can break the description by what stands behind the path."""
    parameters = operation.get("parameters", ())
    return "requestBody" in operation or any(p.get("in") != "path" for p in parameters)


def fuzz(address: tuple[str, str], schema: Any, examples: int, *, is_repeatable: bool) -> int:
    """Send ``examples`` requests of either kind to each operation; gives their number."""
    url, token = address
    faults: list[str] = []
    sent = 0

    def try_operation(operation: Any, mode: GenerationMode) -> None:
        documented = set(operation.definition.raw["responses"])

        @settings(
            max_examples=examples,
            derandomize=is_repeatable,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            nonlocal sent
            sent += 1
            answer = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"})
            status = answer.status_code
            name = f"{operation.method.upper()} {operation.path}"
            is_documented = bool({"default", str(status)} & documented)
            if not is_documented or (status >= 500 and status not in LIMITS):
                faults.append(f"{status} of {name}: {case.as_curl_command()}\n{answer.text[:300]}")
            kind = (answer.headers.get("content-type") or [""])[0]
            if status >= 400 and not kind.startswith(("application/problem+json", "text/html")):
                faults.append(f"{status} of {name} is no problem document but {kind}")

        try:
            send()
        except Unsatisfiable:  # hardly anything breaks its description
            assert mode is GenerationMode.NEGATIVE

    operations = [result.ok() for result in schema.get_all_operations()]
    assert operations
    with warnings.catch_warnings():
        # Schemathesis and its dependencies warn of their own matters.
        warnings.simplefilter("ignore")
        for operation in operations:
            try_operation(operation, GenerationMode.POSITIVE)
            if has_more_than_a_path(operation.definition.raw):
                try_operation(operation, GenerationMode.NEGATIVE)
    assert not faults, "\n\n".join(dict.fromkeys(faults))
    return sent


def test_no_request_that_the_document_describes_is_a_fault(address: tuple[str, str]) -> None:
    schema = schemathesis.openapi.from_url(f"{address[0]}/openapi.json")
    assert fuzz(address, schema, 3, is_repeatable=True) > 200


def test_no_request_of_the_protocols_is_a_fault(address: tuple[str, str]) -> None:
    schema = schemathesis.openapi.from_dict(PROTOCOLS)
    assert fuzz(address, schema, 4, is_repeatable=True) > 40


@pytest.mark.soak
def test_no_request_is_a_fault_in_a_long_run(address: tuple[str, str]) -> None:
    described = schemathesis.openapi.from_url(f"{address[0]}/openapi.json")
    assert fuzz(address, described, 60, is_repeatable=False) > 3000
    protocols = schemathesis.openapi.from_dict(PROTOCOLS)
    assert fuzz(address, protocols, 200, is_repeatable=False) > 1000
