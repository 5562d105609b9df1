"""The validating process of the service, asked about one version after the other."""

import asyncio
import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from tests.curation.changes.samples import no_rules

from gfmdkg.curation import checker as checker_module
from gfmdkg.curation.checker import Checker, GivenDocument, create_handler
from gfmdkg.curation.writing import MergeGraph, write
from gfmdkg.engine.frames import Frame
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

TABLE = (
    b"passage,cites,matched text,intent,assertion,confidence,review status,asserted by\n"
    b"gfmd-dialogue-gcm-2017-04-06-c1/p01,ZZQX,words,adhere,explicit,1.0,accepted,"
    b"group-gfmdkg-curators\n"
)
PACT = b"""@base <https://w3id.org/gfmdkg/> .
<id/instrument/zzqx> a <ontology#Instrument> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "ZZQX"@en ."""

# Says that all is well, after as long as the view asks for.
ROLE = """
import json, time
from gfmdkg.engine.child import Reply

def create_handler(options):
    def handle(frame):
        time.sleep(float(json.loads(frame.head)["view"]))
        return Reply(head={"conforms": True}, body=frame.body)
    return handle
"""


@pytest.fixture
def quick_checker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checker:
    """A checker whose process starts fast and reads no rules."""
    (tmp_path / "quick_role.py").write_text(ROLE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(checker_module, "_MODULE", "quick_role")
    return Checker(Settings(store=tmp_path / "store"), shipped_content())


async def ask(checker: Checker, *, seconds: float = 0) -> bytes:
    document = GivenDocument(name="a.ttl", media_type="text/turtle", body=b"<a> <b> <c> .")
    async with asyncio.timeout(20):
        return (await checker.check([document], view=str(seconds), version=1)).body


async def leave(check: "asyncio.Task[bytes]", *, after_steps: int) -> None:
    """Let a check go on for some steps of the event loop, then go away."""
    for _ in range(after_steps):
        await asyncio.sleep(0)
    check.cancel()


@pytest.mark.parametrize("is_running", [False, True], ids=["before its start", "at work"])
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8])
def test_after_clients_that_leave_at_any_point_the_next_is_answered(
    quick_checker: Checker, steps: int, is_running: bool
) -> None:
    async def come_and_go() -> bytes:
        if is_running:
            await ask(quick_checker)
        first = asyncio.create_task(ask(quick_checker, seconds=60))
        await leave(first, after_steps=steps)
        # These find the first one's process started, at work, being killed or being reaped.
        for later_steps in (1, 2, 3, 4, 6, 10):
            waiting = asyncio.create_task(ask(quick_checker, seconds=60))
            await leave(waiting, after_steps=later_steps)
            with suppress(asyncio.CancelledError):
                await waiting
        with suppress(asyncio.CancelledError):
            await first
        try:
            return await ask(quick_checker)
        finally:
            await quick_checker.close()

    assert asyncio.run(come_and_go()) == b"<a> <b> <c> ."


@pytest.mark.parametrize("steps", range(1, 7))
def test_who_leaves_while_the_process_is_reaped_takes_nothing_from_the_next(
    quick_checker: Checker, steps: int
) -> None:
    async def come_and_go() -> bytes:
        await ask(quick_checker)
        first = asyncio.create_task(ask(quick_checker, seconds=60))
        second = asyncio.create_task(ask(quick_checker))
        await asyncio.sleep(0.05)
        await leave(first, after_steps=0)
        await leave(second, after_steps=steps)
        await asyncio.wait({first, second})
        assert first.cancelled()
        assert second.cancelled()
        try:
            return await ask(quick_checker)
        finally:
            await quick_checker.close()

    assert asyncio.run(come_and_go()) == b"<a> <b> <c> ."


def test_a_table_is_read_by_the_names_of_the_version_that_is_asked_for(
    shipped_store: Path, tmp_path: Path
) -> None:
    root = tmp_path / "store"
    shutil.copytree(shipped_store, root)
    versions = VersionStore(root)
    first = versions.require_current().number
    handle = create_handler({"store": str(root), "content": str(shipped_content().root)})

    def codes(version: int) -> set[str]:
        documents = [("t.csv", "text/csv", len(TABLE))]
        head = {"documents": documents, "view": "json", "version": version}
        reply = handle(Frame(head=json.dumps(head).encode(), body=TABLE))
        return {finding["code"] for finding in json.loads(reply.body)["findings"]}

    assert "unknown-name" in codes(first)
    change = MergeGraph(graph=GRAPH_BASE + "data/zzqx", body=PACT, media_type="text/turtle")
    written = write(change, versions, validate=no_rules, message="a pact")
    assert "unknown-name" not in codes(written.version.number)
    assert "unknown-name" in codes(first)
