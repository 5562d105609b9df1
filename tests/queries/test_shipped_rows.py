"""The questions by which the shipped graph is measured."""

import pytest

from gfmdkg.errors import NotFound

from .conftest import Graph, shown

REPORT = "gfmd-dialogue-gcm-2017-04-06-c1"
CMW_TITLE = (
    "International Convention on the Protection of the Rights of All Migrant Workers "
    "and Members of Their Families"
)


@pytest.mark.parametrize(
    "name",
    [
        "CMW", "cmw", "ICRMW", "UN CMW", CMW_TITLE, CMW_TITLE.upper(), "instrument/cmw",
        "https://w3id.org/gfmdkg/id/instrument/cmw",
    ],
)  # fmt: skip
def test_cmw_is_cited_by_political_recommendation_3_under_any_of_its_names(
    shipped: Graph, name: str
) -> None:
    (row,) = shipped.run("recommendations-citing", instrument=name)
    assert shown([row])[0][:4] == (
        f"passage/{REPORT}/pol-03",
        "recommendation-kind/political",
        "3",
        "instrument/cmw",
    )
    assert row["matched_text"] == "UN CMW"


def test_cedaw_is_in_no_recommendation_and_the_hint_names_paragraph_13(shipped: Graph) -> None:
    values = {"instrument": "CEDAW"}
    query = shipped.catalog["recommendations-citing"]
    assert shipped.run(query.name, **values) == ()
    hint = query.when_empty
    assert hint is not None
    rows = shipped.run(hint.query, **hint.values(values))
    assert {row["locator"] for row in rows} == {"paragraph 13"}


def test_misspelt_valletta_process_is_cited_by_political_recommendation_11(
    shipped: Graph,
) -> None:
    (row,) = shipped.run("recommendations-citing", instrument="Valleta process")
    assert (row["number"], row["matched_text"]) == ("11", "Valleta process")


def test_unknown_instrument_suggests_the_nearest(shipped: Graph) -> None:
    with pytest.raises(NotFound) as caught:
        shipped.run("recommendations-citing", instrument="XYZ")
    assert len(caught.value.candidates) == 5
    with pytest.raises(NotFound) as caught:
        shipped.run("recommendations-citing", instrument="Migrant Worker Convention")
    assert caught.value.candidates[0].iri.endswith("instrument/cmw")


def test_lists_have_as_many_rows_as_the_report_has_parts(shipped: Graph) -> None:
    def count(name: str, **values: str) -> int:
        return len(shipped.run(name, session=REPORT, **values))

    assert count("paragraphs") == 26
    assert count("recommendations") == 24
    assert count("recommendations", kind="political") == 11
    assert count("recommendations", kind="Practical") == 13
    assert count("participants") == 5


def test_sdg_3_is_explicit_in_paragraph_22_alone(shipped: Graph) -> None:
    rows = shipped.run("passages-linked-to-sdg", sdg="SDG 3", assertion="explicit")
    assert {row["locator"] for row in rows} == {"paragraph 22"}


def test_detention_of_children_is_about_migrant_children(shipped: Graph) -> None:
    rows = shipped.run("recommendations-by-population-group", population_group="migrant-children")
    assert [(row["number"], str(row["kind"])) for row in rows] == [("6", "Practical")]


def test_ilo_convention_stays_unresolved(shipped: Graph) -> None:
    texts = {row["matched_text"] for row in shipped.run("unresolved-mentions")}
    assert "the ILO Convention" in texts
