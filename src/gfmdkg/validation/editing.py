"""Applying fixes to a file's bytes, of which only those change that must."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gfmdkg.errors import DataError, Fault
from gfmdkg.validation.findings import Edit, Finding
from gfmdkg.validation.turtle_tokens import Lines

__all__ = ["Mended", "apply_fixes", "replace_file"]

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """The new bytes of a file, and the findings whose fixes are in them."""

    data: bytes
    findings: tuple[Finding, ...]


def apply_fixes(data: bytes, findings: Iterable[Finding]) -> Mended:
    """Apply the fixes of findings about one UTF-8 file; line ends, tabs and BOM stay.

    Of two fixes that touch the same characters the first is applied; the next validation
    tells what is left.
    """
    text = data.decode("utf-8")
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    lines = Lines(text)
    edits: list[tuple[int, int, str]] = []
    mended: list[Finding] = []
    for finding in findings:
        if finding.fix is None:
            continue
        wanted = [_offsets(lines, edit) for edit in finding.fix.edits]
        if any(start < e and s < end for start, end, _ in wanted for s, e, _ in edits):
            continue
        edits += wanted
        mended.append(finding)
    for start, end, put in sorted(edits, reverse=True):
        text = text[:start] + put + text[end:]
    return Mended(data=(mark + text).encode("utf-8"), findings=tuple(mended))


def _offsets(lines: Lines, edit: Edit) -> tuple[int, int, str]:
    start = lines.offset(edit.line, edit.column)
    return start, lines.offset(edit.end_line, edit.end_column), edit.text


def replace_file(path: Path, data: bytes, *, expected: bytes) -> None:
    """Put ``data`` in a file's place at once, keeping its permissions; a link is followed.

    Raises ``DataError`` where the file no longer holds the ``expected`` bytes.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        if target.read_bytes() != expected:
            fault = Fault(
                message="the file was changed meanwhile, so no fix was applied",
                file=path.as_posix(),
                remedy="run the command again",
            )
            raise DataError("the file cannot be mended", [fault])
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
