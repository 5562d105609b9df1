"""A network as a file for other programs: GraphML, GEXF, DOT, and tables in CSV."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import networkx as nx

from gfmdkg.networks.formats import MEASURES, Document

__all__ = ["GRAPH_FILES", "matrix_csv"]

# What XML 1.0 cannot hold, not even escaped (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The library notes the day of writing, which would make two equal files differ.
_DAY_WRITTEN = re.compile(r' lastmodifieddate="[^"]*"')
_NODE_ATTRIBUTES = ("label", "code", "type", "side", "count", *MEASURES)
_EDGE_ATTRIBUTES = ("weight", "jaccard")


def _graphml(document: Document) -> str:
    graph = _graph(document)
    for node in document["nodes"]:
        graph.nodes[node["id"]].update(x=node["x"], y=node["y"])
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"


_GEXF_SCALE = 1000  # Gephi draws nodes some units wide.


def _gexf(document: Document) -> str:
    graph = _graph(document)
    for node in document["nodes"]:
        place = {"x": node["x"] * _GEXF_SCALE, "y": node["y"] * _GEXF_SCALE, "z": 0.0}
        graph.nodes[node["id"]]["viz"] = {"position": place}
    text = "\n".join(nx.generate_gexf(graph))
    return _DAY_WRITTEN.sub("", text, count=1) + "\n"


def _graph(document: Document) -> "nx.Graph[str]":
    """The document's graph with plain attributes; those without a value are left out."""
    graph: nx.Graph[str] = nx.Graph(**document["graph"])
    for node in document["nodes"]:
        graph.add_node(node["id"], **_attributes(node, _NODE_ATTRIBUTES))
    for edge in document["edges"]:
        attributes = _attributes(edge, _EDGE_ATTRIBUTES)
        attributes["assertions"] = " ".join(edge["assertions"])
        graph.add_edge(edge["source"], edge["target"], **attributes)
    return graph


def _attributes(record: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value
        for name in names
        if (value := record.get(name)) is not None
    }


def _dot(document: Document) -> str:
    """DOT as Graphviz reads it; ``pos`` is in points, for ``neato -n``."""
    lines = [f"graph {_quoted(document['kind'])} {{", "  node [shape=ellipse];"]
    for node in document["nodes"]:
        attributes = {
            **_attributes(node, _NODE_ATTRIBUTES),
            "label": node["label"] or node["id"],
            "pos": f"{node['x'] * 500:.1f},{node['y'] * 500:.1f}",
        }
        lines.append(f"  {_quoted(node['id'])} [{_dot_attributes(attributes)}];")
    for edge in document["edges"]:
        attributes = _attributes(edge, _EDGE_ATTRIBUTES)
        ends = f"{_quoted(edge['source'])} -- {_quoted(edge['target'])}"
        lines.append(f"  {ends} [{_dot_attributes(attributes)}];")
    return "\n".join((*lines, "}", ""))


def _dot_attributes(attributes: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_quoted(str(value))}" for name, value in attributes.items())


def _quoted(text: str) -> str:
    """A quoted string of DOT, in which backslashes and line ends stand for themselves."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\r", "").replace("\n", "\\n").replace("\0", "\ufffd") + '"'


def _csv(document: Document) -> str:
    """A row an edge; ``evidence`` has the IRIs of the first pieces of it."""
    label = {node["id"]: node["label"] for node in document["nodes"]}
    head = ("source", "source_label", "target", "target_label", "weight", "jaccard")
    rows = [
        (
            edge["source"],
            label[edge["source"]],
            edge["target"],
            label[edge["target"]],
            edge["weight"],
            edge.get("jaccard"),
            " ".join(edge["assertions"]),
            " ".join(item["iri"] for item in edge["evidence"]["items"]),
        )
        for edge in document["edges"]
    ]
    return _table([(*head, "assertions", "evidence"), *rows])


def matrix_csv(document: Document) -> str:
    """A matrix with the labels of the columns above and their totals, all included, below."""
    columns = document["columns"]
    rows = zip(document["rows"], document["cells"], strict=True)
    return _table(
        [
            (document["sides"][0], "label", *(c["label"] or c["iri"] for c in columns), "total"),
            *((row["iri"], row["label"], *cells, row["total"]) for row, cells in rows),
            ("", "total", *(column["total"] for column in columns), document["total"]),
        ]
    )


def _table(rows: Iterable[tuple[object, ...]]) -> str:
    output = io.StringIO()
    csv.writer(output, lineterminator="\r\n").writerows(rows)
    return output.getvalue()


GRAPH_FILES: Mapping[str, Callable[[Document], str]] = {
    "graphml": _graphml,
    "gexf": _gexf,
    "csv": _csv,
    "dot": _dot,
}
"""Name of the format to the function that writes a network's document in it."""
