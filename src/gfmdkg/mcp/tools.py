"""The tools: one an operation of the API, and read-only SPARQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from gfmdkg.errors import AnswerTooLarge, GfmdkgError, ParameterError
from gfmdkg.http.problems import problem_of
from gfmdkg.mcp.api import DOCUMENT_LIMIT_BYTES, Api, NoService, Reply
from gfmdkg.mcp.operations import (
    PER_PAGE,
    PER_PAGE_LIMIT,
    VERSION_PARAMETER,
    Operation,
    read_operations,
)
from gfmdkg.mcp.wording import (
    describe_list,
    describe_problem,
    describe_solutions,
    trim_prefixes,
)
from gfmdkg.namespaces import PREFIXES

__all__ = ["SPARQL", "Outcome", "Tool", "Tools"]

_JSON = "application/json"
_SOLUTIONS = "application/sparql-results+json"
_LESS = "ask for less: fewer per_page where there are pages, or a narrower question"
_UNEXAMINED = "unexamined_passages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What a client is told of a tool; the schemas are JSON Schema objects."""

    name: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a call gave: a document, and the same as text; or problem details, and in words."""

    text: str
    document: Mapping[str, Any]
    is_error: bool = False


SPARQL = Tool(
    name="sparql",
    title="Ask in SPARQL",
    description="Run a read-only SPARQL 1.1 query (SELECT, ASK, CONSTRUCT or DESCRIBE) where no "
    "other tool fits. Updates and SERVICE are refused; there is a limit on time and on the size of "
    "the answer, so give a LIMIT. These prefixes need no declaration: "
    + ", ".join(f"{prefix}: <{namespace}>" for prefix, namespace in PREFIXES.items())
    + ".",
    input_schema={
        "type": "object",
        "properties": {
            "query": {
                "type": "string",
                "description": "The query.",
                "examples": [
                    (
                        "SELECT ?recommendation ?title { ?recommendation a gfmd:Recommendation ; "
                        "gfmd:cites ?instrument ; skos:prefLabel ?title . "
                        '?instrument skos:altLabel "CMW"@en } LIMIT 20'
                    )
                ],
            },
            "version": VERSION_PARAMETER,
        },
        "required": ["query"],
        "additionalProperties": False,
    },
    output_schema=None,
)


class Tools:
    """All tools of one service, in a fixed order."""

    def __init__(self, api: Api, operations: tuple[Operation, ...]) -> None:
        self._api = api
        self._operations = {operation.tool: operation for operation in operations}
        self.listed = (*(_tool(operation) for operation in operations), SPARQL)

    @classmethod
    async def of(cls, api: Api) -> "Tools":
        """The tools of the service behind ``api``. Raises as the methods of ``Api`` do."""
        reply = await api.get("/openapi.json", limit_bytes=DOCUMENT_LIMIT_BYTES)
        is_json = not reply.is_problem and reply.media_type == "application/json"
        document = json.loads(reply.body) if is_json else {}
        if document.get("info", {}).get("title") != "gfmdkg":
            raise NoService(api.address, "what is there is no gfmdkg service")
        return cls(api, read_operations(document))

    def __contains__(self, name: str) -> bool:
        return name == SPARQL.name or name in self._operations

    async def call(self, name: str, arguments: Mapping[str, Any]) -> Outcome:
        """Call a tool that is in here. What the caller can mend is an outcome, not raised."""
        try:
            if name == SPARQL.name:
                return await self._query(arguments)
            return await self._get(self._operations[name], arguments)
        except AnswerTooLarge as error:
            problem = problem_of(error).document()
            if name != SPARQL.name:
                problem["detail"] = f"over {error.limit_bytes} bytes; {_LESS}"
            return _failure(problem)
        except GfmdkgError as error:
            return _failure(problem_of(error).document())

    async def _query(self, arguments: Mapping[str, Any]) -> Outcome:
        unknown = sorted(set(arguments) - set(SPARQL.input_schema["properties"]))
        if unknown:
            raise ParameterError(unknown[0], "is not known here", allowed=("query", "version"))
        reply = await self._api.query(_pairs(arguments))
        if reply.is_problem:
            problem = reply.problem()
            if reply.status == HTTPStatus.BAD_REQUEST:
                problem["detail"] += "; only SELECT, ASK, CONSTRUCT and DESCRIBE are run here"
            return _failure(problem)
        if reply.media_type != _SOLUTIONS:
            return _turtle(reply)
        document = json.loads(reply.body)
        text = describe_solutions(document, reply.version)
        return Outcome(text=text, document={**document, "version": reply.version})

    async def _get(self, operation: Operation, arguments: Mapping[str, Any]) -> Outcome:
        values = {name: value for name, value in arguments.items() if value is not None}
        path = operation.path
        for name in operation.path_parameters:
            if name not in values:
                raise ParameterError(name, "is required")
            path = path.replace(f"{{{name}}}", quote(str(values.pop(name)), safe=""))
        if operation.is_paged:
            per_page = values.setdefault("per_page", PER_PAGE)
            if isinstance(per_page, int) and per_page > PER_PAGE_LIMIT:
                raise ParameterError("per_page", f"is over {PER_PAGE_LIMIT}", value=str(per_page))
        reply = await self._api.get(path, _pairs(values), accept=_JSON)
        if reply.is_problem:
            return _failure(reply.problem())
        document = json.loads(reply.body)
        text = describe_list(operation.title, document)
        if document.get("total") == 0 and "hint" not in document and _UNEXAMINED in self:
            text += f"\nNone found is not the same as not examined: see {_UNEXAMINED}."
        return Outcome(text=text, document=document)


def _tool(operation: Operation) -> Tool:
    return Tool(
        name=operation.tool,
        title=operation.title,
        description=operation.description,
        input_schema=operation.input_schema,
        output_schema=operation.output_schema,
    )


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Arguments as the parameters of a request. The service itself judges their values."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, bool):
                pairs.append((name, "true" if part else "false"))
            elif isinstance(part, str | int | float):
                pairs.append((name, str(part)))
            elif part is not None:
                raise ParameterError(name, "takes plain values, or a list of them")
    return pairs


def _turtle(reply: Reply) -> Outcome:
    turtle = trim_prefixes(reply.body.decode())
    text = f"# Version {reply.version} of the graph.\n{turtle}"
    return Outcome(text=text, document={"version": reply.version, "turtle": turtle})


def _failure(problem: Mapping[str, Any]) -> Outcome:
    return Outcome(text=describe_problem(problem), document=problem, is_error=True)
