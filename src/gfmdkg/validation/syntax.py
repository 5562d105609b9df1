"""The syntax faults of a document: all of them, each once, in words that say what to write."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from xml.parsers import expat

from gfmdkg.errors import Fault
from gfmdkg.namespaces import PREFIXES
from gfmdkg.rdf.sparql_tokens import Token, TokenKind
from gfmdkg.rdf.turtle_tokens import Lines, tokenize
from gfmdkg.store.reading import NESTED_ENTITIES, parse
from gfmdkg.validation.positions import LINE_FORMATS, POSITIONED

__all__ = ["find_faults"]

_SUFFIX = re.compile(r"@[A-Za-z-]+|\^\^[^\s;,]+(?<!\.)")
_RDF_XML = "application/rdf+xml"
_MOST_FAULTS = 100
# The beginning of a quotation or of an IRI.
_OPEN_STRING = re.compile(r"\"{3}|'{3}|[\"'<]")
_SHOWN = re.compile(r"<[^>\s]*>?|\"[^\"\n]{0,40}\"?|[^\s,;]{1,40}|[,;]")
_REMEDY = "mend the syntax here or just before, where something may be missing"
_DECLARED = re.compile(r"^The prefix (\S*): has not been declared$")
_TAG_WITH_UNDERSCORE = re.compile(r"@([A-Za-z]+)_([A-Za-z0-9]*)")


class _Words(NamedTuple):
    """What is wrong, and what to do about it; both may name what was ``{found}``."""

    message: str
    remedy: str


_EXPECTED: Mapping[str, _Words] = {
    r"^(?P<found>(?s:.*)) is not a valid RDF object$": _Words(
        "a value is expected here, not “{found}”",
        "write an IRI, a prefixed name, a literal in quotes, a number, true or false;"
        " or remove the comma or property before it",
    ),
    r"^The object of a triple must be": _Words(
        "a value is expected here",
        "write an IRI in angle brackets, or a literal in quotes with its type:"
        ' this format knows no numbers without quotes ("1"^^<…#integer>)',
    ),
    r"^(?P<found>(?s:.*)) is not a valid predicate$": _Words(
        "a property is expected here, not “{found}”",
        "write the property's prefixed name or IRI between subject and value;"
        " a semicolon or dot may be missing before",
    ),
    r"^(?P<found>(?s:.*)) is not a valid subject or graph name$": _Words(
        "a subject is expected here, not “{found}”",
        "begin the statement with an IRI or a prefixed name; a dot too many"
        " or a semicolon too few may stand before",
    ),
    r"^(A dot is expected at the end of|(Quads|Triples) must be followed by a dot)": _Words(
        "the statement does not end: a dot, semicolon or comma is expected here",
        "end the statement with “ .”, or go on with “;” (another property) or “,” (another value)",
    ),
    r"^No scheme found in an absolute IRI": _Words(
        "the IRI is not absolute",
        "write the whole IRI with its scheme (https://…): this format has no base",
    ),
    r"^The PREFIX keyword should be followed by a prefix": _Words(
        "a prefix with its colon is expected after the keyword",
        "write the declaration as @prefix name: <…> .",
    ),
    r"^A language code should always start with a letter": _Words(
        "a language tag is expected after @",
        "write the tag without a space, for instance @en, or remove the @",
    ),
    r"^Expecting a datatype IRI after \^\^": _Words(
        "a datatype is expected after ^^", "write the datatype's name, for instance ^^xsd:date"
    ),
    r"should end with a '(?P<found>.)'$": _Words(
        "a closing “{found}” is expected here", "close the bracket with “{found}”"
    ),
    rf"^{NESTED_ENTITIES}": _Words(NESTED_ENTITIES, "write its text out, without entities"),
    r"^Line jumps are not allowed": _Words(
        "the quotation is not closed on its line",
        'close it with ", or write """ before and after a text of several lines',
    ),
    r"^Unexpected escape character '(?P<found>.*)'$": _Words(
        "“{found}” is no escape sequence", r"double the backslash (\\), or use \" \n \r \t \uXXXX"
    ),
    r"^Invalid IRI code point '(?P<found>.*)'$": _Words(
        "an IRI cannot hold the character “{found}”",
        "remove the character or percent-encode it (a space is %20)",
    ),
    r"^'(?P<found>[“”„‘’«»])' is not allowed": _Words(
        "“{found}” is a typographic quotation mark",
        'write the straight quotation mark " around literals',
    ),
}
"""What to say by what the parser says."""


def find_faults(text: str, *, media_type: str, base_iri: str, file: str | None) -> list[Fault]:
    """Every fault of a document's syntax, in the order of the text; none where it is sound.

    A quotation that is never closed would hide all that follows; it is closed at the end of
    its line, for the search only.
    """
    mistaken = _find_other_format(text, media_type, file)
    if mistaken is not None:
        return [mistaken]
    if media_type in LINE_FORMATS:
        return _find_by_line(text, media_type=media_type, base_iri=base_iri, file=file)
    faults: list[Fault] = []
    masked, begin = text, 0
    for _ in range(_MOST_FAULTS):
        complaints = parse(masked.encode(), media_type=media_type, base_iri=base_iri).complaints
        if not complaints:
            break
        lines = Lines(masked)
        complaint = _first(masked, complaints, lines)
        if complaint.line is None and media_type == _RDF_XML:
            complaint = _at_place_in_xml(text, complaint)
        faults.append(_explain(text, complaint, lines, file))
        if complaint.line is None or media_type not in POSITIONED:
            break
        offset = lines.offset(complaint.line, complaint.column or 1)
        if _is_unclosed(masked, complaint, lines):
            masked = _close_somewhere(masked, offset, media_type, base_iri)
            continue
        # The parser may pass over the statement that follows a faulty one, so each faulty
        # one is taken out before the next is looked for.
        start, begin = _statement(masked, offset, begin)
        masked = masked[:start] + re.sub(r"[^\r\n]", " ", masked[start:begin]) + masked[begin:]
    return list(_without_consequences(text, faults))


def _find_other_format(text: str, media_type: str, file: str | None) -> Fault | None:
    """That a file is something else altogether, which no syntax fault would say."""
    begin = text.lstrip()[:100].lower()
    is_xml = media_type == _RDF_XML
    if begin.startswith(("<!doctype html", "<html")):
        message, remedy = "this is a web page", "fetch the file itself, not the page that shows it"
    elif begin.startswith(("<?xml", "<rdf:rdf")) and not is_xml:
        message, remedy = "this is XML", "name the file .rdf, or use --syntax rdf"
    elif begin.startswith(("{", '[{"')) and media_type == "text/turtle":
        message, remedy = "this is JSON", "name the file .jsonld, or use --syntax jsonld"
    elif begin.startswith(("@prefix", "@base", "prefix ")) and is_xml:
        message, remedy = "this is Turtle", "name the file .ttl, or use --syntax ttl"
    else:
        return None
    line, column = Lines(text).place(len(text) - len(text.lstrip()))
    return Fault(message=message, file=file, line=line, column=column, remedy=remedy)


def _at_place_in_xml(text: str, complaint: Fault) -> Fault:
    """Where the XML is at fault, which the engine does not tell."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        line = text.split("\n")[error.lineno - 1].encode()
        column = len(line[: error.offset].decode("utf-8", "ignore")) + 1
        return replace(complaint, line=error.lineno, column=column)
    return complaint


def _find_by_line(text: str, *, media_type: str, base_iri: str, file: str | None) -> list[Fault]:
    if not parse(text.encode(), media_type=media_type, base_iri=base_iri).complaints:
        return []
    faults: list[Fault] = []
    for number, line in enumerate(text.split("\n"), start=1):
        parsed = parse(line.encode(), media_type=media_type, base_iri=base_iri)
        if parsed.complaints:
            fault = _explain(line, parsed.complaints[0], Lines(line), file)
            faults.append(replace(fault, line=number))
    return faults


def _at_the_quote(text: str, complaint: Fault, lines: Lines) -> Fault:
    """A quotation that runs over its line is at fault where it begins, not where it ends."""
    if complaint.line is None or not complaint.message.startswith("Line jumps"):
        return complaint
    offset = lines.offset(complaint.line, complaint.column or 1)
    begin = lines.offset(complaint.line, 1)
    quotes = [
        t for t in tokenize(text[:offset], begin) if t.kind is TokenKind.ERROR and t.text in "\"'"
    ]
    if not quotes:
        return complaint
    return replace(complaint, column=lines.place(quotes[0].start)[1])


def _first(text: str, complaints: Sequence[Fault], lines: Lines) -> Fault:
    """The first complaint; of several at one place the last, which says what is expected."""
    placed = [_at_the_quote(text, c, lines) for c in complaints if c.line is not None]
    if not placed:
        return complaints[0]
    place = min((c.line or 0, c.column or 0) for c in placed)
    return [c for c in placed if (c.line, c.column or 0) == place][-1]


def _statement(text: str, offset: int, begin: int) -> tuple[int, int]:
    """Start and end of the statement at an offset, looked for from ``begin``."""
    depth = 0
    start = begin
    directive = 0
    for token in tokenize(text, begin):
        is_mark = token.kind is TokenKind.OPERATOR
        if directive:
            directive -= 1
            if not directive and token.end <= offset:
                start = token.end
        elif token.kind is TokenKind.WORD and token.text.upper() in ("PREFIX", "BASE"):
            directive = 2 if token.text.upper() == "PREFIX" else 1
        if is_mark and token.text in "[(":
            depth += 1
        elif is_mark and token.text in "])":
            depth -= 1
        elif is_mark and token.text in ".{}" and (depth <= 0 or token.start >= offset):
            if token.start >= offset:
                return start, token.end if token.text == "." else max(token.start, offset + 1)
            depth, start = 0, token.end
    return start, len(text)


def _is_unclosed(text: str, complaint: Fault, lines: Lines) -> bool:
    is_end = complaint.message.startswith(("Unexpected end of file", "Line jumps"))
    if not is_end or complaint.line is None:
        return False
    offset = lines.offset(complaint.line, complaint.column or 1)
    opening = _OPEN_STRING.match(text, offset)
    # Where a quotation of several lines was meant to end, nobody can tell.
    return opening is not None and len(opening[0]) == 1


def _close_somewhere(text: str, offset: int, media_type: str, base_iri: str) -> str:
    """Close a quotation at the next mark, where sense follows, or else on its line.

    Either it was meant to run over several lines, or its end is missing.
    """
    end = text.find(text[offset], offset + 1)
    if text[offset] != "<" and end >= 0:
        closed = _close_at(text, offset, end)
        first, last = (text.count("\n", 0, place) + 1 for place in (offset, end))
        complaints = parse(closed.encode(), media_type=media_type, base_iri=base_iri).complaints
        if not any(first <= (c.line or 0) <= last for c in complaints):
            return closed
    return _close(text, offset)


def _close(text: str, offset: int) -> str:
    """The text with an empty term in place of one that is not closed, for the same length."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    rest = text[offset:end].rstrip()
    ending = rest[-1] if rest and rest[-1] in ".;," else ""
    filler = "<>" if text[offset] == "<" else '""'
    closed = f"{filler} {ending}"
    return text[:offset] + closed.ljust(end - offset) + text[end:]


def _close_at(text: str, offset: int, end: int) -> str:
    """The text with the quotation up to ``end`` taken for one of several lines."""
    suffix = _SUFFIX.match(text, end + 1)
    end = end + 1 if suffix is None else suffix.end()
    # A number is a literal of one character, so that no line break is lost.
    return text[:offset] + "0" + re.sub(r"[^\r\n]", " ", text[offset + 1 : end]) + text[end:]


def _without_consequences(text: str, faults: Sequence[Fault]) -> Iterator[Fault]:
    """A prefix that is not declared is one fault, however often it is used.

    And it is none where the declaration is at fault, which then has told already.
    """
    lines = text.split("\n")
    seen: set[str] = set()
    for fault in faults:
        line = lines[fault.line - 1] if fault.line is not None else ""
        if re.match(r"\s*@?prefix\b", line, re.IGNORECASE):
            seen |= set(re.findall(r"[\w-]+", line))
        undeclared = re.match(r"the prefix (\S*): is not declared", fault.message)
        if undeclared is not None:
            if undeclared[1] in seen:
                continue
            seen.add(undeclared[1])
        yield fault


# In words


def _explain(text: str, complaint: Fault, lines: Lines, file: str | None) -> Fault:
    """The fault that a complaint about a text is, at its place, with a remedy."""
    if complaint.line is None:
        return Fault(message=complaint.message, file=file, remedy=_REMEDY)
    line, column = complaint.line, complaint.column or 1
    offset = lines.offset(line, column)
    words = _words(text, complaint, offset)
    if complaint.message.startswith("A dot is expected"):
        before = _token_before(text, offset)
        if before is not None and "\n" in text[before.end : offset]:
            line, column = lines.place(before.end)
            message = f"the statement does not end after “{_cut(before.text)}”"
            words = words._replace(message=message)
    elif complaint.message == "Unexpected end":
        before = _token_before(text, len(text))
        if before is not None:
            line, column = lines.place(before.end)
    return Fault(message=words.message, file=file, line=line, column=column, remedy=words.remedy)


def _words(text: str, complaint: Fault, offset: int) -> _Words:
    declared = _DECLARED.match(complaint.message)
    if declared is not None:
        return _undeclared_words(declared[1])
    if complaint.message.startswith("Unexpected end"):
        return _end_words(text, offset)
    tag = _tag_words(text, offset)
    if tag is not None:
        return tag
    for pattern, words in _EXPECTED.items():
        match = re.search(pattern, complaint.message)
        if match is not None:
            return _Words(*(text.format(**match.groupdict()) for text in words))
    message = complaint.message[:1].lower() + complaint.message[1:]
    shown = _SHOWN.match(text, offset)
    if shown is not None and shown[0] not in message:
        message = f"{message}, at “{shown[0]}”"
    return _Words(message, _REMEDY)


def _undeclared_words(prefix: str) -> _Words:
    remedy = f"declare it before its first use (@prefix {prefix}: <…> .) or correct the name"
    if prefix in PREFIXES:
        remedy = f"declare it at the top of the file: @prefix {prefix}: <{PREFIXES[prefix]}> ."
    return _Words(f"the prefix {prefix}: is not declared", remedy)


def _tag_words(text: str, offset: int) -> _Words | None:
    """A language tag with an underscore, as programs write it for a locale."""
    start = text.rfind("@", 0, offset)
    tag = _TAG_WITH_UNDERSCORE.match(text, max(start, 0))
    if start < 0 or tag is None or not tag.start() < offset <= tag.end():
        return None
    remedy = f"write it with a hyphen: @{tag[1]}-{tag[2]}"
    return _Words(f"“{tag[0]}” is no language tag", remedy)


def _end_words(text: str, offset: int) -> _Words:
    opening = _OPEN_STRING.match(text, offset)
    if opening is None:
        remedy = "end the last statement with “ .”, and close open brackets before it"
        return _Words("the file ends inside a statement", remedy)
    if opening[0] == "<":
        return _Words("the IRI is not closed", "close it with >")
    remedy = f"close it with {opening[0]} at the end of the text"
    return _Words("the quotation is not closed", remedy)


def _token_before(text: str, offset: int) -> Token | None:
    last = None
    for token in tokenize(text):
        if token.start >= offset:
            break
        last = token
    return last


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
