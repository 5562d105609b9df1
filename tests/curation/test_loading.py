"""Loading files: what a version holds afterwards, what is refused, and that nothing is left."""

import gzip
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.curation.changes.samples import no_rules

from gfmdkg.build import ensure_empty
from gfmdkg.curation.changes.rebuilding import rebuild_all
from gfmdkg.curation.loading import load, place_files
from gfmdkg.errors import DataError, DataRejected, ParameterError
from gfmdkg.paths import Content
from gfmdkg.store.comparison import hash_content
from gfmdkg.store.patches import statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore
from gfmdkg.validation import Finding, Report, Severity

G = "https://w3id.org/gfmdkg/graph/loaded/"
MANY = "".join(
    f'<x:{n}> <x:p> "0{n}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n' for n in range(9)
)


@pytest.fixture(params=["union", "strict"])
def versions(request: pytest.FixtureRequest, tmp_path: Path) -> VersionStore:
    store = VersionStore(tmp_path / "store")
    ensure_empty(store, default_graph=request.param)
    return store


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    data = text.encode()
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return file


def run(versions: VersionStore, *files: Path, graph: str | None = None) -> Version:
    return load(place_files(files, graph=graph), versions, validate=None, message="m")


def statements(version: Version) -> set[str]:
    with closing(OxigraphStore.open_read_only(version.database)) as store:
        found = {s for graph in store.graph_names() for s in statements_of(store, graph)}
        if version.default_graph == "union":
            assert statements_of(store, "") == {s.rsplit(" <", 1)[0] for s in found}
        else:
            assert not statements_of(store, "")
        assert version.quads == len(store)
        has_union = version.default_graph == "union"
        assert version.content_hash == hash_content(store, has_union=has_union)
        return found


def test_triples_go_to_a_graph_named_after_the_file_and_quads_keep_theirs(
    versions: VersionStore, tmp_path: Path
) -> None:
    made = run(
        versions,
        put(tmp_path, "a.nt", "<x:a> <x:p> <x:o> ."),
        put(tmp_path, "b.ttl.gz", "<x:b> <x:p> 1.50 ."),
        put(tmp_path, "c.nq", "<x:c> <x:p> <x:o> <x:g> .\n<x:d> <x:p> <x:o> ."),
        put(tmp_path, "e.trig", "<x:g> { <x:e> <x:p> <x:o> }"),
    )
    assert statements(made) == {
        f"<x:a> <x:p> <x:o> <{G}a>",
        f'<x:b> <x:p> "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal> <{G}b>',
        "<x:c> <x:p> <x:o> <x:g>",
        f"<x:d> <x:p> <x:o> <{G}c>",
        "<x:e> <x:p> <x:o> <x:g>",
    }


@pytest.mark.parametrize("count", [9, 5_100], ids=["one by one", "as a whole"])
def test_hash_count_and_patch_are_those_of_the_whole_store(
    versions: VersionStore, tmp_path: Path, count: int
) -> None:
    text = MANY + "".join(f"<x:{n}> <x:p> <x:o> .\n" for n in range(count - 9))
    first = run(versions, put(tmp_path, "a.nt", text), graph="x:g")
    assert len(statements(first)) == first.added == count
    # Some of it is there already, in this graph and in another.
    again = run(versions, put(tmp_path, "b.nt", text + "<x:new> <x:p> <x:o> ."), graph="x:g")
    other = run(versions, put(tmp_path, "c.nt", text), graph="x:h")
    assert len(statements(again)) == count + 1
    assert len(statements(other)) == 2 * count + 1
    assert all(r.agrees for r in rebuild_all(versions, Content(root=tmp_path)))


def test_blank_nodes_of_two_files_never_meet(versions: VersionStore, tmp_path: Path) -> None:
    text = "_:x <x:p> [ <x:q> _:x ] ."
    files = [put(tmp_path, name, text) for name in ("a.ttl", "b.ttl")]
    run(versions, *files, graph="x:g")
    assert len(statements(run(versions, *files, graph="x:g"))) == 8


def test_what_breaks_the_rules_is_not_published(versions: VersionStore, tmp_path: Path) -> None:
    finding = Finding(severity=Severity.VIOLATION, code="rule", message="no")
    files = place_files([put(tmp_path, "a.nt", MANY)])
    with pytest.raises(DataRejected):
        load(files, versions, validate=lambda *_: Report.of([finding]), message="m")
    assert versions.require_current().number == 1
    assert load(files, versions, validate=no_rules, message="m").number == 2


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.nt", "<x:a> <x:p> <x:o> .\n<x:a> <x:p", "a.nt:2:7: "),
        ("a.ttl", "", "a.ttl: it holds no triple"),
        ("a.trig", "_:g { <x:a> <x:p> <x:o> }", "has no IRI"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_no_trace(
    versions: VersionStore, tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    good = put(tmp_path, "good.nt", MANY)
    with pytest.raises(DataError) as caught:
        run(versions, good, put(tmp_path, name, text))
    assert complaint in caught.value.message
    assert "load again" in caught.value.message
    assert versions.require_current().number == 1
    assert not list((versions.root / "staging").iterdir())


def test_files_that_are_none_are_told_together(tmp_path: Path) -> None:
    text = put(tmp_path, "a.txt", "")
    with pytest.raises(DataError) as caught:
        place_files([tmp_path / "none.nt", tmp_path, text])
    assert [fault.message for fault in caught.value.faults] == [
        "there is no such file",
        "it is a folder",
        "the name does not tell in which syntax the file is",
    ]
    with pytest.raises(ParameterError):
        place_files([put(tmp_path, "a.nt", MANY)], graph="no iri")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_a_load_that_is_stopped_leaves_the_former_version(tmp_path: Path, how: int) -> None:
    file = tmp_path / "a.nt"
    versions = VersionStore(tmp_path / "store")
    ensure_empty(versions)
    program = (
        "import sys; from pathlib import Path\n"
        "from gfmdkg.curation.loading import load, place_files\n"
        "from gfmdkg.store.versions import VersionStore\n"
        "load(place_files([Path(sys.argv[1])]), VersionStore(Path(sys.argv[2])),"
        " validate=None, message='m', progress=lambda *_: print('on', flush=True))"
    )
    put(tmp_path, "a.nt", "".join(f"<x:{n}> <x:p> <x:o> .\n" for n in range(300_000)))
    with subprocess.Popen(
        [sys.executable, "-c", program, str(file), str(versions.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        os.kill(process.pid, how)
        process.communicate(timeout=60)
        assert process.returncode != 0
    assert versions.require_current().number == 1
    made = run(versions, put(tmp_path, "b.nt", MANY))
    assert len(statements(made)) == 9
    assert not list((versions.root / "staging").iterdir())
