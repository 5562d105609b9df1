"""Applying fixes to a file, of whose bytes only those change that must."""

import shutil
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path

from gfmdkg.errors import DataError, Fault
from gfmdkg.rdf.turtle_tokens import Lines
from gfmdkg.store.files import replacing
from gfmdkg.validation.findings import Fix, Report

__all__ = ["mend"]


def mend(path: Path, report: Report) -> int:
    """Apply the fixes of a report to one of its UTF-8 files; how many findings that mends.

    Line ends, tabs, a byte order mark and permissions stay, and a link is followed. Of two fixes
    that touch the same characters the first is applied; the next validation tells what is left.
    Raises ``DataError`` where the file changed since it was read for the report.
    """
    name, target = path.as_posix(), path.resolve()
    fixes = [f.fix for f in report.findings if f.file == name and f.fix is not None]
    if not fixes:
        return 0
    source = report.sources.get(name, "")
    text, count = _edited(source, fixes)
    with replacing(target) as draft:
        data = target.read_bytes()
        if data.removeprefix(BOM_UTF8) != source.encode():
            fault = Fault(
                message="the file was changed meanwhile, so no fix was applied",
                file=name,
                remedy="run the command again",
            )
            raise DataError("the file cannot be mended", [fault])
        mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
        draft.write_bytes(mark + text.encode())
        shutil.copymode(target, draft)
    return count


def _edited(text: str, fixes: Sequence[Fix]) -> tuple[str, int]:
    place = Lines(text).offset
    edits: list[tuple[int, int, str]] = []
    count = 0
    for fix in fixes:
        wanted = [
            (place(e.line, e.column), place(e.end_line, e.end_column), e.text) for e in fix.edits
        ]
        if any(start < e and s < end for start, end, _ in wanted for s, e, _ in edits):
            continue
        edits += wanted
        count += 1
    for start, end, put in sorted(edits, reverse=True):
        text = text[:start] + put + text[end:]
    return text, count
