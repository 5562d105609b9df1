"""The names of a table's own records: the same answers from disk as from memory."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.curation.tables import read_table
from gfmdkg.curation.tables.local_index import LocalIndex
from gfmdkg.errors import Ambiguous
from gfmdkg.namespaces import GFMD, ID_BASE
from gfmdkg.terms.index import LabelEntry, TermIndex

_SECTION, _ADVICE = GFMD + "Section", GFMD + "Recommendation"
_TEXTS = ["Harmony", "harmony", "HARM", "harm", "Harm", "Ｈarmony", "pol-01", "a/pol-01", "Égalité"]
_IRIS = [f"{ID_BASE}passage/{report}/{part}" for report in ("a", "b") for part in ("pol-01", "s1")]
_ASKED = [*_TEXTS, *_IRIS, "egalite", "b/pol-01", "passage/a/s1", "s1", "/s1", "1", "%", "id:x", ""]


@st.composite
def _entries(draw: st.DrawFn) -> list[LabelEntry]:
    return [
        LabelEntry(
            iri=iri,
            kind="pref",
            text=draw(st.sampled_from(_TEXTS)),
            language=draw(st.sampled_from([None, "en"])),
            types=(_SECTION if iri.endswith("s1") else _ADVICE,),
        )
        for iri in draw(st.lists(st.sampled_from(_IRIS), unique=True))
    ]


def _answer(index: TermIndex | LocalIndex, text: str, types: list[str]) -> object:
    try:
        return index.find(text, types=types)
    except Ambiguous as error:
        return error.candidates


@given(_entries(), st.sampled_from([[_SECTION], [_ADVICE], [_SECTION, _ADVICE]]))
def test_names_mean_what_they_mean_to_an_index_in_memory(
    entries: list[LabelEntry], types: list[str]
) -> None:
    memory = TermIndex.from_entries(entries)
    with closing(LocalIndex(entries)) as disk:
        for text in _ASKED:
            assert _answer(disk, text, types) == _answer(memory, text, types), text


@pytest.fixture
def index() -> Iterator[LocalIndex]:
    entries = [
        LabelEntry(iri=f"{ID_BASE}x/{n}", kind="pref", text=text, types=(_ADVICE,))
        for n, text in enumerate(("Act of harmony", "Pact of silence", "Act of concord"))
    ]
    with closing(LocalIndex(entries)) as index:
        yield index


def test_the_nearest_names_are_of_the_kinds_that_are_asked_for(index: LocalIndex) -> None:
    assert index.nearest("act of harmny", types=[_ADVICE])[0].label == "Act of harmony"
    assert index.nearest("act of harmny", types=[_SECTION]) == ()


def test_an_unknown_name_is_told_with_the_nearest_of_the_graph_and_of_the_file(
    terms: TermIndex,
) -> None:
    rows = (
        "key,title (en),related to\nx-one,Compact of Quiet Lakes,CMWW\nx-two,,Compact of Quiet Lake"
    )
    found = read_table(rows.encode(), terms)
    remedies = {f.cell: f.remedy or "" for f in found.findings}
    assert "(cmw)" in remedies["C2"]
    assert "“Compact of Quiet Lakes” (x-one)" in remedies["C3"]
