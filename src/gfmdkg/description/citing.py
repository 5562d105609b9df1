"""How to cite what the graph says of a resource: in words, and as BibTeX."""

import re
from urllib.parse import quote

from gfmdkg.description.model import Citation
from gfmdkg.namespaces import BASE, ID_BASE, SCHEME_BASE
from gfmdkg.store.versions import Version

__all__ = ["DATASET_TITLE", "LICENCE_IRI", "LICENCE_NAME", "cite"]

DATASET_TITLE = "GFMD knowledge graph"
LICENCE_NAME = "CC BY 4.0"
LICENCE_IRI = "https://creativecommons.org/licenses/by/4.0/"

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "{}%&#_$"},
}
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
        bibtex=_bibtex(iri, title, permalink, version),
    )


def _address(iri: str) -> str:
    """Where the description is, below the project's base, up to its parameters."""
    if iri.startswith((ID_BASE, SCHEME_BASE)):
        return iri + "?"
    return f"{BASE}resource?iri={quote(iri, safe='')}&"


def _bibtex(iri: str, title: str, permalink: str, version: Version) -> str:
    key = _KEY.sub("-", iri.removeprefix(ID_BASE).lower()).strip("-")
    fields = {
        "author": f"{{{{{DATASET_TITLE}}}}}",
        "title": f"{{{{{_escape(title)}}}}}",
        "year": f"{{{version.created.year}}}",
        "howpublished": f"{{{DATASET_TITLE}, version {version.number}}}",
        # Where it stands in \url, a percent sign is taken as it is.
        "url": f"{{{permalink}}}",
        "note": f"{{{LICENCE_NAME}}}",
    }
    lines = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return f"@misc{{gfmdkg-{key}-v{version.number},\n{lines}\n}}\n"


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)
