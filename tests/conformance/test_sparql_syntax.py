"""SPARQL 1.1: what is and what is not a query or an update, over HTTP."""

import re

import pytest
from tests.conformance.service import Service, read_text
from tests.conformance.suites import MF, SYNTAX_TYPES, Case, parameters

_UNDERSTOOD = re.compile(r"The graph .* (does not exist|already exists)", re.DOTALL)


@pytest.mark.parametrize("case", [*parameters("query-syntax"), *parameters("update-syntax")])
def test_syntax(service: Service, case: Case) -> None:
    operation, is_valid = SYNTAX_TYPES[case.kind]
    iri = case.graph.text(case.node, MF + "action")
    assert iri is not None
    service.load({})
    text = read_text(iri)
    is_update = operation == "update"
    answer = service.update(text) if is_update else service.query(text, accept="*/*")
    if is_valid:
        understood = answer.status_code == 400 and _UNDERSTOOD.search(answer.json()["detail"])
        assert answer.is_success or understood, answer.text
    else:
        assert answer.status_code == 400, answer.text
        assert answer.json()["type"].endswith("/problems/query-rejected")
