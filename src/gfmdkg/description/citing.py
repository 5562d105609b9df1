"""How to cite what the graph says of a resource: in words, and as BibTeX."""

import re
from urllib.parse import quote

from gfmdkg.description.model import Citation
from gfmdkg.description.wording import short_name
from gfmdkg.formats.bibliography import Reference, ReferenceType, write_bibtex
from gfmdkg.namespaces import BASE, ID_BASE, SCHEME_BASE
from gfmdkg.store.versions import Version

__all__ = ["DATASET_TITLE", "LICENCE_IRI", "LICENCE_NAME", "cite"]

DATASET_TITLE = "GFMD knowledge graph"
LICENCE_NAME = "CC BY 4.0"
LICENCE_IRI = "https://creativecommons.org/licenses/by/4.0/"

_KEY = re.compile(r"[^a-z0-9]+")


def cite(iri: str, title: str, version: Version) -> Citation:
    """The citation of the description of ``iri`` as the version has it."""
    date = version.created.date().isoformat()
    permalink = f"{_address(iri)}version={version.number}"
    text = (
        f"“{title}”. {DATASET_TITLE}, version {version.number} ({date}). "
        f"{permalink if permalink.startswith(iri) else f'{iri} ({permalink})'}. {LICENCE_NAME}."
    )
    return Citation(
        iri=iri,
        permalink=permalink,
        title=title,
        version=str(version.number),
        date=date,
        text=text,
        bibtex=write_bibtex(
            [
                Reference(
                    key=f"gfmdkg-{_KEY.sub('-', short_name(iri).lower())}-v{version.number}",
                    type=ReferenceType.DOCUMENT,
                    title=title,
                    authors=(DATASET_TITLE,),
                    date=date,
                    number=f"version {version.number}",
                    note=LICENCE_NAME,
                    url=permalink,
                )
            ]
        ),
    )


def _address(iri: str) -> str:
    """Where the description is, below the project's base, up to its parameters."""
    if iri.startswith((ID_BASE, SCHEME_BASE)):
        return iri + "?"
    return f"{BASE}resource?iri={quote(iri, safe='')}&"
