"""No text makes a pattern of the package slow, whatever a client sends."""

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from tests.http.hostile_text import hostile_texts
from tests.http.server_process import publish_triples, serving

import gfmdkg

ROOT = Path(gfmdkg.__file__).parent
# What reads our own files alone.
OWN_FILES = ("queries.catalog", "queries.query", "cli", "networks.occurrences", "validation.checks")
METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer")
# The longest text takes a linear pattern some hundredths of a second, and another at least two
# seconds: a busy machine, whose other work is not counted, cannot confuse the two.
LENGTHS = (32, 2048, 131_072)
LIMIT_SECONDS = 1.0
# What a short text may take before a longer one is tried.
QUICK_SECONDS = 0.0005

Uses = Mapping[str, set[str]]


class Slow(Exception):
    """The limit of processor time is over."""


def ring(*_: object) -> None:
    raise Slow


def is_slow(work: Callable[[], object], limit_seconds: float) -> bool:
    """Whether work takes more processor time than this; the matcher heeds signals."""
    began = process_time()
    try:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, max(limit_seconds, 0.1))
            work()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except Slow:
        return True
    return process_time() - began > limit_seconds


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, ring)
    yield
    signal.signal(signal.SIGVTALRM, before)


def find_slow_text(pattern: re.Pattern[Any], methods: set[str]) -> str | None:
    """How a pattern is made slow, if that is found."""
    for lead, pump, end in hostile_texts(pattern):
        for method in methods:
            for length in LENGTHS:
                text: Any = lead + pump * (length // len(pump)) + end
                if isinstance(pattern.pattern, bytes):
                    text = text.encode("latin-1", "replace")
                work = worker(pattern, method, text)
                if is_slow(work, LIMIT_SECONDS):
                    return f"{method} of {lead!r}, {pump!r} over and over, {end!r}: {length}"
                if length == LENGTHS[1] and not is_slow(work, QUICK_SECONDS):
                    break
    return None


def worker(pattern: re.Pattern[Any], method: str, text: Any) -> Callable[[], object]:
    if method in ("match", "fullmatch", "search"):
        return lambda: getattr(pattern, method)(text)
    return lambda: [None for _ in pattern.finditer(text)]


def patterns() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    """Every pattern by its place, with the methods by which it is used there."""
    found: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    for info in pkgutil.walk_packages([str(ROOT)], "gfmdkg."):
        name = info.name.removeprefix("gfmdkg.")
        if name.startswith(OWN_FILES) or name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        assert module.__file__ is not None
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        uses, inside = read_uses(tree)
        for place, pattern in held(vars(module), name):
            own = place.removeprefix(name).split("[")[0].rpartition(".")[2]
            found[place] = pattern, uses.get(own) or {"match", "fullmatch"}
        for line, pattern, method in inside:
            found[f"{name}:{line}"] = pattern, {method}
    return found


def held(names: Mapping[str, object], place: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns of a module or class, also in its tables."""
    for name, value in names.items():
        if not name.startswith("__"):  # pydantic's models hold themselves there
            yield from held_in(value, f"{place}.{name}")


def held_in(value: object, place: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from held_in(item, f"{place}[{key}]")
    elif isinstance(value, tuple | list):
        for number, item in enumerate(value):
            yield from held_in(item, f"{place}[{number}]")
    elif isinstance(value, type) and place.startswith(value.__module__.removeprefix("gfmdkg.")):
        yield from held(vars(value), place)


def read_uses(tree: ast.AST) -> tuple[Uses, list[tuple[int, re.Pattern[Any], str]]]:
    """Which methods are called on which name, and the patterns written at their call."""
    uses: dict[str, set[str]] = {}
    inside: list[tuple[int, re.Pattern[Any], str]] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method, owner = node.func.attr, node.func.value
        if method not in METHODS:
            continue
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if name != "re":
            uses.setdefault(name, set()).add(method)
        elif isinstance(node.args[0], ast.Constant):
            inside.append((node.lineno, re.compile(node.args[0].value), method))
    return uses, inside


def test_no_pattern_is_slow_over_any_text() -> None:
    found = patterns()
    assert len(found) > 100
    slow = {
        place: text
        for place, (pattern, methods) in found.items()
        if (text := find_slow_text(pattern, methods)) is not None
    }
    assert slow == {}


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (rb"GET (/(?:[a-z.-]+/?)*(?:\?[a-z]*)?) HTTP", "fullmatch"),
        (r"(?:a|b|ab)+c", "match"),
        (r"(.*?)\s*\.", "fullmatch"),
        (r"[0-9]+\.?[0-9]*e", "match"),
        (r"<x [^>]*>", "search"),
        (r"\s+$", "sub"),
    ],
)
def test_a_slow_pattern_is_found(pattern: str | bytes, method: str) -> None:
    assert find_slow_text(re.compile(pattern), {method}) is not None


@pytest.mark.parametrize(
    "target", ["/id/instrument/universal-declaration,x", "/%41" + "a" * 60 + "%", "/a?" + 'b"[' * 9]
)
def test_an_odd_target_is_answered(target: str, tmp_path: Path) -> None:
    publish_triples(tmp_path, 1)
    with serving(tmp_path) as server, server.connect() as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 2)
        assert client.recv(9) == b"HTTP/1.1 "
        assert server.get("/health").status_code == 200
