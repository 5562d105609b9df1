"""From a file to a version: submit, accept, publish; conflicts are shown, never overwritten."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.curation.changes.conftest import Submit, publish
from tests.curation.changes.samples import (
    GRAPH,
    START,
    held,
    no_depth_below_zero,
    no_rules,
    turtle,
)

from gfmdkg.curation.changes.change_sets import ChangeSet, State
from gfmdkg.curation.changes.history import difference
from gfmdkg.curation.changes.rebuilding import rebuild_all
from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.documents import Effect, SubmittedDocument
from gfmdkg.errors import Conflict, DataError, DataRejected, Forbidden, NotFound, RequestError
from gfmdkg.namespaces import GRAPH_BASE, ID_BASE
from gfmdkg.paths import Content
from gfmdkg.store.versions import Origin, VersionStore

DEEPER = START.replace("7", "9")


def test_a_file_below_data_is_compared_with_its_graph(review: Review, submit: Submit) -> None:
    change = submit(DEEPER, message="measured again")
    assert (change.state, change.author, change.base) == (State.SUBMITTED, "Ada", 2)
    patch = review.changes.patch(change.number)
    number = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert patch.added == (f'<http://e/north> <http://e/depth> "9"{number} <{GRAPH}>',)
    assert patch.removed == (f'<http://e/north> <http://e/depth> "7"{number} <{GRAPH}>',)
    assert change.inputs[0].effect == "replace"
    assert review.versions.require_current().number == 2


def test_what_is_published_is_a_version_that_says_who_and_why(
    review: Review, submit: Submit
) -> None:
    change = submit(DEEPER, message="measured again")
    review.accept(change.number, by="Bo")
    version = review.publish(change.number, by="Cy")
    change = review.changes.get(change.number)
    assert (version.origin, version.author, version.change) == (Origin.PUBLISH, "Cy", change.number)
    assert change.state is State.PUBLISHED
    assert change.version == version.number
    assert review.changes.get(change.number) == change
    assert any('"9"' in statement for statement in held(version))
    provenance = held(version, GRAPH_BASE + "provenance")
    activity = f"<{ID_BASE}activity/change/{change.number}>"
    prov = "http://www.w3.org/ns/prov#"
    assert f"<{GRAPH}> <{prov}wasInfluencedBy> {activity}" in provenance
    for name in ("Ada", "Bo", "Cy"):
        assert f"{activity} <{prov}wasAssociatedWith> <{ID_BASE}agent/{name}>" in provenance


def test_a_file_from_elsewhere_gets_a_graph_of_its_own(review: Review) -> None:
    change = review.submit(
        [turtle('e:west rdfs:label "West"@en .', "My File.ttl")], message="west", author="Ada"
    )
    graph = f"{GRAPH_BASE}data/changes/{change.number}/my-file"
    assert review.changes.patch(change.number).graphs() == {graph}
    assert len(held(publish(review, change), graph)) == 1


def test_a_file_of_triples_to_remove_finds_their_graphs(review: Review) -> None:
    gone = replace(turtle('e:south rdfs:label "South Quay"@en .', "x.ttl"), effect=Effect.REMOVE)
    change = review.submit([gone], message="closed", author="Ada")
    patch = review.changes.patch(change.number)
    assert (len(patch.added), len(patch.removed)) == (0, 1)
    with pytest.raises(Conflict, match="not in the graph") as caught:
        review.submit(
            [replace(turtle("e:east e:depth 1 .", "x.ttl"), effect=Effect.REMOVE)],
            message="never there",
            author="Ada",
        )
    assert "<http://e/east>" in caught.value.conflicts[0].statement


def test_rdf_patch_is_applied_as_it_is(review: Review) -> None:
    body = f'TX .\nA <http://e/north> <http://e/lights> "2" <{GRAPH}> .\nTC .\n'.encode()
    document = SubmittedDocument(name="p.rdfp", body=body, media_type="application/rdf-patch")
    change = review.submit([document], message="lights", author="Ada")
    assert len(review.changes.patch(change.number).added) == 1


@pytest.mark.parametrize(
    ("text", "message", "error"),
    [
        (START, "no change", RequestError),
        (DEEPER, "  ", RequestError),
        ("e:north e:depth", "cut short", DataError),
    ],
)
def test_what_is_no_change_set_is_refused_and_leaves_none(
    review: Review, submit: Submit, text: str, message: str, error: type[Exception]
) -> None:
    before = review.changes.all()
    with pytest.raises(error):
        submit(text, message=message)
    assert review.changes.all() == before


def test_graphs_that_the_build_makes_are_refused(review: Review) -> None:
    graph = GRAPH_BASE + "derived/passages"
    document = replace(turtle("e:a e:b e:c ."), graph=graph)
    with pytest.raises(RequestError, match="follows from"):
        review.submit([document], message="cheat", author="Ada")


def test_blank_nodes_alone_make_no_difference(review: Review) -> None:
    text = START + "e:north e:berth [ e:length 20 ] , [ e:length 30 ] .\n"
    publish(review, review.submit([turtle(text)], message="berths", author="Ada"))
    with pytest.raises(RequestError, match="nothing would change"):
        review.submit([turtle(text + "\n# the same\n")], message="again", author="Ada")


def test_blank_nodes_that_are_added_never_meet_those_of_the_graph(review: Review) -> None:
    berth = "e:north e:berth [ e:length 20 ] .\n"
    publish(review, review.submit([turtle(START + berth)], message="one", author="Ada"))
    more = replace(turtle("e:south e:berth [ e:length 40 ] ."), graph=GRAPH, effect=Effect.ADD)
    version = publish(review, review.submit([more], message="two", author="Ada"))
    berths = {s.split()[2] for s in held(version) if "berth" in s}
    assert len(berths) == 2


def test_nobody_accepts_their_own_unless_that_is_allowed(review: Review, submit: Submit) -> None:
    change = submit(DEEPER, author="Ada")
    with pytest.raises(Forbidden, match="own"):
        review.accept(change.number, by="Ada")
    assert review.accept(change.number, by="Ada", self_review=True).state is State.ACCEPTED


def test_only_what_is_accepted_is_published_and_only_once(review: Review, submit: Submit) -> None:
    change = submit(DEEPER)
    with pytest.raises(Conflict, match="not accepted"):
        review.publish(change.number, by="Bo")
    version = publish(review, change)
    with pytest.raises(Conflict, match=f"as version {version.number}"):
        review.publish(change.number, by="Bo")


def test_what_is_rejected_stays_so(review: Review, submit: Submit) -> None:
    change = submit(DEEPER)
    with pytest.raises(RequestError, match="why"):
        review.reject(change.number, by="Bo", message=" ")
    review.reject(change.number, by="Bo", message="no source")
    with pytest.raises(Conflict, match="rejected, by Bo"):
        review.accept(change.number, by="Bo")
    assert review.changes.get(change.number).events[-1].note == "no source"
    with pytest.raises(NotFound, match="change set .* the latest is"):
        review.reject(99, by="Bo", message="which?")


def test_what_breaks_rules_is_stored_but_never_accepted(review: Review) -> None:
    strict = replace(review, validate=no_depth_below_zero)
    change = strict.submit([turtle(START.replace("7", "-7"))], message="wrong", author="Ada")
    assert not change.conforms
    assert change.report["findings"][0]["remedy"] == "measure again"
    with pytest.raises(DataRejected):
        strict.accept(change.number, by="Bo")
    assert strict.changes.get(change.number).state is State.SUBMITTED


def test_rules_that_came_later_hold_at_publishing(review: Review) -> None:
    change = review.submit([turtle(START.replace("7", "-7"))], message="wrong", author="Ada")
    review.accept(change.number, by="Bo")
    with pytest.raises(DataRejected):
        replace(review, validate=no_depth_below_zero).publish(change.number, by="Bo")
    assert review.versions.require_current().number == 2
    assert review.changes.get(change.number).state is State.ACCEPTED


def test_a_value_that_changed_since_is_a_conflict_that_names_it(
    review: Review, submit: Submit
) -> None:
    first, second = submit(DEEPER), submit(START.replace("7", "11"), author="Cy")
    version = publish(review, first)
    with pytest.raises(Conflict) as caught:
        review.accept(second.number, by="Bo")
    reasons = {c.reason: c for c in caught.value.conflicts}
    assert '"7"' in reasons["to be removed, but gone"].statement
    assert '"11"' in reasons["to be added, but the one value of this property changed"].statement
    assert {c.version for c in caught.value.conflicts} == {version.number}
    assert review.versions.require_current() == version


def test_the_one_value_of_a_property_is_not_given_twice(review: Review, submit: Submit) -> None:
    first, second = submit(START + "e:south e:depth 4 ."), submit(START + "e:south e:depth 5 .")
    publish(review, first)
    with pytest.raises(Conflict, match="the one value"):
        review.accept(second.number, by="Bo")


def test_a_statement_that_somebody_else_added_is_a_conflict(review: Review, submit: Submit) -> None:
    text = START + "e:south e:lights 2 ."
    first, second = submit(text), submit(text, author="Cy")
    review.accept(second.number, by="Bo")
    publish(review, first)
    with pytest.raises(Conflict, match="there already since version 3"):
        review.publish(second.number, by="Bo")


def test_changes_that_do_not_meet_go_one_on_top_of_the_other(
    review: Review, submit: Submit
) -> None:
    first, second = submit(DEEPER), submit(START + "e:south e:depth 4 .", author="Cy")
    publish(review, first)
    version = publish(review, second)
    assert {s.split('"')[1] for s in held(version) if "depth" in s} == {"9", "4"}


def test_reverting_the_latest_version_gives_the_content_before_it(
    review: Review, submit: Submit
) -> None:
    before = review.versions.require_current()
    undone = publish(review, submit(DEEPER))
    version = review.revert(undone.number, by="Bo")
    change = difference(review.versions, before.number, version.number)
    assert change.graphs() == {GRAPH_BASE + "provenance"}
    assert held(version) == held(before)
    assert (version.origin, version.reverts) == (Origin.REVERT, undone.number)


def test_reverting_an_older_version_keeps_what_came_after(review: Review, submit: Submit) -> None:
    undone = publish(review, submit(DEEPER))
    publish(review, submit(DEEPER + "e:south e:depth 4 ."))
    version = review.revert(undone.number, by="Bo")
    assert {s.split('"')[1] for s in held(version) if "depth" in s} == {"7", "4"}


def test_who_published_stays_on_record_when_an_earlier_version_is_undone(
    review: Review, submit: Submit
) -> None:
    undone = publish(review, submit(DEEPER))
    publish(review, submit(DEEPER + "e:south e:depth 4 ."))
    provenance = held(review.revert(undone.number, by="Bo"), GRAPH_BASE + "provenance")
    for number in (2, 3):
        activity = f"<{ID_BASE}activity/change/{number}>"
        assert f"{activity} <http://www.w3.org/ns/prov#wasAssociatedWith> <{ID_BASE}agent/Ada>" in (
            provenance
        )
    assert any(f"<{ID_BASE}agent/Ada> <http://www.w3.org/1999/02/22" in s for s in provenance)


def test_what_changed_again_since_is_not_reverted(review: Review, submit: Submit) -> None:
    undone = publish(review, submit(DEEPER))
    publish(review, submit(START.replace("7", "11")))
    with pytest.raises(Conflict, match="cannot be undone"):
        review.revert(undone.number, by="Bo")
    with pytest.raises(RequestError, match="changed nothing"):
        review.revert(1, by="Bo")


def _race(root: str, number: int, name: str) -> None:
    versions = VersionStore(Path(root), kept=1000)
    review = Review(versions=versions, validate=no_rules, wait_seconds=30)
    try:
        outcome = str(review.publish(number, by=name).number)
    except Conflict as error:
        outcome = str(error)
    (Path(root) / f"{name}.outcome").write_text(outcome)


@pytest.mark.parametrize("is_disjoint", [False, True])
def test_two_who_publish_at_once_lose_nothing(
    review: Review, submit: Submit, is_disjoint: bool
) -> None:
    other = START + "e:south e:depth 4 ." if is_disjoint else START.replace("7", "11")
    changes = [submit(DEEPER), submit(other, author="Cy")]
    for change in changes:
        review.accept(change.number, by="Bo")
    root = review.versions.root
    context = multiprocessing.get_context("spawn")
    racers = [
        context.Process(target=_race, args=(str(root), change.number, change.author))
        for change in changes
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
        assert racer.exitcode == 0
    outcomes = [(root / f"{change.author}.outcome").read_text() for change in changes]
    won = [outcome for outcome in outcomes if outcome.isdecimal()]
    assert len(won) == (2 if is_disjoint else 1), outcomes
    if not is_disjoint:
        (lost,) = set(outcomes) - set(won)
        assert "<http://e/north> <http://e/depth>" in lost
    states = {_state(review, change) for change in changes}
    assert states == ({State.PUBLISHED} if is_disjoint else {State.PUBLISHED, State.ACCEPTED})
    assert all(r.agrees for r in rebuild_all(review.versions, Content(root=root)))


def _state(review: Review, change: ChangeSet) -> State:
    return review.changes.get(change.number).state
