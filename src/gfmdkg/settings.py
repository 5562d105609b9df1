"""Settings: defaults < environment (``GFMDKG_…``) < command line, each with its origin."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from gfmdkg.errors import ParameterError
from gfmdkg.paths import default_store

__all__ = ["Setting", "Settings"]

_MIB = 1024 * 1024


def _describe(
    default: Any, text: str, *, minimum: float | None = None, allowed: tuple[str, ...] = ()
) -> Any:
    return field(default=default, metadata={"text": text, "minimum": minimum, "allowed": allowed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as ``gfmdkg config`` shows it; ``origin`` is default, environment or option."""

    name: str
    variable: str
    value: object
    origin: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Units stand in the names."""

    store: Path = field(
        default_factory=default_store,
        metadata={"text": "folder of the store: published versions, tokens, the writer's lock"},
    )
    host: str = _describe("127.0.0.1", "address that the service listens on")
    port: int = _describe(8000, "port that the service listens on; 0 takes a free one", minimum=0)
    server_processes: int = _describe(1, "server processes of the service", minimum=1)
    default_graph: str = _describe(
        "union",
        "what a query without GRAPH sees: `union`, all graphs; `strict`, the default graph alone",
        allowed=("union", "strict"),
    )
    engine_url: str = _describe(
        "",
        "address of a SPARQL 1.1 endpoint that holds the published graph and answers queries in"
        " place of engines of our own; none unless given",
    )
    engines: int = _describe(
        max(4, (os.cpu_count() or 2) + 2),
        "engines that answer queries, per server process; more than cores, for one may be stuck",
        minimum=1,
    )
    engines_reserved: int = _describe(
        1, "engines of these that only canned queries may take", minimum=0
    )
    query_queue: int = _describe(64, "queries that may wait for an engine", minimum=0)
    query_queue_seconds: float = _describe(10.0, "longest wait for an engine", minimum=0)
    query_timeout_seconds: float = _describe(10.0, "time limit of a query", minimum=0.01)
    update_timeout_seconds: float = _describe(
        120.0, "time limit of an update or graph write, its validation included", minimum=0.01
    )
    network_timeout_seconds: float = _describe(
        30.0, "time limit for working out a network", minimum=0.01
    )
    write_rules: str = _describe(
        "shapes",
        "what a write has to keep: `shapes`, the rules of the ontology, or `none`, for other data",
        allowed=("shapes", "none"),
    )
    query_limit_bytes: int = _describe(_MIB, "longest query text", minimum=1)
    query_nesting_limit: int = _describe(
        200, "deepest nesting of brackets in a query (about 2,200 overflow the parser)", minimum=1
    )
    answer_limit_bytes: int = _describe(128 * _MIB, "largest answer to a query", minimum=1)
    body_limit_bytes: int = _describe(64 * _MIB, "largest request body", minimum=1)
    worker_memory_limit_bytes: int = _describe(
        4096 * _MIB, "address space of an engine or a worker", minimum=256 * _MIB
    )
    cache_limit_bytes: int = _describe(64 * _MIB, "cached answers, per server process", minimum=0)
    warm_queries: bool = _describe(
        True,
        "whether first pages of canned queries without required parameters are worked out in the"
        " background for each new version and server process: `true` or `false`; needs two engines",
    )
    versions_kept: int = _describe(20, "published versions kept on disk", minimum=1)
    page_size: int = _describe(50, "items on a page when per_page is not given", minimum=1)
    page_size_limit: int = _describe(1000, "most items on a page", minimum=1)
    facet_timeout_seconds: float = _describe(
        0.5, "time for counting the facets of a list; those not begun by then are cut", minimum=0
    )
    shutdown_seconds: float = _describe(
        30.0, "time that running requests get at shutdown", minimum=0
    )
    self_review: bool = _describe(
        False,
        "whether a reviewer may accept a change set of their own over HTTP: `true` or `false`",
    )
    log_format: str = _describe(
        "json",
        "request log: `json` (a line a request), `text` or `off`",
        allowed=("json", "text", "off"),
    )
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for setting in fields(self):
            value, limits = getattr(self, setting.name), setting.metadata
            if limits.get("minimum") is not None and value < limits["minimum"]:
                detail = f"is {value}, less than {limits['minimum']}"
                raise ParameterError(setting.name, detail, value=str(value))
            if limits.get("allowed") and value not in limits["allowed"]:
                raise ParameterError(
                    setting.name, f"is “{value}”", value=str(value), allowed=limits["allowed"]
                )

    @classmethod
    def load(
        cls, environment: Mapping[str, str], options: Mapping[str, object] | None = None
    ) -> "Settings":
        """Settings from the environment's ``GFMDKG_…`` variables and from given options.

        An option that is ``None`` was not given. Raises ``ParameterError`` that names the
        variable for a value that is malformed or out of range, and for a ``GFMDKG_…``
        variable that is no setting, because a misspelt limit is no limit.
        """
        given: dict[str, Any] = {}
        origins: dict[str, str] = {}
        names = {_variable(f.name): f for f in fields(cls) if f.name != "origins"}
        for variable, text in environment.items():
            if not variable.startswith("GFMDKG_"):
                continue
            if variable not in names:
                raise ParameterError(variable, "is no setting", allowed=sorted(names))
            setting = names[variable]
            given[setting.name] = _parse(variable, text, setting.type)  # type: ignore[arg-type]
            origins[setting.name] = "environment"
        for name, value in (options or {}).items():
            if value is not None:
                given[name], origins[name] = value, "option"
        return cls(**given, origins=origins)

    def describe(self) -> tuple[Setting, ...]:
        """All settings with value, origin and description, in the order of the class."""
        return tuple(
            Setting(
                name=f.name,
                variable=_variable(f.name),
                value=getattr(self, f.name),
                origin=self.origins.get(f.name, "default"),
                description=f.metadata["text"],
            )
            for f in fields(self)
            if f.name != "origins"
        )

    def as_environment(self) -> dict[str, str]:
        """These settings as environment variables, to hand them to another process."""
        return {s.variable: str(s.value) for s in self.describe()}


def _variable(name: str) -> str:
    return "GFMDKG_" + name.upper()


def _parse(variable: str, text: str, kind: type) -> object:
    try:
        if kind is bool:
            return {"true": True, "1": True, "false": False, "0": False}[text.strip().lower()]
        return kind(text)
    except (KeyError, ValueError) as error:
        raise ParameterError(
            variable, f"has the value “{text}”, which is not {kind.__name__}", value=text
        ) from error
