"""The links from and to a resource, with what speaks for each, from the rows of one query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

from gfmdkg.description.model import Evidence, Named
from gfmdkg.formats.solutions import Solutions
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Iri, Literal, Term

__all__ = ["read_evidence"]

_DIRECTIONS: Mapping[str, OneOf["out", "in", "self"]] = {"out": "out", "in": "in", "self": "self"}


@dataclass(slots=True, kw_only=True)
class _Link:
    """The rows of one link: what all share, and the values that make them several."""

    record: Mapping[str, Term]
    words: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    intents: dict[str, None] = field(default_factory=dict)
    authors: dict[str, None] = field(default_factory=dict)


def read_evidence(rows: Solutions, terms: TermIndex) -> tuple[Evidence, ...]:
    """The links in the order of the rows."""
    links: dict[tuple[str, str], _Link] = {}
    for record in rows.records():
        key = _text(record, "link") or "", _text(record, "direction") or ""
        link = links.setdefault(key, _Link(record=record))
        for name, values in (
            ("words", link.words),
            ("note", link.notes),
            ("intent", link.intents),
            ("assertedBy", link.authors),
        ):
            if (text := _text(record, name)) is not None:
                values[text] = None
    return tuple(_evidence(link, terms) for link in links.values())


def _evidence(link: _Link, terms: TermIndex) -> Evidence:
    record = link.record

    def named(iri: str) -> Named:
        return Named(iri=iri, label=terms.label(iri))

    def optional(name: str) -> Named | None:
        iri = _text(record, name)
        return None if iri is None else named(iri)

    confidence = _text(record, "confidence")
    return Evidence(
        link=_text(record, "link") or "",
        direction=_DIRECTIONS[_text(record, "direction") or "self"],
        kind=named(_text(record, "kind") or ""),
        passage=named(_text(record, "passage") or ""),
        locator=_text(record, "locator"),
        report=optional("report"),
        target=named(_text(record, "target") or ""),
        words=tuple(link.words),
        assertion=optional("assertion"),
        confidence=None if confidence is None else float(confidence),
        status=optional("status"),
        intents=tuple(named(iri) for iri in link.intents),
        is_anticipated=_text(record, "anticipated") == "true",
        notes=tuple(link.notes),
        asserted_by=tuple(named(iri) for iri in link.authors),
    )


def _text(record: Mapping[str, Term], name: str) -> str | None:
    match record.get(name):
        case Iri(value=text) | Literal(lexical=text):
            return text
        case _:
            return None
