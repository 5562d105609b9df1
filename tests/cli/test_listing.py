"""``gfmdkg list``: filters, facets, orders and the query, on the command line."""

import csv
import io
import json

from tests.command import Run


def test_items_are_filtered_sorted_and_written(run: Run) -> None:
    done = run("list", "recommendations", "--instruments", "CMW", "--format", "json")
    (item,) = json.loads(done.stdout)
    assert (item["kind"], item["number"]) == ("Political", "3")
    cited = run("list", "instruments", "--sort=-passages", "--limit", "3", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(cited.stdout)))
    numbers = [int(row["passages"]) for row in rows]
    assert numbers == sorted(numbers, reverse=True)
    assert "3 of " in cited.stderr


def test_minus_excludes_and_facets_are_counted(run: Run) -> None:
    whole = run("list", "recommendations", "--facets", "--format", "json")
    kinds = {r["value"]: r["count"] for r in json.loads(whole.stdout) if r["facet"] == "kind"}
    left = run("list", "recommendations", "--kind=-political", "--format", "json")
    assert len(json.loads(left.stdout)) == kinds["Practical"]


def test_query_gives_the_same_items(run: Run) -> None:
    text = run("list", "passages", "--topics", "detention", "--sparql").stdout
    items = json.loads(run("list", "passages", "--topics", "detention", "--format", "json").stdout)
    answer = json.loads(run("query", text, "--format", "json").stdout)
    given = [row["item"]["value"] for row in answer["results"]["bindings"]]
    assert given == [item["iri"] for item in items] != []


def test_nothing_and_mistakes_are_told(run: Run) -> None:
    nothing = run("list", "sessions", "--date-from", "2999-01-01")
    assert (nothing.stdout, nothing.exit_code) == ("", 0)
    assert "nothing passes" in nothing.stderr
    unknown = run("list", "recommendations", "--instruments", "Nonsense Pact")
    assert unknown.exit_code == 2
    assert "nearest" in unknown.stderr
    assert run("list", "nonsense").exit_code == 2
