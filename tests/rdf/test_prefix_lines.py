"""Turtle and TriG answers have sorted prefixes, and small ones those alone that they use."""

import re
from io import BytesIO

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.errors import AnswerTooLarge
from gfmdkg.namespaces import PREFIXES
from gfmdkg.rdf.media import AnswerFormats
from gfmdkg.rdf.prefix_lines import PrefixLines
from gfmdkg.store.rdf_store import OxigraphStore

LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")


def store_of(count: int) -> OxigraphStore:
    store = OxigraphStore.in_memory()
    store.extend(
        ox.Quad(ox.NamedNode(PREFIXES["gfmd"] + f"n{n}"), LABEL, ox.Literal("x" * 100))
        for n in range(count)
    )
    return store


def answer(store: OxigraphStore, media_type: str = "text/turtle") -> bytes:
    output = BytesIO()
    formats = AnswerFormats(graph=media_type)
    store.query("CONSTRUCT WHERE { ?s ?p ?o }", formats=formats, output=output)
    return output.getvalue()


def prefixes(document: bytes) -> list[str]:
    return [m[1].decode() for m in re.finditer(rb"(?m)^@prefix (.*?):", document)]


@pytest.mark.parametrize("media_type", ["text/turtle", "application/trig"])
def test_small_answer_declares_what_it_uses_in_order(media_type: str) -> None:
    document = answer(store_of(3), media_type)
    assert prefixes(document) == ["gfmd", "skos"]
    assert len(list(ox.parse(document, ox.RdfFormat.from_media_type(media_type)))) == 3


def test_large_answer_declares_all_in_order() -> None:
    store = store_of(5000)
    document = answer(store)
    assert prefixes(document) == sorted(PREFIXES)
    assert len(list(ox.parse(document, ox.RdfFormat.TURTLE))) == 5000


def test_dump_of_a_graph_declares_what_it_uses_in_order() -> None:
    output = BytesIO()
    store_of(2).dump(output, media_type="text/turtle", graph="")
    assert prefixes(output.getvalue()) == ["gfmd", "skos"]


def test_empty_answer_declares_nothing() -> None:
    assert answer(OxigraphStore.in_memory()) == b""


def test_what_the_sink_behind_raises_comes_through() -> None:
    class Full(BytesIO):
        def write(self, data: object) -> int:
            raise AnswerTooLarge(1)

    store = store_of(5000)
    with pytest.raises(AnswerTooLarge):
        store.query("CONSTRUCT WHERE { ?s ?p ?o }", formats=AnswerFormats(), output=Full())


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(0, 3))
def test_the_rest_of_the_document_is_untouched(pieces: list[bytes], count: int) -> None:
    head = b"".join(b"@prefix p%d: <http://e/%d> .\n" % (n, n) for n in reversed(range(count)))
    output = BytesIO()
    lines = PrefixLines(output)
    for piece in (head, b"\n", *pieces):
        lines.write(piece)
    lines.finish()
    assert output.getvalue().endswith(b"\n" + b"".join(pieces))
