"""Networks of what is cited, by whom and about what: built, measured, laid out and written.

Nothing here imports networkx before a network is asked for: a server process passes requests on.
"""

from gfmdkg.networks.kinds import (
    ASSERTIONS,
    KINDS,
    MATRIX_KINDS,
    NetworkKind,
    describe_weight,
    kind_named,
)
from gfmdkg.networks.occurrences import Grounds, edges_query, evidence_query
from gfmdkg.networks.request import FORMATS, MATRIX_FORMATS, NetworkRequest, network_role

__all__ = [
    "ASSERTIONS",
    "FORMATS",
    "KINDS",
    "MATRIX_FORMATS",
    "MATRIX_KINDS",
    "Grounds",
    "NetworkKind",
    "NetworkRequest",
    "describe_weight",
    "edges_query",
    "evidence_query",
    "kind_named",
    "network_role",
]
