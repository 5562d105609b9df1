"""One request that is recorded with its answer, and ways to write it down briefly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

__all__ = ["Exchange", "Family", "get", "head", "options", "post", "sparql", "to", "update"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request. In a header, ``{etag}`` is the tag of the answer before, ``{ada}`` a token.

    ``is_unordered`` says that rows or lines of the answer have no order.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes | None = None
    is_unordered: bool = False

    def __str__(self) -> str:
        lines = [f"{self.method} {self.target}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if isinstance(self.body, bytes):
            lines += ["", "(bytes)"]
        elif self.body is not None:
            lines += ["", self.body.replace("\r\n", "\n").rstrip("\n")]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Exchanges that are sent in this order to one server: ``server`` says which."""

    name: str
    exchanges: tuple[Exchange, ...]
    server: str = "shipped"


def to(path: str, **parameters: object) -> str:
    """A path with parameters; a list is a parameter given several times, ``a_b`` is ``a-b``
    where the SPARQL Protocol spells it so."""
    pairs = {
        name.replace("_", "-") if name.endswith("graph_uri") else name: value
        for name, value in parameters.items()
    }
    return f"{path}?{urlencode(pairs, doseq=True)}" if pairs else path


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def get(target: str, *, is_unordered: bool = False, **headers: str) -> Exchange:
    return Exchange(method="GET", target=target, headers=_named(headers), is_unordered=is_unordered)


def head(target: str, **headers: str) -> Exchange:
    return Exchange(method="HEAD", target=target, headers=_named(headers))


def options(target: str, **headers: str) -> Exchange:
    return Exchange(method="OPTIONS", target=target, headers=_named(headers))


def post(
    target: str,
    body: str | bytes | None = None,
    content_type: str | None = None,
    *,
    method: str = "POST",
    **headers: str,
) -> Exchange:
    named = _named(headers)
    if content_type is not None:
        named["content-type"] = content_type
    return Exchange(method=method, target=target, headers=named, body=body)


def sparql(query: str, *, is_unordered: bool = False, accept: str = "", **more: object) -> Exchange:
    headers = {"accept": accept} if accept else {}
    target = to("/sparql", query=query, **more)
    return get(target, is_unordered=is_unordered, **headers)


def update(text: str, token: str = "ada", **parameters: object) -> Exchange:
    target = to("/sparql", **parameters)
    content_type = "application/sparql-update"
    if not token:
        return post(target, text, content_type)
    return post(target, text, content_type, authorization=f"Bearer {{{token}}}")
