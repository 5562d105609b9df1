"""Every call of the command line that is recorded, by families."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
from tests.recordings.exchanges import (
    BAD,
    BAD_JSON_LD,
    BAD_NT,
    BAD_TABLE,
    BROKEN,
    CHANGE,
    GOOD,
    PATCH,
    TABLE,
    workbook,
)

from gfmdkg.cli import main

__all__ = ["CALL_FAMILIES", "Call", "CallFamily", "write_files"]

FILES: Mapping[str, str | bytes] = {
    "good.ttl": GOOD,
    "bad.ttl": BAD,
    "broken.ttl": BROKEN,
    "bad.jsonld": BAD_JSON_LD,
    "table.csv": TABLE,
    "bad.csv": BAD_TABLE,
    "table.xlsx": workbook(TABLE),
    "note.ttl": CHANGE,
    "other.ttl": CHANGE.replace("ours", "theirs"),
    "note.rdfp": PATCH,
    "words.docx": "x",
    "ask.rq": "ASK { ?s a gfmd:Session }",
    "data/quays.ttl": GOOD.replace("Xanadu", "the Quays"),
    "mend.ttl": GOOD.replace('"Talks of Xanadu"@en', '" Talks  of Xanadu "@en').replace(
        "scheme/process-type/forum", "scheme/process-type/Forum"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The arguments of ``gfmdkg`` and what it reads from standard input."""

    arguments: tuple[str, ...]
    stdin: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFamily:
    """Calls one after the other on one store; ``writes`` says that it is a copy of their own."""

    name: str
    calls: tuple[Call, ...]
    writes: bool = False


def call(*arguments: str, stdin: str | None = None, **environment: str) -> Call:
    return Call(arguments=arguments, stdin=stdin, environment=environment)


def write_files(folder: Path) -> None:
    """The files that the calls name, below the folder in which they run."""
    for name, content in FILES.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def helps() -> Iterator[Call]:
    yield call()
    yield from _helps(main, ())
    yield call("run", "recommendations-citing", "--help")
    yield call("run", "sessions", "--help")


def _helps(command: click.Command, path: tuple[str, ...]) -> Iterator[Call]:
    yield call(*path, "--help")
    if isinstance(command, click.Group) and path != ("run",):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _helps(below, (*path, name))


CMW = "https://w3id.org/gfmdkg/id/instrument/cmw"
PLACE = "citation/gfmd-dialogue-gcm-2017-04-06-c1/pol-03/cmw"
SESSIONS = "SELECT ?s ?l WHERE { ?s a gfmd:Session ; skos:prefLabel ?l } ORDER BY ?s ?l"


def reading() -> Iterator[Call]:
    yield call("--version")
    yield call("version")
    yield call("queries")
    yield call("queries", "--format", "csv")
    # Not as a table: how that breaks its lines depends on the path of the store.
    yield call("config", "--format", "csv", GFMDKG_ENGINES="2")
    yield call("config", "--format", "json", GFMDKG_ENGINES="2")
    for form in ("table", "json", "csv", "tsv"):
        yield call("run", "recommendations-citing", "--instrument", "CMW", "--format", form)
        yield call("list", "sessions", "--format", form)
        yield call("search", "detention", "children", "--limit", "3", "--format", form)
    for name in ("instruments-cited", "participants", "sdgs", "kinds-compared", "topics"):
        yield call("run", name, "--format", "csv")
    yield call("run", "place-of-link", "--link", PLACE)
    yield call("run", "recommendations-citing")
    yield call("run", "recommendations-citing", "--instrument", "CWM")
    yield call("run", "recommendations-citing", "--instrument", "CMW", "--kind", "politcal")
    yield call("run", "recommendation-citing")
    for form in ("table", "json", "csv", "tsv", "xml", "ttl", "nothing"):
        yield call("query", SESSIONS, "--format", form)
    for form in ("ttl", "nt", "jsonld", "rdf", "trig", "nq", "json", "table"):
        yield call("query", "CONSTRUCT WHERE { ?s a gfmd:Session }", "--format", form)
    yield call("query", "-f", "ask.rq")
    yield call("query", "-f", "none.rq")
    yield call("query", "-f", "-", stdin=SESSIONS)
    yield call("query")
    yield call("query", "SELECT ?s WHERE {\n ?s ?p }")
    yield call("query", "DELETE WHERE { ?s ?p ?o }")
    for form in ("table", "json", "ttl", "nt", "jsonld", "rdf"):
        yield call("show", "ICRMW", "--format", form)
    for term in ("CMW", "10.7", "gfmd:cites", CMW, "detention", "CEDAV", "GFMD", "Mehmet Samsar"):
        yield call("show", term)
    yield call("list", "recommendations", "--topics=-detention", "--kind", "political")
    yield call("list", "recommendations", "--limit", "2", "--facets")
    yield call("list", "recommendations", "--topics", "labour-rights", "--sparql")
    yield call("list", "instruments", "--type", "treaty", "--sort", "-passages", "--limit", "4")
    yield call("list", "instruments", "--type", "treatty")
    yield call("list", "nothing")
    yield call("search", "recrutment", "--limit", "2")
    yield call("search", "xyzzy")
    yield call("search", "migration", "--type", "nothing")
    yield call("network", "cocitation", "--limit", "3")
    for form in ("json", "graphml", "gexf", "csv", "dot"):
        yield call("network", "cocitation", "--limit", "2", "--format", form)
    yield call("network", "instrument-topic", "--matrix", "--format", "csv")
    yield call("network", "cocitation", "--limit", "2", "--format", "csv", "--output", "edges.csv")
    yield call("network", "cocitations")
    yield call("network", "cocitation", "--topics", "detenton")
    yield call("blame", "ICRMW", "--format", "csv")
    yield call("blame", "CWM")
    yield call("log", "--format", "csv")
    yield call("changes", "list")
    yield call("token", "list")
    yield call("diff", "1", "1")
    yield call("diff", "1", "9")
    yield call("rebuild")
    yield call("config", GFMDKG_PORT="eighty")
    yield call("config", GFMDKG_TIMEOUT="3")
    yield call("nothing")
    yield call("serve", "--port", "none")


def validating() -> Iterator[Call]:
    yield call("validate", "good.ttl")
    for form in ("text", "json", "sarif", "github", "csv", "ttl", "html"):
        yield call("validate", "bad.ttl", "broken.ttl", "--format", form)
    yield call("validate", "bad.jsonld")
    yield call("validate", "table.csv", "table.xlsx")
    yield call("validate", "bad.csv")
    yield call("validate", "-", "--syntax", "nt", stdin=BAD_NT)
    yield call("validate", "-", stdin=BAD_NT)
    yield call("validate", "words.docx")
    yield call("validate", "none.ttl")
    yield call("validate", "good.ttl", "--against", "1", "--fail-on", "info")
    yield call("validate", "good.ttl", "--against", "9")
    yield call("validate", "--fix", "mend.ttl")


def tables() -> Iterator[Call]:
    for kind in ("recommendations", "citations", "actors", "instruments", "sessions"):
        yield call("table", "template", kind)
        yield call("table", "export", kind)
    yield call("table", "template", "-o", "templates.xlsx")
    yield call("table", "export", "instruments", "sessions", "-o", "some.xlsx")
    yield call("table", "import", "table.csv")
    yield call("table", "import", "table.xlsx", "-o", "new.ttl")
    yield call("table", "import", "-", "--type", "instruments", stdin=TABLE)
    yield call("table", "import", "bad.csv")
    yield call("table", "import", "bad.csv", "--format", "json")
    yield call("table", "import", "none.csv")
    yield call("table", "import", "words.docx")
    yield call("table", "export")
    yield call("table", "template", "nothing")


def curating() -> Iterator[Call]:
    notes = "https://w3id.org/gfmdkg/graph/notes"
    ada = ("--as", "Ada")
    yield call("submit", "note.ttl", "-m", "A note", "--graph", notes, *ada)  # 1
    yield call("submit", "data/quays.ttl", "-m", "The quays", *ada)  # 2
    yield call("submit", "bad.ttl", "-m", "Worse", *ada)  # 3
    yield call("submit", "table.csv", "-m", "A pact", *ada)  # 4
    yield call("submit", "note.rdfp", "-m", "A patch", *ada)  # 5
    yield call("submit", "broken.ttl", "-m", "Broken", *ada)
    yield call("submit", "bad.csv", "-m", "Bad rows", *ada)
    yield call("submit", "words.docx", "-m", "No graph", *ada)
    yield call("submit", "good.ttl", "bad.ttl", "-m", "Two", "--graph", notes, *ada)
    yield call("submit", "good.ttl")
    yield call("submit", "-m", "Nothing")
    for form in ("table", "json", "csv", "tsv"):
        yield call("changes", "list", "--format", form)
    yield call("changes", "list", "--state", "accepted")
    yield call("changes", "show", "1")
    yield call("changes", "show", "3")
    yield call("changes", "show", "9")
    for form in ("text", "json", "rdfp", "html"):
        yield call("changes", "diff", "1", "--format", form)
    yield call("changes", "diff", "4")
    yield call("changes", "publish", "1", *ada)
    yield call("changes", "accept", "1", *ada)
    yield call("changes", "accept", "2", "-m", "Checked", "--as", "Eve")
    yield call("changes", "accept", "3", "--as", "Eve")
    yield call("changes", "reject", "3", "-m", "Not so", "--as", "Eve")
    yield call("changes", "reject", "3", "-m", "Again", "--as", "Eve")
    yield call("changes", "publish", "1", "--as", "Eve")
    yield call("changes", "publish", "2", "--as", "Eve")
    yield call("changes", "show", "2")
    for form in ("text", "json", "rdfp", "html"):
        yield call("diff", "1", "2", "--format", form)
    yield call("diff", "2", "3")
    for form in ("table", "json", "csv"):
        yield call("log", "--format", form)
    yield call("blame", "xanadu-talks")
    yield call("export", "--to", "out")
    yield call("revert", "2", "-m", "Too soon", *ada)
    yield call("revert", "2", *ada)
    yield call("revert", "9", *ada)
    yield call("log")
    yield call("rebuild", "--verify")
    yield call("token", "create", "--role", "reviewer", "--name", "Ada")
    yield call("token", "create")
    yield call("token", "list", "--format", "csv")
    yield call("token", "revoke", "none")
    yield call("build", "--content", "nowhere")
    yield call("build")
    yield call("version")


CALL_FAMILIES = (
    CallFamily(name="help", calls=tuple(helps())),
    CallFamily(name="reading", calls=tuple(reading())),
    CallFamily(name="validating", calls=tuple(validating())),
    CallFamily(name="tables", calls=tuple(tables())),
    CallFamily(name="curating", calls=tuple(curating()), writes=True),
)
