"""Served processes, the exchanges sent to them, and what they answered as blocks of text."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote_plus

import httpx
from tests.http.server_process import serving
from tests.recordings.blocks import escaped, named
from tests.recordings.exchange import Exchange, Family
from tests.recordings.normal_form import normal_body, normal_headers, shortened

from gfmdkg.build import ensure_empty
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.http.answer import COMMON_HEADERS
from gfmdkg.store.versions import VersionStore

__all__ = ["Server", "replay", "serving_recorded"]

# What a busy machine must not change, and what takes time that nobody looks at.
_ALL = {
    "ENGINES": 2,
    "QUERY_QUEUE_SECONDS": 60,
    "QUERY_TIMEOUT_SECONDS": 60,
    "NETWORK_TIMEOUT_SECONDS": 120,
    "FACET_TIMEOUT_SECONDS": 60,
    "WARM_QUERIES": "false",
    "LOG_FORMAT": "off",
}
_TITLE_CHARACTERS = 400
_STRICT = {"DEFAULT_GRAPH": "strict", "WRITE_RULES": "none"}


class Server:
    """Where a server is, and the secrets of those who may write to it."""

    def __init__(self, url: str, tokens: Mapping[str, str]) -> None:
        self.url = url
        self.tokens = tokens


@contextmanager
def serving_recorded(server: str, shipped: Path, folder: Path) -> Iterator[Server]:
    """A server of one of the kinds that families name, with a store of its own in a folder."""
    store = folder / server / "store"
    is_strict = server == "strict"
    if is_strict:
        ensure_empty(VersionStore(store), default_graph="strict")
    else:
        shutil.copytree(shipped, store)
    tokens = TokenStore(store)
    secrets = {
        "ada": tokens.create(name="Ada", role=Role.REVIEWER)[0],
        "eve": tokens.create(name="Eve", role=Role.REVIEWER)[0],
        "bo": tokens.create(name="Bo", role=Role.SUBMITTER)[0],
        "nobody": "gfmdkg_nobody",
    }
    variables = {**_ALL, **(_STRICT if is_strict else {})}
    with serving(store, begins_empty=is_strict, **variables) as process:
        yield Server(process.url.rstrip("/"), secrets)


def replay(family: Family, server: Server) -> dict[str, str]:
    """Send the exchanges of a family in order; the blocks of the answers by title."""
    titles = named(_title(exchange) for exchange in family.exchanges)
    tag = ""
    blocks = {}
    with httpx.Client(base_url=server.url, timeout=180, verify=False) as client:
        for name in ("accept", "accept-encoding", "user-agent"):
            del client.headers[name]
        for title, exchange in zip(titles, family.exchanges, strict=True):
            answer = _send(client, exchange, {**server.tokens, "etag": tag})
            tag = answer.headers.get("etag", tag)
            blocks[title] = escaped(_block(exchange, answer))
    return blocks


def _title(exchange: Exchange) -> str:
    """The first line of a request, so that it can be read."""
    target = unquote_plus(exchange.target, errors="backslashreplace")
    title = f"{exchange.method} {target}".replace("\n", "⏎")
    return title if len(title) <= _TITLE_CHARACTERS else f"{title[:_TITLE_CHARACTERS]}…"


def _send(client: httpx.Client, exchange: Exchange, known: Mapping[str, str]) -> httpx.Response:
    headers = {}
    for name, value in exchange.headers.items():
        for slot, filling in known.items():
            value = value.replace("{" + slot + "}", filling)
        headers[name] = value
    body = exchange.body.encode() if isinstance(exchange.body, str) else exchange.body
    return client.request(exchange.method, exchange.target, headers=headers, content=body)


def _block(exchange: Exchange, answer: httpx.Response) -> str:
    """The request without its first line, the status, the headers and the body."""
    asked = str(exchange).split("\n")[1:]
    common = {name.decode(): value.decode() for name, value in COMMON_HEADERS}
    told = [
        (name, value)
        for name, value in answer.headers.multi_items()
        if name != "x-request-id" and common.get(name) != value
    ]
    expected = (*common, "x-request-id")
    missing = [f"(without {name})" for name in expected if name not in answer.headers]
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    body = shortened(
        normal_body(answer.content, media_type, exchange.target, is_unordered=exchange.is_unordered)
    )
    lines = [*asked, f"--- {answer.status_code}", *normal_headers(told), *missing]
    return "\n".join([*lines, *(["", body] if body else [])])
