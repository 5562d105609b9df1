"""Content negotiation by RFC 9110."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.errors import ParameterError
from gfmdkg.http.parameters import Parameters, choose_format
from gfmdkg.rdf.media import GRAPHS, RESULTS, MediaType, negotiate


def choose(accept: str | None, offered: tuple[MediaType, ...] = RESULTS) -> str | None:
    chosen = negotiate(accept, offered)
    return None if chosen is None else chosen.name


@pytest.mark.parametrize("accept", [None, "", "  "])
def test_an_absent_or_empty_header_gets_the_first_format(accept: str | None) -> None:
    assert choose(accept) == "json"
    assert choose(accept, GRAPHS) == "ttl"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("application/json", "json"),
        ("application/xml", "xml"),
        ("text/csv;q=0.5, text/tab-separated-values", "tsv"),
        ("text/csv;q=0.5,application/sparql-results+xml;q=0.50", "xml"),
        ("text/*", "csv"),
        ("*/*", "json"),
        ("application/*;q=0.2, text/*;q=0.9", "csv"),
        ("text/*, text/csv;q=0", "tsv"),
        ("*/*, application/sparql-results+json;q=0", "xml"),
        ("*/*;q=0.5, text/tab-separated-values;q=0.4, text/csv;q=0.6", "csv"),
        ("text/csv, */*", "csv"),
        ("text/csv; charset=utf-8", "csv"),
        ('text/csv;header="a, b";q=0.9, */*;q=0.1', "csv"),
        ("text/csv;charset=iso-8859-1, text/tab-separated-values;q=0.1", "tsv"),
        ("text/csv;q=0.1, text/csv;q=0.9, application/json;q=0.5", "csv"),
        (" , text/csv ,, ", "csv"),
        ("text/csv ; q=1", "csv"),
        ("*; q=.2", "json"),
        ("image/png", None),
        ("*/*;q=0", None),
        ("text/csv;q=0", None),
        ("text/csv;charset=utf-16", None),
    ],
)
def test_results_are_negotiated(accept: str, name: str | None) -> None:
    assert choose(accept) == name


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("text/turtle", "ttl"),
        ("text/n3", "ttl"),
        ("text/plain", "nt"),
        ("application/json", "jsonld"),
        ("application/rdf+xml, text/turtle;q=0.9", "rdf"),
        ("application/xml", "rdf"),
        ("application/trig", "trig"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ("text/csv", None),
    ],
)
def test_graphs_are_negotiated(accept: str, name: str | None) -> None:
    assert choose(accept, GRAPHS) == name


def test_a_browser_is_not_answered_with_xml() -> None:
    firefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert choose(firefox) == "json"
    assert choose(firefox, GRAPHS) == "ttl"


def test_between_equals_the_server_chooses() -> None:
    xml, csv = RESULTS[1], RESULTS[2]
    accept = "application/sparql-results+xml, text/csv"
    assert negotiate(accept, (csv, xml)) is csv
    assert negotiate(accept, (xml, csv)) is xml


@pytest.mark.parametrize(
    "bad", ["json", "text/csv;q=2", "text/csv;q=high", "*/csv", "text/csv;;=", "/"]
)
def test_malformed_ranges_are_ignored(bad: str) -> None:
    assert choose(f"{bad}, text/tab-separated-values;q=0.1") == "tsv"
    assert choose(bad) == "json"


def test_nothing_offered_is_nothing_chosen() -> None:
    assert negotiate("*/*", ()) is None
    assert negotiate(None, ()) is None


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(["text", "/", "csv", "*", ";", "q", "=", "0.5", ",", '"', "\\", " "])
        ).map("".join),
    )
)
def test_no_header_makes_negotiation_fail(accept: str) -> None:
    assert negotiate(accept, RESULTS) in (None, *RESULTS)


@pytest.mark.parametrize(
    "unit", ["a/b,", 'a/b;c="', '"\\', '"', " ", "a", "*/*;", 'a/b;q="\\"', "a/b ;x=y "]
)
def test_a_hostile_header_of_100_kb_takes_no_time(unit: str) -> None:
    accept = (unit * 100_000)[:100_000]
    start = time.process_time()
    negotiate(accept, RESULTS)
    assert time.process_time() - start < 0.5


def test_short_names_and_extensions_are_unique() -> None:
    everything = (*RESULTS, *GRAPHS)
    for field in ("name", "media_type", "extension"):
        values = [getattr(media_type, field) for media_type in everything]
        assert len(set(values)) == len(values)


def test_a_format_is_found_by_its_short_name() -> None:
    assert (
        choose_format(Parameters([("format", "tsv")]), None, RESULTS).media_type
        == "text/tab-separated-values"
    )


def test_an_unknown_short_name_lists_the_allowed_ones() -> None:
    with pytest.raises(ParameterError) as caught:
        choose_format(Parameters([("format", "ttl")]), None, RESULTS)
    assert caught.value.parameter == "format"
    assert caught.value.allowed == ("json", "xml", "csv", "tsv")
