"""What one place of the package alone may do, by a look at the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gfmdkg

ROOT = Path(gfmdkg.__file__).parent
STORES = "store/"


def makers_of_stores(source: str) -> Iterator[int]:
    """The lines that mention pyoxigraph's ``Store`` as a value, under whatever name.

    Who holds the class can make one, directly or by a constructor that it offers; where it is
    only a type, it is in an annotation.
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
    types = set(_in_annotations(tree))
    for node in ast.walk(tree):
        if node in types:
            continue
        if (isinstance(node, ast.Name) and node.id in classes) or (
            isinstance(node, ast.Attribute)
            and node.attr == "Store"
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        ):
            yield node.lineno


def _in_annotations(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if isinstance(annotation, ast.AST):
                yield from ast.walk(annotation)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import pyoxigraph as ox\nox.Store()", 1),
        ("import pyoxigraph\npyoxigraph.Store.read_only('x')", 1),
        ("from pyoxigraph import Store as S\nopener = S", 1),
        ("from pyoxigraph import *", 1),
        ("import pyoxigraph as ox\ndef f(s: ox.Store) -> ox.Store: ...", 0),
        ("import pyoxigraph as ox\nox.serialize([], None)", 0),
        ("class Store: ...\nStore()", 0),
    ],
)
def test_a_store_is_found_by_any_way_in(source: str, count: int) -> None:
    assert len(list(makers_of_stores(source))) == count


def test_only_the_store_makes_stores_of_the_engine() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), line)
        for path in sorted(ROOT.rglob("*.py"))
        for line in makers_of_stores(path.read_text("utf-8"))
    ]
    inside = [place for place in found if place[0].startswith(STORES)]
    assert inside, "the search finds nothing"
    assert [place for place in found if place not in inside] == []
