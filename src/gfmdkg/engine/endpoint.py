"""An engine elsewhere: any SPARQL 1.1 server that holds the published graph.

Before it is trusted with a version, it is asked some questions, and so is an engine of ours: a
server that holds another graph, or computes otherwise, would answer wrongly and nobody would
notice.
"""

import asyncio
import csv
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from time import perf_counter
from typing import Any

from gfmdkg.engine.answers import Spool, kind_of
from gfmdkg.engine.server import Address, EngineServer
from gfmdkg.errors import EngineFailure, GfmdkgError, ParameterError
from gfmdkg.namespaces import XSD
from gfmdkg.rdf.media import AnswerFormats, AnswerKind, Dataset
from gfmdkg.store.versions import Version

__all__ = ["Endpoint"]

_LOG = logging.getLogger("gfmdkg.engine")

# What an engine answered, or the words with which it did not.
_Reply = tuple[AnswerKind | None, Any] | str
_StartOwn = Callable[[Version], Awaitable[EngineServer]]

_LIMIT_SECONDS = 60.0
# What answers nothing at all is given up soon.
_FIRST_LIMIT_SECONDS = 3.0
_LIMIT_BYTES = 4 << 20
# An endpoint that was refused is looked at again after this time.
_PAUSE_SECONDS = 30.0
_WORDS_LENGTH = 120
_JSON, _XML = "application/sparql-results+json", "application/sparql-results+xml"
_OWN_DATASET = Dataset()
_CSV, _TSV = "text/csv", "text/tab-separated-values"


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, and what it means that another engine answers it otherwise than ours.

    Of an answer in JSON the terms count, and how they are written only where ``is_literal``.
    Ours is asked ``in_short``, if given: the same with less work.
    """

    text: str
    meaning: str
    results: str = _JSON
    dataset: Dataset = _OWN_DATASET
    is_literal: bool = False
    in_short: str | None = None


def _cross(numbers: int, variables: str) -> str:
    """A pattern with as many solutions as there are ways to choose a number for each variable."""
    values = " ".join(map(str, range(numbers)))
    return " ".join(f"VALUES ?{variable} {{ {values} }}" for variable in variables)


_FIRST = _Question("ASK { }", "it answers ASK with something else than a boolean")
_ONLY_FORMS = (
    "it does not answer a query that is sent as application/sparql-query (the rest was asked by"
    " forms)"
)
# How an endpoint computes and answers, whatever it holds.
_CONDUCT = (
    _FIRST,
    _Question(
        "SELECT (1 AS ?x) { }",
        "its JSON is not that of SPARQL 1.1: it writes typed-literal for literal",
        is_literal=True,
    ),
    _Question("SELECT (1 AS ?x) { }", "its XML is not that of SPARQL 1.1", _XML),
    _Question("SELECT (1 AS ?x) { }", "its CSV is not that of SPARQL 1.1", _CSV),
    _Question("SELECT (1 AS ?x) { }", "its TSV is not that of SPARQL 1.1", _TSV),
    _Question(
        "CONSTRUCT { <a> <b> ?x } { VALUES ?x { 1 } }", "it answers CONSTRUCT with no triples"
    ),
    _Question("SELECT (STR(<a>) AS ?x) { }", "it does not resolve relative IRIs against BASE"),
    _Question("SELECT (STR(gfmd:a) AS ?x) { }", "it does not read PREFIX"),
    _Question('SELECT (STRLEN("é") AS ?x) { }', "it does not read UTF-8"),
    _Question("SELECT (STR(7 / 2) AS ?x) { }", "it divides integers otherwise: 7/2 is not 3.5"),
    _Question('SELECT (DATATYPE("a") AS ?x) { }', "its plain literals are no xsd:string"),
    _Question(
        "SELECT ?x { BIND(true AS ?x) }", "its booleans are others: true is not an xsd:boolean"
    ),
    _Question(
        'SELECT (COALESCE(1 / 0, "none") AS ?x) { }',
        "an error in one expression ends its whole query",
    ),
    _Question(
        "SELECT (1 AS ?x) { ?s gfmd:none* ?o } LIMIT 1",
        "it follows no property path of any length between two variables",
    ),
    _Question(
        f"SELECT ?x {{ {_cross(110, 'ab')} BIND(?a * 110 + ?b AS ?x) }}"
        " ORDER BY ?x OFFSET 11000 LIMIT 1",
        "it does not sort more than some number of rows",
    ),
    _Question(
        f"SELECT (1 AS ?x) {{ {_cross(330, 'ab')} }}",
        "it leaves out the rows beyond a number of its own",
        _CSV,
    ),
    _Question(
        f"SELECT (COUNT(*) AS ?x) {{ {_cross(170, 'abc')} }}",
        "it does not carry long queries to their end",
        in_short=f"SELECT ({170**3} AS ?x) {{ }}",
    ),
    _Question(
        "SELECT (COUNT(*) AS ?x) { ?s ?p ?o }",
        "it does not heed default-graph-uri",
        dataset=Dataset(default_graphs=("urn:gfmdkg:none",)),
    ),
)
_HOLDINGS = (
    _Question(
        "SELECT (COUNT(*) AS ?x) { ?s ?p ?o }",
        "its default graph does not hold what the published version holds",
    ),
    _Question(
        "SELECT (COUNT(*) AS ?x) { GRAPH ?g { ?s ?p ?o } }",
        "its named graphs do not hold what the published version holds",
    ),
)
# Costs as much as reading the whole graph, so it is asked only where all else is right. Triples
# that are others, or stand elsewhere, fall into other classes; blank nodes, without names, into
# one.
_CONTENT = (
    _Question(
        "SELECT ?x (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"
        ' BIND(CONCAT(STR(?s), " ", STR(?p), " ", STR(?o), " ", COALESCE(STR(?g), ""))'
        " AS ?text)"
        " BIND(SUBSTR(MD5(?text), 1, 2) AS ?x) } GROUP BY ?x ORDER BY ?x",
        "it holds other triples than the published version",
    ),
)
_WAY_OUT = (
    "load the published version into it, correct GFMDKG_ENGINE_URL, or leave it out to have"
    " queries answered by engines of our own"
)
_WAY_OUT_OF_CONDUCT = (
    "change its settings or take another server (docs/operations.md tells of each), or leave"
    " GFMDKG_ENGINE_URL out to have queries answered by engines of our own"
)


class Endpoint:
    """The endpoint that ``GFMDKG_ENGINE_URL`` names. Raises ``ParameterError`` for what is none."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_alike = False
        self._held: Version | None = None
        self._resumes_at: dict[int, float] = {}
        self._turn = asyncio.Lock()
        try:
            self._address = Address.parse(url)
        except ValueError as error:
            raise ParameterError("GFMDKG_ENGINE_URL", str(error), value=url) from error

    async def connect(
        self, version: Version, start_own: _StartOwn, on_lost: Callable[[EngineServer], None]
    ) -> EngineServer | None:
        """A connection to it, or ``None`` where it cannot answer for the version.

        Why it cannot is logged, and for a while not found out again.
        """
        async with self._turn:
            if perf_counter() < self._resumes_at.get(version.number, 0.0):
                return None
            try:
                await self.check(version, start_own)
                return await EngineServer.reach(self._address, on_lost)
            except EngineFailure as failure:
                _LOG.warning("version %d is answered here: %s", version.number, failure.cause)
                self._resumes_at[version.number] = perf_counter() + _PAUSE_SECONDS
                return None

    async def check(self, version: Version, start_own: _StartOwn) -> None:
        """Compare its answers with those of an engine of ours over the version.

        How it computes is found out once, what it holds once for a version. Raises
        ``EngineFailure`` with all that is wrong with it.
        """
        if self._held == version:
            return
        address, wrong = await self._find_way()
        ours = await start_own(version)
        try:
            if not self._is_alike:
                wrong += await _differences(address, ours, _CONDUCT)
                self._is_alike = not wrong
            wrong += await _differences(address, ours, _HOLDINGS)
            wrong = wrong or await _differences(address, ours, _CONTENT)
        finally:
            ours.close()
            await ours.wait()
        if wrong:
            raise self._refusal(wrong, _WAY_OUT if self._is_alike else _WAY_OUT_OF_CONDUCT)
        self._held = version

    async def _find_way(self) -> tuple[Address, list[str]]:
        """Where and how it answers at all, and what is wrong with that."""
        for takes_form in (False, True):
            address = replace(self._address, takes_form=takes_form)
            reply = await _ask_elsewhere(address, _FIRST, _FIRST_LIMIT_SECONDS)
            if not isinstance(reply, str):
                return address, [_ONLY_FORMS] * takes_form
        raise self._refusal([f"it does not answer ASK ({reply})"], _WAY_OUT)

    def _refusal(self, reasons: Sequence[str], way_out: str) -> EngineFailure:
        return EngineFailure(
            f"the endpoint {self._url} cannot be used: {'; '.join(reasons)}. What to do: {way_out}"
        )


async def _differences(
    address: Address, ours: EngineServer, questions: Sequence[_Question]
) -> list[str]:
    """What it means that some of the questions are answered otherwise there than by ours."""
    found = []
    for question in questions:
        theirs, own = await asyncio.gather(
            _ask_elsewhere(address, question, _LIMIT_SECONDS),
            _ask(ours, replace(question, text=question.in_short or question.text), _LIMIT_SECONDS),
        )
        if isinstance(theirs, str):
            found.append(f"{question.meaning} ({theirs})")
        elif theirs != own:
            found.append(question.meaning)
    return found


async def _ask_elsewhere(address: Address, question: _Question, limit_seconds: float) -> _Reply:
    # Each on a connection of its own: one that a question broke is of no use for the next.
    try:
        theirs = await EngineServer.reach(address, lambda _: None)
    except EngineFailure as failure:
        return failure.cause
    try:
        return await _ask(theirs, question, limit_seconds)
    finally:
        theirs.close()


async def _ask(engine: EngineServer, question: _Question, limit_seconds: float) -> _Reply:
    spool = Spool(limit_bytes=_LIMIT_BYTES)
    try:
        response, _ = await engine.ask(
            question.text,
            formats=AnswerFormats(results=question.results),
            dataset=question.dataset,
            spool=spool,
            limit_seconds=limit_seconds,
        )
    except GfmdkgError as error:
        spool.close()
        return error.cause if isinstance(error, EngineFailure) else error.message
    body = spool.finish()
    if not isinstance(body, bytes):
        with body:
            body = b"".join(body.pieces())
    if response.status != HTTPStatus.OK:
        words = body.decode(errors="replace").strip().partition("\n")[0][:_WORDS_LENGTH]
        return f"{response.status} {words}".strip()
    return _content(response.media_type, body, question)


def _content(media_type: str, body: bytes, question: _Question) -> tuple[AnswerKind | None, Any]:
    """What has to be equal."""
    kind = kind_of(media_type, body)
    lines = body.decode(errors="replace").splitlines()
    if media_type == _CSV:
        return kind, list(csv.reader(lines))
    if media_type == _TSV:  # its first line names the variables; numbers have several forms
        return kind, lines[:1]
    if media_type != _JSON or kind is None:
        return kind, media_type
    try:
        document = json.loads(body)
        if kind is AnswerKind.BOOLEAN:
            return kind, document["boolean"]
        rows = document["results"]["bindings"]
        if question.is_literal:
            return kind, rows
        return kind, [{name: _term(term) for name, term in row.items()} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return kind, repr(error)


def _term(written: dict[str, str]) -> tuple[str, str, str | None, str | None]:
    """A term, however its JSON writes it."""
    datatype = written.get("datatype")
    return (
        written["type"].removeprefix("typed-"),
        written["value"],
        written.get("xml:lang"),
        None if datatype == f"{XSD}string" else datatype,
    )
