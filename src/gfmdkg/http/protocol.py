"""The endpoints of the SPARQL standards, with what they share, and their addresses."""

from gfmdkg.http.graph_store import GraphStore
from gfmdkg.http.server import Handler
from gfmdkg.http.service import Service
from gfmdkg.http.service_description import Descriptions
from gfmdkg.http.sparql import SparqlEndpoint
from gfmdkg.http.writes import Writes

__all__ = ["Protocol"]


class Protocol:
    """Built by ``create_app``, closed with it.

    ``exact`` maps a path, ``below`` the beginning of paths, to the handler that answers it.
    """

    def __init__(self, service: Service) -> None:
        self.writes = Writes(service)
        self.descriptions = Descriptions(service)
        self.sparql = SparqlEndpoint(service, self.writes, self.descriptions)
        graphs = GraphStore(service, self.writes)
        self.exact: dict[str, Handler] = {
            "/sparql": self.sparql,
            "/sparql/": self.sparql,
            "/graphs": graphs,
            "/.well-known/void": self.descriptions,
            "/dataset": self.descriptions,
        }
        self.below: dict[str, Handler] = {"/graphs/": graphs, "/graph/": graphs}

    async def close(self) -> None:
        """Stop counting."""
        await self.descriptions.close()
