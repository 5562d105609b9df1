"""The analysis of the rules' queries, kept from one run to the next.

To parse a query takes 20 ms, there are forty, and they rarely change; a curator who checks
three rows would wait for nothing else.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from gfmdkg.paths import cache_folder
from gfmdkg.store.walking import Step
from gfmdkg.validation.incremental.occurrences import Occurrence, Unbounded
from gfmdkg.validation.incremental.occurrences import Path as StepPath
from gfmdkg.validation.incremental.query_paths import (
    QueryPaths,
    predicates_of,
    query_paths,
    subquery_paths,
)

__all__ = ["Analysis"]

# What the results follow from, beside the queries.
_MODULES = ("analysis.py", "occurrences.py", "query_paths.py", "query_syntax.py")
_MOST_KEPT = 2_000


class Analysis:
    """What queries depend on: worked out when first asked for, and remembered.

    The functions are those of ``query_paths``, with their arguments, results and errors.
    """

    def __init__(self, file: Path | None = None) -> None:
        """``file`` is where to remember; a file that cannot be read counts as empty."""
        self._file = file
        self._known: dict[str, Any] = _load(file)
        self._used: set[str] = set()
        self._is_new = False

    @classmethod
    def of_user(cls) -> Self:
        """Remembered in the user's folder for what can be made again."""
        code = hashlib.sha256(metadata.version("rdflib").encode())
        for name in _MODULES:
            code.update(resources.files(__package__).joinpath(name).read_bytes())
        return cls(cache_folder() / f"queries-{code.hexdigest()[:16]}.json")

    def query_paths(
        self, text: str, root: str, *, prefixes: Mapping[str, str], is_bound: bool = False
    ) -> QueryPaths:
        """See ``query_paths.query_paths``."""
        return self._paths(
            ["paths", text, root, dict(prefixes), is_bound],
            lambda: query_paths(text, root, prefixes=prefixes, is_bound=is_bound),
        )

    def subquery_paths(self, text: str, *, prefixes: Mapping[str, str]) -> QueryPaths:
        """See ``query_paths.subquery_paths``."""
        return self._paths(
            ["subquery", text, dict(prefixes)], lambda: subquery_paths(text, prefixes=prefixes)
        )

    def predicates_of(self, text: str, *, prefixes: Mapping[str, str]) -> frozenset[str] | None:
        """See ``query_paths.predicates_of``."""

        def work_out() -> Any:
            found = predicates_of(text, prefixes=prefixes)
            return None if found is None else sorted(found)

        known = self._remember(["predicates", text, dict(prefixes)], work_out)
        return None if known is None else frozenset(known)

    def save(self) -> None:
        """Write down what is new, if that is possible."""
        if self._file is None or not self._is_new:
            return
        known = self._known
        if len(known) > _MOST_KEPT:
            known = {key: known[key] for key in self._used}
        draft = self._file.with_name(f"{self._file.name}.{uuid4().hex}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(known), "utf-8")
            draft.replace(self._file)
        except OSError:
            return
        self._is_new = False

    def _paths(self, key: list[Any], work_out: Callable[[], QueryPaths]) -> QueryPaths:
        return _decode(self._remember(key, lambda: _encode(work_out())))

    def _remember(self, key: list[Any], work_out: Callable[[], Any]) -> Any:
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
        self._used.add(name)
        if name not in self._known:
            try:
                self._known[name] = {"result": work_out()}
            except Unbounded as error:
                self._known[name] = {"unbounded": error.reason}
            self._is_new = True
        known = self._known[name]
        if "unbounded" in known:
            raise Unbounded(known["unbounded"])
        return known["result"]


def _load(file: Path | None) -> dict[str, Any]:
    try:
        known = {} if file is None else json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _encode(paths: QueryPaths) -> dict[str, Any]:
    return {
        "occurrences": [
            {
                "prefix": [_encode_step(step) for step in o.prefix],
                "step": _encode_step(o.step),
                "objects": None if o.objects is None else sorted(o.objects),
                "has_subclasses": o.has_subclasses,
            }
            for o in paths.occurrences
        ],
        "witnesses": sorted(paths.witnesses),
    }


def _decode(record: Mapping[str, Any]) -> QueryPaths:
    return QueryPaths(
        occurrences=frozenset(
            Occurrence(
                prefix=_decode_path(o["prefix"]),
                step=_decode_step(o["step"]),
                objects=None if o["objects"] is None else frozenset(o["objects"]),
                has_subclasses=o["has_subclasses"],
            )
            for o in record["occurrences"]
        ),
        witnesses=frozenset(record["witnesses"]),
    )


def _encode_step(step: Step) -> list[Any]:
    return [step.predicate, step.is_inverse, step.repeats, step.to_predicate]


def _decode_path(steps: list[list[Any]]) -> StepPath:
    return tuple(_decode_step(step) for step in steps)


def _decode_step(parts: list[Any]) -> Step:
    predicate, is_inverse, repeats, to_predicate = parts
    return Step(
        predicate=predicate, is_inverse=is_inverse, repeats=repeats, to_predicate=to_predicate
    )
