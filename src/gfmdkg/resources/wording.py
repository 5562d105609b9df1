"""How properties are called where people read them, and which stand together."""

import re
from collections.abc import Mapping
from typing import Literal

from gfmdkg.namespaces import CITO, DCTERMS, GFMD, PREFIXES, PROV, RDF, RDFS, SKOS

__all__ = ["GROUP_TITLES", "KIND", "NAMES", "GroupName", "incoming_title", "property_title"]

NAMES = (
    SKOS + "prefLabel",
    RDFS + "label",
    SKOS + "altLabel",
    SKOS + "hiddenLabel",
    GFMD + "neverLabel",
    SKOS + "notation",
    SKOS + "definition",
    DCTERMS + "description",
    RDFS + "comment",
)
"""Properties that name or define, in the order to show them in."""
KIND = (
    RDF + "type",
    SKOS + "inScheme",
    SKOS + "topConceptOf",
    SKOS + "broader",
    RDFS + "subClassOf",
    RDFS + "subPropertyOf",
    DCTERMS + "isPartOf",
    PREFIXES["owl"] + "deprecated",
    DCTERMS + "isReplacedBy",
)
"""Properties that say what a thing is and where it belongs, in the same way."""
GroupName = Literal["names", "kind", "facts", "links"]
GROUP_TITLES: Mapping[GroupName, str] = {
    "names": "Names and definition",
    "kind": "What it is",
    "facts": "Facts",
    "links": "Links",
}

_TITLES: Mapping[str, str] = {
    RDF + "type": "is a",
    RDFS + "isDefinedBy": "defined by",
    RDFS + "subClassOf": "kind of",
    RDFS + "subPropertyOf": "narrower than the property",
    SKOS + "prefLabel": "title",
    SKOS + "altLabel": "also called",
    SKOS + "hiddenLabel": "wrongly called",
    SKOS + "notation": "code",
    SKOS + "inScheme": "in the scheme",
    DCTERMS + "isPartOf": "part of",
    DCTERMS + "isReplacedBy": "replaced by",
    DCTERMS + "subject": "topic",
    GFMD + "neverLabel": "never means it",
    PROV + "wasAttributedTo": "attributed to",
}
_INVERSE_TITLES: Mapping[str, str] = {
    CITO + "hasCitedEntity": "cited by",
    CITO + "hasCitingEntity": "links from here",
    DCTERMS + "isPartOf": "parts",
    DCTERMS + "subject": "passages on it",
    GFMD + "adoptedBy": "adopted",
    GFMD + "alignsWith": "passages aligned with it",
    GFMD + "candidate": "may be meant by",
    GFMD + "cites": "passages that cite it",
    GFMD + "inReport": "passages of this report",
    GFMD + "inSession": "participants",
    GFMD + "madeBy": "statements",
    GFMD + "mentionedIn": "unresolved mentions",
    GFMD + "outcomeOf": "outcome",
    GFMD + "participant": "took part in",
    GFMD + "recordedIn": "statements recorded here",
    PROV + "wasAttributedTo": "attributed to it",
    RDF + "type": "instances",
    RDFS + "subClassOf": "kinds of it",
    SKOS + "broader": "narrower",
    SKOS + "inScheme": "concepts",
    SKOS + "topConceptOf": "top concepts",
}
"""What stands above the things that point here by a property."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def property_title(iri: str, label: str | None) -> str:
    """How a property is called: by our own word, its label, or its name in words.

    >>> property_title("http://purl.org/dc/terms/dateAccepted", None)
    'date accepted'
    """
    local = re.split(r"[/#]", iri)[-1]
    return _TITLES.get(iri) or label or _CAMEL.sub(" ", local).lower()


def incoming_title(iri: str, label: str | None) -> str:
    """What stands above the things that point here by this property."""
    return _INVERSE_TITLES.get(iri) or f"{property_title(iri, label)} of"
