"""Our errors as JSON, so that they cross from a worker to its front with their fields.

Every class in ``gfmdkg.errors`` keeps its constructor's arguments under the same names,
hence one rule serves them all, and an error class that is new needs nothing here.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gfmdkg import errors
from gfmdkg.errors import Candidate, Clash, Fault, GfmdkgError

__all__ = ["decode_error", "encode_error"]

_CLASSES: Mapping[str, type[GfmdkgError]] = {
    name: value
    for name in errors.__all__
    if isinstance(value := getattr(errors, name), type) and issubclass(value, GfmdkgError)
}
_RECORDS: Mapping[str, type[Fault] | type[Candidate] | type[Clash]] = {
    "faults": Fault,
    "candidates": Candidate,
    "clashes": Clash,
}


def _fields(kind: type[GfmdkgError]) -> tuple[str, ...]:
    code = kind.__init__.__code__
    return code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]


def encode_error(error: GfmdkgError) -> dict[str, Any]:
    """The error's class and fields as a JSON object."""
    kind = next(k for k in type(error).__mro__ if k.__name__ in _CLASSES)
    fields = {name: getattr(error, name) for name in _fields(kind)}
    for name in _RECORDS.keys() & fields.keys():
        fields[name] = [asdict(record) for record in fields[name]]
    return {"class": kind.__name__, "fields": fields}


def decode_error(record: Mapping[str, Any]) -> GfmdkgError:
    """The error that ``encode_error`` was given."""
    fields = dict(record["fields"])
    for name, kind in _RECORDS.items():
        if name in fields:
            fields[name] = tuple(kind(**values) for values in fields[name])
    return _CLASSES[record["class"]](**fields)
