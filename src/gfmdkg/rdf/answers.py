"""What a query's answer may be: its kinds, their formats, and the dataset that it is asked of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyoxigraph as ox

from gfmdkg.errors import NotAcceptable

__all__ = ["GRAPH_FORMATS", "RESULTS_FORMATS", "AnswerFormats", "AnswerKind", "Dataset"]

_R, _G = ox.QueryResultsFormat, ox.RdfFormat

RESULTS_FORMATS: Mapping[str, ox.QueryResultsFormat] = {
    each.media_type.partition(";")[0]: each for each in (_R.JSON, _R.XML, _R.CSV, _R.TSV)
}
"""Media type of solutions and booleans to the engine's name of it."""

GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = {
    each.media_type: each
    for each in (_G.TURTLE, _G.N_TRIPLES, _G.JSON_LD, _G.RDF_XML, _G.TRIG, _G.N_QUADS)
}
"""Media type of graphs to the engine's name of it."""


class AnswerKind(StrEnum):
    """What a query's form yields."""

    SOLUTIONS = "solutions"
    BOOLEAN = "boolean"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFormats:
    """The media type for each kind of answer; ``None`` where the caller accepts none."""

    results: str | None = "application/sparql-results+json"
    graph: str | None = "text/turtle"

    def media_type(self, kind: AnswerKind) -> str:
        """The media type for this kind; raises ``NotAcceptable`` where there is none."""
        chosen = self.graph if kind is AnswerKind.GRAPH else self.results
        if chosen is None:
            offered = GRAPH_FORMATS if kind is AnswerKind.GRAPH else RESULTS_FORMATS
            raise NotAcceptable("the Accept header", tuple(offered))
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The RDF dataset that a request names (SPARQL 1.1 Protocol, section 2.1.4).

    With neither list the store's own dataset is queried. With either, the default graph is
    the merge of ``default_graphs`` and only ``named_graphs`` can be reached by GRAPH.
    """

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def is_given(self) -> bool:
        """Whether the request names a dataset."""
        return bool(self.default_graphs or self.named_graphs)
