"""Look-ups answered from memory have the very bytes of the engine's own answers."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfmdkg.namespaces import BASE, PREFIXES
from gfmdkg.sparql.lookup import Lookup
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.subject_index import SubjectIndex, map_document

LIMIT_BYTES = 64 * 1024
RESOURCES = [ox.NamedNode(f"http://example.org/{name}") for name in ("a", "a-b", "é", "c")]
XSD = "http://www.w3.org/2001/XMLSchema#"

resources = st.sampled_from(RESOURCES)
blanks = st.sampled_from([ox.BlankNode("x"), ox.BlankNode("y1")])
# Surrogates are no characters; everything else may stand in a literal.
strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "\\", 'a"@en', '"^^<http://e/>', "> ", " .\n", "\\u0041", "\u007f", "\x1f", "@", "a--b"]
)
literals = st.one_of(
    strings.map(ox.Literal),
    st.builds(
        lambda text, tag: ox.Literal(text, language=tag),
        strings,
        st.sampled_from(["en", "fr-CA", "zh-Hant-x-1"]),
    ),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(name)),
        strings | st.sampled_from(["1", "1.50", "2031-05-01", "true"]),
        st.sampled_from([XSD + "integer", XSD + "decimal", XSD + "date", "http://example.org/t"]),
    ),
    st.builds(
        lambda text: ox.Literal(text, language="ar", direction=ox.BaseDirection.RTL), strings
    ),
)
triple_terms = st.builds(ox.Triple, resources, resources, literals)
quads = st.builds(
    ox.Quad,
    resources | blanks,
    resources,
    resources | blanks | literals | triple_terms,
    st.sampled_from([ox.DefaultGraph(), ox.DefaultGraph(), ox.NamedNode("http://example.org/g")]),
)
places = st.sampled_from(["?p", "?o", *(str(r) for r in RESOURCES), "e:a", "e:a-b", "a"])
selections = st.sampled_from(["*", "?p", "?o", "?p ?o", "?o ?p", "?o?p", "?other", "?p ?p"])
limits = st.sampled_from(["", " LIMIT 0", " LIMIT 1", "LIMIT 100"])


def of(given_quads: Iterable[ox.Quad]) -> OxigraphStore:
    """A store in memory, which keeps to the order in which it was filled: subject by subject."""
    store = OxigraphStore.in_memory()
    for quad in sorted(set(given_quads), key=str):
        store.extend([quad])
    return store


def index_of(store: OxigraphStore) -> SubjectIndex | None:
    lines = BytesIO()
    store.dump(lines, media_type="application/n-triples", graph="")
    return SubjectIndex.over(lines.getvalue())


def from_index(store: OxigraphStore, text: str) -> bytes | None:
    lookup = Lookup.parse(text)
    assert lookup is not None, text
    pattern = lookup.pattern(PREFIXES)
    found_index = index_of(store)
    assert found_index is not None
    found = None if pattern is None else found_index.answer(pattern, limit_bytes=LIMIT_BYTES)
    return found and found[0]


def from_engine(store: OxigraphStore, text: str) -> bytes:
    output = BytesIO()
    store.query(text, formats=AnswerFormats(), output=output, base_iri=BASE)
    return output.getvalue()


@settings(deadline=None)
@given(st.lists(quads, max_size=12), resources, places, places, selections, limits)
def test_the_answer_has_the_engines_bytes(
    given_quads: list[ox.Quad],
    subject: ox.NamedNode,
    predicate: str,
    object_: str,
    selection: str,
    limit: str,
) -> None:
    if predicate == object_ or object_ == "a":
        object_ = "?q"
    text = f"PREFIX e: <http://example.org/> SELECT {selection} {{{subject} {predicate} {object_}}}"
    text += limit
    if Lookup.parse(text) is None:  # a variable stands where it cannot, or twice
        return
    store = of(given_quads)
    answer = from_index(store, text)
    if answer is not None:
        assert answer == from_engine(store, text)


@settings(deadline=None)
@given(st.lists(quads, max_size=12), resources)
def test_only_odd_terms_are_left_to_the_engine(
    given_quads: list[ox.Quad], subject: ox.NamedNode
) -> None:
    store = of(given_quads)
    lines = BytesIO()
    store.dump(lines, media_type="application/n-triples", graph="")
    odd = any(
        line.startswith(str(subject).encode() + b" ")
        and (b"\\u" in line or b"<<(" in line or b"@ar--rtl" in line)
        for line in lines.getvalue().split(b"\n")
    )
    assert odd or from_index(store, f"SELECT * {{{subject} ?p ?o}}") is not None


def test_every_character_is_written_as_the_engine_writes_it() -> None:
    characters = [chr(n) for n in range(0x3000) if not 0xD800 <= n < 0xE000]
    query = f"SELECT ?p ?o {{ {RESOURCES[0]} ?p ?o }}"
    for first in range(0, len(characters), 64):
        text = "".join(characters[first : first + 64])
        store = of([ox.Quad(RESOURCES[0], RESOURCES[1], ox.Literal(text))])
        answer = from_index(store, query)
        # Only control characters have a number, in which the two differ.
        assert answer == (None if first < 128 and first != 32 else from_engine(store, query))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?p { <relative> ?p ?o }",
        "SELECT ?p { <http://example.org/a/../b> ?p ?o }",
        "SELECT ?p { unknown:a ?p ?o }",
        "SELECT ?other { <http://example.org/a> ?p ?o }",
        "SELECT ?p ?p { <http://example.org/a> ?p ?o }",
        "SELECT * { <http://example.org/a> a <http://example.org/b> }",
        "PREFIX e: <relative/> SELECT ?p { e:a ?p ?o }",
    ],
)
def test_what_only_the_engine_understands_is_left_to_it(text: str) -> None:
    assert from_index(of([]), text) is None


def test_declared_prefix_goes_before_the_projects_and_the_later_before_the_earlier() -> None:
    store = of([ox.Quad(RESOURCES[0], RESOURCES[1], ox.Literal("found"))])
    text = (
        "PREFIX gfmd: <http://example.net/> PREFIX gfmd: <http://example.org/>"
        " SELECT ?o { gfmd:a gfmd:a-b ?o }"
    )
    answer = from_index(store, text)
    assert answer == from_engine(store, text)
    assert answer is not None
    assert b"found" in answer


def test_rows_come_in_the_order_of_a_store_on_disk(tmp_path: Path) -> None:
    store = OxigraphStore.open(tmp_path / "db")
    names = [ox.NamedNode(f"http://example.org/{n}") for n in range(12)]
    texts = [ox.Literal("one"), ox.Literal("another", language="en")]
    store.extend(
        ox.Quad(subject, predicate, object_)  # type: ignore[arg-type]
        for subject in names
        for predicate in names[:4]
        for object_ in (*names, *texts)
    )
    for subject in names:
        for selection in ("?p ?o", "* ", "?o ?p"):
            for pattern in ("?p ?o", "<http://example.org/2> ?o", "?p <http://example.org/3>"):
                for limit in ("", " LIMIT 3"):
                    text = f"SELECT {selection} {{ {subject} {pattern} }}{limit}"
                    if (answer := from_index(store, text)) is not None:
                        assert answer == from_engine(store, text)
                    else:
                        assert "<" in pattern  # a column is selected that the pattern lacks
    store.close()


HUNDRED = [ox.Quad(RESOURCES[0], RESOURCES[1], ox.Literal(str(n))) for n in range(100)]


def test_document_is_written_once_beside_the_newest_version(tmp_path: Path) -> None:
    store = of(HUNDRED)
    former, newest = tmp_path / "1", tmp_path / "2"
    for folder in (former, newest):
        folder.mkdir()
        document = map_document(folder, store, limit_bytes=10_000)
        assert document
        assert len(document) == sum(len(f"{quad.triple} .\n") for quad in HUNDRED)
    assert not list(former.glob("*.nt"))
    again = map_document(newest, OxigraphStore.in_memory(), limit_bytes=10_000)
    assert again
    assert document
    assert again[:] == document[:]


def test_graph_over_the_limit_has_no_document(tmp_path: Path) -> None:
    store, folder = of(HUNDRED), tmp_path / "1"
    folder.mkdir()
    assert map_document(folder, store, limit_bytes=1000) is None
    assert not [path for path in folder.iterdir() if path.suffix != ".lock"]
    assert map_document(folder, store, limit_bytes=10_000) is not None
    assert map_document(folder, store, limit_bytes=1000) is None


def test_empty_graph_has_an_empty_document(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    document = map_document(folder, of([]), limit_bytes=0)
    assert document is not None
    assert SubjectIndex.over(document) is not None


def test_subjects_whose_lines_are_apart_have_no_index() -> None:
    line = b'<http://example.org/%b> <http://example.org/p> "x" .\n'
    assert SubjectIndex.over(line % b"a" + line % b"b") is not None
    assert SubjectIndex.over(line % b"a" + line % b"b" + line % b"a") is None


def test_subject_over_the_limit_is_left_to_the_engine() -> None:
    store = of(HUNDRED)
    index = index_of(store)
    lookup = Lookup.parse(f"SELECT ?o {{ {RESOURCES[0]} ?p ?o }} LIMIT 1")
    assert index is not None
    assert lookup is not None
    pattern = lookup.pattern({})
    assert pattern is not None
    assert index.answer(pattern, limit_bytes=1000) is None
    assert index.answer(pattern, limit_bytes=10_000) is not None
