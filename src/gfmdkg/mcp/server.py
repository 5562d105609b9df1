"""The protocol's server: tools, resources, and what a client is told about both."""

from typing import Any

import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError

from gfmdkg.about import VERSION
from gfmdkg.errors import GfmdkgError
from gfmdkg.http.machines import MODEL_RULES
from gfmdkg.mcp.api import DOCUMENT_LIMIT_BYTES, Api
from gfmdkg.mcp.tools import Tool, Tools
from gfmdkg.namespaces import BASE, ID_BASE

__all__ = ["INSTRUCTIONS", "make_server"]

Context = ServerRequestContext[Any]

INSTRUCTIONS = f"""\
An open knowledge graph of migration-governance dialogues: sessions, actors, instruments,
Sustainable Development Goals and recommendations, linked, with the evidence for each link.

{"".join(f"- {rule}{chr(10)}" for rule in MODEL_RULES)}
Take the tool that asks the question at hand, such as recommendations_citing; search and suggest
find names, describe tells all about an IRI, and sparql is for what no other tool asks. In these
rules a name with hyphens is the tool of that name with underscores.
"""
"""How a model is to use the tools and to read what they answer."""

_MARKDOWN, _JSON, _TURTLE = "text/markdown", "application/json", "text/turtle"
_RESOURCES = (
    types.Resource(
        name="guide",
        uri="gfmdkg://guide",
        title="What the graph holds and how to read it",
        description="The rules of the model, all canned queries, SPARQL by example, how to cite.",
        mime_type=_MARKDOWN,
    ),
    types.Resource(
        name="queries",
        uri="gfmdkg://queries",
        title="All canned queries",
        description="Their parameters, columns and SPARQL.",
        mime_type=_JSON,
    ),
    types.Resource(
        name="ontology",
        uri="gfmdkg://ontology",
        title="The ontology",
        description="Classes and properties with their definitions.",
        mime_type=_TURTLE,
    ),
)
_PATHS = {
    "gfmdkg://guide": ("/llms.txt", _MARKDOWN),
    "gfmdkg://queries": ("/api/queries", _JSON),
    "gfmdkg://ontology": ("/ontology", _TURTLE),
}
_TEMPLATES = (
    types.ResourceTemplate(
        name="resource",
        uri_template=ID_BASE + "{+path}",
        title="Anything in the graph, by its IRI",
        description="Its description in Turtle, as in " + ID_BASE + "instrument/cmw.",
        mime_type=_TURTLE,
    ),
    types.ResourceTemplate(
        name="concept",
        uri_template=BASE + "scheme/{+path}",
        title="A concept or concept scheme, by its IRI",
        description="Its description in Turtle, as in " + BASE + "scheme/topic/detention.",
        mime_type=_TURTLE,
    ),
)
_HINTS = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def make_server(api: Api, tools: Tools) -> Server[Any]:
    """A server whose every answer comes from ``api``."""

    async def list_tools(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in tools.listed])

    async def call_tool(_: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name not in tools:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {params.name}")
        outcome = await tools.call(params.name, params.arguments or {})
        return types.CallToolResult(
            content=[types.TextContent(text=outcome.text)],
            structured_content=dict(outcome.document),
            is_error=outcome.is_error,
        )

    async def list_resources(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=list(_RESOURCES))

    async def list_templates(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=list(_TEMPLATES))

    async def read_resource(
        _: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        text, media_type = await _read(api, str(params.uri))
        contents = types.TextResourceContents(uri=params.uri, mime_type=media_type, text=text)
        return types.ReadResourceResult(contents=[contents])

    return Server(
        "gfmdkg",
        version=VERSION,
        title="gfmdkg",
        instructions=INSTRUCTIONS,
        website_url=BASE,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.input_schema),
        output_schema=None if tool.output_schema is None else dict(tool.output_schema),
        annotations=_HINTS,
    )


async def _read(api: Api, uri: str) -> tuple[str, str]:
    """The text of a resource and its media type; one that is not there is a protocol error."""
    try:
        if uri in _PATHS:
            path, media_type = _PATHS[uri]
            accept = "text/plain" if media_type == _MARKDOWN else media_type
            reply = await api.get(path, accept=accept, limit_bytes=DOCUMENT_LIMIT_BYTES)
        else:
            media_type = _TURTLE
            reply = await api.get("/resource", [("iri", uri)], accept=_TURTLE)
    except GfmdkgError as error:
        raise MCPError(types.INTERNAL_ERROR, error.message) from error
    if reply.is_problem:
        problem = reply.problem()
        raise MCPError(types.INVALID_PARAMS, problem["detail"], problem)
    return api.without_address(reply.body.decode()), media_type
