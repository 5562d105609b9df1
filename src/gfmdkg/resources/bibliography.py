"""References in the formats of reference managers: BibTeX, RIS and CSL-JSON."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Reference", "ReferenceType", "write_bibtex", "write_csl", "write_ris"]

# TeX's special characters; a backslash first, for the others bring one with them.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: "\\" + sign for sign in "&%$#_"},
    }
)
_KEY = re.compile(r"[^a-z0-9-]+")
_PARTS = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


class ReferenceType(StrEnum):
    """What is referred to, by its name in CSL."""

    REPORT = "report"
    TREATY = "treaty"
    DOCUMENT = "document"


_BIBTEX = dict(zip(ReferenceType, ("techreport", "misc", "misc"), strict=True))
_RIS = dict(zip(ReferenceType, ("RPRT", "LEGAL", "GOVDOC"), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference. ``date`` is a day, a month or a year in ISO 8601; ``key`` is made unique."""

    key: str
    type: ReferenceType
    title: str
    url: str
    date: str | None = None
    authors: tuple[str, ...] = ()
    number: str | None = None
    publisher: str | None = None
    place: str | None = None
    language: str | None = None
    note: str | None = None

    @property
    def date_parts(self) -> tuple[int, ...]:
        """Year, month and day, as far as they are known."""
        found = _PARTS.match(self.date or "")
        return tuple(int(part) for part in found.groups() if part) if found else ()

    def details(self, *names: str) -> Iterator[tuple[str, str]]:
        """Number, publisher, place, language and note by these names, as far as there are any."""
        texts = (self.number, self.publisher, self.place, self.language, self.note)
        return ((name, text) for name, text in zip(names, texts, strict=True) if name and text)


def write_bibtex(references: Iterable[Reference]) -> str:
    r"""A BibTeX file. Bodies are authors in braces, so that no name is taken apart.

    >>> reference = Reference(key="cmw", type=ReferenceType.TREATY, title="A & B", url="u:x")
    >>> print(write_bibtex([reference]), end="")
    @misc{cmw,
      title = {{A \& B}},
      howpublished = {\url{u:x}}
    }
    """
    entries = []
    for key, reference in _keyed(references):
        fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in _bibtex_fields(reference))
        entries.append(f"@{_BIBTEX[reference.type]}{{{key},\n{fields}\n}}\n")
    return "\n".join(entries)


def _bibtex_fields(reference: Reference) -> Iterator[tuple[str, str]]:
    # A report needs an institution in BibTeX, and what is no book has its number there too.
    is_report = reference.type is ReferenceType.REPORT
    yield "title", f"{{{_tex(reference.title)}}}"
    if reference.authors:
        yield "author", " and ".join(f"{{{_tex(author)}}}" for author in reference.authors)
    for number, name in zip(reference.date_parts, ("year", "month", "day"), strict=False):
        yield name, str(number)
    if reference.publisher:
        yield "institution" if is_report else "organization", f"{{{_tex(reference.publisher)}}}"
    for name, text in reference.details("number", "", "address", "language", "note"):
        yield name, _tex(text)
    yield "howpublished", rf"\url{{{reference.url}}}"


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(_TEX)


def write_ris(references: Iterable[Reference]) -> str:
    """A RIS file, with the line ends that the format asks for."""
    lines: list[str] = []
    for key, reference in _keyed(references):
        lines.append(f"TY  - {_RIS[reference.type]}")
        lines += [f"{tag}  - {' '.join(text.split())}" for tag, text in _ris(key, reference)]
        lines += ["ER  - ", ""]
    return "\r\n".join([*lines, ""]) if lines else ""


def _ris(key: str, reference: Reference) -> Iterator[tuple[str, str]]:
    yield "ID", key
    yield "TI", reference.title
    for author in reference.authors:
        yield "AU", author
    if parts := reference.date_parts:
        yield "PY", str(parts[0])
        padded = [*(f"{part:02}" for part in parts[1:]), "", ""][:2]
        yield "DA", "/".join((str(parts[0]), *padded, ""))
    yield from reference.details("M1", "PB", "CY", "LA", "N1")
    yield "UR", reference.url


def write_csl(references: Iterable[Reference]) -> str:
    """A CSL-JSON array (Citation Style Language 1.0)."""
    items = []
    for key, reference in _keyed(references):
        item: dict[str, object] = {
            "id": key,
            "type": reference.type.value,
            "title": reference.title,
            "URL": reference.url,
        }
        if reference.authors:
            item["author"] = [{"literal": author} for author in reference.authors]
        if parts := reference.date_parts:
            item["issued"] = {"date-parts": [list(parts)]}
        item |= dict(
            reference.details("number", "publisher", "publisher-place", "language", "note")
        )
        items.append(item)
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def _keyed(references: Iterable[Reference]) -> Iterator[tuple[str, Reference]]:
    used: dict[str, int] = {}
    for reference in references:
        key = _KEY.sub("-", reference.key.lower()).strip("-") or "item"
        used[key] = used.get(key, 0) + 1
        yield (key if used[key] == 1 else f"{key}-{used[key]}"), reference
