"""What a parser says of a document, in words that tell a curator what to write."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from gfmdkg.errors import Fault
from gfmdkg.namespaces import PREFIXES
from gfmdkg.store.parsing import NESTED_ENTITIES, Complaint
from gfmdkg.validation.turtle_tokens import Lines, Token, tokenize

__all__ = ["OPEN_STRING", "explain"]

OPEN_STRING = re.compile(r"\"{3}|'{3}|[\"'<]")
"""The beginning of a quotation or of an IRI."""

_SHOWN = re.compile(r"<[^>\s]*>?|\"[^\"\n]{0,40}\"?|[^\s,;]{1,40}|[,;]")
_REMEDY = "mend the syntax here or just before, where something may be missing"
_DECLARED = re.compile(r"^The prefix (\S*): has not been declared$")
_TAG_WITH_UNDERSCORE = re.compile(r"@([A-Za-z]+)_([A-Za-z0-9]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    message: str
    remedy: str


_EXPECTED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Words]], ...] = (
    (
        re.compile(r"^(?P<found>.*) is not a valid RDF object$", re.DOTALL),
        lambda m: _Words(
            message=f"a value is expected here, not “{m['found']}”",
            remedy="write an IRI, a prefixed name, a literal in quotes, a number, true or false;"
            " or remove the comma or property before it",
        ),
    ),
    (
        re.compile(r"^The object of a triple must be"),
        lambda _: _Words(
            message="a value is expected here",
            remedy="write an IRI in angle brackets, or a literal in quotes with its type:"
            ' this format knows no numbers without quotes ("1"^^<…#integer>)',
        ),
    ),
    (
        re.compile(r"^(?P<found>.*) is not a valid predicate$", re.DOTALL),
        lambda m: _Words(
            message=f"a property is expected here, not “{m['found']}”",
            remedy="write the property's prefixed name or IRI between subject and value;"
            " a semicolon or dot may be missing before",
        ),
    ),
    (
        re.compile(r"^(?P<found>.*) is not a valid subject or graph name$", re.DOTALL),
        lambda m: _Words(
            message=f"a subject is expected here, not “{m['found']}”",
            remedy="begin the statement with an IRI or a prefixed name; a dot too many"
            " or a semicolon too few may stand before",
        ),
    ),
    (
        re.compile(r"^(A dot is expected at the end of|(Quads|Triples) must be followed by a dot)"),
        lambda _: _Words(
            message="the statement does not end: a dot, semicolon or comma is expected here",
            remedy="end the statement with “ .”, or go on with “;” (another property)"
            " or “,” (another value)",
        ),
    ),
    (
        re.compile(r"^No scheme found in an absolute IRI"),
        lambda _: _Words(
            message="the IRI is not absolute",
            remedy="write the whole IRI with its scheme (https://…): this format has no base",
        ),
    ),
    (
        re.compile(r"^The PREFIX keyword should be followed by a prefix"),
        lambda _: _Words(
            message="a prefix with its colon is expected after the keyword",
            remedy="write the declaration as @prefix name: <…> .",
        ),
    ),
    (
        re.compile(r"^A language code should always start with a letter"),
        lambda _: _Words(
            message="a language tag is expected after @",
            remedy="write the tag without a space, for instance @en, or remove the @",
        ),
    ),
    (
        re.compile(r"^Expecting a datatype IRI after \^\^"),
        lambda _: _Words(
            message="a datatype is expected after ^^",
            remedy="write the datatype's name, for instance ^^xsd:date",
        ),
    ),
    (
        re.compile(r"should end with a '(?P<found>.)'$"),
        lambda m: _Words(
            message=f"a closing “{m['found']}” is expected here",
            remedy=f"close the bracket with “{m['found']}”",
        ),
    ),
    (
        re.compile(rf"^{NESTED_ENTITIES}"),
        lambda _: _Words(message=NESTED_ENTITIES, remedy="write its text out, without entities"),
    ),
    (
        re.compile(r"^Line jumps are not allowed"),
        lambda _: _Words(
            message="the quotation is not closed on its line",
            remedy='close it with ", or write """ before and after a text of several lines',
        ),
    ),
    (
        re.compile(r"^Unexpected escape character '(?P<found>.*)'$"),
        lambda m: _Words(
            message=f"“{m['found']}” is no escape sequence",
            remedy=r"double the backslash (\\), or use \" \n \r \t \uXXXX",
        ),
    ),
    (
        re.compile(r"^Invalid IRI code point '(?P<found>.*)'$"),
        lambda m: _Words(
            message=f"an IRI cannot hold the character “{m['found']}”",
            remedy="remove the character or percent-encode it (a space is %20)",
        ),
    ),
    (
        re.compile(r"^'(?P<found>[“”„‘’«»])' is not allowed"),
        lambda m: _Words(
            message=f"“{m['found']}” is a typographic quotation mark",
            remedy='write the straight quotation mark " around literals',
        ),
    ),
)


def explain(text: str, complaint: Complaint, lines: Lines, file: str | None) -> Fault:
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
            words = _Words(message=message, remedy=words.remedy)
    elif complaint.message == "Unexpected end":
        before = _token_before(text, len(text))
        if before is not None:
            line, column = lines.place(before.end)
    return Fault(message=words.message, file=file, line=line, column=column, remedy=words.remedy)


def _words(text: str, complaint: Complaint, offset: int) -> _Words:
    declared = _DECLARED.match(complaint.message)
    if declared is not None:
        return _undeclared_words(declared[1])
    if complaint.message.startswith("Unexpected end"):
        return _end_words(text, offset)
    tag = _tag_words(text, offset)
    if tag is not None:
        return tag
    for pattern, make in _EXPECTED:
        match = pattern.search(complaint.message)
        if match is not None:
            return make(match)
    message = complaint.message[:1].lower() + complaint.message[1:]
    shown = _SHOWN.match(text, offset)
    if shown is not None and shown[0] not in message:
        message = f"{message}, at “{shown[0]}”"
    return _Words(message=message, remedy=_REMEDY)


def _undeclared_words(prefix: str) -> _Words:
    known = PREFIXES.get(prefix)
    if known is not None:
        remedy = f"declare it at the top of the file: @prefix {prefix}: <{known}> ."
    else:
        remedy = f"declare it before its first use (@prefix {prefix}: <…> .) or correct the name"
    return _Words(message=f"the prefix {prefix}: is not declared", remedy=remedy)


def _tag_words(text: str, offset: int) -> _Words | None:
    """A language tag with an underscore, as programs write it for a locale."""
    start = text.rfind("@", 0, offset)
    tag = _TAG_WITH_UNDERSCORE.match(text, max(start, 0))
    if start < 0 or tag is None or not tag.start() < offset <= tag.end():
        return None
    return _Words(
        message=f"“{tag[0]}” is no language tag",
        remedy=f"write it with a hyphen: @{tag[1]}-{tag[2]}",
    )


def _end_words(text: str, offset: int) -> _Words:
    opening = OPEN_STRING.match(text, offset)
    if opening is not None and opening[0] == "<":
        return _Words(message="the IRI is not closed", remedy="close it with >")
    if opening is not None:
        return _Words(
            message="the quotation is not closed",
            remedy=f"close it with {opening[0]} at the end of the text",
        )
    return _Words(
        message="the file ends inside a statement",
        remedy="end the last statement with “ .”, and close open brackets before it",
    )


def _token_before(text: str, offset: int) -> Token | None:
    last = None
    for token in tokenize(text):
        if token.start >= offset:
            break
        last = token
    return last


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
