"""Writes ``docs/conformance.md``: ``python -m tests.conformance``.

The figures follow from the manifests and the list of expected failures, to which the tests
hold the service in both directions.
"""

from pathlib import Path

from tests.conformance.suites import SUITES, expected_failures, suite

PAGE = Path(__file__).parents[2] / "docs/conformance.md"

_HEAD = """# Conformance

The test suites of the W3C for SPARQL 1.1, run through HTTP against `gfmdkg serve --empty
--default-graph strict` by `tests/conformance`. This page is generated from their manifests and
from the list of expected failures (`python -m tests.conformance`); a test that fails without
being listed, and one that passes although it is listed, fails the run.

| suite | tests | passed | failed |
|---|--:|--:|--:|
"""
_FAILURES = """
## Expected failures

| suite | test | reason |
|---|---|---|
"""
_NOTES = """
## Not run, and other deviations

- Entailment regimes: the service answers by simple entailment, and says so in its service
  description.
- Federated query: SERVICE and LOAD are refused before a query runs.
- A default graph that a request or query puts together of several named graphs (FROM, or
  `default-graph-uri`) shows a triple once for each of them that holds it; DISTINCT takes
  care of it. The store's own default graph has each triple once.
- Literals come back in their canonical form: `"1.0"^^xsd:decimal` as `1`, `@en-US` as `@en-us`.
- With the rules of the ontology switched on, as they are by default, an update that breaks them is
  refused; the suites, which have persons and concepts of their own, are run with
  `GFMDKG_WRITE_RULES=none`.
- The results of the SHACL suite are in `tests/conformance/test_shacl.py`.
"""


def render() -> str:
    """The page's text."""
    rows, failures = [], []
    for name in SUITES:
        known = expected_failures().get(name, {})
        count = len(suite(name))
        rows.append(f"| {name} | {count} | {count - len(known)} | {len(known)} |\n")
        failures += [f"| {name} | {test} | {known[test]} |\n" for test in sorted(known)]
    return _HEAD + "".join(rows) + _FAILURES + "".join(failures) + _NOTES


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
