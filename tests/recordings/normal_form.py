"""The body of an answer as lines of text in which only what matters can differ."""

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import openpyxl
import pyoxigraph as ox

from gfmdkg.pages.operations import parameters_of

__all__ = ["normal_body", "normal_headers", "shortened", "without_volatile"]

_MOST_CHARACTERS = 4_500
_SHOWN_LINES = 24
_LINE_CHARACTERS = 100
_STRING_CHARACTERS = 600
_QUERY_LINK = "/sparql?query="
_HEADERS_LEFT_OUT = frozenset({"date", "content-length", "transfer-encoding", "server", "age"})

_VOLATILE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"http(s?)://127\.0\.0\.1:\d+"), r"http\1://HOST"),
    (re.compile(r"http(s?)%3A%2F%2F127\.0\.0\.1%3A\d+"), r"http\1%3A%2F%2FHOST"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\?v=[0-9a-f]{6,}"), "?v=HASH"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "UUID"),
)
# What arithmetic gives may differ in its last digits from machine to machine.
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{7,}(e-?\d+)?")


def _now_patterns() -> list[tuple[re.Pattern[str], str]]:
    """Ways to write today, or the day on which the run began: anything else is content."""
    found = []
    for day in {datetime.now(UTC), datetime.now(UTC) - timedelta(hours=1)}:
        iso, month = day.strftime("%Y-%m-%d"), day.strftime("%B")
        words = rf"0?{day.day} {month} {day.year}"
        parts = rf"\[\s*{day.year},\s*{day.month},\s*{day.day}\s*\]"
        found += [
            (rf"{iso}[T ][\d:.]+(Z|[+-]\d\d:?\d\d| UTC)?", "TIME"),
            (rf"{iso} \d\d:\d\d(:\d\d)?", "TIME"),
            (iso, "DATE"),
            (day.strftime("%Y/%m/%d"), "DATE"),
            (words, "DATE"),
            (parts, "[DATE]"),
            (rf"year = \{{{day.year}\}},\s*month = \S+\s*day = \S+", "year = {DATE},"),
            (rf"year = \{{{day.year}\}},\\n  month = [^\\]+\\n  day = [^\\]+", "year = {DATE},"),
            (rf"PY  - {day.year}", "PY  - YEAR"),
        ]
    return [(re.compile(pattern), replacement) for pattern, replacement in found]


def without_volatile(text: str) -> str:
    """Text without addresses, hashes, times of now and the last digits of long decimals."""
    for pattern, replacement in (*_VOLATILE, *_now_patterns()):
        text = pattern.sub(replacement, text)
    return _LONG_DECIMAL.sub(lambda found: f"{float(found[0]):.6g}", text)


def normal_headers(headers: Iterable[tuple[str, str]]) -> list[str]:
    """The lines of the headers that matter, sorted."""
    lines = []
    for name, value in headers:
        if name in _HEADERS_LEFT_OUT:
            continue
        if name == "etag":
            value = 'W/"…"' if value.startswith("W/") else '"…"'
        elif name == "server-timing":
            value = re.sub(r"[\d.]+", "N", value)
        lines.append(f"{name}: {without_volatile(value)}")
    return sorted(lines)


def normal_body(body: bytes, media_type: str, target: str, *, is_unordered: bool) -> str:
    """The text of a body, by its media type."""
    if not body:
        return ""
    path = target.partition("?")[0]
    if path == "/metrics":
        return _metrics(body.decode())
    if path == "/openapi.json":
        return _openapi(json.loads(_VOLATILE[0][0].sub("HOST", body.decode())))
    if media_type in _BINARY:
        return without_volatile(_cells(body))
    text = without_volatile(_with_line_ends(body.decode()))
    if media_type in _RDF:
        return _rdf(body.decode(), media_type) or text
    if media_type.endswith("json"):
        return _json(json.loads(body), is_unordered=is_unordered)
    if media_type.endswith(("xml", "html")):
        text = re.sub(r">\s*<", ">\n<", text)
    if is_unordered:
        text = "\n".join(sorted(text.split("\n")))
    return text


def _with_line_ends(text: str) -> str:
    if "\r\n" in text:
        text = text.replace("\r\n", "\n") + "(lines end with CRLF)"
    elif not text.endswith("\n"):
        text += "\n(no line end)"
    return text


def shortened(text: str) -> str:
    """A long text as its first lines, the number of lines and a digest of the whole."""
    text = text.rstrip("\n")
    if len(text) <= _MOST_CHARACTERS:
        return text
    lines = text.split("\n")
    shown = "\n".join(lines[:_SHOWN_LINES])[: _MOST_CHARACTERS // 2]
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{shown}\n… {len(lines)} lines in all, digest {digest}"


def _json(value: Any, *, is_unordered: bool) -> str:
    if is_unordered and isinstance(value, dict) and "results" in value:
        value["results"]["bindings"].sort(key=lambda row: json.dumps(row, sort_keys=True))
    return without_volatile("\n".join(_json_lines(_timeless(value))))


def _json_lines(value: Any, indent: str = "", name: str = "", comma: str = "") -> Iterator[str]:
    """Sorted members, one a line; what is short stands on one line."""
    short = json.dumps(value, ensure_ascii=False, sort_keys=True)
    label = f"{indent}{json.dumps(name, ensure_ascii=False)}: " if name else indent
    if not value or not isinstance(value, dict | list) or len(short) <= _LINE_CHARACTERS:
        yield f"{label}{short}{comma}"
        return
    begin, end = "{}" if isinstance(value, dict) else "[]"
    members = sorted(value.items()) if isinstance(value, dict) else [("", each) for each in value]
    yield label + begin
    for number, (key, each) in enumerate(members, 1):
        yield from _json_lines(each, indent + " ", key, "," if number < len(members) else "")
    yield f"{indent}{end}{comma}"


_DURATIONS = re.compile(r"(_ms|_seconds|milliseconds|seconds)$")
_KEPT_DURATIONS = frozenset({"limit_seconds", "retry_after_seconds"})


def _timeless(value: Any) -> Any:
    """Without measured times, told by the names of their members, and with short strings."""
    if isinstance(value, dict):
        return {
            name: 0.0
            if isinstance(each, float) and _DURATIONS.search(name) and name not in _KEPT_DURATIONS
            else _timeless(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_timeless(each) for each in value]
    if isinstance(value, str) and len(value) > _STRING_CHARACTERS:
        return _short_string(without_volatile(value))
    return value


def _short_string(text: str) -> str:
    if text.startswith(_QUERY_LINK):
        text = _QUERY_LINK + unquote(text.removeprefix(_QUERY_LINK))
    return f"{text[: _STRING_CHARACTERS // 3]}… (digest {_digest(text)})"


_RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
_BINARY = frozenset({"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})


def _rdf(text: str, media_type: str) -> str:
    """Sorted N-Quads with blank nodes numbered by structure; nothing where it says nothing."""
    try:
        quads = list(ox.parse(text.encode(), format=_RDF[media_type]))
    except (SyntaxError, ValueError):
        quads = []
    if not quads:
        return _json(json.loads(text), is_unordered=False) if "json" in media_type else ""
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    plain = without_volatile(written.decode())
    dataset = ox.Dataset(ox.parse(plain.encode(), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "\n".join(sorted(f"{quad} ." for quad in dataset))


def _cells(body: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(body))
    lines = []
    for sheet in book.worksheets:
        lines.append(f"sheet {sheet.title} ({sheet.sheet_state})")
        for row in sheet.iter_rows():
            cells = [f"{c.coordinate}={c.value!r}" for c in row if c.value is not None]
            if cells:
                lines.append("  " + "  ".join(cells))
        lines += [
            f"  choice {v.sqref}: {v.formula1}" for v in sheet.data_validations.dataValidation
        ]
    return "\n".join(lines)


def _metrics(text: str) -> str:
    """The names, kinds and explanations of the figures, not the figures."""
    return "\n".join(sorted(line for line in text.splitlines() if line.startswith("#")))


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _openapi(document: Any) -> str:
    """A line for each operation and each component, with digests of what they say."""
    lines = [f"{name} {_digest(value)}" for name, value in document.items() if name != "paths"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            parameters = [
                each["name"] + ("*" if each.get("required") else "")
                for each in parameters_of(document, operation)
            ]
            answers = [
                f"{status}({','.join(answer.get('content', {}))})"
                for status, answer in operation["responses"].items()
            ]
            lines.append(
                f"{method} {path} {operation['operationId']} [{' '.join(parameters)}]"
                f" {' '.join(answers)} {_digest(operation)}"
            )
    for kind, components in document["components"].items():
        lines += [f"{kind} {name} {_digest(value)}" for name, value in components.items()]
    return "\n".join(sorted(lines))
