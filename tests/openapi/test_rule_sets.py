"""The OpenAPI document keeps to the rules that two linters recommend, warnings included."""

import json

import pytest

from .conftest import Tool

pytestmark = pytest.mark.clients


def test_redocly_has_nothing_to_say(npx: Tool) -> None:
    report = json.loads(npx("redocly", "lint", "openapi.json", "--format", "json"))
    assert report["problems"] == []


def test_spectral_has_nothing_to_say(npx: Tool) -> None:
    npx("spectral", "lint", "openapi.json", "--ruleset=spectral.yaml", "--fail-severity=hint")
