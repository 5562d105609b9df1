"""Checks: queries of the ontology that must return no rows."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from rdflib import BNode, Graph
from rdflib.term import Node

from gfmdkg.errors import Fault, OntologyError, QueryRejected
from gfmdkg.formats.solutions import Select, Solutions
from gfmdkg.sparql.query_text import read_columns
from gfmdkg.sparql.tokens import code_tokens
from gfmdkg.validation.data_graph import node_text, rdflib_term
from gfmdkg.validation.findings import Finding, ResultTerms, Severity
from gfmdkg.validation.locate import Location, Locator
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.wording import PLACEHOLDER, Wording

__all__ = ["Check", "check_findings", "load_checks", "run_checks"]

_MARK = "#+"
_KEYS = frozenset(("summary", "message", "severity"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A query whose rows are faults: what is wrong, what to do, and how bad it is.

    The first column, ``?focus``, is the record at fault; ``message`` tells what to do, with
    ``{?variable}`` for the columns.
    """

    name: str
    file: str
    summary: str
    message: str
    severity: Severity
    query: str


def load_checks(folder: Path, *, label: str = "ontology/checks") -> tuple[Check, ...]:
    """The checks of a folder, by name. Raises ``OntologyError`` with all faults."""
    checks: list[Check] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.rq")):
        file = f"{label}/{path.name}"
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError as error:
            faults.append(Fault(message=f"byte {error.start} is not UTF-8", file=file))
            continue
        check = _read(text, name=path.stem, file=file, faults=faults)
        if check is not None:
            checks.append(check)
    if faults:
        raise OntologyError("the checks are at fault", faults)
    return tuple(checks)


def run_checks(checks: Sequence[Check], select: Select) -> dict[Check, Solutions]:
    """The rows of each check, each of which is a fault.

    ``select`` runs a SELECT on the graph that is checked. Raises ``OntologyError`` with every
    check that the engine rejects.
    """
    rows: dict[Check, Solutions] = {}
    faults: list[Fault] = []
    for check in checks:
        try:
            rows[check] = select(check.query)
        except QueryRejected as error:
            faults.append(Fault(message=error.message, file=check.file, line=error.line))
    if faults:
        raise OntologyError("the checks are at fault", faults)
    return rows


def check_findings(
    rows: Mapping[Check, Solutions],
    *,
    documents: Sequence[PositionedGraph] = (),
    names: Graph,
    given: Container[str] = (),
) -> list[Finding]:
    """A finding for each row of each check.

    ``documents`` give the places and ``names`` the labels. Where two records clash and only
    the other one is in a ``given`` file, the finding is about that one.
    """
    locator, wording = Locator(documents), Wording(names)
    return [
        _finding(check, row, locator, wording, given)
        for check, solutions in rows.items()
        for row in solutions.records()
    ]


def _read(text: str, *, name: str, file: str, faults: list[Fault]) -> Check | None:
    found: list[Fault] = []

    def fault(message: str, remedy: str | None = None) -> None:
        found.append(Fault(message=message, file=file, remedy=remedy))

    header = _header(text, fault)
    for key in sorted(_KEYS - header.keys()):
        fault(f"the header lacks “{key}”", f"add a line {_MARK} {key}: …")
    for key in sorted(header.keys() - _KEYS):
        fault(f"the header has an unknown key “{key}”", f"known are {', '.join(sorted(_KEYS))}")
    severity = header.get("severity", "violation").lower()
    if severity not in frozenset(Severity):
        fault(f"“{severity}” is no severity", f"use one of {', '.join(Severity)}")
    columns = read_columns(code_tokens(text))
    if not columns or columns[0] != "focus":
        fault("the first column is not ?focus", "begin with SELECT ?focus")
    for variable in PLACEHOLDER.findall(header.get("message", "")):
        if columns and variable not in columns:
            fault(f"the message uses {{?{variable}}}, which the query does not select")
    faults += found
    if found:
        return None
    return Check(
        name=name,
        file=file,
        summary=header["summary"].strip().rstrip("."),
        message=header["message"].strip(),
        severity=Severity(severity),
        query=text,
    )


def _header(text: str, fault: Callable[[str], None]) -> Mapping[str, str]:
    lines = [line for line in text.split("\n") if line.startswith(_MARK)]
    try:
        header = yaml.safe_load("\n".join(line.removeprefix(_MARK)[1:] for line in lines))
    except yaml.YAMLError as error:
        fault(f"the header is not YAML: {error}")
        return {}
    if not isinstance(header, dict):
        fault("there is no header")
        return {}
    return {str(key): str(value) for key, value in header.items()}


def _turn(terms: dict[str, Node], locator: Locator, given: Container[str]) -> None:
    """Let a row be about the one of its two records that is in a given file."""
    focus, other = terms.get("focus"), terms.get("other")
    if focus is None or other is None or locator.is_given(focus, given):
        return
    if locator.is_given(other, given):
        terms["focus"], terms["other"] = other, focus


def _finding(
    check: Check,
    row: Mapping[str, object],
    locator: Locator,
    wording: Wording,
    given: Container[str],
) -> Finding:
    terms: dict[str, Node] = {
        name: rdflib_term(term)  # type: ignore[arg-type]
        for name, term in row.items()
    }
    _turn(terms, locator, given)
    focus = terms.get("focus")
    # The value tells the place better than the property that has it.
    names = sorted(terms, key=lambda name: name in ("path", "property"))
    others = [terms[name] for name in names if name != "focus"]
    location = Location() if focus is None else locator.locate_row(focus, others)
    subject = "the graph" if focus is None else wording.name(focus)
    path = terms.get("path") or terms.get("property")
    value = terms.get("value") or terms.get("target") or terms.get("term")
    return Finding(
        severity=check.severity,
        code=check.name,
        message=f"{subject}: {check.summary[:1].lower()}{check.summary[1:]}",
        remedy=wording.fill(check.message, terms),
        focus_node=None if focus is None else node_text(focus),
        path=None if path is None else str(path),
        value=None if value is None else str(value),
        shape=check.file,
        terms=None if focus is None else ResultTerms(focus=_n3(focus)),
        **location.fields,
    )


def _n3(node: Node) -> str:
    return "[]" if isinstance(node, BNode) else node.n3()
