"""Settings: defaults, then the environment, then options, each with its origin."""

from dataclasses import fields
from pathlib import Path

import pytest

from gfmdkg.errors import ParameterError
from gfmdkg.settings import Settings


def test_options_come_before_the_environment_and_that_before_defaults() -> None:
    environment = {"GFMDKG_PORT": "1234", "GFMDKG_HOST": "127.0.0.2", "HOME": "/"}
    settings = Settings.load(environment, {"port": 4321, "server_processes": None})
    assert (settings.host, settings.port, settings.server_processes) == ("127.0.0.2", 4321, 1)
    origins = {s.name: s.origin for s in settings.describe()}
    assert (origins["host"], origins["port"], origins["server_processes"]) == (
        "environment",
        "option",
        "default",
    )


def test_values_are_read_in_their_type() -> None:
    settings = Settings.load({"GFMDKG_STORE": "/x", "GFMDKG_QUERY_TIMEOUT_SECONDS": "0.5"})
    assert settings.store == Path("/x")
    assert settings.query_timeout_seconds == 0.5


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("GFMDKG_PORT", "http", "GFMDKG_PORT"),
        ("GFMDKG_ENGINES", "0", "engines"),
        ("GFMDKG_DEFAULT_GRAPH", "both", "union"),
        ("GFMDKG_QUERY_TIMEOUT", "3", "GFMDKG_QUERY_TIMEOUT_SECONDS"),
    ],
)
def test_a_bad_value_or_name_is_told_with_what_would_do(
    variable: str, value: str, told: str
) -> None:
    with pytest.raises(ParameterError, match=told):
        Settings.load({variable: value})


def test_settings_survive_the_way_through_an_environment() -> None:
    settings = Settings(port=4, default_graph="strict", query_timeout_seconds=1.5)
    assert Settings.load(settings.as_environment()) == settings


def test_every_setting_has_a_description() -> None:
    assert all(s.description for s in Settings().describe())
    assert len(Settings().describe()) == len(fields(Settings)) - 1
