"""Killed at any moment: what was acknowledged is there, and no half of anything."""

import itertools
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.curation.changes.samples import no_rules, turtle
from tests.waiting import wait_until

from gfmdkg.build import ensure_empty
from gfmdkg.curation.changes.change_sets import State
from gfmdkg.curation.changes.rebuilding import rebuild_all
from gfmdkg.curation.changes.review import Review
from gfmdkg.paths import Content
from gfmdkg.store.versions import Origin, VersionStore


def _review(root: Path) -> Review:
    return Review(versions=VersionStore(root, kept=1000), validate=no_rules, wait_seconds=30)


def _curate_for_ever(root: str, acknowledged: str) -> None:
    """Submit, accept, publish and revert; each is logged when it begins and when it returned."""
    review = _review(Path(root))
    with Path(acknowledged).open("a", encoding="utf-8") as log:

        def say(*words: object) -> None:
            print(*words, file=log, flush=True)

        for turn in itertools.count():
            name = f"e:p{os.getpid()}-{turn}"
            document = turtle(f"{name} e:part 1 , 2 , 3 .", f"data/{os.getpid()}-{turn}.ttl")
            say("begins submit")
            change = review.submit([document], message=name, author="Ada")
            say("submitted", change.number)
            say("begins accept")
            review.accept(change.number, by="Bo")
            say("accepted", change.number)
            say("begins publish")
            version = review.publish(change.number, by="Bo")
            say("published", change.number, version.number)
            say("begins revert")
            say("reverted", version.number, review.revert(version.number, by="Bo").number)


def _check(review: Review, log: Path) -> None:
    versions = {v.number: v for v in review.versions.history()}
    assert list(versions) == list(range(1, len(versions) + 1))
    states = [State.SUBMITTED, State.ACCEPTED, State.PUBLISHED]
    for line in log.read_text().splitlines():
        word, first, *rest = line.split()
        if word == "begins":
            continue
        if word == "reverted":
            assert versions[int(rest[0])].reverts == int(first)
            continue
        change = review.changes.get(int(first))
        assert states.index(change.state) >= states.index(State(word)), line
        assert len(review.changes.patch(change.number).added) == 3
        if word == "published":
            assert versions[int(rest[0])].change == change.number
    # A version and its change set tell the same, whichever was written last.
    for version in versions.values():
        if version.origin is Origin.PUBLISH:
            assert version.change is not None
            assert review.changes.get(version.change).version == version.number
    assert all(r.agrees for r in rebuild_all(review.versions, Content(root=log.parent)))


def _wait_for(words: str, log: Path, start: int) -> None:
    wait_until(lambda: words in log.read_text()[start:], words, within_seconds=60)


STEPS = ("submit", "accept", "publish", "revert")


@pytest.mark.parametrize("rounds", [8, pytest.param(100, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_loses_nothing_acknowledged(tmp_path: Path, rounds: int) -> None:
    root, log = tmp_path / "store", tmp_path / "acknowledged"
    log.touch()
    ensure_empty(VersionStore(root))
    context = multiprocessing.get_context("spawn")
    chance = random.Random(rounds)
    killed: Counter[str] = Counter()
    for turn in range(rounds):
        done = len(log.read_text())
        curator = context.Process(target=_curate_for_ever, args=(str(root), str(log)))
        curator.start()
        _wait_for(f"begins {STEPS[turn % len(STEPS)]}", log, done)
        time.sleep(chance.random() * 0.1)  # noqa: TID251 - the moment of the kill
        assert curator.pid is not None
        os.kill(curator.pid, signal.SIGKILL)
        curator.join()
        last = log.read_text().splitlines()[-1].split()
        killed[last[1] if last[0] == "begins" else "between"] += 1
    print("killed during", dict(killed))
    assert all(killed[step] >= rounds // 10 for step in STEPS), killed
    review = _review(root)
    assert log.read_text(), "nothing was ever acknowledged"
    _check(review, log)
    change = review.submit([turtle("e:a e:b 1 .")], message="after", author="Ada")
    review.accept(change.number, by="Bo")
    review.publish(change.number, by="Bo")
    _check(review, log)
    assert list((root / "staging").iterdir()) == []
