"""What a kind of network is, as a document."""

from typing import Any

from gfmdkg.network.kinds import NetworkKind

__all__ = ["describe_kind", "describe_weight"]

_JACCARD = "Shared evidence divided by all that either node has, from 0 to 1."

Document = dict[str, Any]


def describe_kind(kind: NetworkKind) -> Document:
    """What a kind of network is."""
    return {
        "name": kind.name,
        "title": kind.title,
        "description": kind.description,
        "bipartite": kind.is_bipartite,
        "sides": [{"name": side.name, "description": side.description} for side in kind.sides],
        "weight": describe_weight(kind),
    }


def describe_weight(kind: NetworkKind) -> Document:
    """What the weight of an edge counts."""
    described = {"meaning": kind.weight, "unit": kind.evidence}
    return described if kind.is_bipartite else {**described, "jaccard": _JACCARD}
