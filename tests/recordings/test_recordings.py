"""The service and the commands answer as recorded; what differs is shown one by one."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.recordings.blocks import FOLDER, read_blocks
from tests.recordings.calling import calling
from tests.recordings.calls import CALL_FAMILIES, CallFamily
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
    compare("http", family.name, answers(family))


@pytest.mark.parametrize("family", CALL_FAMILIES, ids=lambda family: family.name)
def test_commands_do_as_recorded(family: CallFamily, shipped_store: Path, tmp_path: Path) -> None:
    compare("cli", family.name, calling(family, shipped_store, tmp_path))


def compare(kind: str, name: str, found: Mapping[str, str]) -> None:
    """Fail with what differs from the recording, exchange by exchange."""
    kept = read_blocks(FOLDER / kind / f"{name}.txt")
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
    if differences:
        pytest.fail(
            f"{len(differences)} of {len(found)} answers differ; if that is meant, run"
            f" python -m tests.recordings --write {name}\n" + "\n".join(differences),
            pytrace=False,
        )
