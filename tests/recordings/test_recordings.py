"""The service answers as it was recorded; what differs is shown exchange by exchange."""

import difflib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.recordings.blocks import FOLDER, read_blocks
from tests.recordings.exchange import Family
from tests.recordings.exchanges import FAMILIES
from tests.recordings.replaying import Server, replay, serving_recorded

Answers = Callable[[Family], dict[str, str]]


@pytest.fixture(scope="module")
def answers(shipped_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    """What a family is answered; the families of one server share it."""
    folder = tmp_path_factory.mktemp("recordings")
    servers: dict[str, Server] = {}
    with ExitStack() as stack:

        def call(family: Family) -> dict[str, str]:
            if family.server not in servers:
                stack.close()
                servers.clear()
                opened = serving_recorded(family.server, shipped_store, folder)
                servers[family.server] = stack.enter_context(opened)
            return replay(family, servers[family.server])

        yield call


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_answers_are_as_recorded(family: Family, answers: Answers) -> None:
    kept = read_blocks(FOLDER / "http" / f"{family.name}.txt")
    found = answers(family)
    differences = [
        "\n".join(
            difflib.unified_diff(
                kept.get(title, "(not recorded)").split("\n"),
                found.get(title, "(no longer asked)").split("\n"),
                f"recorded: {title}",
                f"answered: {title}",
                lineterm="",
            )
        )
        for title in dict.fromkeys([*kept, *found])
        if kept.get(title) != found.get(title)
    ]
    assert len(found) == len(family.exchanges)
    if differences:
        pytest.fail(
            f"{len(differences)} of {len(found)} answers differ; if that is meant, run"
            f" python -m tests.recordings --write {family.name}\n" + "\n".join(differences),
            pytrace=False,
        )
