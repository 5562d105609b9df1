"""Short names of the classes that can be searched, such as ``recommendation``."""

from collections.abc import Mapping

from gfmdkg.errors import ParameterError
from gfmdkg.namespaces import FOAF, GFMD, ORG, SDGO, SKOS, compact, expand

__all__ = ["KINDS", "class_named", "kind_of"]

KINDS: Mapping[str, str] = {
    "instrument": GFMD + "Instrument",
    "process": GFMD + "Process",
    "goal": SDGO + "Goal",
    "target": SDGO + "Target",
    "reference": GFMD + "Reference",
    "concept": SKOS + "Concept",
    "organization": ORG + "Organization",
    "person": FOAF + "Person",
    "group": FOAF + "Group",
    "actor": FOAF + "Agent",
    "session": GFMD + "Session",
    "summit": GFMD + "Summit",
    "report": GFMD + "Report",
    "recommendation": GFMD + "Recommendation",
    "section": GFMD + "Section",
    "paragraph": GFMD + "Paragraph",
    "passage": GFMD + "Passage",
    "statement": GFMD + "Statement",
    "discrepancy": GFMD + "Discrepancy",
}
"""Short name to class; ``reference``, ``actor`` and ``passage`` cover several classes.

They stand in the order of answers where nothing else decides: what others refer to comes first.
"""

_NAMES = {iri: name for name, iri in KINDS.items()}


def class_named(name: str) -> str:
    """The class of a short name, a CURIE or an IRI. Raises ``ParameterError`` for others.

    >>> class_named("Recommendation")
    'https://w3id.org/gfmdkg/ontology#Recommendation'
    >>> class_named("schema:Place")
    'https://schema.org/Place'
    """
    text = name.strip()
    is_iri = text.startswith(("http://", "https://", "urn:"))
    found = KINDS.get(text.lower()) or expand(text) or (text if is_iri else None)
    if found is None:
        raise ParameterError(
            "type", "is no class that can be searched", value=name, allowed=tuple(KINDS)
        )
    return found


def kind_of(iri: str) -> str:
    """The short name of a class, else its CURIE or IRI.

    >>> kind_of("http://xmlns.com/foaf/0.1/Person")
    'person'
    >>> kind_of("https://schema.org/Place")
    'schema:Place'
    """
    return _NAMES.get(iri) or compact(iri)
