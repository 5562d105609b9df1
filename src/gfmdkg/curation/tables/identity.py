"""The IRI of a record from its key columns, and what else follows from them.

The rules, never from a label that may change: an instrument, session or actor is named by
its key; a recommendation by its report, kind and number; a citation by its passage and what
it cites. Keys are IRIs and codes, by the names of their columns.
"""

import re
from collections.abc import Mapping

import pyoxigraph as ox

from gfmdkg.curation.tables.cells import CellFault
from gfmdkg.curation.tables.columns import RecordType
from gfmdkg.namespaces import DCTERMS, FOAF, GFMD, ID_BASE, ORG, SCHEME_BASE, SDG
from gfmdkg.rdf.values import Term, typed

__all__ = ["class_of", "derive", "mint", "slug_key"]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = re.compile(r"[1-9][0-9]*(\.[1-9][0-9]*)*")
_KINDS: Mapping[str, str] = {"political": "pol", "practical": "pra"}
_ACTOR_CLASSES: Mapping[str, str] = {
    "person": FOAF + "Person",
    "org": ORG + "Organization",
    "group": FOAF + "Group",
}
_REPORT, _PASSAGE = ID_BASE + "report/", ID_BASE + "passage/"


def mint(record_type: RecordType, keys: Mapping[str, str]) -> str:
    """The IRI of the record with these values in its key columns.

    Raises ``CellFault`` for a key that is not of the form of its kind.
    """
    if record_type.name == "recommendation":
        return _recommendation(keys)
    if record_type.name == "citation":
        code = keys["cites"].removeprefix(SDG)
        slug = f"sdg-{code}" if code != keys["cites"] else code.rpartition("/")[2]
        return f"{ID_BASE}citation/{_below(_PASSAGE, keys['passage'])}/{slug}"
    key = keys["key"]
    if not _SLUG.fullmatch(key):
        remedy = "use lower-case letters a to z, digits and single hyphens: a-short-name"
        raise _fault(f"“{key}” is not a key", key, remedy)
    if record_type.name == "actor" and key.partition("-")[0] not in _ACTOR_CLASSES:
        message = f"the key “{key}” does not say what kind of actor it is"
        raise _fault(message, key, "begin it with person-, org- or group-")
    return f"{ID_BASE}{record_type.name}/{key}"


def slug_key(record_type: RecordType, iri: str) -> str:
    """What stands in the column “key” for this IRI."""
    return iri.removeprefix(f"{ID_BASE}{record_type.name}/")


def class_of(record_type: RecordType, iri: str) -> str:
    """The class of a new record, an IRI."""
    if record_type.name != "actor":
        return record_type.classes[0]
    return _ACTOR_CLASSES[slug_key(record_type, iri).partition("-")[0]]


def derive(record_type: RecordType, keys: Mapping[str, str]) -> Mapping[str, Term]:
    """What empty cells of a recommendation are filled with; keys that ``mint`` has accepted."""
    if record_type.name != "recommendation":
        return {}
    kind, number = _kind(keys), keys["number"]
    above, _, last = number.rpartition(".")
    facts: dict[str, Term] = {
        GFMD + "locator": ox.Literal(f"{kind} recommendation {number}", language="en"),
        GFMD + "order": typed(last, "integer"),
        GFMD + "sortKey": ox.Literal(f"{kind}-{_padded(number)}"),
    }
    if above:
        facts[DCTERMS + "isPartOf"] = ox.NamedNode(mint(record_type, {**keys, "number": above}))
    return facts


def _recommendation(keys: Mapping[str, str]) -> str:
    number = keys["number"]
    if not _NUMBER.fullmatch(number):
        message = f"“{number}” is not the number of a recommendation"
        raise _fault(message, number, "write 3, or 7.1 for the first recommendation below 7")
    report = _below(_REPORT, keys["report"])
    return f"{_PASSAGE}{report}/{_KINDS[_kind(keys)]}-{_padded(number)}"


def _kind(keys: Mapping[str, str]) -> str:
    slug = keys["kind"].removeprefix(SCHEME_BASE + "recommendation-kind/")
    if slug not in _KINDS:
        message = f"there is no rule for the IRI of a recommendation of the kind “{slug}”"
        raise _fault(message, slug, "use political or practical")
    return slug


def _below(prefix: str, iri: str) -> str:
    slug = iri.removeprefix(prefix)
    if slug == iri:
        raise _fault(f"<{iri}> does not lie below {prefix}", iri, "use a record of this graph")
    return slug


def _fault(message: str, value: str, remedy: str) -> CellFault:
    return CellFault("key", message, remedy=remedy, value=value)


def _padded(number: str) -> str:
    first, dot, rest = number.partition(".")
    return f"{int(first):02d}{dot}{rest}"
