"""A network between two sides as a table: one side down, the other across, counts in the cells."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from gfmdkg.network.description import describe_weight
from gfmdkg.network.kinds import ASSERTIONS
from gfmdkg.network.network import Network
from gfmdkg.network.occurrences import Name

__all__ = ["matrix_csv", "matrix_document", "shown_lines"]

_SHORT = {iri: name for name, iri in ASSERTIONS.items()}

Document = dict[str, Any]


def shown_lines(
    network: Network, *, rows: int | None, columns: int | None
) -> tuple[list[int], list[int]]:
    """The nodes of the rows and of the columns: the heaviest first, up to these numbers."""
    totals = _totals(network)
    ranked = sorted(totals, key=lambda node: (-totals[node], node))
    down = [node for node in ranked if network.nodes[node].side == 0]
    across = [node for node in ranked if network.nodes[node].side == 1]
    return down[:rows], across[:columns]


def matrix_document(
    network: Network,
    names: Mapping[str, Name],
    *,
    rows: int | None = None,
    columns: int | None = None,
) -> Document:
    """The table with its totals, which count what is left out as well.

    A line's ``total`` adds up its cells, its ``count`` is the number of passages in which the
    resource occurs: a passage with two topics counts in two cells of an instrument's row.
    """
    down, across = shown_lines(network, rows=rows, columns=columns)
    totals = _totals(network)
    kind = network.kind

    def line(node: int) -> Document:
        found = network.nodes[node]
        return {
            "iri": found.iri,
            "label": names[found.iri].label,
            "total": totals[node],
            "count": found.count,
        }

    sides = [sum(node.side == side for node in network.nodes) for side in (0, 1)]
    total = sum(len(edge.evidence) for edge in network.edges.values())
    cells = [[_cell(network, row, column) for column in across] for row in down]
    return {
        "kind": kind.name,
        "title": kind.title,
        "description": kind.description,
        "sides": [side.name for side in kind.sides],
        "weight": describe_weight(kind),
        "assertions": [_SHORT[iri] for iri in network.grounds.assertions],
        "minimum": network.minimum,
        "rows": [line(node) for node in down],
        "columns": [line(node) for node in across],
        "cells": cells,
        "total": total,
        "left_out": {
            "rows": sides[0] - len(down),
            "columns": sides[1] - len(across),
            "total": total - sum(map(sum, cells)),
        },
    }


def matrix_csv(document: Document) -> str:
    """The table with the labels of the columns above and their totals, all included, below."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    columns = document["columns"]
    side = document["sides"][0]
    writer.writerow((side, "label", *(c["label"] or c["iri"] for c in columns), "total"))
    for row, cells in zip(document["rows"], document["cells"], strict=True):
        writer.writerow((row["iri"], row["label"], *cells, row["total"]))
    writer.writerow(("", "total", *(c["total"] for c in columns), document["total"]))
    return output.getvalue()


def _cell(network: Network, row: int, column: int) -> int:
    edge = network.edges.get((row, column))
    return 0 if edge is None else len(edge.evidence)


def _totals(network: Network) -> dict[int, int]:
    totals = dict.fromkeys(range(len(network.nodes)), 0)
    for (one, other), edge in network.edges.items():
        totals[one] += len(edge.evidence)
        totals[other] += len(edge.evidence)
    return totals
