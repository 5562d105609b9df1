"""Tables for heat maps."""

import csv
import io
import json
from typing import Any

from tests.networks.test_lagoon import short

from gfmdkg.networks.occurrences import NetworkRequest
from gfmdkg.networks.worker import Networks


def ask(networks: Networks, kind: str, **options: Any) -> dict[str, Any]:
    request = NetworkRequest(kind=kind, is_matrix=True, **options)
    document: dict[str, Any] = json.loads(networks.answer(request))
    return document


def test_cells_are_the_weights_and_lines_come_by_their_totals(lagoon_networks: Networks) -> None:
    matrix = ask(lagoon_networks, "instrument-topic")
    assert [short(row["iri"]) for row in matrix["rows"]] == ["tide", "reed", "ferry"]
    assert [short(column["iri"]) for column in matrix["columns"]] == ["water", "boats"]
    assert matrix["cells"] == [[3, 2], [2, 1], [1, 1]]
    assert [row["total"] for row in matrix["rows"]] == [5, 3, 2]
    assert [column["total"] for column in matrix["columns"]] == [6, 4]
    assert matrix["total"] == 10
    assert matrix["left_out"] == {"rows": 0, "columns": 0, "total": 0}


def test_a_passage_with_two_topics_counts_in_two_cells_and_once(lagoon_networks: Networks) -> None:
    tide = ask(lagoon_networks, "instrument-topic")["rows"][0]
    assert (tide["total"], tide["count"]) == (5, 4)


def test_totals_count_what_is_left_out(lagoon_networks: Networks) -> None:
    matrix = ask(lagoon_networks, "instrument-topic", rows=1, columns=1)
    assert matrix["cells"] == [[3]]
    assert matrix["rows"][0]["total"] == 5
    assert matrix["total"] == 10
    assert matrix["left_out"] == {"rows": 2, "columns": 1, "total": 7}


def test_the_table_has_labels_above_and_totals_at_its_edges(lagoon_networks: Networks) -> None:
    request = NetworkRequest(kind="session-instrument", is_matrix=True, format="csv")
    head, *rows, last = csv.reader(io.StringIO(lagoon_networks.answer(request).decode()))
    assert head == [
        *("session", "label"),
        *('Tide "High" Treaty', "Ferry Process", "Déclaration des roseaux"),
        "total",
    ]
    assert [row[1:] for row in rows] == [
        ["First Lagoon Dialogue", "3", "1", "2", "6"],
        ["Second Lagoon Dialogue", "1", "2", "0", "3"],
    ]
    assert last == ["", "total", "4", "3", "2", "9"]
