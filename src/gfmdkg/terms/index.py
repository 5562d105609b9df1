"""From what people write (CMW, a title, a CURIE, an IRI) to the one resource they mean.

How a text is matched, the first step that yields anything deciding:

1. an IRI of a known resource, or a CURIE of one (``sdg:10.7``);
2. the exact label (preferred, alternative, hidden), notation or slug, the slug being the
   last part or parts of our own IRIs: ``cmw``, ``instrument/cmw``;
3. the folded label: without regard to case, diacritics, typographic quotes and dashes, and
   runs of space.

A label of two to four capitals may be an ordinary word as well (CAT, IRIS, WHO). In step 3
such a label matches only a text that is all in lower or all in upper case, as people type
acronyms; "Cat" or "Iris" is the spelling of a word or a name and does not match, unless a
label spells it so.

A resource is never matched by a text that one of its ``neverLabel``s vetoes. Kinds of label
have no precedence over one another: where two resources share a name within a step, the
classes and schemes asked for decide, and else the answer is ``Ambiguous``.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import Self

from gfmdkg.errors import Ambiguous, Candidate, NotFound
from gfmdkg.namespaces import ID_BASE, SCHEME_BASE, expand
from gfmdkg.sparql.query_text import packaged_query
from gfmdkg.terms.folding import fold, is_acronym, tidy
from gfmdkg.terms.nearest import NamePool
from gfmdkg.terms.values import Iri, Literal, Term

__all__ = ["LabelEntry", "LabelKind", "TermIndex", "labels_query", "read_labels"]

LabelKind = OneOf["pref", "alt", "hidden", "never", "notation", "slug"]

_AMBIGUOUS_SHOWN = 20
_OWN_BASES = (ID_BASE, SCHEME_BASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEntry:
    """One name of one resource. ``types`` and ``scheme`` are IRIs."""

    iri: str
    kind: LabelKind
    text: str
    language: str | None = None
    types: tuple[str, ...] = ()
    scheme: str | None = None


def labels_query() -> str:
    """The SPARQL query whose solutions ``read_labels`` takes."""
    return packaged_query("gfmdkg.terms", "labels.rq").text


def read_labels(solutions: Iterable[Sequence[Term | None]]) -> Iterator[LabelEntry]:
    """The names in the solutions of ``labels_query``, in the solutions' order.

    A concept in several schemes is entered once for each.
    """
    types: dict[str, dict[str, None]] = {}
    schemes: dict[str, dict[str, None]] = {}
    names: list[tuple[str, LabelKind, Literal]] = []
    for iri, kind, value in solutions:
        match iri, kind, value:
            case Iri(value=subject), Literal(lexical="type"), Iri(value=class_iri):
                types.setdefault(subject, {})[class_iri] = None
            case Iri(value=subject), Literal(lexical="scheme"), Iri(value=scheme_iri):
                schemes.setdefault(subject, {})[scheme_iri] = None
            case Iri(value=subject), Literal(lexical=label_kind), Literal():
                names.append((subject, label_kind, value))  # type: ignore[arg-type]
            case _:  # a label that is a blank node or an IRI names nothing
                continue
    of_type = {iri: tuple(sorted(found)) for iri, found in types.items()}
    for subject, label_kind, label in names:
        for scheme in schemes.get(subject, (None,)):
            yield LabelEntry(
                iri=subject,
                kind=label_kind,
                text=label.lexical,
                language=label.language,
                types=of_type.get(subject, ()),
                scheme=scheme,
            )


class TermIndex:
    """All names of all resources of one version. Read-only once made; threads may share it."""

    def __init__(self, entries: Iterable[LabelEntry]) -> None:
        self._entries: dict[str, list[LabelEntry]] = {}
        self._exact: dict[str, list[str]] = {}
        self._folded: dict[str, list[str]] = {}
        self._acronyms: dict[str, list[str]] = {}
        self._vetoed: dict[str, set[str]] = {}
        self._pools: dict[tuple[frozenset[str], frozenset[str]], NamePool] = {}
        for entry in entries:
            known = self._entries.get(entry.iri)
            if known is None:
                known = self._entries[entry.iri] = []
                self._add_slug(entry.iri)
            known.append(entry)
            self._add(entry)

    @classmethod
    def from_entries(cls, entries: Iterable[LabelEntry]) -> Self:
        """Index these names; slugs are taken from the IRIs and need no entries."""
        return cls(entries)

    @classmethod
    def from_solutions(cls, solutions: Iterable[Sequence[Term | None]]) -> Self:
        """Index the solutions of ``labels_query``."""
        return cls(read_labels(solutions))

    def _add_slug(self, iri: str) -> None:
        if iri.startswith(_OWN_BASES):
            _append(self._exact, iri[iri.rfind("/") + 1 :], iri)

    def _add(self, entry: LabelEntry) -> None:
        folded = fold(entry.text)
        if entry.kind == "never":
            self._vetoed.setdefault(folded, set()).add(entry.iri)
            return
        _append(self._exact, tidy(entry.text), entry.iri)
        if entry.kind != "slug":
            target = self._acronyms if is_acronym(entry.text) else self._folded
            _append(target, folded, entry.iri)

    def __len__(self) -> int:
        """How many resources have a name."""
        return len(self._entries)

    def __contains__(self, iri: object) -> bool:
        """Whether a resource of this IRI has a name."""
        return iri in self._entries

    def resolve(
        self,
        text: str,
        *,
        types: Collection[str] = (),
        schemes: Collection[str] = (),
        what: str = "resource",
    ) -> str:
        """The IRI of the one resource that ``text`` names, as the module's page says.

        ``types`` and ``schemes`` are IRIs; a resource fits if it has one of the types or is
        in one of the schemes, where any are given. ``what`` names the thing in messages.
        Raises ``NotFound`` with the nearest names, ``Ambiguous`` with those that share it.
        """
        found = self.find(text, types=types, schemes=schemes, what=what)
        if found is None:
            raise NotFound(what, text, self.nearest(text, types=types, schemes=schemes))
        return found

    def find(
        self,
        text: str,
        *,
        types: Collection[str] = (),
        schemes: Collection[str] = (),
        what: str = "resource",
    ) -> str | None:
        """The same, with ``None`` for no resource: to seek the nearest names costs much more."""
        for step in self._steps(tidy(text)):
            found = list(dict.fromkeys(iri for iri in step if self._fits(iri, types, schemes)))
            if len(found) == 1:
                return found[0]
            if found:
                candidates = [
                    Candidate(iri=iri, label=self.label(iri) or iri)
                    for iri in sorted(found)[:_AMBIGUOUS_SHOWN]
                ]
                raise Ambiguous(what, text, candidates)
        return None

    def _steps(self, name: str) -> Iterator[Sequence[str]]:
        iri = name if name in self._entries else expand(name)
        if iri in self._entries:
            yield (iri,)
        folded = fold(name)
        vetoed: Collection[str] = self._vetoed.get(folded, ())
        exact = self._exact.get(name, ())
        if not exact and "/" in name:
            ending = "/" + name
            last = self._exact.get(name[name.rfind("/") + 1 :], ())
            exact = [i for i in last if i.startswith(_OWN_BASES) and i.endswith(ending)]
        yield [i for i in exact if i not in vetoed]
        loose = self._folded.get(folded, [])
        if name.islower() or name.isupper():
            loose = [*loose, *self._acronyms.get(folded, ())]
        yield [i for i in loose if i not in vetoed]

    def _fits(self, iri: str, types: Collection[str], schemes: Collection[str]) -> bool:
        if not types and not schemes:
            return True
        entries = self._entries[iri]
        return any(t in types for t in entries[0].types) or any(
            e.scheme in schemes for e in entries
        )

    def nearest(
        self,
        text: str,
        limit: int = 5,
        *,
        types: Collection[str] = (),
        schemes: Collection[str] = (),
    ) -> tuple[Candidate, ...]:
        """The resources whose names are most like ``text``, best first, were none alike.

        A candidate's label is the name that is alike, or the preferred label where that
        name is hidden.
        """
        key = (frozenset(types), frozenset(schemes))
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = NamePool(self._names(types, schemes))
        folded = fold(text)
        vetoed: Collection[str] = self._vetoed.get(folded, ())
        return pool.nearest(folded, limit=limit, without=vetoed)

    def _names(
        self, types: Collection[str], schemes: Collection[str]
    ) -> Iterator[tuple[str, str, str]]:
        for iri, entries in self._entries.items():
            if not self._fits(iri, types, schemes):
                continue
            for entry in entries:
                if entry.kind == "never":
                    continue
                shown = self.label(iri) if entry.kind in {"hidden", "slug"} else entry.text
                yield fold(entry.text), iri, shown or entry.text

    def label(self, iri: str, language: str = "en") -> str | None:
        """The preferred label in ``language``, else in English, else in any; ``None`` without."""
        preferred = [e for e in self._entries.get(iri, ()) if e.kind == "pref"]
        for wanted in (language, "en"):
            for entry in preferred:
                if entry.language == wanted:
                    return entry.text
        return preferred[0].text if preferred else None

    def labels(self, iri: str) -> tuple[LabelEntry, ...]:
        """All names of a resource as they were entered, those that veto included."""
        return tuple(self._entries.get(iri, ()))

    def types(self, iri: str) -> tuple[str, ...]:
        """The classes of a resource as the data state them, sorted; none if it has no name."""
        entries = self._entries.get(iri)
        return entries[0].types if entries else ()

    def members(self, schemes: Collection[str]) -> tuple[str, ...]:
        """The concepts of the schemes, in order of entry."""
        return tuple(
            iri
            for iri, entries in self._entries.items()
            if any(e.scheme in schemes for e in entries)
        )


def _append(index: dict[str, list[str]], name: str, iri: str) -> None:
    iris = index.get(name)
    if iris is None:
        index[name] = [iri]
    elif iris[-1] != iri:  # a resource's names come together; the rest is settled on resolving
        iris.append(iri)
