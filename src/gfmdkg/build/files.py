"""Reading a curator's files as text, with the syntax that their names tell."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import graph_iri
from gfmdkg.validation import SourceFile

__all__ = ["SYNTAXES", "decode_file", "read_files", "syntax_of"]

STANDARD_INPUT = Path("-")
SYNTAXES = {
    "ttl": "text/turtle",
    "trig": "application/trig",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
"""Media type by the name of the syntax, as ``--syntax`` takes it."""

_EXTENSIONS = SYNTAXES | {
    "turtle": "text/turtle",
    "json": "application/ld+json",
    "xml": "application/rdf+xml",
    "owl": "application/rdf+xml",
}


def read_files(
    files: Sequence[Path], *, standard_input: BinaryIO, syntax: str | None = None
) -> list[SourceFile]:
    """The files as text. Raises ``DataError`` with all that cannot be opened or are not UTF-8."""
    sources: list[SourceFile] = []
    faults: list[Fault] = []
    for path in files:
        is_input = path == STANDARD_INPUT
        name = f"standard-input.{syntax or 'ttl'}" if is_input else path.as_posix()
        try:
            media_type = syntax_of(name, syntax)
            data = standard_input.read() if is_input else path.read_bytes()
            sources.append(decode_file(name, data, media_type))
        except OSError as error:
            faults.append(Fault(message=error.strerror or str(error), file=name))
        except DataError as error:
            faults.extend(error.faults)
    if faults:
        raise DataError(f"{len(faults)} of {len(files)} files cannot be read", faults)
    return sources


def decode_file(name: str, data: bytes, media_type: str) -> SourceFile:
    """A file's bytes as text; raises ``DataError`` with the place of what is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError("the file cannot be read", [_not_utf_8(data, error, name)]) from error
    graph = graph_iri(quote(name.lstrip("/")))
    return SourceFile(path=name, text=text, graph=graph, media_type=media_type)


def syntax_of(name: str, syntax: str | None = None) -> str:
    """The media type of a file by ``syntax``, else by its name. Raises ``DataError``."""
    found = SYNTAXES.get(syntax or "") or _EXTENSIONS.get(name.rpartition(".")[2].lower())
    if found is None:
        fault = Fault(
            message="the name does not tell in which syntax the file is",
            file=name,
            remedy=f"name it with --syntax: {', '.join(SYNTAXES)}",
        )
        raise DataError("the file cannot be read", [fault])
    return found


def _not_utf_8(data: bytes, error: UnicodeDecodeError, name: str) -> Fault:
    before = data[: error.start]
    return Fault(
        message=f"byte {error.start} is not UTF-8",
        file=name,
        line=before.count(b"\n") + 1,
        column=len(before.rpartition(b"\n")[2].decode("utf-8")) + 1,
        remedy="save the file as UTF-8",
    )
