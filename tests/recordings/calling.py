"""Calls of the command line, and what came of them as blocks of text."""

import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path

from tests.command import command_on
from tests.recordings.blocks import escaped, named
from tests.recordings.calls import Call, CallFamily, write_files
from tests.recordings.normal_form import normal_body, shortened, without_volatile

__all__ = ["calling"]

_VOLATILE = (
    (re.compile(r"gfmdkg_[\w-]{30,}"), "TOKEN"),
    (re.compile(r"(^|(?<=token ))[0-9a-f]{8}\b", re.MULTILINE), "ID"),
    (re.compile(r"(?<=content )[0-9a-f]{16}\b"), "HASH"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s)\b"), "N s"),
)
_MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ttl": "text/turtle",
}


def calling(family: CallFamily, shipped: Path, folder: Path) -> dict[str, str]:
    """Make the calls of a family in a folder of its own; the blocks of the outcomes by title."""
    place = folder / "calls" / family.name
    place.mkdir(parents=True)
    write_files(place)
    store = shipped
    if family.writes:
        store = folder / "calls" / f"{family.name}-store"
        shutil.copytree(shipped, store)
    titles = named(_title(call) for call in family.calls)
    blocks = {}
    with chdir(place):
        for title, call in zip(titles, family.calls, strict=True):
            before = _contents(place)
            block = _outcome(call, store)
            for name, content in _contents(place).items():
                if before.get(name) != content:
                    block += f"\n--- wrote {name}\n{_file(name, content)}"
            for path, word in ((store, "STORE"), (place, "FOLDER")):
                block = block.replace(str(path), word)
            blocks[title] = escaped(block)
    return blocks


def _title(call: Call) -> str:
    environment = [f"{name}={value} " for name, value in call.environment.items()]
    return "".join(environment) + f"gfmdkg {shlex.join(call.arguments)}".replace("\n", "⏎")


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    former = dict(os.environ)
    os.environ.update({"COLUMNS": "120", **variables})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(former)


def _outcome(call: Call, store: Path) -> str:
    with _environment(call.environment):
        result = command_on(store)(*call.arguments, stdin=call.stdin)
    block = f"--- exit {result.exit_code}"
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        block += f"\n{result.exception!r}"
    for name, content in (("stdout", result.stdout_bytes), ("stderr", result.stderr_bytes)):
        if content:
            text = content.decode().replace(str(store), "STORE")
            normal = _normal(text, call) if name == "stdout" else _plain(text)
            block += f"\n--- {name}\n{shortened(normal)}"
    return block


def _normal(text: str, call: Call) -> str:
    form = dict(zip(call.arguments, call.arguments[1:], strict=False)).get("--format")
    media_type = {
        "json": "application/json",
        "sarif": "application/json",
        "jsonld": "application/ld+json",
        "ttl": "text/turtle",
        "nt": "application/n-triples",
        "nq": "application/n-quads",
        "trig": "application/trig",
        "rdf": "application/rdf+xml",
        "xml": "application/xml",
        "graphml": "application/xml",
        "gexf": "application/xml",
    }.get(form or "", "text/plain")
    if not text.strip() or "--help" in call.arguments:
        return _plain(text)
    return _plain(normal_body(text.encode(), media_type, "", is_unordered=False))


def _plain(text: str) -> str:
    text = without_volatile(text)
    for pattern, replacement in _VOLATILE:
        text = pattern.sub(replacement, text)
    return text


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _file(name: str, content: bytes) -> str:
    media_type = _MEDIA_TYPES.get(Path(name).suffix, "text/plain")
    return shortened(normal_body(content, media_type, "", is_unordered=False))
