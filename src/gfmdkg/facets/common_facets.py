"""Facets that several lists have."""

from typing import Any

from gfmdkg.facets.making import resource

__all__ = [
    "ACTORS",
    "BY_CLUSTER",
    "CITABLE",
    "by_instrument",
    "by_process",
    "by_session",
    "by_topic",
]

ACTORS = ("foaf:Person", "org:Organization", "foaf:Group")
"""The classes of actors."""

CITABLE = ("gfmd:Instrument", "gfmd:Process", "sdgo:Goal", "sdgo:Target")
"""The classes of what can be cited."""

_SESSION = "gfmd-dialogue-gcm-2017-04-06-c1"


def by_session(description: str, **more: Any) -> dict[str, object]:
    """By sessions."""
    return resource("session", "Session", description, _SESSION, classes=["gfmd:Session"], **more)


def by_process(description: str) -> dict[str, object]:
    """By processes."""
    return resource("process", "Process", description, "GFMD", classes=["gfmd:Process"])


def by_topic(description: str) -> dict[str, object]:
    """By topics with their narrower ones."""
    return resource(
        "topic",
        "Topic",
        description,
        "labour-rights",
        schemes=["topic", "legal-concept"],
        hierarchical=True,
    )


def by_instrument(description: str) -> dict[str, object]:
    """By whatever can be cited."""
    return resource("instrument", "Instrument", description, "CMW", classes=CITABLE)


BY_CLUSTER = resource(
    "cluster",
    "Cluster",
    "Only sessions on this cluster of the Global Compact",
    "human-rights",
    schemes=["gcm-cluster"],
)
"""By the clusters of the Global Compact on which sessions are."""
