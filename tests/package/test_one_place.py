"""What one place of the package alone may do, by a look at the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gfmdkg

ROOT = Path(gfmdkg.__file__).parent
STORES = "store/"


def mentions_of_the_store(source: str) -> Iterator[int]:
    """The lines that mention pyoxigraph's ``Store``, under whatever name, or reach for one.

    ``OxigraphStore.engine`` is such a one.
    """
    tree = ast.parse(source)
    modules, classes = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {
                name.asname or name.name for name in node.names if name.name == "pyoxigraph"
            }
        elif isinstance(node, ast.ImportFrom) and node.module == "pyoxigraph":
            classes |= {name.asname or name.name for name in node.names if name.name == "Store"}
            if any(name.name == "*" for name in node.names):
                yield node.lineno
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) if name in classes:
                yield node.lineno
            case ast.Attribute(attr="Store", value=ast.Name(id=name)) if name in modules:
                yield node.lineno
            case ast.Attribute(attr="engine"):
                yield node.lineno


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import pyoxigraph as ox\nox.Store()", 1),
        ("import pyoxigraph\npyoxigraph.Store.read_only('x')", 1),
        ("from pyoxigraph import Store as S\nopener = S", 1),
        ("from pyoxigraph import *", 1),
        ("import pyoxigraph as ox\ndef f(s: ox.Store) -> ox.Store: ...", 2),
        ("store.engine.query('ASK {}')", 1),
        ("import pyoxigraph as ox\nox.serialize([], None)", 0),
        ("class Store: ...\nStore()", 0),
    ],
)
def test_the_store_is_found_by_any_way_in(source: str, count: int) -> None:
    assert len(list(mentions_of_the_store(source))) == count


def test_only_the_folder_of_the_store_knows_the_store_of_the_engine() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), line)
        for path in sorted(ROOT.rglob("*.py"))
        for line in mentions_of_the_store(path.read_text("utf-8"))
    ]
    inside = [place for place in found if place[0].startswith(STORES)]
    assert inside, "the search finds nothing"
    assert [place for place in found if place not in inside] == []
