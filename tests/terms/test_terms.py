"""Which resource a text means, and what is said when it means none or several."""

from dataclasses import replace

import pytest

from gfmdkg.errors import Ambiguous, NotFound
from gfmdkg.namespaces import GFMD, ID_BASE, SCHEME_BASE, SDGO
from gfmdkg.terms.folding import code_of, fold
from gfmdkg.terms.index import NameFact, TermIndex
from gfmdkg.terms.parameters import Parameter, ParameterType

CMW = ID_BASE + "instrument/cmw"
CAT = ID_BASE + "instrument/un-cat"
IRIS = ID_BASE + "process/recruitment-integrity"
IOM = ID_BASE + "actor/org-iom"
IOM_PROCESS = ID_BASE + "process/iom-dialogue"
TOPIC = SCHEME_BASE + "topic/human-rights"
CLUSTER = SCHEME_BASE + "gcm-cluster/human-rights"
TARGET = "http://metadata.un.org/sdg/10.7"
INSTRUMENT, PROCESS = GFMD + "Instrument", GFMD + "Process"


def entry(
    iri: str,
    kind: str,
    text: str,
    type_: str = INSTRUMENT,
    scheme: str | None = None,
    language: str | None = "en",
) -> list[NameFact]:
    facts: list[NameFact] = [(iri, kind, text, language), (iri, "type", type_, None)]
    return facts if scheme is None else [*facts, (iri, "scheme", scheme, None)]


def index_of(*entries: list[NameFact]) -> TermIndex:
    return TermIndex.from_facts(fact for facts in entries for fact in facts)


@pytest.fixture
def index() -> TermIndex:
    return index_of(
        entry(CMW, "pref", "Convention on Migrant Workers’ Rights"),
        entry(CMW, "pref", "Convention sur les droits des travailleurs migrants",
              language="fr"),
        entry(CMW, "alt", "CMW"),
        entry(CMW, "alt", "UN CMW"),
        entry(CMW, "hidden", "Convention of Migrant Labour"),
        entry(CMW, "never", "CMW Committee"),
        entry(CMW, "alt", "CMW Committee"),
        entry(CAT, "pref", "Convention against Torture"),
        entry(CAT, "alt", "CAT"),
        entry(IRIS, "pref", "Recruitment Integrity System", PROCESS),
        entry(IRIS, "alt", "IRIS", PROCESS),
        entry(IOM, "pref", "International Organization", GFMD + "Agency"),
        entry(IOM, "alt", "IOM", GFMD + "Agency"),
        entry(IOM_PROCESS, "pref", "IOM", PROCESS),
        entry(TOPIC, "pref", "Human rights", "c", SCHEME_BASE + "topic"),
        entry(CLUSTER, "pref", "Rights cluster", "c", SCHEME_BASE + "gcm-cluster"),
        entry(TARGET, "pref", "Safe migration", SDGO + "Target"),
        entry(TARGET, "notation", "10.7", SDGO + "Target", language=None),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        (CMW, CMW),
        ("CMW", CMW),
        ("cmw", CMW),
        (" UN   CMW ", CMW),
        ("un cmw", CMW),
        ("instrument/cmw", CMW),
        ("Convention on Migrant Workers' Rights", CMW),
        ("CONVENTION ON MIGRANT WORKERS’ RIGHTS", CMW),
        ("convention of migrant labour", CMW),
        ("Convention sur les droits des travailleurs migrants", CMW),
        ("sdg:10.7", TARGET),
        ("10.7", TARGET),
        ("safe\u00a0migration", TARGET),
        ("iris", IRIS),
        ("topic/human-rights", TOPIC),
        ("Human Rights", TOPIC),
    ],
)
def test_names_resolve(index: TermIndex, text: str, iri: str) -> None:
    assert index.resolve(text) == iri


@pytest.mark.parametrize("word", ["Cat", "Iris"])
def test_acronym_is_not_matched_by_the_spelling_of_a_word(index: TermIndex, word: str) -> None:
    assert index.resolve(word.lower()) == index.resolve(word.upper())
    with pytest.raises(NotFound):
        index.resolve(word)


def test_never_label_vetoes_even_an_alternative_label(index: TermIndex) -> None:
    for text in ("CMW Committee", "cmw committee"):
        with pytest.raises(NotFound) as caught:
            index.resolve(text)
        assert CMW not in {c.iri for c in caught.value.candidates}


def test_preferred_label_of_one_does_not_beat_the_short_name_of_another(index: TermIndex) -> None:
    with pytest.raises(Ambiguous) as caught:
        index.resolve("IOM")
    assert [c.iri for c in caught.value.candidates] == sorted([IOM, IOM_PROCESS])


def test_class_decides_between_two_of_one_name(index: TermIndex) -> None:
    assert index.resolve("IOM", types=[PROCESS]) == IOM_PROCESS


def test_scheme_decides_between_two_of_one_slug(index: TermIndex) -> None:
    with pytest.raises(Ambiguous):
        index.resolve("human-rights")
    assert index.resolve("human-rights", schemes=[SCHEME_BASE + "gcm-cluster"]) == CLUSTER


def test_exact_spelling_beats_a_folded_one() -> None:
    index = index_of(entry(CAT, "alt", "Résumé"), entry(CMW, "alt", "Resume"))
    assert index.resolve("Resume") == CMW
    assert index.resolve("Résumé") == CAT
    with pytest.raises(Ambiguous):
        index.resolve("RESUME")


def test_resource_of_another_class_is_not_found(index: TermIndex) -> None:
    with pytest.raises(NotFound):
        index.resolve(CMW, types=[PROCESS])


def test_near_misses_are_offered_best_first(index: TermIndex) -> None:
    with pytest.raises(NotFound) as caught:
        index.resolve("Convention against Tortur", types=[INSTRUMENT])
    assert caught.value.candidates[0].iri == CAT
    assert caught.value.candidates[0].score > 90
    assert {c.iri for c in caught.value.candidates} == {CAT, CMW}


def test_text_like_nothing_still_gets_names(index: TermIndex) -> None:
    assert len(index.nearest("XYZ", limit=3)) == 3


def test_hidden_label_finds_but_is_not_shown(index: TermIndex) -> None:
    (best, *_) = index.nearest("Convention of Migrant Labours")
    assert (best.iri, best.label) == (CMW, "Convention on Migrant Workers’ Rights")


def test_the_label_is_the_english_one(index: TermIndex) -> None:
    assert index.label(CMW) == "Convention on Migrant Workers’ Rights"
    assert index.label("https://example.org/none") is None


def test_types_and_members_are_told(index: TermIndex) -> None:
    assert index.types(CMW) == (INSTRUMENT,)
    assert index.types("https://example.org/none") == ()
    assert index.members([SCHEME_BASE + "topic"]) == (TOPIC,)
    assert {kind for kind, _, _ in index.labels(CMW)} == {"pref", "alt", "hidden", "never"}
    assert len(index) == 8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ståle – “x”", 'stale - "x"'),
        ("İstanbul", "istanbul"),
        ("soft\u00adhyphen", "SOFTHYPHEN"),
        ("ﬁnal\u2003word", "final word"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_that_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_marks_that_are_letters_are_kept() -> None:
    assert fold("कि") != fold("क")


def test_cells_have_the_number_or_the_acronym_of_what_has_one(index: TermIndex) -> None:
    assert index.resource(CMW).code == "CMW"
    assert index.resource(TARGET).code == "10.7"
    assert index.resource(TOPIC).code is None
    assert index.resource("https://example.org/none").code is None


@pytest.mark.parametrize(
    ("names", "slug", "code"),
    [
        ([("alt", "C097"), ("alt", "ILO C097")], "ilo-c097", "ILO C097"),
        ([("alt", "UNCRC"), ("alt", "CRC")], "child-rights", "CRC"),
        ([("alt", "MIGOF"), ("alt", "MiGOF")], "migof", "MiGOF"),
        ([("alt", "Malta Declaration"), ("symbol", "EUCO 1/17")], "malta-declaration", "EUCO 1/17"),
        ([("alt", "CMW"), ("symbol", "A/RES/45/158")], "cmw", "CMW"),
        ([("notation", "13"), ("alt", "GCM 13")], "13", "13"),
        ([("alt", "migrant children"), ("hidden", "XYZ"), ("pref", "ABC")], "children", None),
    ],
)
def test_code_is_the_number_else_the_acronym_else_the_symbol(
    names: list[tuple[str, str]], slug: str, code: str | None
) -> None:
    assert code_of([(kind, text, "en") for kind, text in names], slug) == code


def test_symbol_is_a_code_and_no_name() -> None:
    facts = [(CAT, "pref", "Convention against Torture", "en"), (CAT, "symbol", "A/39/46", None)]
    index = TermIndex.from_facts(facts)
    assert index.resource(CAT).code == "A/39/46"
    with pytest.raises(NotFound):
        index.resolve("A/39/46")


def test_commas_separate_values_unless_the_whole_is_a_name() -> None:
    title = "Accord on Quays, Piers, and Moles"
    index = index_of(entry(CMW, "pref", "CMW"), entry(CAT, "pref", title))
    parameter = Parameter(
        name="instruments",
        type=ParameterType.RESOURCE,
        description="What is cited",
        example="CMW",
        classes=(INSTRUMENT,),
        many=True,
    )
    assert parameter.values_in("CMW, CAT,,", index) == ("CMW", "CAT")
    assert parameter.values_in(title.upper(), index) == (title.upper(),)
    assert parameter.values_in(",", index) == (",",)
    assert replace(parameter, many=False).values_in("CMW,CAT", index) == ("CMW,CAT",)
