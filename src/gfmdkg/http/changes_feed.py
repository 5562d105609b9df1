"""The feed of published change sets, as Atom (RFC 4287)."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from gfmdkg.curation.changes.provenance import activity_iri, revert_iri
from gfmdkg.namespaces import BASE
from gfmdkg.store.versions import Origin, Version

__all__ = ["change_feed"]

_ATOM = "http://www.w3.org/2005/Atom"
_ENTRIES = 50
_BEGINNING = "1970-01-01T00:00:00+00:00"


def change_feed(history: Iterable[Version], *, address: str) -> bytes:
    """The latest published change sets and reverts; ``address`` is the feed's own URL."""
    shown = [v for v in history if v.origin in (Origin.PUBLISH, Origin.REVERT)][
        : -_ENTRIES - 1 : -1
    ]
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "title", "gfmdkg: published changes")
    _add(feed, "id", f"{BASE}changes")
    _add(feed, "updated", _time(shown[0]) if shown else _BEGINNING)
    ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=address)
    for version in shown:
        entry = ET.SubElement(feed, "entry")
        number = version.change
        identity = revert_iri(version.number) if number is None else activity_iri(number)
        _add(entry, "title", version.message)
        _add(entry, "id", identity)
        _add(entry, "updated", _time(version))
        _add(ET.SubElement(entry, "author"), "name", version.author or "unknown")
        parent = version.parent or 0
        ET.SubElement(
            entry, "link", rel="alternate", href=f"/api/versions/{parent}/diff/{version.number}"
        )
        counts = f"version {version.number}: {version.added} added, {version.removed} removed"
        _add(entry, "summary", counts)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _time(version: Version) -> str:
    return version.created.isoformat(timespec="seconds")
