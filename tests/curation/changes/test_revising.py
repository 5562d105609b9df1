"""A Turtle file that is revised says what it should, and keeps all else as it stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfmdkg.curation.changes.exporting import revise_turtle
from gfmdkg.store.patches import is_same_but_for_labels, normalise
from gfmdkg.store.reading import read_quads

GRAPH = "http://e/graph"
FILE = """\
# Harbours of the bay.
# Depths in metres.

@base <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

# The north

<north> rdfs:label 'North Quay'@en ;  # as painted on its wall
    <depth> 7 ; <depth> 8 .
<south> rdfs:label "South Quay"@en; <berth> [ <length> 12 ] .  # the new one

# The west

<west> rdfs:label "West. Quay # 1"@en .

# End of the list
"""


def statements(text: str) -> list[str]:
    return normalise(read_quads(text.encode(), media_type="text/turtle", graph=GRAPH))


def revise(text: str, wanted: str) -> str:
    return revise_turtle(text, statements(wanted), graph=GRAPH)


def test_what_says_the_same_stays_byte_by_byte() -> None:
    assert revise(FILE, FILE) == FILE


def test_a_record_that_changes_is_written_anew_in_its_place() -> None:
    changed = revise(FILE, FILE.replace("12", "15"))
    line = '<south> <berth> [ <length> 12 ] ;\n    rdfs:label "South Quay"@en .'.replace("12", "15")
    former = '<south> rdfs:label "South Quay"@en; <berth> [ <length> 12 ] .'
    assert changed == FILE.replace(former, line)


def test_a_comment_above_a_record_outlives_it() -> None:
    changed = revise(FILE, FILE.replace('<west> rdfs:label "West. Quay # 1"@en .', ""))
    assert "West. Quay" not in changed
    assert changed.endswith("# The west\n\n# End of the list\n")


def test_a_new_record_comes_last_and_its_prefix_with_the_others() -> None:
    new = "<http://e/east> <http://www.w3.org/2004/02/skos/core#note> 'new'@en ."
    changed = revise(FILE, f"{FILE}\n{new}")
    assert changed.endswith('# End of the list\n\n<east> skos:note "new"@en .\n')
    prefix = "\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    assert changed.replace(prefix, "\n").startswith(FILE)


def test_a_file_without_prefixes_gets_none() -> None:
    file = "# Bare\n<http://e/a> <http://www.w3.org/2004/02/skos/core#note> 'one' .\n"
    assert revise(file, file.replace("one", "two")) == file.replace("'one'", '"two"')


def test_sparql_directives_are_understood() -> None:
    file = "PREFIX e: <http://e/>\nBASE <http://e/>\n# First\ne:a e:b 1 . # one\ne:c e:d 2 .\n"
    assert revise(file, file.replace("2", "3")) == file.replace("2", "3")


@pytest.mark.parametrize(
    "file",
    [
        "# Labels\n<http://e/a> <http://e/b> _:x . _:x <http://e/b> 1 .\n",
        "# Unnamed\n[] <http://e/b> 1 .\n",
        "# Broken\n<http://e/a> <http://e/b> .\n",
        "# Nothing yet\n",
    ],
)
def test_else_the_whole_is_written_below_the_first_comments(file: str) -> None:
    wanted = "<http://e/a> <http://e/b> 2 . <http://e/c> <http://e/b> [ <http://e/d> 1 ] ."
    changed = revise(file, wanted)
    assert changed.startswith(file.split("\n")[0] + "\n\n")
    assert is_same_but_for_labels(statements(changed), statements(wanted))


_RECORDS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]),
    st.lists(st.sampled_from(["1", '"x # y"', "<e>", "[ <q> 2 ]", "( 1 [ <q> 3 ] )", '"""z."""']))
    .filter(bool)
    .map(tuple),
)


def written(records: dict[str, tuple[str, ...]]) -> str:
    blocks = (f"# {name}\n<{name}> <p> {' , '.join(o)} .\n" for name, o in records.items())
    return "@base <http://e/> .\n" + "\n".join(blocks)


@given(_RECORDS, _RECORDS)
def test_any_file_comes_to_say_anything(
    before: dict[str, tuple[str, ...]], after: dict[str, tuple[str, ...]]
) -> None:
    file, wanted = written(before), statements(written(after))
    changed = revise_turtle(file, wanted, graph=GRAPH)
    assert is_same_but_for_labels(statements(changed), wanted)
    if before:
        assert all(f"# {name}\n" in changed for name in before)
