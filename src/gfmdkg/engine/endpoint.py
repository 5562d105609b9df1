"""An engine elsewhere: any SPARQL 1.1 server that holds the published graph.

Before it is trusted with a version, it is asked a few questions, and so is an engine of ours: a
server that holds another graph, or computes otherwise, would answer wrongly and nobody would
notice.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from gfmdkg.engine.answers import Spool, kind_of
from gfmdkg.engine.server import Address, EngineServer
from gfmdkg.errors import EngineFailure, GfmdkgError, ParameterError
from gfmdkg.rdf.answers import AnswerFormats, Dataset
from gfmdkg.store.versions import Version

__all__ = ["Endpoint"]

_LIMIT_SECONDS = 60.0
_LIMIT_BYTES = 192 * 1024
_OK = 200
_FORMATS = AnswerFormats(results="application/sparql-results+json", graph=None)
# What is asked, and what it means that another engine answers it otherwise than ours.
_QUESTIONS = (
    ("ASK { }", "it does not answer ASK in SPARQL's JSON"),
    ("SELECT (STR(<a>) AS ?x) { }", "it does not resolve relative IRIs against BASE"),
    ("SELECT (STR(gfmd:a) AS ?x) { }", "it does not read PREFIX"),
    ('SELECT (STRLEN("é") AS ?x) { }', "it does not read UTF-8"),
    ("SELECT (STR(7 / 2) AS ?x) { }", "it divides integers otherwise"),
    ('SELECT (DATATYPE("a") AS ?x) { }', "its plain literals are no xsd:string"),
    ("SELECT ?x { BIND(true AS ?x) }", "it has other booleans"),
    (
        "SELECT (COUNT(*) AS ?x) { ?s ?p ?o }",
        "its default graph does not hold what the published version holds",
    ),
    (
        "SELECT (COUNT(*) AS ?x) { GRAPH ?g { ?s ?p ?o } }",
        "its named graphs do not hold what the published version holds",
    ),
)
# Costs as much as reading the whole graph, so it is asked only where all else is right. Triples
# that are others, or stand elsewhere, fall into other classes; blank nodes, without names, into
# one.
_CONTENT = (
    (
        "SELECT ?x (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"
        ' BIND(CONCAT(STR(?s), " ", STR(?p), " ", STR(?o), " ", COALESCE(STR(?g), ""))'
        " AS ?text)"
        " BIND(SUBSTR(MD5(?text), 1, 2) AS ?x) } GROUP BY ?x ORDER BY ?x"
    ),
    "it holds other triples than the published version",
)
_WAY_OUT = (
    "load the published version into it, correct GFMDKG_ENGINE_URL, or leave it out to have"
    " queries answered by engines of our own"
)


class Endpoint:
    """The endpoint that ``GFMDKG_ENGINE_URL`` names. Raises ``ParameterError`` for what is none."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._held: Version | None = None
        try:
            self.address = Address.parse(url)
        except ValueError as error:
            raise ParameterError("GFMDKG_ENGINE_URL", str(error), value=url) from error

    async def check(
        self, version: Version, start_own: Callable[[Version], Awaitable[EngineServer]]
    ) -> None:
        """Compare its answers with those of an engine of ours over the version, once.

        Raises ``EngineFailure`` with all that is wrong with it.
        """
        if self._held == version:
            return
        try:
            theirs = await EngineServer.reach(self.address, lambda _: None)
        except EngineFailure as failure:
            raise self._refusal([failure.cause]) from failure
        ours: EngineServer | None = None
        try:
            ours = await start_own(version)
            wrong = await _differences(theirs, ours, _QUESTIONS)
            wrong = wrong or await _differences(theirs, ours, (_CONTENT,))
        finally:
            theirs.close()
            if ours is not None:
                ours.close()
                await ours.wait()
        if wrong:
            raise self._refusal(wrong)
        self._held = version

    def _refusal(self, reasons: Sequence[str]) -> EngineFailure:
        return EngineFailure(
            f"the endpoint {self._url} cannot be used: {'; '.join(reasons)}. What to do: {_WAY_OUT}"
        )


async def _differences(
    theirs: EngineServer, ours: EngineServer, questions: Sequence[tuple[str, str]]
) -> list[str]:
    """What it means that they answer some of the questions otherwise than ours."""
    return [
        meaning
        for question, meaning in questions
        if await _ask(theirs, question) != await _ask(ours, question)
    ]


async def _ask(engine: EngineServer, question: str) -> Any:
    """The answer's boolean or single term, or the words with which it is refused."""
    spool = Spool(limit_bytes=_LIMIT_BYTES)
    try:
        response, _ = await engine.ask(
            question,
            formats=_FORMATS,
            dataset=Dataset(),
            spool=spool,
            limit_seconds=_LIMIT_SECONDS,
        )
        body = spool.finish()
        assert isinstance(body, bytes)  # noqa: S101 - shorter than what goes to a file
        if response.status != _OK or kind_of(response.media_type, body) is None:
            return body
        document = json.loads(body)
        return document["boolean"] if "boolean" in document else document["results"]["bindings"]
    except (GfmdkgError, ValueError, KeyError) as error:
        return error
