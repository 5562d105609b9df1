"""The tools: what each is for, what it takes, and the operation of the API that it asks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote, urlencode

import mcp_types as types
import yaml

from gfmdkg.build.sources import SYNTAXES
from gfmdkg.errors import AnswerTooLarge, GfmdkgError, ParameterError, UnknownParameter
from gfmdkg.http.problems import problem_document
from gfmdkg.lists.definitions import LISTS
from gfmdkg.mcp.api import DOCUMENT_LIMIT_BYTES, Api, ApiAnswer, NoService
from gfmdkg.namespaces import PREFIXES
from gfmdkg.networks.kinds import KINDS
from gfmdkg.rdf.values import write_json

__all__ = ["Tools"]

_QUERIES = "/api/queries"
_FORM, _TURTLE = "application/x-www-form-urlencoded", "text/turtle"
_SOLUTIONS = "application/sparql-results+json"

Schema = Mapping[str, Any]
Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tool:
    """A tool that asks ``path``, in which braces hold arguments.

    ``takes`` has the JSON Schema of each argument, and ``required`` where it is. The members of
    an argument that is an object are parameters of the operation.
    """

    title: str
    description: str
    path: str
    takes: Mapping[str, Schema]

    def input_schema(self) -> dict[str, Any]:
        """What it takes, as JSON Schema."""
        return {
            "type": "object",
            "properties": {
                name: {key: value for key, value in schema.items() if key != "required"}
                for name, schema in self.takes.items()
            },
            "required": [name for name, schema in self.takes.items() if "required" in schema],
            "additionalProperties": False,
        }

    def judge(self, arguments: Mapping[str, Any]) -> Arguments:
        """The arguments that were given, and defaults. Raises ``ParameterError``."""
        given = {name: value for name, value in arguments.items() if value is not None}
        for name, value in given.items():
            if name not in self.takes:
                raise UnknownParameter(name, "is not known here", allowed=tuple(self.takes))
            schema, shown = self.takes[name], str(value)[:40]
            if value not in schema.get("enum", [value]):
                raise ParameterError(name, "is unknown", value=shown, allowed=schema["enum"])
            if schema["type"] == "object" and not isinstance(value, dict):
                raise ParameterError(name, "is an object of names and values", value=shown)
            if isinstance(value, int) and value > schema.get("maximum", value):
                raise ParameterError(name, f"is over {schema['maximum']}", value=shown)
        for name, schema in self.takes.items():
            if name not in given and "required" in schema:
                raise ParameterError(name, "is required")
        defaults = {name: s["default"] for name, s in self.takes.items() if "default" in s}
        return defaults | given


def _read_tools() -> dict[str, _Tool]:
    """The tools of ``tools.yaml``, in which is filled in what other packages say."""
    filters = (f"{n}: {', '.join(p.name for p in each.parameters())}" for n, each in LISTS.items())
    text = Template((files("gfmdkg.mcp") / "tools.yaml").read_text("utf-8")).substitute(
        filters="; ".join(filters),
        list_names=json.dumps(list(LISTS)),
        network_names=json.dumps(list(KINDS)),
        networks=json.dumps(" ".join(f"{k.name}: {k.description}" for k in KINDS.values())),
        prefixes=", ".join(f"{prefix}: <{namespace}>" for prefix, namespace in PREFIXES.items()),
        syntaxes=json.dumps(list(SYNTAXES)),
    )
    read = yaml.safe_load(text).items()
    return {name: _Tool(**tool) for name, tool in read if not name.startswith(".")}


_TOOLS = _read_tools()


class Tools:
    """The tools of one service, whose canned ``queries`` are these."""

    def __init__(self, api: Api, queries: Mapping[str, Mapping[str, Any]]) -> None:
        self._api, self._queries = api, queries

    @classmethod
    async def of(cls, api: Api) -> "Tools":
        """The tools of the service behind ``api``. Raises as its methods do."""
        answer = await api.ask(_QUERIES, limit_bytes=DOCUMENT_LIMIT_BYTES)
        is_json = answer.problem() is None and answer.media_type == "application/json"
        queries = json.loads(answer.body).get("items") if is_json else None
        if queries is None:
            raise NoService(api.address, "what is there is no gfmdkg service")
        return cls(api, {query["name"]: query for query in queries})

    def __contains__(self, name: str) -> bool:
        return name in _TOOLS

    def listed(self) -> list[types.Tool]:
        """What a client is told of each."""
        hints = types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        )
        listed = {
            name: types.Tool(
                name=name,
                title=tool.title,
                description=tool.description,
                input_schema=tool.input_schema(),
                annotations=hints,
            )
            for name, tool in _TOOLS.items()
        }
        run = listed["run_query"]
        run.description = f"{run.description} {'; '.join(map(_signature, self._queries.values()))}"
        run.input_schema["properties"]["name"]["enum"] = list(self._queries)
        return list(listed.values())

    async def call(self, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
        """Call a tool that is in here. What the caller can mend is an error of the tool."""
        problem: dict[str, Any] | None
        try:
            given = _TOOLS[name].judge(arguments)
            if name == "queries":
                return self._describe_queries(given.get("name"))
            answer = await self._ask(name, given)
            problem = answer.problem()
        except GfmdkgError as error:
            problem = problem_document(error)
            if isinstance(error, AnswerTooLarge) and name != "sparql":
                problem["detail"] = f"over {error.limit_bytes} bytes; ask for fewer, or filter"
        else:
            if problem is None:
                return _success(answer)
            if name == "sparql" and answer.status == HTTPStatus.BAD_REQUEST:
                problem["detail"] += "; only SELECT, ASK, CONSTRUCT and DESCRIBE are run here"
        return _result(_in_words(problem), problem, is_error=True)

    async def _ask(self, name: str, given: Arguments) -> ApiAnswer:
        path, accept, body = _TOOLS[name].path, "application/json", None
        if name == "sparql":
            accept, body = f"{_SOLUTIONS}, {_TURTLE};q=0.9", (_FORM, urlencode(_pairs(given)))
            given = {}
        elif name == "validate":
            body = SYNTAXES[given.pop("syntax")], str(given.pop("text"))
        elif name == "schema":
            accept = _TURTLE
        for argument in [each for each in given if f"{{{each}}}" in path]:
            path = path.replace(f"{{{argument}}}", quote(str(given.pop(argument)), safe=""))
        return await self._api.ask(path, _pairs(given), accept=accept, body=body)

    def _describe_queries(self, name: str | None) -> types.CallToolResult:
        if name is not None and name not in self._queries:
            raise ParameterError("name", "is unknown", value=name, allowed=tuple(self._queries))
        items = [
            {member: query[member] for member in ("name", "summary", "description")}
            | {"parameters": {p["name"]: p["description"] for p in query["parameters"]}}
            for query in self._queries.values()
            if name in (None, query["name"])
        ]
        return _result(write_json(items), {"items": items})


def _signature(query: Mapping[str, Any]) -> str:
    """A canned query with its parameters: ``place-of-link (link*)``."""
    names = ", ".join(p["name"] + "*" * p["required"] for p in query["parameters"])
    return f"{query['name']} ({names})"


def _pairs(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Arguments as the parameters of a request. The service itself judges their values."""
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        for member, parts in value.items() if isinstance(value, dict) else [(name, value)]:
            for part in parts if isinstance(parts, list) else [parts]:
                if not isinstance(part, str | int | float):
                    raise ParameterError(member, "takes plain values, or a list of them")
                text = str(part).lower() if isinstance(part, bool) else str(part)
                pairs.append((member, text))
    return pairs


def _success(answer: ApiAnswer) -> types.CallToolResult:
    document: dict[str, Any]
    if answer.media_type == _TURTLE:
        turtle = _trim_prefixes(answer.body.decode())
        document = {"version": answer.version, "turtle": turtle}
        return _result(f"# Version {answer.version} of the graph.\n{turtle}", document)
    document = json.loads(answer.body)
    if answer.version is not None:
        document = {"version": answer.version, **document}
    told: dict[str, Any] = _told(document)
    if "next" in document.get("links", {}):
        told["next_page"] = document["page"] + 1
    return _result(write_json(told), document)


def _told(value: Any) -> Any:
    """A document without what is empty, and without what programs use: links and scores."""
    if isinstance(value, dict):
        return {
            name: _told(member)
            for name, member in value.items()
            if name not in ("links", "score") and member not in (None, [], {}, "")
        }
    return [_told(part) for part in value] if isinstance(value, list) else value


def _in_words(problem: Mapping[str, Any]) -> str:
    """Problem details: what is wrong, and what would do instead."""
    lines = [f"{problem['title']} ({problem['status']}): {problem['detail']}"]
    candidates = problem.get("candidates", ())
    if candidates:
        lines.append("Use one of these instead:")
        lines += [f"- “{each['label']}” <{each['iri']}>" for each in candidates]
    return "\n".join(lines)


def _trim_prefixes(turtle: str) -> str:
    """Turtle without the prefixes of ours that nothing uses."""
    lines = turtle.splitlines(keepends=True)
    body = "".join(line for line in lines if not line.startswith("@prefix "))
    unused = tuple(f"@prefix {prefix}: " for prefix in PREFIXES if f"{prefix}:" not in body)
    return "".join(line for line in lines if not line.startswith(unused))


def _result(
    text: str, document: Mapping[str, Any], *, is_error: bool = False
) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=text)], structured_content=dict(document), is_error=is_error
    )
